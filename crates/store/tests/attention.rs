//! What needs a person on a real file: how much of it there is, and how it is settled. What those without a name are called.

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{AttentionCounts, BookInput, ClientDetails, WaitlistInput};
use petrel_domain::{AppointmentId, AppointmentStatus, ClientId, RefusalCode, SeriesScope};

const DAY: &str = "2026-06-01";

impl Salon {
    fn client_of(&self, phone: Option<&str>, email: Option<&str>) -> ClientId {
        let details = ClientDetails { phone: phone.map(Into::into), email: email.map(Into::into), ..ClientDetails::default() };
        self.store.create_client(&self.owner, details).unwrap().value
    }

    fn moved_twice(&self) -> Vec<AppointmentId> {
        self.store.needs_attention(&self.owner).unwrap().moved_twice.into_iter().map(|card| card.id).collect()
    }

    fn set(&self, id: AppointmentId, status: AppointmentStatus) {
        self.store.set_appointment_status(&self.owner, id, status).unwrap();
    }
}

fn hex(id: AppointmentId) -> String {
    format!("x'{}'", id.0.simple())
}

#[test]
fn what_is_more_than_is_shown_is_counted() {
    let salon = salon();
    salon.crowd(60);
    let all = salon.store.needs_attention(&salon.owner).unwrap();
    let counts = AttentionCounts {
        clashes: 59,
        awaiting_approval: 60,
        left_open: 0,
        of_the_dead: 60,
        moved_twice: 60,
        duplicates: 59,
        failed_messages: 60,
        unclear_phones: 60,
        unclear_emails: 60,
    };
    assert_eq!(all.counts, counts);
    assert_eq!(all.total, 478);
    for shown in [all.clashes.len(), all.awaiting_approval.len(), all.moved_twice.len(), all.duplicates.len(), all.unclear_phones.len()] {
        assert_eq!(shown, 50);
    }
    salon.store.dismiss_duplicate(&salon.owner, all.duplicates[0].first.id, all.duplicates[0].second.id, true).unwrap();
    salon.clock.set(at("2026-07-29", "08:00"));
    let later = salon.store.needs_attention(&salon.owner).unwrap().counts;
    assert_eq!((later.left_open, later.awaiting_approval, later.duplicates), (60, 0, 58));
}

#[test]
fn a_visit_that_two_desks_moved_stands_once_somebody_says_so() {
    let salon = salon();
    let first = salon.book(at(DAY, "10:00"));
    let shift = salon.shift(first, at("2026-06-02", "10:00"), SeriesScope::This);
    let one = salon.store.reschedule_appointment(&salon.owner, shift).unwrap().value;
    salon.later(1000);
    let other = salon.book_over(salon.client, at("2026-06-03", "10:00"));
    salon.sql(&format!("UPDATE appointments SET previous_appointment_id = {} WHERE id = {}", hex(first), hex(other)));
    assert_eq!(salon.moved_twice(), [one, other]);
    salon.later(1000);
    let saved = salon.store.let_stand(&salon.owner, one).unwrap();
    assert_eq!(salon.moved_twice(), [other], "the other is a question of its own");
    assert_eq!(saved.undo, None);
    let offer = salon.store.undo_offer().unwrap().map(|offer| offer.action);
    assert_ne!(offer.as_deref(), Some("let_stand"), "nothing was changed that could come back");
    // The desk that cancelled what this one is in place of has a clock an hour ahead.
    salon.cancel(other, SeriesScope::This);
    let ahead = salon.store.now().0 + 3_600_000;
    salon.sql(&format!("UPDATE appointments SET status = 'cancelled', updated_at = {ahead} WHERE id = {}", hex(first)));
    assert_eq!(salon.moved_twice(), [one]);
    salon.store.let_stand(&salon.owner, one).unwrap();
    assert_eq!(salon.moved_twice(), []);
    assert_eq!(salon.status(one), AppointmentStatus::Confirmed);
}

#[test]
fn a_visit_left_open_on_an_earlier_day_ended_as_planned() {
    let salon = salon();
    let [begun, waited, today] = [(DAY, "10:00"), (DAY, "11:00"), ("2026-06-02", "09:00")].map(|(day, time)| salon.book(at(day, time)));
    salon.clock.set(at(DAY, "10:05"));
    salon.set(begun, AppointmentStatus::InProgress);
    salon.set(waited, AppointmentStatus::CheckedIn);
    salon.clock.set(at("2026-06-02", "12:00"));
    salon.set(today, AppointmentStatus::InProgress);
    for id in [begun, waited, today] {
        salon.store.close_appointment(&salon.owner, id).unwrap();
    }
    let times = |id| {
        let card = salon.store.appointment(&salon.owner, id).unwrap().card;
        (card.status, card.actual_start_at, card.actual_end_at)
    };
    let done = AppointmentStatus::Completed;
    assert_eq!(times(begun), (done, Some(at(DAY, "10:05")), Some(at(DAY, "10:30"))));
    assert_eq!(times(waited), (done, Some(at(DAY, "11:00")), Some(at(DAY, "11:30"))));
    assert_eq!(times(today), (done, Some(at("2026-06-02", "12:00")), Some(at("2026-06-02", "12:00"))), "of today it is not known better");
    let board = salon.store.today_board(&salon.owner).unwrap();
    assert_eq!(board.appointments.iter().map(|card| card.id).collect::<Vec<_>>(), [today], "nobody waits to be picked up since yesterday");
    let refused = salon.store.close_appointment(&salon.owner, begun).unwrap_err().refusal();
    assert_eq!(refused.code, RefusalCode::BadTransition);
}

#[test]
fn a_visit_for_which_nobody_was_checked_in_took_place_as_planned() {
    let salon = salon();
    let [past, today, coming] =
        [(DAY, "10:00"), ("2026-06-02", "09:00"), ("2026-06-02", "15:00")].map(|(day, time)| salon.book(at(day, time)));
    salon.clock.set(at("2026-06-02", "12:00"));
    let saved = salon.store.close_appointment(&salon.owner, past).unwrap();
    salon.store.close_appointment(&salon.owner, today).unwrap();
    let card = |id| salon.store.appointment(&salon.owner, id).unwrap().card;
    for (id, day, from, to) in [(past, DAY, "10:00", "10:30"), (today, "2026-06-02", "09:00", "09:30")] {
        let card = card(id);
        assert_eq!(card.status, AppointmentStatus::Completed);
        assert_eq!((card.actual_start_at, card.actual_end_at), (Some(at(day, from)), Some(at(day, to))));
    }
    let board = salon.store.today_board(&salon.owner).unwrap();
    assert!(!board.appointments.iter().any(|card| card.id == past), "nobody waits to be picked up since yesterday");
    let refused = salon.store.close_appointment(&salon.owner, coming).unwrap_err().refusal();
    assert_eq!(refused.code, RefusalCode::BadTransition, "it is still to come");
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!((card(past).status, card(past).actual_start_at), (AppointmentStatus::Confirmed, None));
}

#[test]
fn who_has_no_name_is_called_by_their_phone_or_their_e_mail_everywhere() {
    let salon = salon();
    let by_phone = salon.client_of(Some("+4930555111"), Some("one@example.com"));
    let by_email = salon.client_of(None, Some("two@example.com"));
    let called = |id: AppointmentId| {
        let card = salon.store.appointment(&salon.owner, id).unwrap().card;
        let day = salon.store.schedule_range(&salon.owner, DAY.parse().unwrap(), 1).unwrap();
        let on_board = day.appointments.into_iter().find(|card| card.id == id).unwrap().client_name;
        assert_eq!(on_board, card.client_name);
        on_board
    };
    for (client, name, time) in [(by_phone, "+4930555111", "10:00"), (by_email, "two@example.com", "11:00")] {
        let visit = salon.book_over(client, at(DAY, time));
        assert_eq!(called(visit), name);
        let pet = salon.add_pet_of(client, "Kira");
        assert_eq!(salon.store.pet_page(&salon.owner, pet).unwrap().client_name, name);
        let wish = WaitlistInput { client_id: client, pet_id: Some(pet), ..salon.wish_to_wait() };
        let entry = salon.store.add_to_waitlist(&salon.owner, wish).unwrap().value;
        let waitlist = salon.store.waitlist(&salon.owner).unwrap();
        assert_eq!(waitlist.into_iter().find(|one| one.id == entry).unwrap().client_name, name);
        if client == by_email {
            salon.sql("UPDATE clients SET email = 'three@example.com', updated_at = updated_at + 1 WHERE email = 'two@example.com'");
            assert_eq!(called(visit), "three@example.com", "the board hears of another address");
        }
    }
}

#[test]
fn a_microchip_opens_the_pet() {
    let salon = salon();
    let other = salon.add_pet("Bella");
    for (pet, chip) in [(salon.pet, "276098100000111"), (other, "276 0981-00000222")] {
        salon.sql(&format!("UPDATE pets SET microchip = '{chip}', updated_at = updated_at + 1 WHERE id = x'{}'", pet.0.simple()));
    }
    let meant = |typed: &str| {
        let hits = salon.store.search(&salon.owner, typed, 5).unwrap();
        assert_eq!(hits.len(), 1, "{typed}");
        hits[0].pet_id
    };
    assert_eq!(meant("276098100000222"), Some(other), "as a scanner types it");
    assert_eq!(meant("276098100000111"), Some(salon.pet));
    assert_eq!(meant("0222"), Some(other), "the end of it");
    assert_eq!(meant("rex 0222"), Some(salon.pet), "a name says it first");
    assert_eq!(meant("123456"), None, "the end of a phone");
    salon.sql(&format!("UPDATE pets SET deceased_on = '2026-05-01', updated_at = updated_at + 1 WHERE id = x'{}'", other.0.simple()));
    assert_eq!(meant("276098100000222"), Some(other), "also of one that died");
}

#[test]
fn who_waits_for_a_day_that_has_passed_waits_in_vain() {
    let salon = salon();
    let on = |day: Option<&str>| WaitlistInput { requested_on: day.map(|day| day.parse().unwrap()), ..salon.wish_to_wait() };
    for day in [Some("2026-05-30"), Some("2026-06-01"), None] {
        salon.store.add_to_waitlist(&salon.owner, on(day)).unwrap();
    }
    let over = || salon.store.waitlist(&salon.owner).unwrap().into_iter().filter(|entry| entry.is_over).count();
    assert_eq!(over(), 0);
    salon.clock.set(at("2026-05-30", "23:59"));
    assert_eq!(over(), 0, "the day is not over yet");
    salon.clock.set(at("2026-05-31", "00:00"));
    assert_eq!(over(), 1);
}

#[test]
fn two_people_are_not_held_against_each_other_until_that_is_taken_back() {
    let salon = salon();
    let details = |first: &str| ClientDetails {
        first_name: first.into(),
        last_name: "Byron".into(),
        phone: Some("+442079460958".into()),
        ..ClientDetails::default()
    };
    let [ann, bo] = ["Ann", "Bo"].map(|first| salon.store.create_client(&salon.owner, details(first)).unwrap().value);
    let like = || salon.store.possible_duplicates(&salon.owner, &details("Ann"), Some(ann)).unwrap().len();
    let pairs = || salon.store.needs_attention(&salon.owner).unwrap().duplicates.len();
    assert_eq!((like(), pairs()), (1, 1));
    salon.store.dismiss_duplicate(&salon.owner, bo, ann, true).unwrap();
    assert_eq!((like(), pairs()), (0, 0));
    let new = salon.store.possible_duplicates(&salon.owner, &details("Cy"), None).unwrap();
    assert_eq!(new.len(), 2, "somebody new may be either");
    salon.store.dismiss_duplicate(&salon.owner, ann, bo, false).unwrap();
    assert_eq!((like(), pairs()), (1, 1));
}

#[test]
fn time_that_was_blocked_waits_for_nobody() {
    let salon = salon();
    let visit = salon.book(at(DAY, "10:00"));
    let mut meeting = BookInput { client_id: None, ..salon.wish(at(DAY, "11:00")) };
    meeting.notes.title = Some("Meeting".into());
    (meeting.pets[0].pet_id, meeting.pets[0].service_id, meeting.pets[0].duration_minutes) = (None, None, Some(60));
    salon.store.book_appointment(&salon.owner, meeting).unwrap();
    salon.clock.set(at(DAY, "17:00"));
    let open = salon.store.needs_attention(&salon.owner).unwrap().left_open;
    assert_eq!(open.iter().map(|card| card.id).collect::<Vec<_>>(), [visit]);
}
