//! What the schema cannot say by itself: what is replicated, which columns only make sense together, what deleting does, how long things are kept.
//!
//! The store's tests hold this against the real catalog.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What deleting a row does to the rows that refer to it. Carried out at the desk that deletes, as explicit changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnDelete {
    /// They are deleted with it.
    Cascade,
    /// Their reference is cleared.
    SetNull,
    /// They go on naming it: who did something did it, and the row stays with its name. To clear that would write into all a colleague ever did.
    Keep,
    /// It is refused while there are any.
    Restrict,
}

/// A reference from one table to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The table that refers.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
    /// The table referred to.
    pub parent: &'static str,
    /// What deleting the parent does.
    pub on_delete: OnDelete,
}

impl Reference {
    /// Whether a row cannot do without the one that it refers to.
    pub fn is_needed(&self) -> bool {
        matches!(self.on_delete, OnDelete::Cascade | OnDelete::Restrict)
    }
}

const fn cascade(table: &'static str, column: &'static str, parent: &'static str) -> Reference {
    Reference { table, column, parent, on_delete: OnDelete::Cascade }
}

const fn set_null(table: &'static str, column: &'static str, parent: &'static str) -> Reference {
    Reference { table, column, parent, on_delete: OnDelete::SetNull }
}

const fn keep(table: &'static str, column: &'static str, parent: &'static str) -> Reference {
    Reference { table, column, parent, on_delete: OnDelete::Keep }
}

const fn restrict(table: &'static str, column: &'static str, parent: &'static str) -> Reference {
    Reference { table, column, parent, on_delete: OnDelete::Restrict }
}

/// Every replicated table, parents before the tables that refer to them (a table may refer to itself).
pub const REPLICATED: &[&str] = &[
    "clinics",
    "staff",
    "clients",
    "client_tags",
    "pets",
    "services",
    "staff_schedules",
    "schedule_overrides",
    "appointments",
    "appointment_form_answers",
    "waitlist_entries",
    "waitlist_slot_offers",
    "waitlist_offer_recipients",
    "medical_records",
    "report_cards",
    "report_card_views",
    "attachments",
    "reviews",
    "qr_codes",
    "qr_scans",
    "private_feedback",
    "message_templates",
    "messages",
    "message_events",
    "unsubscribes",
    "calls",
    "faqs",
    "prompts",
    "lists",
    "list_members",
    "campaigns",
    "campaign_lists",
    "campaign_sends",
    "sequences",
    "sequence_steps",
    "enrollments",
    "integrations",
];

/// Every reference between replicated tables that the schema declares.
pub const REFERENCES: &[Reference] = &[
    // People.
    set_null("clients", "merged_into_id", "clients"),
    cascade("client_tags", "client_id", "clients"),
    cascade("pets", "client_id", "clients"),
    // Hours belong to their person; whoever wrote an override down does not matter to it.
    cascade("staff_schedules", "staff_id", "staff"),
    cascade("schedule_overrides", "staff_id", "staff"),
    keep("schedule_overrides", "created_by", "staff"),
    // A visit goes with its pet or client; a member of staff or a service that has visits stays, and is made inactive instead.
    cascade("appointments", "client_id", "clients"),
    cascade("appointments", "pet_id", "pets"),
    restrict("appointments", "service_id", "services"),
    restrict("appointments", "staff_id", "staff"),
    keep("appointments", "cancelled_by", "staff"),
    set_null("appointments", "previous_appointment_id", "appointments"),
    cascade("appointment_form_answers", "appointment_id", "appointments"),
    cascade("waitlist_entries", "client_id", "clients"),
    cascade("waitlist_entries", "pet_id", "pets"),
    cascade("waitlist_entries", "service_id", "services"),
    set_null("waitlist_entries", "staff_id", "staff"),
    cascade("waitlist_slot_offers", "service_id", "services"),
    set_null("waitlist_slot_offers", "staff_id", "staff"),
    keep("waitlist_slot_offers", "created_by", "staff"),
    set_null("waitlist_slot_offers", "accepted_entry_id", "waitlist_entries"),
    set_null("waitlist_slot_offers", "appointment_id", "appointments"),
    cascade("waitlist_offer_recipients", "offer_id", "waitlist_slot_offers"),
    cascade("waitlist_offer_recipients", "entry_id", "waitlist_entries"),
    // Care. A record outlives the visit at which it was written, and its author.
    cascade("medical_records", "pet_id", "pets"),
    set_null("medical_records", "appointment_id", "appointments"),
    keep("medical_records", "author_id", "staff"),
    cascade("report_cards", "appointment_id", "appointments"),
    cascade("report_cards", "pet_id", "pets"),
    keep("report_cards", "groomer_id", "staff"),
    cascade("report_card_views", "report_card_id", "report_cards"),
    cascade("reviews", "report_card_id", "report_cards"),
    cascade("reviews", "client_id", "clients"),
    cascade("reviews", "appointment_id", "appointments"),
    set_null("qr_codes", "staff_id", "staff"),
    cascade("qr_scans", "qr_code_id", "qr_codes"),
    set_null("private_feedback", "client_id", "clients"),
    set_null("private_feedback", "qr_code_id", "qr_codes"),
    set_null("private_feedback", "staff_id", "staff"),
    // Messaging. What was said stays, as long as its client does.
    cascade("messages", "client_id", "clients"),
    cascade("messages", "appointment_id", "appointments"),
    set_null("messages", "template_id", "message_templates"),
    cascade("message_events", "message_id", "messages"),
    cascade("message_events", "client_id", "clients"),
    cascade("unsubscribes", "client_id", "clients"),
    set_null("calls", "client_id", "clients"),
    set_null("calls", "appointment_id", "appointments"),
    // Marketing and journeys.
    cascade("list_members", "list_id", "lists"),
    cascade("list_members", "client_id", "clients"),
    set_null("campaigns", "template_id", "message_templates"),
    keep("campaigns", "created_by", "staff"),
    cascade("campaign_lists", "campaign_id", "campaigns"),
    cascade("campaign_lists", "list_id", "lists"),
    cascade("campaign_sends", "campaign_id", "campaigns"),
    cascade("campaign_sends", "client_id", "clients"),
    set_null("campaign_sends", "message_id", "messages"),
    set_null("campaign_sends", "appointment_id", "appointments"),
    cascade("sequence_steps", "sequence_id", "sequences"),
    cascade("enrollments", "sequence_id", "sequences"),
    cascade("enrollments", "client_id", "clients"),
];

/// References that the schema does not declare, because they point at a table that comes after theirs or at something that may come later
/// than they do. They are cleared all the same: a visit does not clash with one that is gone.
pub const LOOSE_REFERENCES: &[Reference] = &[
    set_null("appointments", "clash_with_id", "appointments"),
    set_null("pets", "photo_attachment_id", "attachments"),
    set_null("waitlist_offer_recipients", "message_id", "messages"),
    set_null("messages", "campaign_send_id", "campaign_sends"),
    set_null("messages", "enrollment_id", "enrollments"),
    set_null("messages", "faq_id", "faqs"),
    set_null("message_events", "campaign_id", "campaigns"),
];

/// Ids that name no row of one table: a series and a group are their visits, and an attachment's owner is told by `owner_table`.
pub const OPEN_IDS: &[(&str, &str)] = &[("appointments", "series_id"), ("appointments", "group_id"), ("attachments", "owner_id")];

/// A replicated table, with what is asked of it for every row that is judged.
#[derive(Debug)]
pub struct Replicated {
    /// Its name.
    pub name: &'static str,
    /// Its place in [`REPLICATED`].
    pub place: usize,
    /// The references that it declares.
    pub references: Vec<Reference>,
}

impl Replicated {
    /// Those of its references that a row cannot do without.
    pub fn needs(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|of| of.is_needed())
    }
}

/// The replicated table of this name.
pub fn replicated(name: &str) -> Option<&'static Replicated> {
    static TABLES: LazyLock<HashMap<&str, Replicated, foldhash::fast::FixedState>> = LazyLock::new(|| {
        let tables = REPLICATED.iter().enumerate().map(|(place, name)| {
            let references = REFERENCES.iter().filter(|of| of.table == *name).copied().collect();
            (*name, Replicated { name, place, references })
        });
        tables.collect()
    });
    TABLES.get(name)
}

/// The reference that a column is, declared or loose.
pub fn reference(table: &str, column: &str) -> Option<&'static Reference> {
    let declared = replicated(table).into_iter().flat_map(|table| &table.references);
    declared.chain(LOOSE_REFERENCES.iter().filter(|of| of.table == table)).find(|of| of.column == column)
}

/// The references to a table, declared and loose.
pub fn references_to(parent: &str) -> impl Iterator<Item = &'static Reference> {
    REFERENCES.iter().chain(LOOSE_REFERENCES).filter(move |reference| reference.parent == parent)
}

/// Columns of a table that only make sense together: the later clock wins all of them. Every other column is a register of its own.
///
/// What a person has said no to is never in one with something else: whoever corrects an address or a number at another desk must not take
/// back, by a later clock, that it may not be written to (`email_status`, `sms_opted_out_at`).
pub const REGISTERS: &[(&str, &[&str])] = &[
    ("appointments", &["starts_at", "ends_at", "staff_id"]),
    ("appointments", &["status", "actual_start_at", "actual_end_at", "cancelled_at", "cancelled_by", "cancellation_reason"]),
    ("appointments", &["final_cost_cents", "payment_status", "payment_currency"]),
    ("appointments", &["recurrence", "series_id"]),
    ("staff_schedules", &["day_of_week", "start_time", "end_time", "breaks"]),
    ("staff_schedules", &["effective_from", "effective_until"]),
    ("schedule_overrides", &["kind", "on_date", "start_time", "end_time", "recurrence"]),
    ("waitlist_entries", &["requested_on", "earliest_time", "latest_time"]),
    ("waitlist_entries", &["status", "offer_expires_at"]),
    ("waitlist_slot_offers", &["slot_on", "slot_time", "staff_id"]),
    ("waitlist_slot_offers", &["status", "accepted_entry_id", "appointment_id"]),
    ("clinics", &["plan", "subscription_status", "monthly_email_limit", "contact_limit"]),
    ("report_cards", &["is_draft", "dont_send", "sent_at", "expires_at", "public_token"]),
    ("messages", &["status", "attempts", "error", "sent_at", "delivered_at", "provider", "provider_message_id"]),
    ("campaigns", &["status", "scheduled_for", "started_at", "finished_at"]),
    ("enrollments", &["status", "current_step", "next_step_at"]),
    ("attachments", &["sha256", "media_type", "byte_size", "width", "height"]),
];

/// Objects in which a `false` is what a person said no to. Of two that were written apart, each no stands, whichever clock is later.
pub const WISHES: &[(&str, &str)] = &[("clients", "notification_settings")];

/// What is noted of a row because of another one, and nobody typed: the hub, or a desk that changed the other, writes it without asking.
pub const MARKS: &[(&str, &str)] = &[("appointments", "is_overbooked"), ("appointments", "clash_with_id")];

/// Whether a column is one of [`MARKS`].
pub fn is_mark(table: &str, column: &str) -> bool {
    MARKS.contains(&(table, column))
}

/// The register of a column: the columns that are won or lost together with it, itself among them.
pub fn register(table: &str, column: &'static str) -> Vec<&'static str> {
    let found = REGISTERS.iter().find(|(of, columns)| *of == table && columns.contains(&column));
    found.map_or_else(|| vec![column], |(_, columns)| columns.to_vec())
}

/// Tables that every replica keeps for itself from the replicated ones.
pub const DERIVED: &[&str] = &[
    "client_stats",
    "list_stats",
    "campaign_stats",
    "report_card_stats",
    "qr_code_stats",
    "template_stats",
    "faq_stats",
    "daily_stats",
    "hourly_stats",
    "analytics_cache",
    "visit_cards",
    "client_likeness",
    "unclear_emails",
    "search_docs",
    "search_index",
];

/// Tables of this desk alone.
pub const DEVICE: &[&str] = &["sync_state", "outbox", "rejected_changes", "stale_rows", "lost_values", "hub_notes", "settings"];

/// How long rows of a table are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The table.
    pub table: &'static str,
    /// Which of its rows, as an SQL condition.
    pub rows: &'static str,
    /// The column that says how old they are.
    pub since: &'static str,
    /// Days after which they are physically removed.
    pub days: u16,
}

/// Retention by rule. Medical records are not here: the law of the clinic's country says how long, and the clinic sets it.
pub const RETENTION: &[Retention] = &[
    Retention { table: "enrollments", rows: "status IN ('completed', 'stopped', 'failed')", since: "updated_at", days: 90 },
    Retention { table: "analytics_cache", rows: "1", since: "expires_at", days: 0 },
    Retention { table: "settings", rows: "key GLOB 'draft:*'", since: "updated_at", days: 30 },
    Retention { table: "outbox", rows: "sent_at IS NOT NULL", since: "sent_at", days: 90 },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn all_references() -> impl Iterator<Item = &'static Reference> {
        REFERENCES.iter().chain(LOOSE_REFERENCES)
    }

    #[test]
    fn no_column_is_in_two_registers_and_no_reference_stands_twice() {
        let mut columns: Vec<_> = REGISTERS.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column))).collect();
        columns.sort_unstable();
        assert!(columns.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(REGISTERS.iter().all(|(_, columns)| columns.len() > 1), "one column is a register by itself");
        let mut references: Vec<_> = all_references().map(|reference| (reference.table, reference.column)).collect();
        references.extend(OPEN_IDS);
        references.sort_unstable();
        assert!(references.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn every_table_is_known_once_and_parents_come_first() {
        let mut tables: Vec<_> = [REPLICATED, DERIVED, DEVICE].concat();
        tables.sort_unstable();
        assert!(tables.windows(2).all(|pair| pair[0] != pair[1]));
        let place = |table: &str| REPLICATED.iter().position(|of| *of == table).unwrap();
        for Reference { table, parent, .. } in REFERENCES {
            assert!(place(parent) <= place(table), "{table} refers to {parent}");
        }
        for table in REGISTERS.iter().map(|(table, _)| *table).chain(all_references().flat_map(|of| [of.table, of.parent])) {
            assert!(REPLICATED.contains(&table), "{table}");
        }
    }

    /// A parent that goes with a child of its own would take itself along for ever.
    #[test]
    fn deleting_comes_to_an_end() {
        fn reached(table: &'static str, on_the_way: &mut Vec<&'static str>) {
            assert!(!on_the_way.contains(&table), "{on_the_way:?} → {table}");
            on_the_way.push(table);
            for child in references_to(table).filter(|of| of.on_delete == OnDelete::Cascade) {
                reached(child.table, on_the_way);
            }
            on_the_way.pop();
        }
        REPLICATED.iter().for_each(|table| reached(table, &mut Vec::new()));
    }

    #[test]
    fn what_a_person_said_no_to_is_won_and_lost_by_itself() {
        for column in ["email_status", "sms_opted_out_at", "email", "phone"] {
            assert_eq!(register("clients", column), [column]);
        }
    }

    #[test]
    fn time_and_colleague_of_a_visit_are_won_together() {
        assert_eq!(register("appointments", "ends_at"), ["starts_at", "ends_at", "staff_id"]);
        assert_eq!(register("clients", "notes"), ["notes"]);
    }
}
