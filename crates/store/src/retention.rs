//! What this desk keeps for itself is forgotten by rule, so that its file does not grow with every day of work.

use petrel_domain::DAY;
use petrel_domain::manifest::{DERIVED, DEVICE, RETENTION, Retention};
use rusqlite::{Connection, TransactionBehavior, params};

use crate::{Result, Store};

/// Rows of the outbox that are looked at in one go: the writer is not held for long.
const AT_ONCE: i64 = 1_000;

impl Store {
    /// Removes what [`RETENTION`] says of this desk's own tables: drafts that nobody took up, what was sent long ago. What is replicated is
    /// removed by the log alone. Answers how many rows went.
    ///
    /// # Errors
    /// What SQLite says; nothing is changed then.
    pub fn forget_old(&self) -> Result<usize> {
        let now = self.now().0;
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut gone = 0;
        for rule in RETENTION.iter().filter(|rule| DEVICE.contains(&rule.table) || DERIVED.contains(&rule.table)) {
            let before = now - i64::from(rule.days) * DAY;
            gone += match rule.table {
                "outbox" => forget_sent(&tx, rule, before)?,
                table => tx.execute(&format!("DELETE FROM {table} WHERE {} AND {} < ?1", rule.rows, rule.since), [before])?,
            };
        }
        tx.commit()?;
        Ok(gone)
    }
}

/// Whole actions from the beginning of the outbox: of one that is half gone, half would be undone. What has not come back from the hub shields
/// its rows still.
fn forget_sent(db: &Connection, rule: &Retention, before: i64) -> Result<usize> {
    let is_kept = format!("NOT ({}) OR {} >= ?1 OR last_seq IS NULL OR last_seq > (SELECT cursor FROM sync_state)", rule.rows, rule.since);
    let mut statement =
        db.prepare(&format!("SELECT n, action_id, {is_kept} FROM (SELECT * FROM outbox ORDER BY n LIMIT ?2) ORDER BY n"))?;
    let mut rows = statement.query(params![before, AT_ONCE])?;
    let mut end = None;
    while let Some(row) = rows.next()? {
        end = Some((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        if row.get(2)? {
            break;
        }
    }
    drop(rows);
    let Some((n, action)) = end else { return Ok(0) };
    let gone = db.execute("DELETE FROM outbox WHERE n < ?1 AND action_id <> ?2", params![n, action])?;
    if gone > 0 {
        return Ok(gone);
    }
    // An action longer than what is looked at, an import, goes in one, where none of it is kept. The last action stays: numbers go on from it.
    let whole = format!(
        "DELETE FROM outbox WHERE action_id = ?2 AND NOT EXISTS (SELECT 1 FROM outbox WHERE action_id = ?2 AND ({is_kept}))
           AND (SELECT action_id FROM outbox ORDER BY n DESC LIMIT 1) <> ?2"
    );
    Ok(db.execute(&whole, params![before, action])?)
}
