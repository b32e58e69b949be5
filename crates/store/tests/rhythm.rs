//! The rhythm of visits that stand: a visit becomes the first of a series, a series goes on by another rule; on a real file.

use crate::common::{Salon, at, knowingly, salon};
use petrel_domain::desk::{
    BookInput, BookPet, EditAppointmentInput, FormAnswer, FormField, PetDeathInput, RhythmInput, RhythmObstacle, RhythmPlan, Saved,
    ServiceDetails,
};
use petrel_domain::{
    AppointmentId, AppointmentStatus, BookingMethod, Cents, FieldType, Millis, PaymentStatus, Refusal, RefusalCode, RhythmReason, Role,
    SeriesScope,
};
use petrel_store::Actor;

const MONDAY: &str = "2026-06-01";

fn rhythm(id: AppointmentId, rule: &str, scope: SeriesScope) -> RhythmInput {
    RhythmInput { appointment_id: id, recurrence: rule.into(), scope, is_overbooking_allowed: false }
}

fn following(id: AppointmentId, rule: &str) -> RhythmInput {
    rhythm(id, rule, SeriesScope::Following)
}

/// Ten o'clock on these days.
fn at_ten(days: &[&str]) -> Vec<Millis> {
    days.iter().map(|day| at(day, "10:00")).collect()
}

/// Of a visit: its id, start, status, series and rule.
type Row = (AppointmentId, i64, String, Option<Vec<u8>>, Option<String>);

impl Salon {
    fn plan(&self, input: &RhythmInput) -> RhythmPlan {
        self.store.rhythm_plan(&self.owner, input.clone()).unwrap()
    }

    fn repeat(&self, input: RhythmInput) -> Saved<()> {
        self.later(1000);
        let told = self.plan(&input);
        self.store.set_rhythm(&self.owner, input, told).unwrap()
    }

    fn refused_rhythm(&self, input: RhythmInput) -> Refusal {
        self.store.rhythm_plan(&self.owner, input).unwrap_err().refusal()
    }

    fn series(&self, rule: &str, first: Millis) -> Vec<AppointmentId> {
        let series = BookInput { recurrence: Some(rule.into()), ..self.wish(first) };
        self.store.book_appointment(&self.owner, series).unwrap().value.appointment_ids
    }

    /// When a visit of the client stands.
    fn stands(&self) -> Vec<Millis> {
        let visits = self.store.visits_of_client(&self.owner, self.client, None).unwrap().visits;
        let stands = |status| !matches!(status, AppointmentStatus::Cancelled | AppointmentStatus::Rescheduled);
        let mut times: Vec<_> = visits.iter().filter(|visit| stands(visit.status)).map(|visit| visit.starts_at).collect();
        times.sort_unstable();
        times
    }

    /// All visits as they lie in the file.
    fn rows(&self) -> Vec<Row> {
        let sql = "SELECT id, starts_at, status, series_id, recurrence FROM appointments WHERE deleted_at IS NULL ORDER BY starts_at, id";
        let read = self.store.read(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement
                .query_map([], |row| Ok((AppointmentId::from_bytes(row.get(0)?), row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        });
        read.unwrap()
    }

    /// The visit that stands at a time.
    fn standing_at(&self, time: Millis) -> AppointmentId {
        let rows = self.rows();
        let found = rows.iter().find(|(_, at, status, ..)| *at == time.0 && !matches!(status.as_str(), "cancelled" | "rescheduled"));
        found.unwrap().0
    }

    fn check_derived(&self) {
        let cards = || self.count("SELECT coalesce(sum(starts_at + length(status)), 0) FROM visit_cards");
        let before = cards();
        self.store.rebuild_derived().unwrap();
        assert_eq!(cards(), before, "derived anew");
    }
}

#[test]
fn a_visit_that_was_booked_once_becomes_the_first_of_a_series_over_the_change_of_the_clock() {
    let salon = salon();
    // Berlin sets its clocks back on 25 October 2026.
    let id = salon.book(at("2026-10-19", "10:00"));
    let before = salon.store.appointment(&salon.owner, id).unwrap();
    assert_eq!(before.series, None);
    let input = following(id, "FREQ=WEEKLY;COUNT=3");
    let plan = salon.plan(&input);
    let later = at_ten(&["2026-10-26", "2026-11-02"]);
    assert_eq!((plan.first_at, &plan.added), (at("2026-10-19", "10:00"), &later));
    assert_eq!((plan.kept.len(), plan.moved.len(), plan.cancelled.len(), plan.in_the_way.len()), (0, 0, 0, 0));
    assert_eq!(salon.stands().len(), 1, "a plan writes nothing");
    let saved = salon.repeat(input);
    assert_eq!(salon.stands(), at_ten(&["2026-10-19", "2026-10-26", "2026-11-02"]));
    let after = salon.store.appointment(&salon.owner, id).unwrap();
    assert_eq!((after.booking_reference, after.created_at), (before.booking_reference, before.created_at), "the same record");
    let stand = after.series.unwrap();
    assert_eq!((stand.following, stand.all, stand.first_at), (3, 3, Some(at("2026-10-19", "10:00"))));
    assert_eq!(after.recurrence.as_deref(), Some("FREQ=WEEKLY;COUNT=3"));
    // From there on it is a series as any other.
    salon.later(1000);
    salon.cancel(salon.standing_at(later[0]), SeriesScope::Following);
    assert_eq!(salon.stands(), at_ten(&["2026-10-19"]));
    let undo = salon.store.undo_offer().unwrap().unwrap();
    salon.later(1000);
    salon.store.undo(&salon.owner, undo.action_id).unwrap();
    salon.later(1000);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.stands(), at_ten(&["2026-10-19"]));
    let undone = salon.store.appointment(&salon.owner, id).unwrap();
    assert_eq!((undone.series, undone.recurrence), (None, None));
    // And once more, where the dates were used before.
    salon.repeat(following(id, "FREQ=WEEKLY;COUNT=3"));
    assert_eq!(salon.stands(), at_ten(&["2026-10-19", "2026-10-26", "2026-11-02"]));
    salon.check_derived();
}

#[test]
fn what_was_said_of_the_first_visit_holds_for_the_others_but_not_what_was_paid() {
    let salon = salon();
    let mut service: ServiceDetails = salon.store.services(&salon.owner).unwrap().remove(0).details;
    service.name = "Bath".into();
    service.requires_approval = true;
    let field = |name: &str| FormField { name: name.into(), field_type: FieldType::Text, is_required: true, choices: Vec::new() };
    service.form_fields = vec![field("Coat"), field("Bites")];
    let service = salon.store.create_service(&salon.owner, service).unwrap().value;
    let mut input = BookInput { booking_method: BookingMethod::Online, ..salon.wish(at(MONDAY, "10:00")) };
    let answer = |name: &str| FormAnswer { name: name.into(), field_type: FieldType::Text, value: format!("{name}?") };
    input.pets[0].service_id = Some(service);
    input.pets[0].answers = vec![answer("Coat"), answer("Bites")];
    input.notes.reason = Some("Mats".into());
    input.is_emergency = true;
    let id = salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids[0];
    let paid = EditAppointmentInput {
        estimated_cost_cents: Some(Cents(4500)),
        final_cost_cents: Some(Cents(5000)),
        payment_status: PaymentStatus::Paid,
        ..salon.edit_of(id)
    };
    salon.store.edit_appointment(&salon.owner, paid).unwrap();
    salon.repeat(following(id, "FREQ=WEEKLY;INTERVAL=6;COUNT=2"));
    let new = salon.store.appointment(&salon.owner, salon.standing_at(at("2026-07-13", "10:00"))).unwrap();
    assert_eq!(new.answers, [answer("Coat"), answer("Bites")], "in their order");
    assert_eq!((new.notes.reason.as_deref(), new.card.is_emergency), (Some("Mats"), true));
    assert_eq!((new.estimated_cost_cents, new.final_cost_cents, new.payment_status), (Some(Cents(4500)), None, PaymentStatus::None));
    // The desk itself says yes to it.
    assert_eq!((new.card.status, new.booking_method), (AppointmentStatus::Confirmed, BookingMethod::Admin));
    assert_eq!(salon.status(id), AppointmentStatus::Pending);
}

#[test]
fn dates_that_do_not_fit_are_told_before_and_left_out_or_booked_knowingly() {
    let salon = salon();
    let id = salon.book(at(MONDAY, "10:00"));
    salon.book_over(salon.client, at("2026-06-02", "10:00"));
    let input = following(id, "FREQ=DAILY;COUNT=6");
    let obstacle = |day: &str, reason, is_left_out| RhythmObstacle { starts_at: at(day, "10:00"), reasons: vec![reason], is_left_out };
    let plan = salon.plan(&input);
    let told = |is_left_out| {
        vec![obstacle("2026-06-02", RhythmReason::SlotTaken, is_left_out), obstacle("2026-06-06", RhythmReason::OutsideHours, is_left_out)]
    };
    assert_eq!(plan.in_the_way, told(true));
    assert_eq!(plan.added, at_ten(&["2026-06-03", "2026-06-04", "2026-06-05"]));
    let anyway = RhythmInput { is_overbooking_allowed: true, ..input.clone() };
    assert_eq!(salon.plan(&anyway).in_the_way, told(false));
    salon.later(1000);
    let refusal = salon.store.set_rhythm(&salon.owner, anyway.clone(), plan.clone()).unwrap_err().refusal();
    assert_eq!(refusal.code, RefusalCode::ChangedSince, "what was told is what is done");
    salon.repeat(anyway);
    assert!(!salon.is_overbooked(salon.standing_at(at("2026-06-06", "10:00"))));
    let marks = salon.count("SELECT count(*) FROM appointments WHERE is_overbooked = 1 AND series_id IS NOT NULL AND deleted_at IS NULL");
    assert_eq!((marks, salon.stands().len()), (1, 7));
    // Somebody else takes a time between the question and the answer.
    let other = salon.book(at("2026-06-01", "15:00"));
    let input = following(other, "FREQ=DAILY;COUNT=3");
    let told = salon.plan(&input);
    salon.book_over(salon.client, at("2026-06-02", "15:00"));
    let refusal = salon.store.set_rhythm(&salon.owner, input, told).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::ChangedSince, Some("recurrence")));
}

#[test]
fn a_time_that_the_clock_leaves_out_is_told_and_never_booked() {
    let salon = salon();
    // Half past two on 28 March 2027 is left out in Berlin.
    let night = BookInput { overruled: knowingly(), ..salon.wish(at("2027-03-27", "02:30")) };
    let id = salon.store.book_appointment(&salon.owner, night).unwrap().value.appointment_ids[0];
    let input = RhythmInput { is_overbooking_allowed: true, ..following(id, "FREQ=DAILY;COUNT=3") };
    let plan = salon.plan(&input);
    assert_eq!(plan.added, [at("2027-03-29", "02:30")]);
    assert_eq!(plan.in_the_way[0].reasons, [RhythmReason::NoSuchTime]);
    assert!(plan.in_the_way[0].is_left_out && !plan.in_the_way[1].is_left_out);
    salon.repeat(input);
}

#[test]
fn a_slower_rhythm_keeps_who_stands_right_moves_the_others_and_is_taken_back_as_one() {
    let salon = salon();
    // Every four weeks, over the change of the clock on 25 October.
    let ids = salon.series("FREQ=WEEKLY;INTERVAL=4;COUNT=5", at("2026-09-07", "10:00"));
    assert_eq!(salon.stands(), at_ten(&["2026-09-07", "2026-10-05", "2026-11-02", "2026-11-30", "2026-12-28"]));
    let before = salon.rows();
    let input = following(ids[0], "FREQ=WEEKLY;INTERVAL=6;COUNT=4");
    let plan = salon.plan(&input);
    // The visit after twelve weeks stands right already.
    assert_eq!(plan.kept, at_ten(&["2026-11-30"]));
    let moves: Vec<_> = plan.moved.iter().map(|of| (of.from, of.to)).collect();
    let expected = [("2026-10-05", "2026-10-19"), ("2026-11-02", "2027-01-11")];
    assert_eq!(moves, expected.map(|(from, to)| (at(from, "10:00"), at(to, "10:00"))));
    assert_eq!((plan.cancelled.as_slice(), plan.added.len()), (&at_ten(&["2026-12-28"])[..], 0));
    let saved = salon.repeat(input);
    assert_eq!(salon.stands(), at_ten(&["2026-09-07", "2026-10-19", "2026-11-30", "2027-01-11"]));
    assert_eq!(salon.starts_at(ids[3]), at("2026-11-30", "10:00"));
    let moved = salon.store.appointment(&salon.owner, salon.standing_at(at("2026-10-19", "10:00"))).unwrap();
    assert_eq!((moved.previous_appointment_id, moved.reschedule_count), (Some(ids[1]), 1));
    for (id, .., rule) in salon.rows().into_iter().filter(|(.., series, _)| series.is_some()) {
        assert_eq!(rule.as_deref(), Some("FREQ=WEEKLY;INTERVAL=6;COUNT=4"), "{id}");
    }
    salon.check_derived();
    salon.later(1000);
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.rows(), before);
    salon.check_derived();
}

#[test]
fn there_and_back_and_there_again_leaves_one_visit_a_date() {
    let salon = salon();
    let ids = salon.series("FREQ=WEEKLY;COUNT=5", at(MONDAY, "10:00"));
    let weekly = at_ten(&["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22", "2026-06-29"]);
    let slow = at_ten(&["2026-06-01", "2026-06-22", "2026-07-13"]);
    for _ in 0..3 {
        salon.repeat(following(ids[0], "FREQ=WEEKLY;INTERVAL=3;COUNT=3"));
        assert_eq!(salon.stands(), slow);
        salon.repeat(following(ids[0], "FREQ=WEEKLY;COUNT=5"));
        assert_eq!(salon.stands(), weekly);
    }
    // The same once more changes nothing.
    let again = salon.plan(&following(ids[0], "FREQ=WEEKLY;COUNT=5"));
    assert_eq!((again.kept.len(), again.added.len() + again.moved.len() + again.cancelled.len()), (4, 0));
    assert_eq!(salon.store.needs_attention(&salon.owner).unwrap().total, 0);
}

#[test]
fn this_and_following_leaves_what_comes_before_and_a_shorter_one_ends_sooner() {
    let salon = salon();
    let ids = salon.series("FREQ=WEEKLY;COUNT=6", at(MONDAY, "10:00"));
    let stand = salon.store.appointment(&salon.owner, ids[2]).unwrap().series.unwrap();
    assert_eq!((stand.following, stand.all), (4, 6));
    salon.repeat(following(ids[2], "FREQ=WEEKLY;UNTIL=20260622"));
    assert_eq!(salon.stands(), at_ten(&["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22"]));
    let rule = |id| salon.store.appointment(&salon.owner, id).unwrap().recurrence;
    assert_eq!(rule(ids[1]).as_deref(), Some("FREQ=WEEKLY;COUNT=6"));
    assert_eq!(rule(ids[3]).as_deref(), Some("FREQ=WEEKLY;UNTIL=20260622"));
    // Longer again: what the rhythm itself took away comes back.
    salon.repeat(following(ids[3], "FREQ=WEEKLY;COUNT=3"));
    assert_eq!(salon.stands(), at_ten(&["2026-06-01", "2026-06-08", "2026-06-15", "2026-06-22", "2026-06-29", "2026-07-06"]));
}

#[test]
fn what_somebody_did_by_hand_stands() {
    let salon = salon();
    let ids = salon.series("FREQ=WEEKLY;COUNT=9", at(MONDAY, "10:00"));
    let other = salon.hire("Eve", Role::Veterinarian, true);
    // Another time of its day, another day, another colleague, cancelled, paid for.
    salon.later(1000);
    salon.store.move_appointment(&salon.owner, salon.shift(ids[1], at("2026-06-08", "11:00"), SeriesScope::This)).unwrap();
    salon.store.reschedule_appointment(&salon.owner, salon.shift(ids[2], at("2026-06-17", "10:00"), SeriesScope::This)).unwrap();
    let hers = petrel_domain::desk::MoveInput {
        staff_id: Some(other),
        overruled: knowingly(),
        ..salon.shift(ids[3], at("2026-06-22", "10:00"), SeriesScope::This)
    };
    salon.store.move_appointment(&salon.owner, hers).unwrap();
    salon.cancel(ids[4], SeriesScope::This);
    let paid = EditAppointmentInput { payment_status: PaymentStatus::Paid, ..salon.edit_of(ids[5]) };
    salon.store.edit_appointment(&salon.owner, paid).unwrap();
    let input = following(ids[0], "FREQ=WEEKLY;COUNT=10");
    let plan = salon.plan(&input);
    let standing = [at("2026-06-08", "11:00"), at("2026-06-17", "10:00"), at("2026-06-22", "10:00"), at("2026-07-06", "10:00")];
    assert_eq!(plan.standing, standing);
    assert_eq!(plan.kept, at_ten(&["2026-07-13", "2026-07-20", "2026-07-27"]));
    // The date that one was moved away from is its own; where one was cancelled, it is asked.
    assert_eq!(plan.added, at_ten(&["2026-08-03"]));
    let cancelled = RhythmObstacle { starts_at: at("2026-06-29", "10:00"), reasons: vec![RhythmReason::Cancelled], is_left_out: true };
    assert_eq!(plan.in_the_way, [cancelled]);
    let anyway = RhythmInput { is_overbooking_allowed: true, ..input.clone() };
    assert_eq!(salon.plan(&anyway).added, at_ten(&["2026-06-29", "2026-08-03"]));
    salon.repeat(input);
    // An end on the second date: the untouched ones go, the others stand.
    let plan = salon.plan(&following(ids[0], "FREQ=WEEKLY;COUNT=2"));
    assert_eq!(plan.standing, standing);
    assert_eq!((plan.cancelled.len(), plan.added.len()), (4, 0));
}

#[test]
fn what_has_happened_stands_and_all_is_meant_only_where_nothing_has() {
    let salon = salon();
    let ids = salon.series("FREQ=WEEKLY;COUNT=4", at(MONDAY, "10:00"));
    // From the third visit all are meant: it begins with the first.
    let plan = salon.plan(&rhythm(ids[2], "FREQ=WEEKLY;INTERVAL=2;COUNT=3", SeriesScope::All));
    assert_eq!((plan.first_at, plan.kept.as_slice()), (at(MONDAY, "10:00"), &at_ten(&["2026-06-15"])[..]));
    let refusal = salon.refused_rhythm(rhythm(ids[2], "FREQ=WEEKLY;COUNT=3", SeriesScope::This));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("scope")));
    salon.clock.set(at(MONDAY, "10:40"));
    salon.store.set_appointment_status(&salon.owner, ids[0], AppointmentStatus::CheckedIn).unwrap();
    salon.store.set_appointment_status(&salon.owner, ids[0], AppointmentStatus::Completed).unwrap();
    assert_eq!(salon.store.appointment(&salon.owner, ids[2]).unwrap().series.unwrap().first_at, None);
    let refusal = salon.refused_rhythm(rhythm(ids[2], "FREQ=WEEKLY;COUNT=3", SeriesScope::All));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("scope")));
    // Who was here today comes again by another rhythm; the second of the series is checked in early.
    salon.clock.set(at("2026-06-08", "09:30"));
    salon.store.set_appointment_status(&salon.owner, ids[1], AppointmentStatus::CheckedIn).unwrap();
    salon.repeat(following(ids[0], "FREQ=WEEKLY;INTERVAL=4;COUNT=3"));
    assert_eq!(salon.stands(), at_ten(&["2026-06-01", "2026-06-08", "2026-06-29", "2026-07-27"]));
    assert_eq!(salon.status(ids[0]), AppointmentStatus::Completed);
    // A date that is past gets no visit.
    salon.clock.set(at("2026-07-01", "08:00"));
    let plan = salon.plan(&following(ids[0], "FREQ=WEEKLY;COUNT=7"));
    assert_eq!((plan.added, plan.moved.len()), (at_ten(&["2026-07-13"]), 1));
    assert_eq!((plan.moved[0].from, plan.moved[0].to), (at("2026-07-27", "10:00"), at("2026-07-06", "10:00")));
}

#[test]
fn a_series_that_was_moved_to_another_hour_goes_on_there_and_one_that_was_not_does_not_follow_its_exception() {
    let salon = salon();
    let ids = salon.series("FREQ=WEEKLY;COUNT=4", at(MONDAY, "10:00"));
    salon.later(1000);
    salon.store.move_appointment(&salon.owner, salon.shift(ids[0], at(MONDAY, "11:00"), SeriesScope::All)).unwrap();
    salon.store.move_appointment(&salon.owner, salon.shift(ids[0], at(MONDAY, "15:00"), SeriesScope::This)).unwrap();
    // The first alone comes at three: the new one is at eleven, as the others are.
    let plan = salon.plan(&following(ids[0], "FREQ=WEEKLY;COUNT=5"));
    assert_eq!((plan.kept.len(), plan.added.as_slice()), (3, &[at("2026-06-29", "11:00")][..]));
    assert_eq!(plan.standing, []);
}

#[test]
fn of_a_family_the_visits_of_one_pet_alone_get_another_rhythm() {
    let salon = salon();
    let mut input = BookInput { recurrence: Some("FREQ=WEEKLY;COUNT=3".into()), ..salon.wish(at(MONDAY, "10:00")) };
    let line = |pet_id, time: &str| BookPet { pet_id, starts_at: at(MONDAY, time), ..input.pets[0].clone() };
    let luna = Some(salon.add_pet("Luna"));
    // Rex comes for two things.
    let mut nails = line(Some(salon.pet), "11:00");
    nails.service_id = Some(
        salon
            .store
            .services(&salon.owner)
            .unwrap()
            .iter()
            .find(|of| of.id != salon.service && of.details.duration_minutes <= 60)
            .unwrap()
            .id,
    );
    let lines = [line(luna, "10:30"), nails];
    input.overruled = knowingly();
    input.pets.extend(lines);
    let ids = salon.store.book_appointment(&salon.owner, input).unwrap().value.appointment_ids;
    salon.repeat(following(ids[0], "FREQ=WEEKLY;INTERVAL=2;COUNT=2"));
    let mut stands = at_ten(&["2026-06-01", "2026-06-15"]);
    for day in ["2026-06-01", "2026-06-08", "2026-06-15"] {
        stands.extend([at(day, "10:30"), at(day, "11:00")]);
    }
    stands.sort_unstable();
    assert_eq!(salon.stands(), stands);
}

#[test]
fn nothing_is_planned_for_an_animal_that_died_nor_with_who_has_left() {
    let salon = salon();
    let id = salon.book(at(MONDAY, "10:00"));
    let other = salon.book(at(MONDAY, "11:00"));
    let gone = salon.hire("Eve", Role::Veterinarian, true);
    let hers = petrel_domain::desk::MoveInput {
        staff_id: Some(gone),
        overruled: knowingly(),
        ..salon.shift(other, at(MONDAY, "11:00"), SeriesScope::This)
    };
    salon.store.move_appointment(&salon.owner, hers).unwrap();
    let plan = salon.plan(&following(other, "FREQ=WEEKLY;COUNT=2"));
    assert_eq!(plan.in_the_way[0].reasons, [RhythmReason::OutsideHours], "she has no hours");
    salon.sql("UPDATE staff SET is_active = 0, updated_at = updated_at + 1 WHERE first_name = 'Eve'");
    let refusal = salon.refused_rhythm(following(other, "FREQ=WEEKLY;COUNT=2"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::NotFound, Some("staff_id")));
    let death = PetDeathInput { pet_id: salon.pet, died_on: "2026-05-29".parse().unwrap(), reason: None };
    salon.store.record_death(&salon.owner, death).unwrap();
    // What was to come was cancelled with it.
    let refusal = salon.refused_rhythm(following(id, "FREQ=WEEKLY;COUNT=2"));
    assert_eq!((refusal.code, refusal.detail.as_deref()), (RefusalCode::BadTransition, Some("cancelled>repeated")));
    salon.sql("UPDATE appointments SET status = 'completed', updated_at = updated_at + 1");
    assert_eq!(salon.refused_rhythm(following(id, "FREQ=WEEKLY;COUNT=2")).code, RefusalCode::PetDeceased);
}

#[test]
fn whose_service_it_is_not_is_told() {
    let salon = salon();
    let desk = salon.hire("Kim", Role::FrontDesk, true);
    let id = salon.book(at(MONDAY, "10:00"));
    let theirs = petrel_domain::desk::MoveInput {
        staff_id: Some(desk),
        overruled: knowingly(),
        ..salon.shift(id, at(MONDAY, "10:00"), SeriesScope::This)
    };
    salon.store.move_appointment(&salon.owner, theirs).unwrap();
    let plan = salon.plan(&following(id, "FREQ=WEEKLY;COUNT=2"));
    assert_eq!(plan.in_the_way[0].reasons, [RhythmReason::OutsideHours, RhythmReason::NotTheirService]);
    assert_eq!(plan.added, []);
}

#[test]
fn a_rule_that_is_none_or_leaves_one_visit_is_refused() {
    let salon = salon();
    let id = salon.book(at(MONDAY, "10:00"));
    let refusal = salon.refused_rhythm(following(id, "every friday"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("recurrence")));
    assert_eq!(salon.refused_rhythm(following(id, " ")).code, RefusalCode::Required);
    assert_eq!(salon.refused_rhythm(following(id, "FREQ=WEEKLY")).code, RefusalCode::Invalid);
    assert_eq!(salon.refused_rhythm(following(id, "FREQ=DAILY;COUNT=201")).code, RefusalCode::TooLarge);
    assert_eq!(salon.refused_rhythm(following(id, "FREQ=DAILY;UNTIL=20260101")).code, RefusalCode::EndBeforeStart);
    let once = following(id, "FREQ=WEEKLY;COUNT=1");
    let told = salon.plan(&once);
    let refusal = salon.store.set_rhythm(&salon.owner, once, told).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.limit, refusal.field.as_deref()), (RefusalCode::TooSmall, Some(2), Some("recurrence")));
    let nobody = Actor::program();
    assert_eq!(salon.store.rhythm_plan(&nobody, following(id, "FREQ=WEEKLY;COUNT=2")).map(|plan| plan.added.len()).ok(), Some(1));
}

#[test]
fn a_stay_is_not_put_over_the_one_before() {
    let salon = salon();
    let services = salon.store.services(&salon.owner).unwrap().into_iter();
    let mut boarding = services.map(|of| of.details).find(|of| of.kind == petrel_domain::ServiceKind::Boarding).unwrap();
    (boarding.name, boarding.max_per_slot) = ("One box".into(), 1);
    let boarding = salon.store.create_service(&salon.owner, boarding).unwrap().value;
    let mut wish = BookInput { overruled: knowingly(), ..salon.wish(at(MONDAY, "10:00")) };
    wish.pets[0].service_id = Some(boarding);
    wish.pets[0].duration_minutes = Some(3 * 24 * 60);
    let id = salon.store.book_appointment(&salon.owner, wish).unwrap().value.appointment_ids[0];
    let taken = |is_overbooking_allowed| {
        let plan = salon.plan(&RhythmInput { is_overbooking_allowed, ..following(id, "FREQ=DAILY;INTERVAL=2;COUNT=3") });
        let taken = plan.in_the_way.into_iter().filter(|of| of.reasons.contains(&RhythmReason::SlotTaken));
        taken.map(|of| of.starts_at).collect::<Vec<_>>()
    };
    assert_eq!(taken(false), at_ten(&["2026-06-03"]), "it is left out, and in nobody's way");
    assert_eq!(taken(true), at_ten(&["2026-06-03", "2026-06-05"]));
}
