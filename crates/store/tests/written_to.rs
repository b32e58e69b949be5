//! What a client wants to be written, and what was written to them.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up what it needs must fail")]

mod common;

use common::{Salon, at, salon};
use petrel_domain::desk::{Client, ClientDetails, ContactWishes, NotifyInput, Saved};
use petrel_domain::{EmailStatus, MessageChannel, Refusal, RefusalCode, Role};
use petrel_store::Actor;

impl Salon {
    fn grace(&self) -> Client {
        self.store.client(&self.owner, self.client).unwrap()
    }

    fn say(&self, change: impl FnOnce(&mut ContactWishes)) -> Saved<()> {
        let mut details = self.grace().details;
        change(details.wishes.as_mut().unwrap());
        self.store.save_client(&self.owner, self.client, details).unwrap()
    }

    fn tell(&self) -> Result<Saved<()>, Refusal> {
        let id = self.store.visits_of_client(&self.owner, self.client, None).unwrap().visits[0].id;
        let input = NotifyInput { appointment_id: id, body: "See you at ten.".into() };
        self.store.notify_client(&self.owner, input).map_err(|error| error.refusal())
    }

    fn kept(&self) -> String {
        self.texts("SELECT email_status || ' ' || coalesce(sms_opted_out_at, '-') || ' ' || notification_settings FROM clients").remove(0)
    }
}

#[test]
fn who_wants_no_more_texts_is_written_to_by_mail_and_who_wants_neither_not_at_all() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    assert_eq!(salon.grace().reach.unwrap().channel, MessageChannel::Sms);
    salon.say(|wishes| wishes.is_sms_allowed = false);
    assert_eq!(salon.grace().sms_opted_out_at, Some(at("2026-05-29", "08:00")));
    assert_eq!(salon.grace().reach.unwrap().recipient, "grace@example.com");
    salon.tell().unwrap();
    assert_eq!(salon.texts("SELECT channel FROM messages"), ["email"]);
    salon.say(|wishes| wishes.email_status = EmailStatus::Unsubscribed);
    assert_eq!(salon.grace().reach, None);
    let refusal = salon.tell().unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::NoWayToWrite, Some("recipient")));
    // They changed their mind.
    salon.say(|wishes| (wishes.is_sms_allowed, wishes.email_status) = (true, EmailStatus::Subscribed));
    assert_eq!(salon.grace().reach.unwrap().channel, MessageChannel::Sms);
    assert_eq!(salon.grace().sms_opted_out_at, None);
}

#[test]
fn a_no_keeps_its_date_and_one_undo_takes_it_back_with_what_was_saved_beside_it() {
    let salon = salon();
    let mut details = salon.grace().details;
    details.notes = Some("Calls back".into());
    let wishes = details.wishes.as_mut().unwrap();
    wishes.is_sms_allowed = false;
    wishes.notifications.medical_updates = false;
    let saved = salon.store.save_client(&salon.owner, salon.client, details).unwrap();
    let no = format!(r#"subscribed {} {{"medical_updates":false}}"#, at("2026-05-29", "08:00").0);
    assert_eq!(salon.kept(), no);
    salon.later(60_000);
    let later = salon.say(|_| ());
    assert_eq!((salon.kept(), later.undo), (no, None), "nothing changed");
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.kept(), "subscribed - {}");
    assert_eq!(salon.grace().details.notes, None);
}

#[test]
fn who_says_nothing_of_it_leaves_it_as_it_is() {
    let salon = salon();
    salon.say(|wishes| (wishes.is_sms_allowed, wishes.email_status) = (false, EmailStatus::Complained));
    let before = salon.kept();
    salon.later(60_000);
    let details = ClientDetails { wishes: None, notes: Some("Pays cash".into()), ..salon.grace().details };
    salon.store.save_client(&salon.owner, salon.client, details).unwrap();
    assert_eq!(salon.kept(), before);
    salon.store.create_client(&salon.owner, ClientDetails { last_name: "Lind".into(), ..ClientDetails::default() }).unwrap();
    assert_eq!(salon.count("SELECT count(*) FROM clients WHERE email_status = 'subscribed' AND sms_opted_out_at IS NULL"), 1);
}

#[test]
fn somebody_new_may_say_no_at_once() {
    let salon = salon();
    let mut wishes = salon.grace().details.wishes.unwrap();
    (wishes.is_sms_allowed, wishes.email_status, wishes.notifications.sms_reminders) = (false, EmailStatus::Unsubscribed, false);
    let details = ClientDetails { last_name: "Lind".into(), wishes: Some(wishes), ..ClientDetails::default() };
    let id = salon.store.create_client(&salon.owner, details).unwrap().value;
    let made = salon.store.client(&salon.owner, id).unwrap();
    assert_eq!(made.details.wishes, Some(wishes));
    assert_eq!(made.sms_opted_out_at, Some(at("2026-05-29", "08:00")));
}

#[test]
fn that_mail_came_back_is_said_of_an_address_and_a_no_of_a_person() {
    let salon = salon();
    let moved = |email: &str| {
        let details = ClientDetails { email: Some(email.into()), ..salon.grace().details };
        salon.store.save_client(&salon.owner, salon.client, details).unwrap();
        salon.grace().email_status
    };
    salon.say(|wishes| wishes.email_status = EmailStatus::Bounced);
    assert_eq!(moved("Grace@example.com"), EmailStatus::Bounced, "the same address");
    assert_eq!(moved("grace@navy.example"), EmailStatus::Subscribed);
    salon.say(|wishes| wishes.email_status = EmailStatus::Unsubscribed);
    assert_eq!(moved("hopper@navy.example"), EmailStatus::Unsubscribed);
}

#[test]
fn a_wish_is_written_down_by_whoever_may_write_clients() {
    let salon = salon();
    let desk = Actor::staff(salon.hire("Kay", Role::FrontDesk, true), Role::FrontDesk);
    let mut details = salon.grace().details;
    details.wishes.as_mut().unwrap().is_sms_allowed = false;
    salon.store.save_client(&desk, salon.client, details).unwrap();
    assert!(salon.grace().sms_opted_out_at.is_some());
}
