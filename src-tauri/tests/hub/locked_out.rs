//! A desk that was locked out opens again by a code of its own clinic, and by nothing else.

use std::path::Path;

use petrel_domain::RefusalCode;
use petrel_domain::desk::Phase;
use petrel_shell::desk::Desk;

use super::{Computer, Hub, sign_in};

/// A laptop at work, with a backup of its clinic; then somebody locks it out.
fn locked_out(hub: &Hub, first: &Desk) -> (Computer, Desk, String) {
    let (computer, desk) = hub.with_laptop(first);
    sign_in(&desk);
    let backup = desk.backup_now().unwrap().path;
    let laptop = first.hub_devices().unwrap().into_iter().find(|device| device.name == "Laptop").unwrap();
    first.revoke_device(laptop.id).unwrap();
    desk.sync_now().unwrap();
    computer.until("the laptop is locked", || (phase(&desk) == Phase::Revoked).then_some(()));
    (computer, desk, backup)
}

fn phase(desk: &Desk) -> Phase {
    desk.app_state().unwrap().phase
}

#[test]
fn a_code_of_another_clinic_lets_nobody_in_at_a_desk_that_was_locked_out() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    let (_computer, desk, _) = locked_out(&hub, &first);
    let empty = hub.code(hub.clinic());
    assert_eq!(desk.connect_hub(hub.input(&empty, "Laptop")).unwrap_err().code, RefusalCode::OtherClinic);
    assert_eq!(phase(&desk), Phase::Revoked);
    desk.close();
    first.close();
}

#[test]
fn a_desk_that_was_locked_out_names_neither_its_clinic_nor_who_works_there() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    let (_computer, desk, _) = locked_out(&hub, &first);
    assert_eq!(desk.sign_in_choices().unwrap_err().code, RefusalCode::DeskRevoked);
    let state = desk.app_state().unwrap();
    let of = state.clinic.unwrap().details;
    assert_eq!((of.name.as_str(), of.locale.as_str(), of.timezone.as_str()), ("", "en-GB", "Europe/Madrid"));
    assert_eq!(state.staff, None);
    desk.close();
    first.close();
}

#[test]
fn a_backup_from_before_does_not_open_what_a_desk_was_locked_out_of() {
    let hub = Hub::start();
    let (_front, first) = hub.with_clinic();
    let (computer, desk, backup) = locked_out(&hub, &first);
    let code = || first.new_device_code().unwrap().code;
    assert_eq!(desk.set_aside_file().unwrap().phase, Phase::FirstRun);
    assert_eq!(desk.restore_backup(Path::new(&backup)).unwrap().phase, Phase::Revoked);
    desk.close();
    let desk = computer.start();
    assert_eq!(phase(&desk), Phase::Revoked);
    desk.connect_hub(hub.input(&code(), "Laptop")).unwrap();
    assert_eq!(phase(&desk), Phase::SignedOut);
    sign_in(&desk);
    computer.until_sent(&desk);
    // Whoever joins its clinic anew was let in as well.
    let laptop = first.hub_devices().unwrap().into_iter().find(|device| device.name == "Laptop" && device.revoked_at.is_none());
    first.revoke_device(laptop.unwrap().id).unwrap();
    desk.sync_now().unwrap();
    computer.until("the laptop is locked again", || (phase(&desk) == Phase::Revoked).then_some(()));
    desk.set_aside_file().unwrap();
    hub.join(&desk, &code(), "Laptop").unwrap();
    sign_in(&desk);
    desk.close();
    first.close();
}

#[test]
fn a_backup_from_before_the_clinic_had_a_hub_does_not_open_either() {
    let hub = Hub::start();
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(super::new_clinic()).unwrap();
    let backup = desk.backup_now().unwrap().path;
    desk.connect_hub(hub.input(&hub.code(hub.clinic()), "Front desk")).unwrap();
    computer.until_sent(&desk);
    let (_laptop, second) = hub.with_laptop(&desk);
    sign_in(&second);
    let front = desk.hub_devices().unwrap().into_iter().find(|device| device.is_this).unwrap();
    second.revoke_device(front.id).unwrap();
    desk.sync_now().unwrap();
    computer.until("the front desk is locked", || (phase(&desk) == Phase::Revoked).then_some(()));
    desk.set_aside_file().unwrap();
    assert_eq!(desk.restore_backup(Path::new(&backup)).unwrap().phase, Phase::Revoked);
    desk.close();
    second.close();
}
