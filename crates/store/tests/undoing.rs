//! Undo on a real file, where other desks have gone on meanwhile.

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{ActionId, BookInput, MergeInput, WaitlistInput};
use petrel_domain::{AppointmentStatus, ClientId, Refusal, RefusalCode, SeriesScope};

const DAY: &str = "2026-06-01";

impl Salon {
    fn undo(&self, action: Option<ActionId>) -> Result<(), Refusal> {
        self.later(1000);
        self.store.undo(&self.owner, action.unwrap()).map(drop).map_err(|error| error.refusal())
    }

    fn wait(&self, client: ClientId) {
        let wish = WaitlistInput { client_id: client, ..self.wish_to_wait() };
        self.store.add_to_waitlist(&self.owner, wish).unwrap();
    }
}

/// Gives Rex to somebody else.
type Give = fn(&Salon, ClientId) -> Option<ActionId>;

const GIVE: [Give; 2] = [
    |salon, to| salon.store.move_pet(&salon.owner, salon.pet, to).unwrap().undo,
    |salon, to| salon.store.merge_clients(&salon.owner, MergeInput { into_id: to, from_id: salon.client }).unwrap().undo,
];

#[test]
fn an_undo_leaves_no_visit_to_come_with_whom_the_pet_is_no_longer() {
    for give in GIVE {
        let salon = salon();
        let before = salon.book(at(DAY, "09:00"));
        let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
        let given = give(&salon, ida);
        salon.later(1000);
        let input = BookInput { client_id: Some(ida), ..salon.wish(at(DAY, "10:00")) };
        let since = salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids[0];
        let refusal = salon.undo(given).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.field.as_deref(), refusal.detail.as_deref()),
            (RefusalCode::InUse, Some("pets"), Some("visit_planned"))
        );
        salon.cancel(since, SeriesScope::This);
        salon.undo(given).unwrap();
        let owner =
            "SELECT count(*) FROM pets p JOIN appointments a ON a.pet_id = p.id AND a.client_id = p.client_id WHERE a.status = 'confirmed'";
        assert_eq!((salon.count(owner), salon.status(before)), (1, AppointmentStatus::Confirmed), "what went along comes back along");
    }
}

#[test]
fn an_undo_leaves_nobody_waiting_with_a_pet_that_is_no_longer_theirs() {
    for give in GIVE {
        let salon = salon();
        let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
        let given = give(&salon, ida);
        salon.later(1000);
        salon.wait(ida);
        let refusal = salon.undo(given).unwrap_err();
        assert_eq!((refusal.code, refusal.detail.as_deref()), (RefusalCode::InUse, Some("wait_planned")));
    }
}

/// Whoever came with a pet is who came, whosever it is.
#[test]
fn a_visit_that_is_past_keeps_no_pet_from_going_back() {
    for give in GIVE {
        let salon = salon();
        let ida = salon.add_client("Ida", "Rhodes", "+4930111111");
        let given = give(&salon, ida);
        salon.later(1000);
        let input = BookInput { client_id: Some(ida), ..salon.wish(at(DAY, "10:00")) };
        salon.store.book_appointment(&salon.owner, input).unwrap();
        salon.clock.set(at(DAY, "12:00"));
        salon.undo(given).unwrap();
    }
}

#[test]
fn a_visit_that_was_cancelled_does_not_come_back_for_a_pet_that_died_since() {
    let salon = salon();
    let id = salon.book(at(DAY, "10:00"));
    let cancelled = salon.cancel(id, SeriesScope::This).undo;
    salon.later(1000);
    let died = salon.die(salon.pet, "2026-05-29");
    let refusal = salon.undo(cancelled).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::PetDeceased, Some("pet_id")));
    assert_eq!(salon.status(id), AppointmentStatus::Cancelled);
    salon.undo(died).unwrap();
    salon.undo(cancelled).unwrap();
    assert_eq!(salon.status(id), AppointmentStatus::Confirmed);
}

/// It is what was: that it should not be there is for the visit's own page to say.
#[test]
fn who_was_deleted_comes_back_with_a_pet_that_was_dead_then() {
    let salon = salon();
    salon.book(at(DAY, "10:00"));
    salon.sql("UPDATE pets SET deceased_on = '2026-05-28'");
    let deleted = salon.store.delete_client(&salon.owner, salon.client).unwrap().undo;
    salon.undo(deleted).unwrap();
}

#[test]
fn a_visit_that_is_past_comes_back_for_a_pet_that_died() {
    let salon = salon();
    let id = salon.book(at(DAY, "10:00"));
    salon.clock.set(at(DAY, "12:00"));
    let no_show = salon.store.set_appointment_status(&salon.owner, id, AppointmentStatus::NoShow).unwrap().undo;
    salon.die(salon.pet, "2026-05-29");
    salon.undo(no_show).unwrap();
}

#[test]
fn a_pin_that_was_changed_does_not_come_back() {
    let salon = salon();
    let before = salon.store.undo_offer().unwrap();
    salon.later(1000);
    let saved = salon.store.set_pin(&salon.owner, salon.staff, Some("4711"), None).unwrap();
    assert_eq!(saved.undo, None);
    assert_eq!(salon.store.undo_offer().unwrap(), before);
    let action = ActionId(salon.count("SELECT max(action_id) FROM outbox WHERE action = 'set_pin'"));
    assert_eq!(salon.undo(Some(action)).unwrap_err().code, RefusalCode::NothingToUndo);
}

/// The last thing, the one before it, and so on; and all of it forward again.
#[test]
fn one_row_is_taken_back_step_by_step() {
    let salon = salon();
    let (ten, noon, three) = (at(DAY, "10:00"), at(DAY, "12:00"), at(DAY, "15:00"));
    let offered = || salon.store.undo_offer().unwrap().map(|offer| offer.action_id);
    let before = offered();
    let id = salon.book(ten);
    let mut moves = Vec::new();
    for to in [noon, three] {
        salon.later(1000);
        moves.push(salon.store.move_appointment(&salon.owner, salon.shift(id, to, SeriesScope::This)).unwrap().undo);
    }
    // What came before waits for what came after.
    assert_eq!(salon.undo(moves[0]).unwrap_err().code, RefusalCode::ChangedSince);
    let step_back = || {
        salon.later(1000);
        salon.store.undo(&salon.owner, offered().unwrap()).unwrap().undo
    };
    let again = step_back();
    assert_eq!(salon.starts_at(id), noon);
    salon.undo(again).unwrap();
    assert_eq!(salon.starts_at(id), three);
    for expected in [noon, ten] {
        step_back();
        assert_eq!(salon.starts_at(id), expected);
    }
    let again = step_back();
    assert_eq!(offered(), before);
    salon.undo(again).unwrap();
    assert_eq!(salon.starts_at(id), ten);
}
