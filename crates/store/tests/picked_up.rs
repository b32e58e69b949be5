//! Who is done waits until somebody comes for them: what is stamped then, taken back, and told by desks that know nothing of it.

use crate::common::{Salon, at, salon};
use petrel_domain::AppointmentStatus::{CheckedIn, Completed, InProgress};
use petrel_domain::{AppointmentId, AppointmentStatus, Clock, MINUTE, Millis, RefusalCode, Role, StaffId};
use petrel_store::Actor;
use uuid::Uuid;

impl Salon {
    fn to(&self, id: AppointmentId, statuses: &[AppointmentStatus]) {
        for status in statuses {
            self.store.set_appointment_status(&self.owner, id, *status).unwrap();
        }
    }

    fn pick_up(&self, id: AppointmentId, is_picked_up: bool) -> Option<petrel_domain::desk::ActionId> {
        self.store.set_picked_up(&self.owner, &[id], is_picked_up).unwrap().undo
    }

    /// When a visit was picked up, as its panel and the board of today say alike.
    fn picked_up(&self, id: AppointmentId) -> Option<Millis> {
        let told = self.store.appointment(&self.owner, id).unwrap().card.picked_up_at;
        let day = self.store.schedule_range(&self.owner, "2026-06-01".parse().unwrap(), 1).unwrap();
        let card = day.appointments.iter().find(|card| card.id == id).unwrap();
        assert_eq!(card.picked_up_at, told);
        told
    }
}

/// A visit that is over, at half past ten.
fn done() -> (Salon, AppointmentId) {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    salon.clock.set(at("2026-06-01", "10:30"));
    salon.to(id, &[CheckedIn, InProgress, Completed]);
    (salon, id)
}

#[test]
fn who_is_done_waits_until_somebody_comes_and_that_can_be_taken_back() {
    let (salon, id) = done();
    assert_eq!(salon.picked_up(id), None, "to be done is not to be gone");
    salon.later(25 * MINUTE);
    let action = salon.pick_up(id, true).unwrap();
    assert_eq!(salon.picked_up(id), Some(salon.clock.now()));
    assert_eq!(salon.store.appointment(&salon.owner, id).unwrap().card.status_since, at("2026-06-01", "10:30"));
    assert_eq!(salon.store.undo_offer().unwrap().unwrap().action, "set_picked_up");
    salon.store.undo(&salon.owner, action).unwrap();
    assert_eq!(salon.picked_up(id), None);

    salon.pick_up(id, true);
    let first = salon.picked_up(id);
    salon.later(MINUTE);
    assert_eq!(salon.pick_up(id, true), None, "a second click is no second pick-up");
    assert_eq!(salon.picked_up(id), first);
    salon.pick_up(id, false);
    assert_eq!(salon.picked_up(id), None);
}

#[test]
fn only_what_is_over_can_be_picked_up_and_only_by_who_may_write() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    let refused = |actor: &Actor, id, is| salon.store.set_picked_up(actor, &[id], is).unwrap_err().refusal();
    salon.to(id, &[CheckedIn, InProgress]);
    let early = refused(&salon.owner, id, true);
    assert_eq!((early.code, early.detail.as_deref()), (RefusalCode::BadTransition, Some("in_progress>picked_up")));
    salon.to(id, &[Completed]);
    let nobody = AppointmentId(Uuid::nil());
    assert_eq!(refused(&salon.owner, nobody, true).code, RefusalCode::NotFound);
    let desk = Actor::staff(StaffId(Uuid::from_u128(9)), Role::FrontDesk);
    assert!(salon.store.set_picked_up(&desk, &[id], true).is_ok());
}

#[test]
fn a_visit_that_is_taken_up_again_is_not_picked_up_when_it_is_over_anew() {
    let (salon, id) = done();
    salon.pick_up(id, true);
    salon.later(MINUTE);
    salon.to(id, &[InProgress]);
    assert_eq!(salon.count("SELECT count(picked_up_at) FROM appointments"), 0);
    let back = salon.store.undo_offer().unwrap().unwrap();
    salon.store.undo(&salon.owner, back.action_id).unwrap();
    assert_eq!(salon.picked_up(id), Some(at("2026-06-01", "10:30")), "both come back");
    salon.to(id, &[InProgress, Completed]);
    assert_eq!(salon.picked_up(id), None);
}

/// A desk of an earlier schema takes the visit up again and ends it, and leaves the stamp that it does not know.
#[test]
fn a_stamp_from_before_the_visit_was_over_is_no_pick_up() {
    let (salon, id) = done();
    salon.pick_up(id, true);
    salon.later(20 * MINUTE);
    let ended = salon.clock.now();
    salon.sql(&format!("UPDATE appointments SET actual_end_at = {}, updated_at = updated_at + 1", ended.0));
    assert_eq!(salon.picked_up(id), None);
    // The clock of the desk that says it is behind that of the desk that ended it.
    salon.clock.set(Millis(ended.0 - 5 * MINUTE));
    salon.pick_up(id, true);
    assert_eq!(salon.picked_up(id), Some(ended));
    // An older desk takes it up again: whatever the stamp, a visit under way is not over.
    salon.sql("UPDATE appointments SET status = 'in_progress', actual_end_at = NULL, updated_at = updated_at + 1");
    assert_eq!(salon.picked_up(id), None);
    salon.to(id, &[Completed]);
    assert_eq!(salon.count("SELECT count(picked_up_at) FROM appointments"), 0);
}

#[test]
fn what_died_waits_for_nobody() {
    let (salon, id) = done();
    let saved = salon.die(salon.pet, "2026-06-01").unwrap();
    assert_eq!(salon.picked_up(id), Some(salon.clock.now()));
    assert_eq!(salon.store.appointment(&salon.owner, id).unwrap().pet_deceased_on, Some("2026-06-01".parse().unwrap()));
    salon.store.undo(&salon.owner, saved).unwrap();
    assert_eq!(salon.picked_up(id), None);

    // It is put to sleep in the course of the visit.
    salon.to(id, &[InProgress]);
    salon.die(salon.pet, "2026-06-01");
    salon.to(id, &[Completed]);
    assert_eq!(salon.picked_up(id), Some(salon.clock.now()));
}
