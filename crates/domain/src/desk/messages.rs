use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::{
    AppointmentId, ClientId, EmailStatus, MessageChannel, MessageDirection, MessageId, MessagePurpose, MessageStatus, Millis, contact,
};

/// How a client wants to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ContactWishes {
    /// Whether mail may be sent.
    pub email_status: EmailStatus,
    /// Whether an SMS may be sent.
    pub is_sms_allowed: bool,
    /// What they want to be told by itself.
    pub notifications: Notifications,
}

/// What a client wants to be told without asking. What nobody switched off is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Notifications {
    /// Reminders of visits by e-mail.
    pub email_reminders: bool,
    /// Reminders of visits by SMS.
    pub sms_reminders: bool,
    /// A confirmation of each visit that is booked.
    pub appointment_confirmations: bool,
    /// News of a pet's treatment: results, what is due.
    pub medical_updates: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { email_reminders: true, sms_reminders: true, appointment_confirmations: true, medical_updates: true }
    }
}

impl Notifications {
    /// From what is kept (`clients.notification_settings`).
    pub fn kept(settings: &Map<String, Value>) -> Self {
        let is_on = |kind| settings.get(kind) != Some(&Value::Bool(false));
        Self {
            email_reminders: is_on("email_reminders"),
            sms_reminders: is_on("sms_reminders"),
            appointment_confirmations: is_on("appointment_confirmations"),
            medical_updates: is_on("medical_updates"),
        }
    }

    /// What is to be kept, over what is kept already: kinds that this program does not know stay, and so does what was not changed.
    pub fn over(self, mut settings: Map<String, Value>) -> Map<String, Value> {
        let was = Self::kept(&settings);
        for (kind, before, wanted) in [
            ("email_reminders", was.email_reminders, self.email_reminders),
            ("sms_reminders", was.sms_reminders, self.sms_reminders),
            ("appointment_confirmations", was.appointment_confirmations, self.appointment_confirmations),
            ("medical_updates", was.medical_updates, self.medical_updates),
        ] {
            if before != wanted {
                settings.insert(kind.to_owned(), wanted.into());
            }
        }
        settings
    }
}

/// By what a client can be written to, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Reach {
    /// By what.
    pub channel: MessageChannel,
    /// The number or the address.
    pub recipient: String,
}

impl Reach {
    /// By SMS where there is a phone that takes them and nobody said no, else by e-mail where nobody said no to that. What was kept as typed and is no
    /// number or address cannot be written to.
    pub fn of(phone: Option<&str>, sms_opted_out_at: Option<Millis>, email: Option<&str>, email_status: EmailStatus) -> Option<Self> {
        let reach = |channel, recipient: &str| Self { channel, recipient: recipient.to_owned() };
        let phone = phone.filter(|phone| sms_opted_out_at.is_none() && !contact::is_unclear(phone));
        let email = email.filter(|email| email_status == EmailStatus::Subscribed && contact::is_email(email));
        phone.map(|phone| reach(MessageChannel::Sms, phone)).or_else(|| email.map(|email| reach(MessageChannel::Email, email)))
    }
}

/// Telling a client of a change: queues a message, sent when the clinic has a channel for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct NotifyInput {
    /// The visit it is about.
    pub appointment_id: AppointmentId,
    /// The words, as shown to the person before, up to 1,600 characters.
    pub body: String,
}

/// Writing to a client about no visit: queues a message, as [`NotifyInput`] does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct WriteInput {
    /// To whom.
    pub client_id: ClientId,
    /// The words, up to 1,600 characters.
    pub body: String,
}

/// A message to a client or from one, wherever it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ClientMessage {
    /// Its id.
    pub id: MessageId,
    /// To the client, or from them.
    pub direction: MessageDirection,
    /// By what it goes.
    pub channel: MessageChannel,
    /// What it is for.
    pub purpose: MessagePurpose,
    /// The visit it is about, where it is about one.
    pub appointment_id: Option<AppointmentId>,
    /// The number or the address.
    pub recipient: String,
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The words; of a long one, the first 2,000 characters.
    pub body: String,
    /// Where it stands.
    pub status: MessageStatus,
    /// When it was sent; of one that was not, when it was written.
    pub at: Millis,
    /// Not to be sent before this.
    pub scheduled_for: Option<Millis>,
    /// Why it was not sent: `opted_out` and `pet_deceased` are the program's own words.
    pub error: Option<String>,
    /// Whether it can still be kept from being sent.
    pub is_cancellable: bool,
}

/// Messages of a client, newest first, by pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<ClientMessage>,
    /// To be given as `before` for the next page; none at the end.
    pub next_before: Option<MessageId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_switched_off_is_on_and_what_is_not_known_here_stays() {
        assert_eq!(Notifications::kept(&Map::new()), Notifications::default());
        let kept: Map<String, Value> = serde_json::from_str(r#"{"sms_reminders":false,"birthdays":false}"#).unwrap();
        let wanted = Notifications::kept(&kept);
        assert!(!wanted.sms_reminders && wanted.email_reminders);
        assert_eq!(wanted.over(kept.clone()), kept, "nothing changed");
        let back = Notifications { medical_updates: false, ..Notifications::default() }.over(kept);
        assert_eq!(serde_json::to_string(&back).unwrap(), r#"{"birthdays":false,"medical_updates":false,"sms_reminders":true}"#);
    }

    #[test]
    fn a_client_is_written_to_by_what_they_did_not_say_no_to() {
        let (phone, mail) = (Some("+4930123456"), Some("g@example.com"));
        let channel = |phone, out: Option<i64>, mail, status| {
            Reach::of(phone, out.map(Millis), mail, status).map(|reach| (reach.channel.as_str(), reach.recipient))
        };
        let said = |channel, recipient: &str| Some((channel, recipient.to_owned()));
        assert_eq!(channel(phone, None, mail, EmailStatus::Subscribed), said("sms", "+4930123456"));
        assert_eq!(channel(phone, Some(1), mail, EmailStatus::Subscribed), said("email", "g@example.com"));
        assert_eq!(channel(Some("ask Maria"), None, mail, EmailStatus::Subscribed), said("email", "g@example.com"));
        for status in [EmailStatus::Unsubscribed, EmailStatus::Bounced, EmailStatus::Complained] {
            assert_eq!(channel(phone, Some(1), mail, status), None);
        }
        assert_eq!(channel(None, None, Some("g at example"), EmailStatus::Subscribed), None, "kept as typed");
    }
}
