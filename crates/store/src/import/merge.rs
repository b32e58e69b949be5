//! What several rows say of one client, as one.

use std::borrow::Cow;

use petrel_domain::checked::{MOST_NOTES, MOST_OF_A_KIND};
use petrel_domain::desk::{ClientDetails, ImportField};
use petrel_domain::merge_clients::{Fields, is_noted, is_told_beside, merged};
use petrel_domain::{EmailStatus, MembershipStatus};
use serde_json::{Map, Value};

/// Adds what another row says: fills what is empty; what differs goes to the notes, as where two clients are merged. Where the client would have
/// no room for it, nothing is added, and the field that is full comes back.
pub(super) fn add(kept: &mut Cow<'_, ClientDetails>, other: &ClientDetails) -> Result<(), ImportField> {
    // Most rows of a family say the same of the client: they must cost nothing.
    if is_said(kept, other) {
        return Ok(());
    }
    let one = merged(fields(kept), untold(kept, other));
    let mut tags = kept.tags.clone();
    tags.extend(missing_tags(&kept.tags, &other.tags).cloned());
    let custom = one.custom_fields.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    let one = ClientDetails {
        first_name: one.first_name,
        last_name: one.last_name,
        email: one.email,
        phone: one.phone,
        address: one.address,
        notes: one.notes,
        tags,
        custom_fields: custom.collect(),
        wishes: None,
    };
    match () {
        () if one.notes.as_ref().is_some_and(|notes| notes.len() > MOST_NOTES && notes.chars().count() > MOST_NOTES) => {
            Err(ImportField::Notes)
        }
        () if !is_room(one.tags.len()) => Err(ImportField::Tags),
        () if !is_room(one.custom_fields.len()) => Err(ImportField::Custom),
        () => {
            *kept = Cow::Owned(one);
            Ok(())
        }
    }
}

/// Whether a client may have so many tags, or custom fields.
pub(super) fn is_room(count: usize) -> bool {
    u32::try_from(count).is_ok_and(|count| count <= MOST_OF_A_KIND)
}

/// The tags that are not there yet, in whatever case.
pub(super) fn missing_tags<'a>(present: &'a [String], wanted: &'a [String]) -> impl Iterator<Item = &'a String> {
    let is_there = |tag: &String| present.iter().any(|there| there == tag || there.to_lowercase() == tag.to_lowercase());
    wanted.iter().filter(move |tag| !is_there(tag))
}

/// Whether all that a row says is kept already.
fn is_said(kept: &ClientDetails, other: &ClientDetails) -> bool {
    let is_same = |kept: &Option<String>, other: &Option<String>| other.is_none() || kept == other;
    let is_named = |kept: &str, other: &str| other.is_empty() || kept == other;
    let is_noted = other.notes.as_ref().is_none_or(|more| kept.notes.as_ref().is_some_and(|notes| notes == more || is_noted(notes, more)));
    is_named(&kept.first_name, &other.first_name)
        && is_named(&kept.last_name, &other.last_name)
        && is_same(&kept.email, &other.email)
        && is_same(&kept.phone, &other.phone)
        && is_same(&kept.address, &other.address)
        && is_noted
        && other.custom_fields.iter().all(|(name, value)| kept.custom_fields.get(name) == Some(value))
        && missing_tags(&kept.tags, &other.tags).next().is_none()
}

/// What a row says, without what differs and stands in the notes since an earlier row.
fn untold(kept: &ClientDetails, other: &ClientDetails) -> Fields {
    let is_told = |text: &str| kept.notes.as_ref().is_some_and(|notes| is_told_beside(notes, text));
    let of_both = [(&kept.phone, &other.phone), (&kept.email, &other.email), (&kept.address, &other.address)];
    let [phone, email, address] = of_both.map(|(kept, other)| other.clone().filter(|text| kept.is_none() || !is_told(text)));
    let mut fields = Fields { phone, email, address, ..fields(other) };
    fields.custom_fields.retain(|name, value| {
        let value = value.as_str().unwrap_or_default();
        !kept.custom_fields.contains_key(name) || !is_told(&format!("{name}: {value}"))
    });
    fields
}

fn fields(of: &ClientDetails) -> Fields {
    Fields {
        first_name: of.first_name.clone(),
        last_name: of.last_name.clone(),
        email: of.email.clone(),
        email_status: EmailStatus::Subscribed,
        phone: of.phone.clone(),
        sms_opted_out_at: None,
        address: of.address.clone(),
        external_id: None,
        membership_status: MembershipStatus::None,
        notification_settings: Map::new(),
        notes: of.notes.clone(),
        custom_fields: of.custom_fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect(),
        last_contact_at: None,
        last_engaged_at: None,
    }
}

#[cfg(test)]
mod tests {
    use petrel_domain::checked::Checked;

    use super::*;

    fn ann() -> ClientDetails {
        ClientDetails { first_name: "Ann".into(), last_name: "Ash".into(), ..ClientDetails::default() }
    }

    #[test]
    fn the_limits_are_those_of_the_check() {
        let many = |count: u32| (0..count).map(|n| format!("n{n}"));
        let of = |notes: usize, tags: u32, custom: u32| ClientDetails {
            notes: Some("é".repeat(notes)),
            tags: many(tags).collect(),
            custom_fields: many(custom).map(|name| (name, "x".to_owned())).collect(),
            ..ann()
        };
        for (details, full) in [
            (of(MOST_NOTES, MOST_OF_A_KIND, MOST_OF_A_KIND), None),
            (of(MOST_NOTES + 1, 1, 1), Some(ImportField::Notes)),
            (of(1, MOST_OF_A_KIND + 1, 1), Some(ImportField::Tags)),
            (of(1, 1, MOST_OF_A_KIND + 1), Some(ImportField::Custom)),
        ] {
            let first = ann();
            let mut kept = Cow::Borrowed(&first);
            assert_eq!(add(&mut kept, &details).err(), full);
            assert_eq!(matches!(kept, Cow::Borrowed(_)), full.is_some(), "what has no room changes nothing");
            assert_eq!(details.checked("en-US").is_err(), full.is_some());
        }
    }

    #[test]
    fn a_row_that_says_nothing_new_is_not_copied() {
        let first = ClientDetails { notes: Some("Pays cash\n\nCalls early".into()), tags: vec!["VIP".into()], ..ann() };
        let mut kept = Cow::Borrowed(&first);
        for other in [first.clone(), ann(), ClientDetails { notes: Some("Calls early".into()), tags: vec!["vip".into()], ..ann() }] {
            add(&mut kept, &other).unwrap();
            assert!(matches!(kept, Cow::Borrowed(_)), "{other:?}");
        }
    }
}
