//! What a client wants to be written, and what was written to them.

use std::collections::BTreeSet;

use crate::common::{Salon, at, salon};
use petrel_domain::desk::{Client, ClientDetails, ClientMessage, ContactWishes, MergeInput, NotifyInput, PetDeathInput, Saved, WriteInput};
use petrel_domain::{ClientId, EmailStatus, MessageChannel, MessageId, MessageStatus, Millis, Refusal, RefusalCode, Role};
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
    assert_eq!(salon.kept(), format!(r#"subscribed {} {{"medical_updates":false}}"#, at("2026-05-29", "08:00").0));
    salon.store.undo(&salon.owner, saved.undo.unwrap()).unwrap();
    assert_eq!(salon.kept(), "subscribed - {}");
    assert_eq!(salon.grace().details.notes, None);
    salon.say(|wishes| wishes.is_sms_allowed = false);
    let no = salon.kept();
    salon.later(60_000);
    salon.say(|_| ());
    assert_eq!(salon.kept(), no);
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

impl Salon {
    fn messages(&self) -> Vec<ClientMessage> {
        self.store.messages_of_client(&self.owner, self.client, None).unwrap().messages
    }

    fn write(&self, body: &str) -> Saved<()> {
        self.store.write_to_client(&self.owner, WriteInput { client_id: self.client, body: body.into() }).unwrap()
    }

    fn messages_stand(&self) -> Vec<(MessageStatus, Option<String>)> {
        self.messages().into_iter().map(|message| (message.status, message.error)).collect()
    }
}

#[test]
fn what_waits_is_seen_with_the_client_and_the_visit_and_kept_from_being_sent_once() {
    let salon = salon();
    let visit = salon.book(at("2026-06-01", "10:00"));
    salon.tell().unwrap();
    salon.later(1_000);
    salon.write(" Your papers are ready. ");
    let all = salon.messages();
    assert_eq!(all.iter().map(|one| one.body.as_str()).collect::<Vec<_>>(), ["Your papers are ready.", "See you at ten."], "newest first");
    assert!(all.iter().all(|one| one.is_cancellable && one.recipient == "+4930123456"));
    let of_visit = salon.store.messages_of_visit(&salon.owner, visit).unwrap();
    assert_eq!(of_visit, all[1..]);
    assert_eq!((of_visit[0].appointment_id, all[0].appointment_id), (Some(visit), None));

    let outbox = salon.count("SELECT count(*) FROM outbox");
    let cancelled = salon.store.cancel_message(&salon.owner, all[1].id).unwrap();
    assert_eq!(cancelled.changes, ["messages"]);
    assert_eq!(salon.count("SELECT count(*) FROM outbox") - outbox, 1, "other desks are told");
    let stands = salon.store.messages_of_visit(&salon.owner, visit).unwrap().remove(0);
    assert_eq!((stands.status, stands.is_cancellable), (MessageStatus::Cancelled, false));
    let refusal = salon.store.cancel_message(&salon.owner, all[1].id).unwrap_err().refusal();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::ChangedSince, Some("messages")));
    salon.store.undo(&salon.owner, cancelled.undo.unwrap()).unwrap();
    assert!(salon.store.messages_of_visit(&salon.owner, visit).unwrap()[0].is_cancellable);
}

#[test]
fn what_was_sent_or_is_nobodys_is_not_cancelled() {
    let salon = salon();
    salon.write("Your papers are ready.");
    let id = salon.messages()[0].id;
    salon.sql("UPDATE messages SET status = 'sent', sent_at = created_at + 5, updated_at = updated_at + 1");
    let refused = |id| salon.store.cancel_message(&salon.owner, id).unwrap_err().refusal().code;
    assert_eq!(refused(id), RefusalCode::ChangedSince);
    assert_eq!(refused(MessageId(uuid::Uuid::from_u128(7))), RefusalCode::NotFound);
    assert_eq!(salon.messages()[0].at, Millis(at("2026-05-29", "08:00").0 + 5), "when it was sent");
}

#[test]
fn messages_come_by_pages_although_many_were_written_at_once() {
    let salon = salon();
    for n in 0..70 {
        salon.write(&n.to_string());
    }
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = salon.store.messages_of_client(&salon.owner, salon.client, before).unwrap();
        seen.extend(page.messages.into_iter().map(|message| message.body));
        before = page.next_before;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 70);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>().len(), 70, "each once");
}

#[test]
fn a_no_stops_what_waits_by_that_way_at_once_and_one_undo_lets_it_wait_again() {
    let salon = salon();
    salon.write("By SMS");
    let no = salon.say(|wishes| wishes.is_sms_allowed = false);
    assert_eq!(salon.messages_stand(), [(MessageStatus::Cancelled, Some("opted_out".into()))]);
    salon.store.undo(&salon.owner, no.undo.unwrap()).unwrap();
    assert_eq!(salon.messages_stand(), [(MessageStatus::Queued, None)]);
    // What they said no to was something else.
    salon.say(|wishes| wishes.email_status = EmailStatus::Unsubscribed);
    assert_eq!(salon.messages_stand(), [(MessageStatus::Queued, None)]);
}

#[test]
fn a_no_that_comes_by_a_merge_stops_what_waits_for_either_and_one_undo_lets_it_wait_again() {
    for is_kept_one_who_said_no in [false, true] {
        let salon = salon();
        let other = salon.add_client("Grace", "Hopper", "+4930555111");
        salon.write("By SMS");
        salon.later(1_000);
        salon.sql("UPDATE clients SET sms_opted_out_at = 7, email_status = 'unsubscribed', updated_at = updated_at + 1 WHERE phone = '+4930555111'");
        // As it comes from another desk, which did not know that the other said no.
        for channel in ["sms", "email"] {
            salon.sql(&format!(
                "INSERT INTO messages (id, client_id, direction, channel, recipient, body, status, created_at, updated_at)
                 SELECT randomblob(16), id, 'outbound', '{channel}', 'x', 'y', 'queued', 1, 1 FROM clients"
            ));
        }
        let stands = || salon.texts("SELECT channel || ' ' || status || ' ' || coalesce(error, '-') FROM messages ORDER BY id");
        let before = stands();
        salon.later(1_000);
        let [into_id, from_id] = if is_kept_one_who_said_no { [other, salon.client] } else { [salon.client, other] };
        let merged = salon.store.merge_clients(&salon.owner, MergeInput { into_id, from_id }).unwrap();
        assert!(stands().iter().all(|one| one.ends_with(" cancelled opted_out")), "{:?}", stands());
        assert_eq!(stands().len(), 5);
        salon.store.undo(&salon.owner, merged.undo.unwrap()).unwrap();
        assert_eq!(stands(), before);
    }
    // Who said no to nothing is written to.
    let salon = salon();
    let other = salon.add_client("Grace", "Hopper", "+4930555111");
    salon.write("By SMS");
    salon.store.merge_clients(&salon.owner, MergeInput { into_id: other, from_id: salon.client }).unwrap();
    assert_eq!(salon.texts("SELECT status FROM messages"), ["queued"]);
}

#[test]
fn a_no_that_comes_by_an_import_stops_what_waits_by_that_way_and_one_undo_lets_it_wait_again() {
    let salon = salon();
    salon.write("By SMS");
    let waits = [(MessageStatus::Queued, None)];
    salon.import(b"Name,Phone,Email status\nGrace Hopper,+4930123456,unsubscribed\n");
    assert_eq!(salon.grace().email_status, EmailStatus::Unsubscribed);
    assert_eq!(salon.messages_stand(), waits, "what they said no to was something else");
    salon.later(1_000);
    let report = salon.import(b"Name,Phone,No SMS\nGrace Hopper,+4930123456,yes\n");
    assert_eq!(salon.messages_stand(), [(MessageStatus::Cancelled, Some("opted_out".into()))]);
    salon.store.undo(&salon.owner, report.undo.unwrap()).unwrap();
    assert_eq!((salon.messages_stand(), salon.grace().sms_opted_out_at), (waits.to_vec(), None));
}

#[test]
fn nobody_is_written_to_of_a_pet_that_died_since() {
    let salon = salon();
    salon.book(at("2026-06-01", "10:00"));
    salon.tell().unwrap();
    salon.later(1_000);
    salon.write("Thank you for your patience.");
    let input = PetDeathInput { pet_id: salon.pet, died_on: "2026-05-29".parse().unwrap(), reason: None };
    let died = salon.store.record_death(&salon.owner, input).unwrap();
    let of_pet = (MessageStatus::Cancelled, Some("pet_deceased".into()));
    assert_eq!(salon.messages_stand(), [(MessageStatus::Queued, None), of_pet]);
    salon.store.undo(&salon.owner, died.undo.unwrap()).unwrap();
    assert!(salon.messages().iter().all(|message| message.is_cancellable));
}

#[test]
fn a_message_about_no_visit_needs_words_somebody_and_a_way() {
    let salon = salon();
    let refused = |client_id, body: &str| {
        let refusal = salon.store.write_to_client(&salon.owner, WriteInput { client_id, body: body.into() }).unwrap_err().refusal();
        (refusal.code, refusal.field.unwrap())
    };
    assert_eq!(refused(salon.client, " "), (RefusalCode::Required, "body".into()));
    assert_eq!(refused(salon.client, &"x".repeat(1_601)), (RefusalCode::TooLong, "body".into()));
    assert_eq!(refused(ClientId(uuid::Uuid::from_u128(7)), "Hello"), (RefusalCode::NotFound, "client".into()));
    salon.say(|wishes| (wishes.is_sms_allowed, wishes.email_status) = (false, EmailStatus::Unsubscribed));
    assert_eq!(refused(salon.client, "Hello"), (RefusalCode::NoWayToWrite, "recipient".into()));
    assert!(salon.messages().is_empty());
}
