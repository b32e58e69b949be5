//! Setting up a clinic on a real file: its owner, its people and their PINs, services, hours.

use std::sync::Arc;

use petrel_domain::desk::{ClinicDetails, ClinicKind, KeyStore, NewClinic, ScheduleOverride, StaffDetails, WeeklyHours};
use petrel_domain::{Cents, Clock, FixedClock, Millis, OverrideKind, Refusal, RefusalCode, Role, StaffId, WallTime};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Result, Store};
use tempfile::TempDir;

const NOON: Millis = Millis(1_790_000_000_000);

struct Desk {
    store: Store,
    clock: Arc<FixedClock>,
    owner: StaffId,
    folder: TempDir,
}

fn options(folder: &TempDir, clock: &Arc<FixedClock>) -> OpenOptions {
    let mut options = OpenOptions::new(folder.path().join("clinic.petrel"), FileKey::from_bytes([7; 32]));
    options.clock = Arc::clone(clock) as _;
    options
}

fn new_clinic() -> NewClinic {
    NewClinic {
        name: "Oak Vets".into(),
        timezone: "Europe/Madrid".into(),
        locale: "es-ES".into(),
        currency: "EUR".into(),
        kind: ClinicKind::Both,
        owner_first_name: "Ana".into(),
        owner_last_name: "Ruiz".into(),
        owner_email: None,
        owner_pin: Some("4711".into()),
        key_store: KeyStore::Keychain,
        passphrase: None,
    }
}

fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(FixedClock::at(NOON));
    let store = Store::open(&options(&folder, &clock)).unwrap();
    let owner = store.create_clinic(new_clinic()).unwrap().value;
    Desk { store, clock, owner, folder }
}

impl Desk {
    fn boss(&self) -> Actor {
        Actor::staff(self.owner, Role::Owner)
    }

    fn hire(&self, role: Role) -> StaffId {
        self.store.create_staff(&self.boss(), person("Bo", role)).unwrap().value
    }

    fn pass(&self, millis: i64) {
        self.clock.set(Millis(self.clock.now().0 + millis));
    }

    fn sign_in(&self, id: StaffId, pin: &str) -> Result<(), Refusal> {
        self.store.sign_in(id, Some(pin)).map(|_| ()).map_err(Refusal::from)
    }
}

fn person(name: &str, role: Role) -> StaffDetails {
    let color = "#4c7fb3".to_owned();
    StaffDetails { first_name: name.into(), last_name: String::new(), email: None, role, color, is_active: true, is_bookable: true }
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> RefusalCode {
    result.unwrap_err().refusal().code
}

#[test]
fn a_new_clinic_has_an_owner_hours_and_services_in_its_language() {
    let desk = desk();
    let clinic = desk.store.clinic().unwrap().unwrap();
    assert_eq!((clinic.details.name.as_str(), clinic.details.timezone.as_str()), ("Oak Vets", "Europe/Madrid"));
    let staff = desk.store.staff(&desk.boss()).unwrap();
    assert_eq!((staff.len(), staff[0].details.role, staff[0].has_pin), (1, Role::Owner, true));
    assert!(desk.store.services(&desk.boss()).unwrap().iter().any(|service| service.details.name == "Vacunación"));
    let hours = desk.store.weekly_hours(&desk.boss()).unwrap();
    assert_eq!(hours.iter().map(|hours| hours.day_of_week).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(code(desk.store.create_clinic(new_clinic())), RefusalCode::Duplicate);
    assert_eq!(desk.store.undo_offer().unwrap(), None, "a clinic is not undone");
}

#[test]
fn what_is_missing_for_a_clinic_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&options(&folder, &Arc::new(FixedClock::at(NOON)))).unwrap();
    let refused = |input: NewClinic| store.create_clinic(input).unwrap_err().refusal().field.unwrap();
    assert_eq!(refused(NewClinic { name: " ".into(), ..new_clinic() }), "name");
    assert_eq!(refused(NewClinic { owner_pin: Some("12".into()), ..new_clinic() }), "owner_pin");
    assert_eq!(refused(NewClinic { timezone: "Moon".into(), ..new_clinic() }), "timezone");
    assert_eq!(store.clinic().unwrap(), None);
}

#[test]
fn wrong_pins_slow_the_next_ones_down_also_after_a_restart() {
    let desk = desk();
    for left in [4, 3, 2, 1] {
        let refusal = desk.sign_in(desk.owner, "0000").unwrap_err();
        assert_eq!((refusal.code, refusal.limit), (RefusalCode::WrongPin, Some(left)));
    }
    let pause = |refusal: Refusal| (refusal.code, refusal.until.unwrap().0 - desk.clock.now().0);
    assert_eq!(pause(desk.sign_in(desk.owner, "0000").unwrap_err()), (RefusalCode::WrongPin, 30_000));
    let waits = (RefusalCode::TooManyTries, 30_000);
    assert_eq!(pause(desk.sign_in(desk.owner, "4711").unwrap_err()), waits, "the right one is not looked at, either");
    let again = Store::open(&options(&desk.folder, &desk.clock)).unwrap();
    assert_eq!(pause(again.sign_in(desk.owner, Some("4711")).unwrap_err().refusal()), waits);
    assert_eq!(again.sign_in_choices().unwrap()[0].locked_until, Some(Millis(desk.clock.now().0 + 30_000)));
    desk.pass(30_000);
    assert_eq!(pause(desk.sign_in(desk.owner, "0000").unwrap_err()), (RefusalCode::WrongPin, 60_000), "each pause is twice the last");
    desk.pass(60_000);
    desk.sign_in(desk.owner, "4711").unwrap();
    assert_eq!(desk.sign_in(desk.owner, "0000").unwrap_err().limit, Some(4), "the right one clears the slate");
}

#[test]
fn wrong_pins_that_are_tried_at_once_are_no_more_than_one_after_the_other() {
    let desk = desk();
    let begin = std::sync::Barrier::new(12);
    let try_one = || {
        begin.wait();
        desk.sign_in(desk.owner, "0000").unwrap_err().code
    };
    let codes: Vec<RefusalCode> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..12).map(|_| scope.spawn(try_one)).collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == RefusalCode::WrongPin).count(), 5, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == RefusalCode::TooManyTries).count(), 7, "{codes:?}");
    desk.pass(30_000);
    desk.sign_in(desk.owner, "4711").unwrap();
}

#[test]
fn an_owner_who_forgot_the_pin_gets_another_by_proof_and_wrong_proofs_slow_down_as_wrong_pins_do() {
    let desk = desk();
    let wrong = || Err(Refusal::on(RefusalCode::WrongKey, "passphrase").into());
    let reset = |pin: &str, prove: &dyn Fn() -> Result<()>| {
        desk.store.reset_owner_pin(desk.owner, pin, prove).map(|_| ()).map_err(|error| error.refusal())
    };
    let short = reset("12", &|| panic!("nothing is proven for a PIN that is none")).unwrap_err();
    assert_eq!((short.code, short.field.as_deref()), (RefusalCode::TooShort, Some("pin")));
    for left in [4, 3, 2, 1] {
        let refusal = reset("8888", &wrong).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref(), refusal.limit), (RefusalCode::WrongKey, Some("passphrase"), Some(left)));
    }
    assert!(reset("8888", &wrong).unwrap_err().until.is_some());
    assert_eq!(reset("8888", &|| panic!("not looked at")).unwrap_err().code, RefusalCode::TooManyTries);
    desk.sign_in(desk.owner, "4711").expect("whoever knows the PIN waits for nothing");
    desk.pass(30_000);
    // Whoever tried the PIN too often before need not wait, either.
    for _ in 0..5 {
        desk.sign_in(desk.owner, "0000").unwrap_err();
    }
    reset("8888", &|| Ok(())).unwrap();
    desk.sign_in(desk.owner, "8888").unwrap();
    let vet = desk.store.create_staff(&desk.boss(), person("Vera", Role::Veterinarian)).unwrap().value;
    assert_eq!(code(desk.store.reset_owner_pin(vet, "8888", || Ok(()))), RefusalCode::Forbidden);
}

#[test]
fn a_clinic_that_two_desks_left_without_an_owner_gets_one_by_proof() {
    let desk = desk();
    let vet = desk.store.create_staff(&desk.boss(), person("Vera", Role::Veterinarian)).unwrap().value;
    // As it comes where each of two owners stepped down at a desk that did not know of the other.
    let stepped_down = desk.store.write(&Actor::program(), Action::SaveStaff, |tx| {
        Ok(tx.db().execute("UPDATE staff SET role = 'groomer' WHERE role = 'owner'", [])?)
    });
    stepped_down.unwrap();
    let wrong = || Err(Refusal::on(RefusalCode::WrongKey, "passphrase").into());
    assert_eq!(code(desk.store.reset_owner_pin(vet, "8888", wrong)), RefusalCode::WrongKey);
    desk.store.reset_owner_pin(vet, "8888", || Ok(())).unwrap();
    assert_eq!(desk.store.sign_in(vet, Some("8888")).unwrap().details.role, Role::Owner);
    assert_eq!(code(desk.store.reset_owner_pin(desk.owner, "9999", || Ok(()))), RefusalCode::Forbidden, "there is one now");
}

#[test]
fn an_unknown_person_and_a_missing_pin_look_like_a_wrong_pin() {
    let desk = desk();
    let nobody = StaffId::from_bytes([9; 16]);
    assert_eq!(desk.sign_in(nobody, "4711").unwrap_err().code, RefusalCode::WrongPin);
    assert_eq!(code(desk.store.sign_in(desk.owner, None)), RefusalCode::WrongPin);
    let gone = desk.hire(Role::Groomer);
    desk.store.sign_in(gone, None).unwrap();
    let inactive = StaffDetails { is_active: false, ..person("Bo", Role::Groomer) };
    desk.store.save_staff(&desk.boss(), gone, inactive).unwrap();
    assert_eq!(code(desk.store.sign_in(gone, None)), RefusalCode::WrongPin);
    assert_eq!(desk.store.sign_in_choices().unwrap().len(), 1);
}

#[test]
fn ones_own_pin_asks_for_the_present_one_and_an_owners_is_set_by_owners_alone() {
    let desk = desk();
    let refused = desk.store.set_pin(&desk.boss(), desk.owner, Some("1234"), Some("0000")).unwrap_err().refusal();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::WrongPin, Some("current_pin")));
    desk.store.set_pin(&desk.boss(), desk.owner, Some("1234"), Some("4711")).unwrap();
    desk.sign_in(desk.owner, "1234").unwrap();
    let admin = Actor::staff(desk.hire(Role::Admin), Role::Admin);
    assert_eq!(code(desk.store.set_pin(&admin, desk.owner, None, None)), RefusalCode::Forbidden);
    let groomer = desk.hire(Role::Groomer);
    desk.store.set_pin(&admin, groomer, Some("2222"), None).unwrap();
    desk.sign_in(groomer, "2222").unwrap();
    let groomer = Actor::staff(groomer, Role::Groomer);
    assert_eq!(code(desk.store.set_pin(&groomer, admin.staff_id().unwrap(), Some("3333"), None)), RefusalCode::Forbidden);
}

#[test]
fn the_last_owner_stays_and_owners_are_made_by_owners() {
    let desk = desk();
    let boss = desk.boss();
    assert_eq!(code(desk.store.save_staff(&boss, desk.owner, person("Ana", Role::Admin))), RefusalCode::LastOwner);
    let inactive = StaffDetails { is_active: false, ..person("Ana", Role::Owner) };
    assert_eq!(code(desk.store.save_staff(&boss, desk.owner, inactive)), RefusalCode::LastOwner);
    assert_eq!(code(desk.store.delete_staff(&boss, desk.owner)), RefusalCode::LastOwner);
    assert_eq!(desk.store.staff(&desk.boss()).unwrap()[0].details.role, Role::Owner, "nothing was changed");
    let admin = Actor::staff(desk.hire(Role::Admin), Role::Admin);
    assert_eq!(code(desk.store.create_staff(&admin, person("Cy", Role::Owner))), RefusalCode::Forbidden);
    assert_eq!(code(desk.store.save_staff(&admin, admin.staff_id().unwrap(), person("Bo", Role::Owner))), RefusalCode::Forbidden);
    desk.hire(Role::Owner);
    desk.store.delete_staff(&boss, desk.owner).unwrap();
}

#[test]
fn who_may_not_manage_the_clinic_is_told_so_and_changes_nothing() {
    let desk = desk();
    for role in [Role::Veterinarian, Role::Groomer, Role::Technician, Role::FrontDesk] {
        let actor = Actor::staff(desk.hire(role), role);
        let service = desk.store.services(&desk.boss()).unwrap().remove(0);
        let mut clinic = desk.store.clinic().unwrap().unwrap().details;
        clinic.name = "Mine".into();
        assert_eq!(code(desk.store.save_clinic(&actor, clinic)), RefusalCode::Forbidden);
        assert_eq!(code(desk.store.create_staff(&actor, person("Di", Role::Groomer))), RefusalCode::Forbidden);
        assert_eq!(code(desk.store.delete_service(&actor, service.id)), RefusalCode::Forbidden);
        assert_eq!(code(desk.store.save_service(&actor, service.id, service.details)), RefusalCode::Forbidden);
        assert_eq!(code(desk.store.save_weekly_hours(&actor, desk.owner, Vec::new())), RefusalCode::Forbidden);
    }
    assert_eq!(desk.store.clinic().unwrap().unwrap().details.name, "Oak Vets");
}

#[test]
fn staff_and_services_with_visits_stay_and_those_without_go_with_their_hours() {
    let desk = desk();
    let vet = desk.hire(Role::Veterinarian);
    let service = desk.store.services(&desk.boss()).unwrap().remove(0);
    let book = |tx: &mut petrel_store::Tx<'_>| {
        let sql = "INSERT INTO appointments (id, staff_id, service_id, starts_at, ends_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?4 + 60000, ?4, ?4)";
        tx.db().execute(sql, (tx.new_id().as_bytes(), vet.bytes(), service.id.bytes(), NOON.0))?;
        Ok(())
    };
    desk.store.write(&desk.boss(), Action::BookAppointment, book).unwrap();
    let refused = desk.store.delete_staff(&desk.boss(), vet).unwrap_err().refusal();
    assert_eq!((refused.code, refused.detail.as_deref(), refused.limit), (RefusalCode::InUse, Some("appointments"), Some(1)));
    assert_eq!(code(desk.store.delete_service(&desk.boss(), service.id)), RefusalCode::InUse);
    let groomer = desk.hire(Role::Groomer);
    let usual = desk.store.weekly_hours(&desk.boss()).unwrap().into_iter().map(|hours| WeeklyHours { id: None, ..hours }).collect();
    desk.store.save_weekly_hours(&desk.boss(), groomer, usual).unwrap();
    let hours = |desk: &Desk| desk.store.weekly_hours(&desk.boss()).unwrap().into_iter().filter(|hours| hours.staff_id == groomer).count();
    assert_eq!(hours(&desk), 5);
    let deleted = desk.store.delete_staff(&desk.boss(), groomer).unwrap();
    assert_eq!((hours(&desk), deleted.changes), (0, vec!["staff".to_owned(), "staff_schedules".to_owned()]));
    desk.store.undo(&desk.boss(), deleted.undo.unwrap()).unwrap();
    assert_eq!(hours(&desk), 5, "one undo brings the person and the hours back");
}

#[test]
fn weekly_hours_are_replaced_and_what_stays_the_same_is_not_written() {
    let desk = desk();
    let mut hours = desk.store.weekly_hours(&desk.boss()).unwrap();
    let unchanged = desk.store.save_weekly_hours(&desk.boss(), desk.owner, hours.clone()).unwrap();
    assert_eq!(unchanged.undo, None);
    hours.remove(0);
    hours[0].end = WallTime::END_OF_DAY;
    let saturday = WeeklyHours { id: None, day_of_week: 6, breaks: Vec::new(), ..hours[1].clone() };
    hours.push(saturday);
    desk.store.save_weekly_hours(&desk.boss(), desk.owner, hours.clone()).unwrap();
    let saved = desk.store.weekly_hours(&desk.boss()).unwrap();
    assert_eq!(saved.iter().map(|hours| hours.day_of_week).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert_eq!(saved[0].end, WallTime::END_OF_DAY);
    hours.push(hours[0].clone());
    assert_eq!(code(desk.store.save_weekly_hours(&desk.boss(), desk.owner, hours)), RefusalCode::Overlaps);
}

#[test]
fn a_recurring_override_is_found_wherever_it_reaches() {
    let desk = desk();
    let fridays = ScheduleOverride {
        id: None,
        staff_id: desk.owner,
        kind: OverrideKind::Unavailable,
        on_date: "2026-01-02".parse().unwrap(),
        start: None,
        end: None,
        reason: Some("School run".into()),
        recurrence: Some("FREQ=WEEKLY;BYDAY=FR;UNTIL=20260331".into()),
    };
    let id = desk.store.save_override(&desk.boss(), fridays.clone(), false).unwrap().value.ids[0];
    let found =
        |from: &str, to: &str| desk.store.schedule_overrides(&desk.boss(), from.parse().unwrap(), to.parse().unwrap()).unwrap().len();
    assert_eq!((found("2026-03-02", "2026-03-05"), found("2026-03-02", "2026-03-06"), found("2026-04-01", "2026-12-31")), (0, 1, 0));
    let later = ScheduleOverride { id: Some(id), recurrence: None, ..fridays.clone() };
    desk.store.save_override(&desk.boss(), later, false).unwrap();
    assert_eq!((found("2026-01-02", "2026-01-02"), found("2026-01-03", "2026-03-31")), (1, 0));
    desk.store.delete_override(&desk.boss(), id).unwrap();
    assert_eq!(found("2026-01-01", "2026-12-31"), 0);
    let broken = ScheduleOverride { recurrence: Some("FREQ=NEVER".into()), ..fridays };
    assert_eq!(desk.store.save_override(&desk.boss(), broken, false).unwrap_err().refusal().field.as_deref(), Some("recurrence"));
}

#[test]
fn undo_asks_for_the_right_of_what_it_takes_back_and_never_leaves_a_clinic_without_an_owner() {
    let desk = desk();
    let boss = desk.boss();
    let hired = desk.store.create_staff(&boss, person("Bo", Role::Owner)).unwrap();
    let bo = Actor::staff(hired.value, Role::Owner);
    let front = Actor::staff(desk.hire(Role::FrontDesk), Role::FrontDesk);
    assert_eq!(code(desk.store.undo(&front, hired.undo.unwrap())), RefusalCode::Forbidden);
    let demoted = desk.store.save_staff(&bo, desk.owner, person("Ana", Role::Veterinarian)).unwrap();
    assert_eq!(code(desk.store.undo(&bo, hired.undo.unwrap())), RefusalCode::LastOwner);
    let undone = desk.store.undo(&bo, demoted.undo.unwrap()).unwrap();
    assert_eq!(code(desk.store.undo(&front, undone.undo.unwrap())), RefusalCode::Forbidden, "taking an undo back is no way around");
    assert_eq!(code(desk.store.undo(&boss, petrel_domain::desk::ActionId(1))), RefusalCode::NothingToUndo, "a clinic is not undone");
    // Who may not make an owner may not get one back either, not even themselves.
    let partner = desk.store.create_staff(&boss, person("Cy", Role::Owner)).unwrap().value;
    let demoted = desk.store.save_staff(&boss, partner, person("Cy", Role::Admin)).unwrap();
    let admin = Actor::staff(partner, Role::Admin);
    assert_eq!(code(desk.store.undo(&admin, demoted.undo.unwrap())), RefusalCode::Forbidden);
    desk.store.undo(&boss, demoted.undo.unwrap()).unwrap();
}

#[test]
fn in_a_currency_with_other_decimals_amounts_keep_their_figures() {
    let desk = desk();
    let boss = desk.boss();
    let mut service = desk.store.services(&boss).unwrap().remove(0);
    service.details.base_price_cents = Some(Cents(4_550));
    desk.store.save_service(&boss, service.id, service.details.clone()).unwrap();
    let price = || desk.store.services(&boss).unwrap().into_iter().find(|other| other.id == service.id).unwrap().details.base_price_cents;
    let change = |currency: &str| {
        let clinic = desk.store.clinic().unwrap().unwrap();
        desk.store.save_clinic(&boss, ClinicDetails { currency: currency.into(), ..clinic.details }).unwrap()
    };
    change("USD");
    assert_eq!(price(), Some(Cents(4_550)), "as many decimals");
    let to_dinars = change("KWD");
    assert_eq!((price(), desk.store.clinic().unwrap().unwrap().currency_digits), (Some(Cents(45_500)), 3));
    desk.store.undo(&boss, to_dinars.undo.unwrap()).unwrap();
    assert_eq!(price(), Some(Cents(4_550)), "one undo takes back both");
    change("PYG");
    assert_eq!(price(), Some(Cents(46)), "there are no half guaranies");
    change("EUR");
    assert_eq!(price(), Some(Cents(4_600)));
    // What somebody was told that a visit costs stays what it was.
    let sql = "INSERT INTO appointments (id, starts_at, ends_at, status, estimated_cost_cents, created_at, updated_at)
               VALUES (randomblob(16), 1, 2, 'completed', 4550, 1, 1)";
    desk.store.write(&boss, Action::BookAppointment, |tx| Ok(tx.db().execute(sql, [])?)).unwrap();
    let clinic = desk.store.clinic().unwrap().unwrap();
    let to_yen = desk.store.save_clinic(&boss, ClinicDetails { currency: "JPY".into(), ..clinic.details });
    assert_eq!(to_yen.unwrap_err().refusal().code, RefusalCode::CurrencyInUse);
    assert_eq!((price(), desk.store.clinic().unwrap().unwrap().details.currency.as_str()), (Some(Cents(4_600)), "EUR"));
    change("USD");
}
