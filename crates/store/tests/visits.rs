//! Visits on a real file: what fits, what is refused, what moves, what comes back.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{
    ActionId, AppointmentCard, AppointmentNotes, BookInput, BookPet, EditAppointmentInput, FormAnswer, FormField, FreeSlotsQuery,
    MoveInput, NotifyInput, WeeklyHours,
};
use petrel_domain::{
    AppointmentId, AppointmentStatus, BookingMethod, ClientId, Clock, DAY, FieldType, MINUTE, Millis, PetId, RefusalCode, SeriesScope,
    ServiceKind, Species,
};

#[test]
fn a_second_visit_at_the_same_time_is_refused_with_the_free_times_next_to_it() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    let refusal = salon.refused(salon.wish(at("2026-06-01", "10:15")));
    assert_eq!(refusal.code, RefusalCode::SlotTaken);
    assert_eq!(refusal.alternatives[0].starts_at, at("2026-06-01", "10:30"));
    assert!(refusal.alternatives.len() >= 3);
    let knowingly = BookInput { overruled: knowingly(), ..salon.wish(at("2026-06-01", "10:15")) };
    let id = salon.store.book_appointment(&salon.owner, knowingly).unwrap().value.appointment_ids[0];
    assert!(salon.store.appointment(&salon.owner, id).unwrap().card.is_overbooked);
}

#[test]
fn two_threads_that_want_one_time_get_it_once() {
    let salon = salon();
    let wins = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    salon.store.book_appointment(&salon.owner, salon.wish(at("2026-06-01", "11:00"))).map_err(|e| e.refusal().code)
                })
            })
            .collect();
        tries.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(wins.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(wins.iter().flat_map(|result| result.as_ref().err()).all(|code| *code == RefusalCode::SlotTaken));
}

#[test]
fn outside_of_hours_and_in_breaks_a_visit_is_refused_and_can_be_booked_knowingly() {
    let salon = salon();
    for time in ["07:00", "13:15", "17:45"] {
        assert_eq!(salon.refused(salon.wish(at("2026-06-01", time))).code, RefusalCode::OutsideHours, "{time}");
    }
    let knowingly = BookInput { overruled: knowingly(), is_emergency: true, ..salon.wish(at("2026-06-01", "07:00")) };
    assert!(salon.store.book_appointment(&salon.owner, knowingly).is_ok());
}

#[test]
fn the_main_road_stamps_what_happened_and_undo_takes_a_step_back() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    for status in [AppointmentStatus::CheckedIn, AppointmentStatus::InProgress, AppointmentStatus::Completed] {
        salon.later(60_000);
        salon.store.set_appointment_status(&salon.owner, id, status).unwrap();
    }
    let done = salon.store.appointment(&salon.owner, id).unwrap();
    assert!(done.card.actual_start_at < done.card.actual_end_at && done.card.actual_start_at.is_some());
    let wrong = salon.store.set_appointment_status(&salon.owner, id, AppointmentStatus::NoShow).unwrap_err().refusal();
    assert_eq!((wrong.code, wrong.detail.as_deref()), (RefusalCode::BadTransition, Some("completed>no_show")));
    let offer = salon.store.undo_offer().unwrap().unwrap();
    salon.store.undo(&salon.owner, offer.action_id).unwrap();
    assert_eq!(salon.status(id), AppointmentStatus::InProgress);
    assert_eq!(salon.store.appointment(&salon.owner, id).unwrap().card.actual_end_at, None);
}

/// Who waits longest is seen first: also where something is written of the visit meanwhile.
#[test]
fn who_was_checked_in_has_waited_since_then() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    let since = || salon.store.appointment(&salon.owner, id).unwrap().card.status_since;
    let set = |status| drop(salon.store.set_appointment_status(&salon.owner, id, status).unwrap());
    let arrived = salon.clock.now();
    set(AppointmentStatus::CheckedIn);
    salon.later(25 * MINUTE);
    salon.store.edit_appointment(&salon.owner, salon.edit_of(id)).unwrap();
    assert_eq!(since(), arrived);
    let day = "2026-06-01".parse().unwrap();
    let board = salon.store.schedule_range(&salon.owner, day, 1).unwrap();
    assert_eq!(board.appointments.iter().map(|card| card.status_since).collect::<Vec<_>>(), [arrived]);
    // Back from a click that was wrong: it waits as long as before.
    set(AppointmentStatus::InProgress);
    set(AppointmentStatus::CheckedIn);
    assert_eq!(since(), arrived);
    // It was somebody else's dog.
    set(AppointmentStatus::Confirmed);
    salon.later(MINUTE);
    set(AppointmentStatus::CheckedIn);
    assert_eq!(since(), salon.clock.now());
}

#[test]
fn who_is_still_here_from_the_days_before_stands_on_the_board_of_today() {
    let salon = salon();
    let today = || salon.store.today_board(&salon.owner).unwrap().appointments.iter().map(|card| card.id).collect::<Vec<_>>();
    let stays = salon.book(at("2026-06-01", "10:00"));
    let waits = salon.book(at("2026-06-01", "11:00"));
    let expected = salon.book(at("2026-06-01", "12:00"));
    let long = salon.book_over(salon.client, at("2026-05-30", "09:00"));
    salon.sql(&format!(
        "UPDATE appointments SET ends_at = {}, updated_at = updated_at + 1 WHERE starts_at < {}",
        at("2026-06-01", "20:00").0,
        at("2026-06-01", "00:00").0
    ));
    let set = |id, status| drop(salon.store.set_appointment_status(&salon.owner, id, status).unwrap());
    salon.clock.set(at("2026-06-01", "12:30"));
    for id in [stays, waits, long] {
        set(id, AppointmentStatus::CheckedIn);
    }
    set(stays, AppointmentStatus::InProgress);
    assert_eq!(today(), [long, stays, waits, expected]);
    let own = salon.book(at("2026-06-03", "10:00"));
    salon.clock.set(at("2026-06-03", "08:00"));
    assert_eq!(today(), [long, stays, waits, own], "who never came is not here");
    set(stays, AppointmentStatus::Completed);
    assert_eq!(today(), [long, stays, waits, own], "who is done today is to be picked up");
    salon.clock.set(at("2026-06-04", "08:00"));
    assert_eq!(today(), [long, waits]);
    salon.clock.set(at("2026-06-12", "08:00"));
    assert_eq!(today(), [], "what nobody closed for so long needs attention");
}

#[test]
fn undoing_a_cancellation_is_refused_when_the_time_was_given_away() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    let cancelled = salon.cancel(id, SeriesScope::This);
    salon.later(1000);
    let taken = salon.book(at("2026-06-01", "10:00"));
    let undo = |action| salon.store.undo(&salon.owner, action).map_err(|error| error.refusal().code);
    assert_eq!(undo(cancelled.undo.unwrap()).unwrap_err(), RefusalCode::SlotTaken);
    assert_eq!(salon.status(id), AppointmentStatus::Cancelled);
    salon.cancel(taken, SeriesScope::This);
    undo(cancelled.undo.unwrap()).unwrap();
    assert_eq!(salon.status(id), AppointmentStatus::Confirmed);
}

#[test]
fn a_series_keeps_its_wall_clock_over_the_change_and_tells_what_it_left_out() {
    let salon = salon();
    // Berlin sets its clocks back on 25 October 2026; the second Monday is taken.
    salon.book(at("2026-10-26", "10:00"));
    let series = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=4".into()), ..salon.wish(at("2026-10-19", "10:00")) };
    let booked = salon.store.book_appointment(&salon.owner, series).unwrap().value;
    assert_eq!(booked.appointment_ids.len(), 3);
    assert_eq!(booked.skipped, [at("2026-10-26", "10:00")]);
    let starts = |id: &AppointmentId| salon.store.appointment(&salon.owner, *id).unwrap().card.starts_at;
    let all: Vec<_> = booked.appointment_ids.iter().map(starts).collect();
    assert_eq!(all, [at("2026-10-19", "10:00"), at("2026-11-02", "10:00"), at("2026-11-09", "10:00")]);
    // "Book anyway" is said of the first date, which was seen.
    let over =
        BookInput { overruled: knowingly(), recurrence: Some("FREQ=WEEKLY;COUNT=2".into()), ..salon.wish(at("2026-10-19", "10:00")) };
    let booked = salon.store.book_appointment(&salon.owner, over).unwrap().value;
    assert_eq!((booked.appointment_ids.len(), booked.skipped.as_slice()), (1, &[at("2026-10-26", "10:00")][..]));
    // That it lies outside of the hours holds for all of them.
    let late =
        BookInput { overruled: knowingly(), recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at("2026-06-01", "20:00")) };
    assert_eq!(salon.store.book_appointment(&salon.owner, late).unwrap().value.appointment_ids.len(), 3);
}

#[test]
fn moving_this_and_following_moves_the_rest_by_as_much_and_all_or_none() {
    let salon = salon();
    let series = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=4".into()), ..salon.wish(at("2026-06-01", "10:00")) };
    let ids = salon.store.book_appointment(&salon.owner, series).unwrap().value.appointment_ids;
    salon.later(1000);
    salon.store.move_appointment(&salon.owner, salon.shift(ids[1], at("2026-06-09", "11:00"), SeriesScope::Following)).unwrap();
    let starts = |id: AppointmentId| salon.store.appointment(&salon.owner, id).unwrap().card.starts_at;
    let all: Vec<_> = ids.iter().map(|id| starts(*id)).collect();
    assert_eq!(all, [at("2026-06-01", "10:00"), at("2026-06-09", "11:00"), at("2026-06-16", "11:00"), at("2026-06-23", "11:00")]);
    salon.book(at("2026-06-23", "15:00"));
    let refused = salon.store.move_appointment(&salon.owner, salon.shift(ids[1], at("2026-06-09", "15:00"), SeriesScope::Following));
    let refusal = refused.unwrap_err().refusal();
    assert_eq!(
        (refusal.code, refusal.until, refusal.detail.as_deref()),
        (RefusalCode::SlotTaken, Some(at("2026-06-23", "15:00")), Some("1"))
    );
    assert_eq!(refusal.alternatives, [], "free times beside another date are not this visit's");
    assert_eq!(starts(ids[2]), at("2026-06-16", "11:00"), "none of them moved");
    // A week earlier each would stand where the one before does now, which moves as well: one date alone does not fit.
    salon.book(at("2026-06-02", "11:00"));
    let earlier = salon.store.move_appointment(&salon.owner, salon.shift(ids[1], at("2026-06-02", "11:00"), SeriesScope::Following));
    let refusal = earlier.unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.until), (RefusalCode::SlotTaken, None));
    assert!(!refusal.alternatives.is_empty());
    salon.cancel(ids[2], SeriesScope::All);
    assert!(ids.iter().all(|id| salon.status(*id) == AppointmentStatus::Cancelled));
}

#[test]
fn several_of_a_series_are_those_of_the_same_pet_that_are_still_to_come() {
    let salon = salon();
    let mut input = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=4".into()), ..salon.wish(at("2026-06-01", "10:00")) };
    let luna = salon.add_pet("Luna");
    input.pets.push(BookPet {
        pet_id: Some(luna),
        starts_at: at("2026-06-01", "10:30"),
        duration_minutes: Some(15),
        ..input.pets[0].clone()
    });
    let ids = salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids;
    let card = |id: AppointmentId| salon.store.appointment(&salon.owner, id).unwrap().card;
    let (rex, lunas): (Vec<_>, Vec<_>) = ids.iter().copied().partition(|id| card(*id).pet_id == Some(salon.pet));
    // Two weeks on nobody has closed the first visit; it is over all the same.
    salon.clock.set(at("2026-06-12", "08:00"));
    let mut longer = salon.shift(rex[3], at("2026-06-22", "11:00"), SeriesScope::All);
    longer.ends_at = at("2026-06-22", "11:45");
    salon.store.move_appointment(&salon.owner, longer).unwrap();
    let times = |ids: &[AppointmentId]| ids.iter().map(|id| (card(*id).starts_at, card(*id).ends_at)).collect::<Vec<_>>();
    let day = |date: &str, from: &str, until: &str| (at(date, from), at(date, until));
    assert_eq!(
        times(&rex),
        [
            day("2026-06-01", "10:00", "10:30"),
            day("2026-06-08", "10:00", "10:30"),
            day("2026-06-15", "11:00", "11:45"),
            day("2026-06-22", "11:00", "11:45"),
        ]
    );
    let stays = ["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22"].map(|date| day(date, "10:30", "10:45"));
    assert_eq!(times(&lunas), stays);
    // One of another length keeps it when the series moves on.
    let shorter = MoveInput { ends_at: at("2026-06-15", "11:15"), ..salon.shift(rex[2], at("2026-06-15", "11:00"), SeriesScope::This) };
    salon.store.move_appointment(&salon.owner, shorter).unwrap();
    let on = MoveInput { ends_at: at("2026-06-22", "12:45"), ..salon.shift(rex[3], at("2026-06-22", "12:00"), SeriesScope::All) };
    salon.store.move_appointment(&salon.owner, on).unwrap();
    assert_eq!(times(&rex[2..]), [day("2026-06-15", "12:00", "12:15"), day("2026-06-22", "12:00", "12:45")]);
    salon.cancel(rex[3], SeriesScope::All);
    let open = [AppointmentStatus::Confirmed, AppointmentStatus::Confirmed, AppointmentStatus::Cancelled, AppointmentStatus::Cancelled];
    assert_eq!(rex.iter().map(|id| salon.status(*id)).collect::<Vec<_>>(), open);
    assert!(lunas.iter().all(|id| salon.status(*id) == AppointmentStatus::Confirmed));
}

#[test]
fn of_a_series_one_visit_alone_is_rescheduled() {
    let salon = salon();
    let series = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at("2026-06-01", "10:00")) };
    let ids = salon.store.book_appointment(&salon.owner, series).unwrap().value.appointment_ids;
    let several = salon.shift(ids[0], at("2026-06-02", "10:00"), SeriesScope::Following);
    let refusal = salon.store.reschedule_appointment(&salon.owner, several).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("scope")));
}

#[test]
fn who_walks_in_and_comes_again_is_here_once() {
    let salon = salon();
    let series = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at("2026-06-01", "10:00")) };
    let walk_in = BookInput { booking_method: BookingMethod::WalkIn, ..series };
    salon.clock.set(at("2026-06-01", "09:58"));
    let ids = salon.store.book_appointment(&salon.owner, walk_in).unwrap().value.appointment_ids;
    let expected = [AppointmentStatus::CheckedIn, AppointmentStatus::Confirmed, AppointmentStatus::Confirmed];
    assert_eq!(ids.iter().map(|id| salon.status(*id)).collect::<Vec<_>>(), expected);
    // Who is told to come tomorrow is not here yet.
    let tomorrow = BookInput { booking_method: BookingMethod::WalkIn, ..salon.wish(at("2026-06-02", "09:00")) };
    let id = salon.store.book_appointment(&salon.owner, tomorrow).unwrap().value.appointment_ids[0];
    assert_eq!(salon.status(id), AppointmentStatus::Confirmed);
}

#[test]
fn rescheduling_keeps_the_chain_and_frees_the_old_time() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    let input = salon.shift(id, at("2026-06-03", "09:00"), SeriesScope::This);
    let new = salon.store.reschedule_appointment(&salon.owner, input).unwrap().value;
    let (old, now) = (salon.store.appointment(&salon.owner, id).unwrap(), salon.store.appointment(&salon.owner, new).unwrap());
    assert_eq!((old.card.status, old.next_appointment_id), (AppointmentStatus::Rescheduled, Some(new)));
    assert_eq!((now.previous_appointment_id, now.reschedule_count), (Some(id), 1));
    salon.book(at("2026-06-01", "10:00"));
}

#[test]
fn a_booked_time_is_no_longer_offered_and_its_buffer_neither() {
    let salon = salon();
    let query = FreeSlotsQuery {
        service_id: Some(salon.service),
        staff_id: None,
        duration_minutes: None,
        from: "2026-06-01".parse().unwrap(),
        days: 1,
        is_emergency: false,
        moving: None,
        one_a_time: false,
        limit: None,
        starts_at: None,
    };
    let free =
        |query: &FreeSlotsQuery| salon.store.free_slots(&salon.owner, query).unwrap().iter().map(|slot| slot.starts_at).collect::<Vec<_>>();
    assert!(free(&query).contains(&at("2026-06-01", "10:30")));
    let id = salon.book(at("2026-06-01", "10:00"));
    let times = free(&query);
    assert!(!times.contains(&at("2026-06-01", "10:15")) && times.contains(&at("2026-06-01", "10:30")));
    // Whoever looks for another hand for a visit of twenty past asks for that time.
    let exactly = |time: &str| free(&FreeSlotsQuery { starts_at: Some(at("2026-06-01", time)), ..query.clone() });
    assert_eq!([exactly("10:20"), exactly("10:35")], [vec![], vec![at("2026-06-01", "10:35")]]);
    assert!(free(&FreeSlotsQuery { moving: Some(id), ..query }).contains(&at("2026-06-01", "10:15")), "it is not in its own way");
}

#[test]
fn the_board_shows_the_day_and_what_reaches_into_it() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    salon.book(at("2026-06-02", "10:00"));
    let stay = BookInput {
        notes: AppointmentNotes { title: Some("Boarding".into()), ..AppointmentNotes::default() },
        overruled: knowingly(),
        ..salon.wish(at("2026-05-30", "09:00"))
    };
    let mut stay = stay;
    (stay.pets[0].service_id, stay.pets[0].duration_minutes) = (None, Some(4 * 1440));
    salon.store.book_appointment(&salon.owner, stay).unwrap();
    let board = salon.store.schedule_range(&salon.owner, "2026-06-01".parse().unwrap(), 1).unwrap();
    assert_eq!(board.appointments.len(), 2);
    assert_eq!(board.timezone, "Europe/Berlin");
    assert!(board.blocks.iter().any(|block| block.starts_at == at("2026-06-01", "09:00")));
    let month = salon.store.month_overview(&salon.owner, "2026-06-15".parse().unwrap()).unwrap();
    let first = month.iter().find(|day| day.date == "2026-06-01".parse().unwrap()).unwrap();
    assert_eq!((first.visits, first.booked_minutes, first.open_minutes), (2, 30, 8 * 60), "a stay is there on each of its days");
    let days = |from: &str| month.iter().skip_while(|day| day.date.to_string() != from).map(|day| day.visits).take(6).collect::<Vec<_>>();
    assert_eq!(days("2026-05-29"), [0, 1, 1, 2, 2, 1], "from the day it begins to that on which it ends");
    // A week begins on another day elsewhere: there are days enough around the month for all of them.
    let ends = month.first().zip(month.last()).map(|(first, last)| (first.date.to_string(), last.date.to_string())).unwrap();
    assert_eq!(ends, ("2026-05-26".into(), "2026-07-06".into()));
}

#[test]
fn nothing_is_booked_for_a_pet_that_died_nor_for_somebody_elses() {
    let salon = salon();
    salon.sql("UPDATE pets SET deceased_on = '2026-01-01', updated_at = updated_at + 1");
    assert_eq!(salon.refused(salon.wish(at("2026-06-01", "10:00"))).code, RefusalCode::PetDeceased);
    let mut stranger = salon.wish(at("2026-06-01", "10:00"));
    stranger.pets[0].pet_id = Some(PetId(uuid::Uuid::from_u128(5)));
    assert_eq!(salon.refused(stranger).field.as_deref(), Some("pets[0].pet_id"));
}

#[test]
fn telling_the_client_queues_one_message_by_the_way_that_is_open() {
    let salon = salon();
    let id = salon.book(at("2026-06-01", "10:00"));
    let tell = || salon.store.notify_client(&salon.owner, NotifyInput { appointment_id: id, body: "See you at ten.".into() });
    tell().unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM messages WHERE status = 'queued' AND channel = 'sms'"), 1);
    salon.sql("UPDATE clients SET sms_opted_out_at = 1, updated_at = updated_at + 1");
    tell().unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM messages WHERE channel = 'email'"), 1);
    salon.sql("UPDATE clients SET email_status = 'unsubscribed', updated_at = updated_at + 1");
    assert_eq!(tell().unwrap_err().refusal().field.as_deref(), Some("recipient"));
}

#[test]
fn hours_that_overlap_are_refused_and_what_stays_the_same_keeps_its_row() {
    let salon = salon();
    let mut hours = salon.store.weekly_hours(&salon.owner).unwrap();
    let before = salon.count("SELECT count(*) FROM outbox");
    assert_eq!(salon.store.save_weekly_hours(&salon.owner, salon.staff, hours.clone()).unwrap().undo, None, "nothing changed");
    assert_eq!(salon.count("SELECT count(*) FROM outbox"), before);
    hours.push(WeeklyHours { id: None, ..hours[0].clone() });
    let refusal = salon.store.save_weekly_hours(&salon.owner, salon.staff, hours).unwrap_err().refusal();
    assert_eq!(refusal.code, RefusalCode::Overlaps);
}

#[test]
fn who_waits_is_booked_once() {
    let salon = salon();
    let entry = salon.store.add_to_waitlist(&salon.owner, salon.wish_to_wait()).unwrap().value;
    let for_entry = |time: &str| BookInput { waitlist_entry_id: Some(entry), ..salon.wish(at("2026-06-01", time)) };
    salon.store.book_appointment(&salon.owner, for_entry("10:00")).unwrap();
    let refusal = salon.refused(for_entry("11:00"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::NotFound, Some("waitlist_entry_id")));
    assert_eq!(salon.count("SELECT count(*) FROM appointments"), 1);
}

#[test]
fn answers_outlive_the_questions_they_were_given_to() {
    let salon = salon();
    let mut details = salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.id == salon.service).unwrap().details;
    let question = |name: &str| FormField { name: name.into(), field_type: FieldType::Text, is_required: false, choices: Vec::new() };
    let answer = |name: &str| FormAnswer { name: name.into(), field_type: FieldType::Text, value: "Yes, once".into() };
    details.form_fields = vec![question("Bites")];
    salon.store.save_service(&salon.owner, salon.service, details.clone()).unwrap();
    let mut wish = salon.wish(at("2026-06-01", "10:00"));
    wish.pets[0].answers = vec![answer("Bites")];
    let id = salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    details.form_fields = vec![question("Has it ever bitten?")];
    salon.store.save_service(&salon.owner, salon.service, details).unwrap();

    salon.later(1_000);
    let edit = EditAppointmentInput { answers: vec![answer("Has it ever bitten?")], ..salon.edit_of(id) };
    salon.store.edit_appointment(&salon.owner, edit).unwrap();
    let answers = salon.store.appointment(&salon.owner, id).unwrap().answers;
    assert_eq!(answers, [answer("Bites"), answer("Has it ever bitten?")]);
}

#[test]
fn days_and_times_that_nobody_can_mean_are_refused() {
    let salon = salon();
    let far: chrono::NaiveDate = "+262142-12-31".parse().unwrap();
    let field = |refused: petrel_store::StoreError| refused.refusal().field.unwrap();
    assert_eq!(field(salon.store.schedule_range(&salon.owner, far, 7).unwrap_err()), "from");
    assert_eq!(field(salon.store.month_overview(&salon.owner, far).unwrap_err()), "month");
    assert_eq!(salon.refused(salon.wish(Millis(i64::MAX))).field.as_deref(), Some("starts_at"));
}

/// Two visits of Monday at ten that clash, as the hub would flag them: of the salon's client, and of another.
fn clashing(salon: &Salon) -> (AppointmentId, AppointmentId, ClientId) {
    let kept = salon.book(at("2026-06-01", "10:00"));
    let other = salon.add_client("Ida", "Rhodes", "+4930999999");
    let second = salon.book_over(other, at("2026-06-01", "10:00"));
    salon.sql(&format!("UPDATE appointments SET is_overbooked = 0 WHERE id = x'{}'", second.0.simple()));
    for (one, with) in [(kept, second), (second, kept)] {
        salon.sql(&format!("UPDATE appointments SET clash_with_id = x'{}' WHERE id = x'{}'", with.0.simple(), one.0.simple()));
    }
    (kept, second, other)
}

type Way<'a> = &'a dyn Fn(&Salon, AppointmentId, ClientId);

#[test]
fn a_visit_does_not_clash_with_one_that_is_gone() {
    let ways: [(&str, Way<'_>); 4] = [
        ("deleted", &|salon, _, client| drop(salon.store.delete_client(&salon.owner, client).unwrap())),
        ("cancelled", &|salon, id, _| drop(salon.cancel(id, SeriesScope::This))),
        ("did not come", &|salon, id, _| drop(salon.store.set_appointment_status(&salon.owner, id, AppointmentStatus::NoShow).unwrap())),
        ("on another day", &|salon, id, _| {
            let later = salon.shift(id, at("2026-06-02", "10:00"), SeriesScope::This);
            salon.store.reschedule_appointment(&salon.owner, later).unwrap();
        }),
    ];
    for (way, go) in ways {
        let salon = salon();
        let (kept, gone, other) = clashing(&salon);
        let has_clash = || salon.store.appointment(&salon.owner, kept).unwrap().card.has_clash;
        assert!(has_clash());
        go(&salon, gone, other);
        assert!(!has_clash(), "{way}");
    }
}

#[test]
fn an_undo_is_not_refused_for_what_stood_there_before() {
    let salon = salon();
    let undo = |action: Option<ActionId>| {
        salon.later(1_000);
        salon.store.undo(&salon.owner, action.unwrap()).map(drop).map_err(|error| error.refusal().code)
    };
    let (first, second, other) = clashing(&salon);
    salon.later(1_000);
    let kept = salon.store.keep_both(&salon.owner, first, second).unwrap();
    assert_eq!(undo(kept.undo), Ok(()));
    // Knowingly over the other, and two that nobody flagged: a buffer that grew lets such overlap.
    for is_overbooked in [1, 0] {
        salon.sql(&format!("UPDATE appointments SET is_overbooked = {is_overbooked} WHERE id = x'{}'", second.0.simple()));
        salon.later(1_000);
        let arrived = salon.store.set_appointment_status(&salon.owner, first, AppointmentStatus::CheckedIn).unwrap();
        assert_eq!(undo(arrived.undo), Ok(()));
        let gone = salon.store.delete_client(&salon.owner, salon.client).unwrap();
        assert_eq!(undo(gone.undo), Ok(()), "the client comes back");
    }
    // What took the place since still stands in the way.
    let gone = salon.store.delete_client(&salon.owner, other).unwrap();
    salon.cancel(first, SeriesScope::This);
    salon.later(1_000);
    salon.book(at("2026-06-01", "10:00"));
    assert_eq!(undo(gone.undo), Err(RefusalCode::SlotTaken));
}

#[test]
fn what_is_free_instead_is_still_to_come() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:15"));
    salon.clock.set(at("2026-06-01", "10:10"));
    let instead = salon.refused(salon.wish(at("2026-06-01", "10:15"))).alternatives;
    assert!(!instead.is_empty() && instead.iter().all(|slot| slot.starts_at >= at("2026-06-01", "10:10")), "{instead:?}");
}

#[test]
fn visits_at_one_time_are_on_one_page() {
    let salon = salon();
    let first = at("2026-06-01", "10:00");
    for n in 0..51 {
        // The fiftieth and the fifty-first from the end stand at one time.
        salon.book_over(salon.client, Millis(first.0 + n.max(1) * DAY));
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = salon.store.visits_of_client(&salon.owner, salon.client, before).unwrap();
        seen.extend(page.visits.iter().map(|visit| visit.id));
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((all, seen.len()), (51, 51));
}

#[test]
fn of_the_visits_that_need_a_person_those_nearest_to_now_come_first() {
    let salon = salon();
    for time in ["11:00", "09:00", "10:00"] {
        salon.book(at("2026-06-01", time));
    }
    salon.sql("UPDATE appointments SET status = 'pending', updated_at = updated_at + 1");
    let order = |visits: Vec<AppointmentCard>| visits.into_iter().map(|visit| visit.starts_at).collect::<Vec<_>>();
    let times = ["09:00", "10:00", "11:00"].map(|time| at("2026-06-01", time));
    assert_eq!(order(salon.store.needs_attention(&salon.owner).unwrap().awaiting_approval), times);
    salon.clock.set(at("2026-06-01", "18:00"));
    let mut left = order(salon.store.needs_attention(&salon.owner).unwrap().left_open);
    left.reverse();
    assert_eq!(left, times);
}

#[test]
fn a_month_is_full_of_what_takes_hands() {
    let salon = salon();
    let visit = salon.book(at("2026-06-01", "10:00"));
    let boarding = salon.store.services(&salon.owner).unwrap().into_iter().find(|service| service.details.kind == ServiceKind::Boarding);
    let mut stay = BookInput { overruled: knowingly(), ..salon.wish(at("2026-06-01", "09:00")) };
    stay.pets[0].service_id = boarding.map(|service| service.id);
    salon.store.book_appointment(&salon.owner, stay).unwrap();
    let day = || {
        let month = salon.store.month_overview(&salon.owner, "2026-06-01".parse().unwrap()).unwrap();
        month.into_iter().find(|day| day.date.to_string() == "2026-06-01").map(|day| (day.visits, day.booked_minutes)).unwrap()
    };
    assert_eq!(day(), (2, 30));
    salon.clock.set(at("2026-06-01", "11:00"));
    salon.store.set_appointment_status(&salon.owner, visit, AppointmentStatus::NoShow).unwrap();
    assert_eq!(day(), (2, 0));
}

#[test]
fn a_sheet_of_the_day_says_what_an_animal_is_and_not_the_word_it_is_kept_by() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    let date = chrono::NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    let visit = || {
        let sheet = salon.store.day_sheet(&salon.owner, date, None, Some("es")).unwrap();
        sheet.people.into_iter().flat_map(|person| person.visits).next().unwrap()
    };
    assert_eq!((visit().species, visit().breed.as_str()), (Some(Species::Dog), ""));
    salon.sql("UPDATE pets SET breed = 'Galgo', alerts = 'Bites', allergies = 'Penicillin'");
    assert_eq!((visit().breed.as_str(), visit().alerts), ("Galgo", vec!["Bites".to_owned(), "Penicillin".to_owned()]));
}
