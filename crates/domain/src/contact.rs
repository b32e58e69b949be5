//! Phones and e-mails as they are typed, and as they are compared.

use phonenumber::{Mode, country};

/// A phone as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// E.164 (`+14155550100`) where it could be read, else as it was typed.
    pub text: String,
    /// It could not be read.
    pub is_unclear: bool,
}

/// Reads a phone. What cannot be read is kept as typed and flagged, never refused: the number on the old card is better than none.
///
/// A number without a prefix belongs to the country of `locale` (`en-US`).
pub fn normalise_phone(raw: &str, locale: &str) -> Phone {
    let typed = raw.trim();
    let read = phonenumber::parse(country_of(locale), typed).ok().filter(phonenumber::is_valid);
    match read {
        Some(number) => Phone { text: number.format().mode(Mode::E164).to_string(), is_unclear: false },
        None => Phone { text: typed.to_owned(), is_unclear: true },
    }
}

/// Whether a phone, as kept, is none that could be read: anything but `+` and digits.
pub fn is_unclear(phone: &str) -> bool {
    !phone.strip_prefix('+').is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn country_of(locale: &str) -> Option<country::Id> {
    locale.rsplit(['-', '_']).next().filter(|region| region.len() == 2)?.to_uppercase().parse().ok()
}

/// An e-mail as it is compared: without spaces around it, lower case.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Whether a text can be an e-mail address at all. The one true test is to send something to it; this finds slips of the hand.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let has_space = text.chars().any(|c| c.is_whitespace() || c.is_control());
    let labels = domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    !local.is_empty() && local.len() <= 64 && text.len() <= 254 && domain.contains('.') && labels && !has_space && !local.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_read_in_the_country_of_the_clinic() {
        let read = |raw, locale| normalise_phone(raw, locale).text;
        assert_eq!(read("(415) 555-2671", "en-US"), "+14155552671");
        assert_eq!(read("612 34 56 78", "es-ES"), "+34612345678");
        assert_eq!(read("+44 20 7946 0958", "en-US"), "+442079460958");
        assert_eq!(read("0044 20 7946 0958", "es-ES"), "+442079460958");
    }

    #[test]
    fn what_cannot_be_read_is_kept_and_flagged() {
        for raw in ["ask Maria", "555-01", "123"] {
            assert_eq!(normalise_phone(raw, "en-US"), Phone { text: raw.into(), is_unclear: true });
            assert!(is_unclear(raw));
        }
        assert!(!is_unclear("+14155552671"));
    }

    #[test]
    fn slips_in_addresses_are_found() {
        for good in ["a@b.co", "first.last+tag@sub.example.com", "ñandú@example.es"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "a b@c.de", "@c.de", "a@c..de", "a@-c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
