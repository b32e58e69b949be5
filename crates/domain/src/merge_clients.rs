//! What stands in the one record after two of the same person were merged. Pets, visits and messages go over by the references.

use serde_json::{Map, Value};

use crate::contact::email_key;
use crate::text::fold;
use crate::{EmailStatus, MembershipStatus, Millis};

/// The fields of a client that a merge decides on.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// First name, or empty.
    pub first_name: String,
    /// Last name, or empty.
    pub last_name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Whether mail may be sent.
    pub email_status: EmailStatus,
    /// Phone.
    pub phone: Option<String>,
    /// Since when no SMS may be sent.
    pub sms_opted_out_at: Option<Millis>,
    /// Address.
    pub address: Option<String>,
    /// The number in another system.
    pub external_id: Option<String>,
    /// Membership.
    pub membership_status: MembershipStatus,
    /// What they want to be told, by kind.
    pub notification_settings: Map<String, Value>,
    /// Notes.
    pub notes: Option<String>,
    /// Fields of the clinic's own.
    pub custom_fields: Map<String, Value>,
    /// When the clinic last wrote or called.
    pub last_contact_at: Option<Millis>,
    /// When they last answered.
    pub last_engaged_at: Option<Millis>,
}

/// The one who stays keeps what they have; what they lack is filled in from the other. A no of either is a no of both. What the other had
/// and finds no place (a second phone) goes to the notes: nothing that somebody typed is lost.
pub fn merged(kept: Fields, other: Fields) -> Fields {
    let name = filled_name((&kept.first_name, &kept.last_name), (&other.first_name, &other.last_name));
    let (first_name, last_name) = (name.0.to_owned(), name.1.to_owned());
    let over = left_over(&kept, &other, name);
    let notes = joined_notes([kept.notes, other.notes, over]);
    Fields {
        email_status: email_status(&kept.email, kept.email_status, other.email_status),
        first_name,
        last_name,
        email: kept.email.or(other.email),
        phone: kept.phone.or(other.phone),
        // Since the first no.
        sms_opted_out_at: [kept.sms_opted_out_at, other.sms_opted_out_at].into_iter().flatten().min(),
        address: kept.address.or(other.address),
        external_id: kept.external_id.or(other.external_id),
        membership_status: membership(kept.membership_status, other.membership_status),
        notification_settings: settings(kept.notification_settings, other.notification_settings),
        notes,
        custom_fields: other.custom_fields.into_iter().chain(kept.custom_fields).collect(),
        last_contact_at: kept.last_contact_at.max(other.last_contact_at),
        last_engaged_at: kept.last_engaged_at.max(other.last_engaged_at),
    }
}

/// Notes one under the other.
pub(crate) fn joined_notes(all: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let told = all.into_iter().flatten().filter(|notes| !notes.trim().is_empty());
    told.reduce(|notes, more| {
        // Paragraphs that were copied from one record to the other stand once.
        let untold = paragraphs(&more).filter(|paragraph| !is_told(&notes, paragraph));
        untold.fold(notes.clone(), |notes, paragraph| format!("{}\n\n{paragraph}", notes.trim_end()))
    })
}

/// First and last name of one, filled in from another's as a pair. A name of one word may be either: which it is, the other's says. What is no part of
/// the other's stays as it is, because two halves of two names are nobody's.
pub fn filled_name<'a>(kept: (&'a str, &'a str), other: (&'a str, &'a str)) -> (&'a str, &'a str) {
    let word = match kept {
        ("", "") => return other,
        ("", word) | (word, "") => word,
        _ => return kept,
    };
    match (kept, other) {
        _ if is_same_name(word, &full_name(other)) => kept,
        (_, (first, last)) if !last.is_empty() && is_same_name(word, first) => (word, last),
        (_, (first, last)) if !first.is_empty() && is_same_name(word, last) => (first, word),
        // Each has the part that the other lacks.
        (("", _), (first, "")) => (first, word),
        ((_, ""), ("", last)) if !last.is_empty() => (word, last),
        _ => kept,
    }
}

fn full_name((first, last): (&str, &str)) -> String {
    [first, last].join(" ").trim().to_owned()
}

fn is_same_name(one: &str, other: &str) -> bool {
    fold(one).split_whitespace().eq(fold(other).split_whitespace())
}

/// A no is the person's, whichever address it was said from; that mail comes back is the address's.
fn email_status(kept_email: &Option<String>, kept: EmailStatus, other: EmailStatus) -> EmailStatus {
    let no = [EmailStatus::Complained, EmailStatus::Unsubscribed].into_iter().find(|no| [kept, other].contains(no));
    no.unwrap_or(if kept_email.is_none() { other } else { kept })
}

/// What is switched off in one is off.
fn settings(mut kept: Map<String, Value>, other: Map<String, Value>) -> Map<String, Value> {
    for (kind, wanted) in other {
        if wanted == Value::Bool(false) || !kept.contains_key(&kind) {
            kept.insert(kind, wanted);
        }
    }
    kept
}

/// The membership that is most alive.
fn membership(kept: MembershipStatus, other: MembershipStatus) -> MembershipStatus {
    use MembershipStatus::{Active, Cancelled, None, Paused};
    [Active, Paused, Cancelled].into_iter().find(|status| [kept, other].contains(status)).unwrap_or(None)
}

/// What the other has that differs from what is kept, in a line of its own. The name is the one that was filled in.
fn left_over(kept: &Fields, other: &Fields, name: (&str, &str)) -> Option<String> {
    let other_name = full_name((&other.first_name, &other.last_name));
    let fits = |kept: &str, other: &str| other.is_empty() || is_same_name(kept, other);
    let is_name_kept = fits(name.0, &other.first_name) && fits(name.1, &other.last_name) || is_same_name(&full_name(name), &other_name);
    let differs = |kept: &Option<String>, other: &Option<String>, key: fn(&str) -> String| match (kept, other) {
        (Some(kept), Some(other)) if key(kept) != key(other) => Some(other.clone()),
        _ => None,
    };
    let custom = other.custom_fields.iter().filter(|(field, value)| kept.custom_fields.get(*field).is_some_and(|kept| kept != *value));
    let custom = custom.map(|(field, value)| format!("{field}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    let rest: Vec<String> = [
        (!is_name_kept).then_some(other_name),
        differs(&kept.phone, &other.phone, str::to_owned),
        differs(&kept.email, &other.email, email_key),
        differs(&kept.address, &other.address, fold),
        differs(&kept.external_id, &other.external_id, str::to_owned),
    ]
    .into_iter()
    .flatten()
    .chain(custom)
    .collect();
    (!rest.is_empty()).then(|| rest.join(BESIDE))
}

/// Between what goes to the notes because it differs.
const BESIDE: &str = " · ";

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
}

/// Whether all that some notes say stands in others.
pub fn is_noted(notes: &str, more: &str) -> bool {
    paragraphs(more).all(|paragraph| is_told(notes, paragraph))
}

/// Whether a paragraph stands in notes. That its words are part of another one ("Bites", "Never bites") says nothing.
fn is_told(notes: &str, paragraph: &str) -> bool {
    notes.contains(paragraph) && paragraphs(notes).any(|told| told == paragraph)
}

/// Whether something that differed went to the notes before: a paragraph of its own, or a part of one.
pub fn is_told_beside(notes: &str, text: &str) -> bool {
    notes.contains(text) && paragraphs(notes).any(|told| told.split(BESIDE).any(|part| part == text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Fields {
        Fields {
            first_name: String::new(),
            last_name: String::new(),
            email: None,
            email_status: EmailStatus::Subscribed,
            phone: None,
            sms_opted_out_at: None,
            address: None,
            external_id: None,
            membership_status: MembershipStatus::None,
            notification_settings: Map::new(),
            notes: None,
            custom_fields: Map::new(),
            last_contact_at: None,
            last_engaged_at: None,
        }
    }

    fn map(pairs: &[(&str, &str)]) -> Map<String, Value> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    #[test]
    fn what_is_empty_is_filled_and_what_is_there_stays() {
        let kept = Fields { first_name: "José".into(), email: Some("J@Example.com".into()), last_contact_at: Some(Millis(5)), ..nobody() };
        let other = Fields {
            first_name: "Jose".into(),
            last_name: "García".into(),
            email: Some("j@example.com".into()),
            phone: Some("+34612345678".into()),
            last_contact_at: Some(Millis(9)),
            custom_fields: map(&[("Vet", "A")]),
            ..nobody()
        };
        let one = merged(kept.clone(), other);
        assert_eq!((one.first_name.as_str(), one.last_name.as_str(), one.email.as_deref()), ("José", "García", Some("J@Example.com")));
        assert_eq!((one.phone.as_deref(), one.last_contact_at), (Some("+34612345678"), Some(Millis(9))));
        assert_eq!(one.custom_fields, map(&[("Vet", "A")]));
        assert_eq!(one.notes, None, "nothing was left over");
        assert_eq!(merged(kept.clone(), nobody()), kept);
        assert_eq!(merged(kept.clone(), kept.clone()), kept);
    }

    #[test]
    fn a_name_of_one_word_is_filled_in_as_a_pair() {
        let of = |first: &str, last: &str| Fields { first_name: first.into(), last_name: last.into(), ..nobody() };
        for (kept, other, name, notes) in [
            (("", "Vera"), ("Vera", "Hopper"), ("Vera", "Hopper"), None),
            (("Vera", ""), ("", "VERA"), ("Vera", ""), None),
            (("", "Véra"), ("Vera", ""), ("", "Véra"), None),
            (("", "Hopper"), ("Vera", "Hopper"), ("Vera", "Hopper"), None),
            (("", "Hopper"), ("Vera", ""), ("Vera", "Hopper"), None),
            (("Vera", ""), ("", "Hopper"), ("Vera", "Hopper"), None),
            (("", "Vera Hopper"), ("Vera", "Hopper"), ("", "Vera Hopper"), None),
            (("", ""), ("Vera", "Hopper"), ("Vera", "Hopper"), None),
            (("", "Smith"), ("Vera", "Hopper"), ("", "Smith"), Some("Vera Hopper")),
            (("Ann", "Smith"), ("Vera", ""), ("Ann", "Smith"), Some("Vera")),
            (("", "Vera"), ("", ""), ("", "Vera"), None),
        ] {
            let one = merged(of(kept.0, kept.1), of(other.0, other.1));
            assert_eq!(((one.first_name.as_str(), one.last_name.as_str()), one.notes.as_deref()), (name, notes), "{kept:?} {other:?}");
        }
    }

    #[test]
    fn what_finds_no_place_goes_to_the_notes() {
        let kept = Fields {
            first_name: "Ada".into(),
            last_name: "Byron".into(),
            phone: Some("+442079460958".into()),
            notes: Some("Pays cash".into()),
            custom_fields: map(&[("Vet", "A"), ("Gate", "12")]),
            ..nobody()
        };
        let other = Fields {
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            phone: Some("+442079460000".into()),
            notes: Some("Pays cash\n".into()),
            custom_fields: map(&[("Vet", "B"), ("Gate", "12")]),
            ..nobody()
        };
        let one = merged(kept, other);
        assert_eq!(one.notes.as_deref(), Some("Pays cash\n\nAda Lovelace · +442079460000 · Vet: B"));
        assert_eq!(one.custom_fields["Vet"], "A");
    }

    #[test]
    fn words_that_are_part_of_a_note_are_another_note() {
        let noted = |notes: &str| Fields { notes: Some(notes.into()), ..nobody() };
        let one = |kept: &str, other: &str| merged(noted(kept), noted(other)).notes.unwrap();
        assert_eq!(one("Bites never at home", "Bites"), "Bites never at home\n\nBites");
        assert_eq!(one("Bites\n\nPays cash", "Pays cash\n\nCalls early"), "Bites\n\nPays cash\n\nCalls early");
        assert_eq!(one(" ", "Bites"), "Bites");
        let ana = Fields { first_name: "Ana".into(), ..nobody() };
        let kept = Fields { first_name: "Eva".into(), ..noted("Anabel is the daughter") };
        assert_eq!(merged(kept.clone(), ana.clone()).notes.as_deref(), Some("Anabel is the daughter\n\nAna"));
        let told = merged(kept, Fields { phone: Some("+442079460000".into()), ..ana });
        assert!(
            is_told_beside("Ana · +442079460000 · Vet: B", "+442079460000") && !is_told_beside("Ana · +4420794600001", "+442079460000")
        );
        assert_eq!(told.notes.as_deref(), Some("Anabel is the daughter\n\nAna"), "the phone found its place");
    }

    #[test]
    fn a_no_of_either_is_a_no_of_both() {
        use EmailStatus::{Bounced, Complained, Subscribed, Unsubscribed};
        let with = |email: Option<&str>, email_status| Fields { email: email.map(str::to_owned), email_status, ..nobody() };
        let status = |kept, other| merged(kept, other).email_status;
        assert_eq!(status(with(Some("a@b.co"), Subscribed), with(Some("c@d.co"), Unsubscribed)), Unsubscribed);
        assert_eq!(status(with(None, Unsubscribed), with(Some("c@d.co"), Subscribed)), Unsubscribed);
        assert_eq!(status(with(Some("a@b.co"), Complained), with(None, Unsubscribed)), Complained);
        assert_eq!(status(with(Some("a@b.co"), Subscribed), with(Some("c@d.co"), Bounced)), Subscribed, "the other address bounced");
        assert_eq!(status(with(None, Subscribed), with(Some("c@d.co"), Bounced)), Bounced);
        let wants =
            |is_wanted: bool| Fields { notification_settings: Map::from_iter([("reminders".to_owned(), is_wanted.into())]), ..nobody() };
        for (kept, other, one) in [(true, false, false), (false, true, false), (true, true, true)] {
            assert_eq!(merged(wants(kept), wants(other)), wants(one));
        }
        let opted = |at: i64| Fields { sms_opted_out_at: Some(Millis(at)), ..nobody() };
        assert_eq!(merged(nobody(), opted(7)).sms_opted_out_at, Some(Millis(7)));
        assert_eq!(merged(opted(9), opted(7)).sms_opted_out_at, Some(Millis(7)));
    }

    #[test]
    fn the_membership_that_lives_is_kept() {
        let with = |membership_status| Fields { membership_status, ..nobody() };
        let one = |kept, other| merged(with(kept), with(other)).membership_status;
        assert_eq!(one(MembershipStatus::Cancelled, MembershipStatus::Active), MembershipStatus::Active);
        assert_eq!(one(MembershipStatus::None, MembershipStatus::Paused), MembershipStatus::Paused);
        assert_eq!(one(MembershipStatus::None, MembershipStatus::None), MembershipStatus::None);
    }
}
