//! What lost to another desk's: who may settle it, and what is nobody's to choose by itself. And a clinic that is told of from the beginning.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

mod common;

use std::collections::HashSet;

use common::{Salon, salon};
use petrel_domain::manifest::REFERENCES;
use petrel_domain::{RefusalCode, Role, StaffId};
use petrel_store::Actor;
use uuid::Uuid;

impl Salon {
    /// A value that lost, as the hub tells it.
    fn lost(&self, seq: i64, table: &str, id: Uuid, column: &str, lost: &str) {
        let id = id.simple();
        self.sql(&format!(
            "INSERT INTO lost_values (seq, table_name, row_id, column_name, kept, lost, lost_seq, replica_id, written_at)
             VALUES ({seq}, '{table}', x'{id}', '{column}', '\"\"', '\"{lost}\"', {seq}, x'{id}', 1)"
        ));
    }

    fn choose(&self, actor: &Actor, seq: i64, column: &str) -> Result<(), RefusalCode> {
        self.store.choose_value(actor, seq, column, true).map(drop).map_err(|error| error.refusal().code)
    }
}

#[test]
fn a_value_that_lost_is_settled_by_who_may_write_it_and_never_makes_an_owner() {
    let salon = salon();
    let front = Actor::staff(StaffId(Uuid::from_u128(1)), Role::FrontDesk);
    let admin = Actor::staff(StaffId(Uuid::from_u128(2)), Role::Admin);
    let visit = Uuid::from_u128(3);
    salon.lost(1, "clients", salon.client.0, "notes", "fears cats");
    salon.lost(2, "staff", salon.staff.0, "first_name", "Eve");
    salon.lost(3, "appointments", visit, "status", "confirmed");
    let seen = |actor: &Actor| salon.store.lost_choices(actor).unwrap().iter().map(|choice| choice.seq).collect::<Vec<_>>();
    assert_eq!((seen(&front), seen(&admin)), (vec![1], vec![2, 1]));
    assert_eq!(salon.choose(&front, 2, "first_name"), Err(RefusalCode::Forbidden));
    assert_eq!(salon.choose(&admin, 2, "first_name"), Err(RefusalCode::Forbidden), "an owner is an owner's to change");
    assert_eq!(salon.choose(&salon.owner, 3, "status"), Err(RefusalCode::NotFound), "a status alone is half of what was said");
    assert_eq!(salon.choose(&front, 1, "notes"), Ok(()));
    assert_eq!(salon.choose(&salon.owner, 2, "first_name"), Ok(()));
    assert_eq!(salon.count("SELECT count(*) FROM staff WHERE first_name = 'Eve'"), 1);
}

#[test]
fn a_clinic_that_is_told_of_names_nothing_that_was_not_told_before() {
    let salon = salon();
    // Every client was merged into the one that came after, and there are more than go into one transaction.
    let add = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
        INSERT INTO clients (id, first_name, merged_into_id, created_at, updated_at)
        SELECT unhex(printf('0190000000007000800000000000%04x', i)), 'Ann',
          CASE WHEN i < 1201 THEN unhex(printf('0190000000007000800000000000%04x', i + 1)) END, 1, 1 FROM n";
    salon.store.write(&Actor::program(), petrel_store::Action::CreateClient, |tx| Ok(tx.db().execute(add, [])?)).unwrap();
    salon.sql("UPDATE outbox SET sent_at = 1");
    assert!(salon.store.tell_everything().unwrap());
    let (mut told, mut named) = (HashSet::new(), 0);
    for transaction in salon.store.outgoing(0, usize::MAX, usize::MAX).unwrap() {
        told.extend(transaction.changes.iter().map(|change| (change.table.to_string(), change.id)));
        for change in &transaction.changes {
            for of in REFERENCES.iter().filter(|of| of.table == &*change.table) {
                let Some(id) = change.columns.get(of.column).and_then(|id| id.as_str()) else { continue };
                assert!(told.contains(&(of.parent.to_owned(), id.parse().unwrap())), "{} names one not told of", of.column);
                named += usize::from(of.column == "merged_into_id");
            }
        }
    }
    assert_eq!(named, 1200);
}
