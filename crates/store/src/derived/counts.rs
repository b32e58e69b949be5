//! Plain counts over the rows that belong to one thing: members of a list, views of a report card, sends of a campaign.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::parent;
use crate::Result;
use crate::changes::{Change, Kind};

/// A derived count: which rows it is over, whose it is, and how to count.
struct Count {
    /// The table the rows are in.
    facts: &'static str,
    /// The column that says whose the row is.
    owner: &'static str,
    /// Removes the count of one owner.
    clear: &'static str,
    /// Counts anew, for owners where `?1` is null or theirs. Ends in an INSERT, so that nothing to count leaves no row.
    count: &'static str,
}

const COUNTS: &[Count] = &[
    Count {
        facts: "list_members",
        owner: "list_id",
        clear: "DELETE FROM list_stats WHERE ?1 IS NULL OR list_id = ?1",
        count: "INSERT INTO list_stats (list_id, members)
                SELECT list_id, count(*) FROM list_members WHERE deleted_at IS NULL AND (?1 IS NULL OR list_id = ?1) GROUP BY list_id",
    },
    Count {
        facts: "report_card_views",
        owner: "report_card_id",
        clear: "DELETE FROM report_card_stats WHERE ?1 IS NULL OR report_card_id = ?1",
        count: "INSERT INTO report_card_stats (report_card_id, views, last_viewed_at)
                SELECT report_card_id, count(*), max(viewed_at) FROM report_card_views
                WHERE deleted_at IS NULL AND (?1 IS NULL OR report_card_id = ?1) GROUP BY report_card_id",
    },
    Count {
        facts: "qr_scans",
        owner: "qr_code_id",
        clear: "DELETE FROM qr_code_stats WHERE ?1 IS NULL OR qr_code_id = ?1",
        count: "INSERT INTO qr_code_stats (qr_code_id, scans, last_scanned_at)
                SELECT qr_code_id, count(*), max(scanned_at) FROM qr_scans
                WHERE deleted_at IS NULL AND (?1 IS NULL OR qr_code_id = ?1) GROUP BY qr_code_id",
    },
    Count {
        facts: "messages",
        owner: "template_id",
        clear: "DELETE FROM template_stats WHERE ?1 IS NULL OR template_id = ?1",
        count: "INSERT INTO template_stats (template_id, uses)
                SELECT template_id, count(*) FROM messages
                WHERE template_id IS NOT NULL AND deleted_at IS NULL AND (?1 IS NULL OR template_id = ?1) GROUP BY template_id",
    },
    Count {
        facts: "messages",
        owner: "faq_id",
        clear: "DELETE FROM faq_stats WHERE ?1 IS NULL OR faq_id = ?1",
        count: "INSERT INTO faq_stats (faq_id, uses)
                SELECT faq_id, count(*) FROM messages WHERE faq_id IS NOT NULL AND deleted_at IS NULL AND (?1 IS NULL OR faq_id = ?1) GROUP BY faq_id",
    },
    Count {
        facts: "message_events",
        owner: "campaign_id",
        clear: "DELETE FROM campaign_stats WHERE ?1 IS NULL OR campaign_id = ?1",
        count: "INSERT INTO campaign_stats (campaign_id, sent, delivered, opened, clicked, bounced, unsubscribed)
                SELECT campaign_id,
                  count(DISTINCT CASE kind WHEN 'sent' THEN client_id END), count(DISTINCT CASE kind WHEN 'delivered' THEN client_id END),
                  count(DISTINCT CASE kind WHEN 'opened' THEN client_id END), count(DISTINCT CASE kind WHEN 'clicked' THEN client_id END),
                  count(DISTINCT CASE kind WHEN 'bounced' THEN client_id END), count(DISTINCT CASE kind WHEN 'unsubscribed' THEN client_id END)
                FROM message_events WHERE campaign_id IS NOT NULL AND deleted_at IS NULL AND (?1 IS NULL OR campaign_id = ?1) GROUP BY campaign_id",
    },
];

/// Takes note of whose counts a changed row makes stale.
pub(super) fn note(stale: &mut BTreeSet<(usize, [u8; 16])>, db: &Connection, change: &Change<'_>) -> Result<()> {
    for (index, count) in COUNTS.iter().enumerate().filter(|(_, count)| count.facts == change.table.name) {
        stale.extend(change.ids(count.owner)?.map(|owner| (index, owner)));
        if change.kind == Kind::Updated {
            let sql = format!("SELECT {} FROM {} WHERE id = ?1", count.owner, count.facts);
            stale.extend(parent(db, &sql, &change.id)?.map(|owner| (index, owner)));
        }
    }
    Ok(())
}

pub(super) fn refresh(db: &Connection, stale: &BTreeSet<(usize, [u8; 16])>) -> Result<()> {
    for (index, owner) in stale {
        // Written out for one owner: with `?1 IS NULL OR …` no index would serve.
        let one = |sql: &str| sql.replace("?1 IS NULL OR ", "");
        db.prepare_cached(&one(COUNTS[*index].clear))?.execute([owner])?;
        db.prepare_cached(&one(COUNTS[*index].count))?.execute([owner])?;
    }
    Ok(())
}

pub(super) fn rebuild(db: &Connection) -> Result<()> {
    for count in COUNTS {
        db.prepare(count.clear)?.execute([None::<Vec<u8>>])?;
        db.prepare(count.count)?.execute([None::<Vec<u8>>])?;
    }
    Ok(())
}
