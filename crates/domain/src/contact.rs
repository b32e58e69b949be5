//! Phones and e-mails as they are typed, and as they are compared.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// A phone as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// E.164 (`+14155550100`) where it could be read, else as it was typed.
    pub text: String,
    /// It could not be read.
    pub is_unclear: bool,
}

/// Reads a phone. What cannot be read is kept as typed and flagged, never refused: the number on the old card is better than none. So is
/// what holds more than a number (an extension, a name beside it), which E.164 would leave out.
///
/// A number without a prefix belongs to the country of `locale` (`en-US`).
pub fn normalise_phone(raw: &str, locale: &str) -> Phone {
    let typed = raw.trim();
    let read = PHONE_NUMBER_UTIL.parse(typed, country_of(locale)).ok().filter(|number| PHONE_NUMBER_UTIL.is_valid_number(number));
    let text = read.map(|number| number.format_as(PhoneNumberFormat::E164).into_owned()).filter(|number| says_all(number, typed));
    match text {
        Some(text) => Phone { text, is_unclear: false },
        None => Phone { text: typed.to_owned(), is_unclear: true },
    }
}

/// How many digits of the end of a number stand in it as they are typed: what comes before may be a trunk or an exit prefix.
const SAME_DIGITS: usize = 6;

/// Whether a number says all that was typed: the same last digits, and no words beside them.
fn says_all(number: &str, typed: &str) -> bool {
    let end = &number[number.len().saturating_sub(SAME_DIGITS)..];
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let beside = typed.strip_prefix("tel:").unwrap_or(typed);
    digits.ends_with(end) && !beside.contains(char::is_alphabetic)
}

/// Whether a phone, as kept, is none that could be read: anything but `+` and digits.
pub fn is_unclear(phone: &str) -> bool {
    !phone.strip_prefix('+').is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The region of a BCP 47 tag: two letters, never the first part, which is the language (`ca` is Catalan, not Canada).
fn country_of(locale: &str) -> Option<Region> {
    let is_region = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    locale.split(['-', '_']).skip(1).find(is_region)?.to_uppercase().parse().ok()
}

/// An e-mail as it is compared: without spaces around it, lower case.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Whether a text can be an e-mail address at all. The one true test is to send something to it; this finds slips of the hand. Quoted
/// local parts and addresses by number (RFC 5321) are legal, and taken for slips: no client has one.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "\"(),:;<>@[\\]".contains(c);
    let is_local = !local.is_empty() && local.len() <= 64 && !local.contains(is_odd) && local.split('.').all(|part| !part.is_empty());
    text.len() <= 254 && is_local && is_domain(domain)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let is_made_of = label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        (1..=63).contains(&label.len()) && is_made_of && !label.starts_with('-') && !label.ends_with('-')
    };
    let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
    // An ending of one letter, or of digits alone, is the rest of one.
    let is_ending = ending.chars().count() >= 2 && !ending.chars().all(|c| c.is_ascii_digit());
    is_ending && domain.split('.').all(is_label)
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
        assert_eq!(read("011 44 20 7946 0958", "en-US"), "+442079460958");
        assert_eq!(read("06 698 12345", "it-IT"), "+390669812345", "Italy keeps its zero");
        assert_eq!(read("011 15 2345-6789", "es-AR"), "+5491123456789", "Argentina moves digits about");
        assert_eq!(read("tel:+14155552671", "es-ES"), "+14155552671");
    }

    #[test]
    fn the_country_is_the_region_of_the_locale_and_never_its_language() {
        for locale in ["es-ES", "es_ES", "ca-ES-valencia", "ca-Latn-ES"] {
            assert_eq!(normalise_phone("612 34 56 78", locale).text, "+34612345678", "{locale}");
        }
        // Catalan is not Canada, Swedish not El Salvador, Estonian not Ethiopia.
        for locale in ["ca", "sv", "et", "", "es-419"] {
            assert_eq!(country_of(locale), None, "{locale}");
        }
    }

    #[test]
    fn what_stands_beside_a_number_is_not_lost() {
        let kept = ["+1 415 555 2671 ext 5", "415-555-2671 x12", "4155552671#5", "Maria 415-555-2671", "415-555-2671 / 415-555-2672"];
        for raw in kept.into_iter().chain(["1-800-PETVETS"]) {
            assert_eq!(normalise_phone(raw, "en-US"), Phone { text: raw.into(), is_unclear: true });
        }
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
        for good in ["a@b.co", "first.last+tag@sub.example.com", "ñandú@example.es", "o'brien@bücher.example", "a_b@my_host.org"] {
            assert!(is_email(good), "{good}");
        }
        let slips = ["", "a", "a@b", "a b@c.de", "@c.de", "a@c..de", "a@-c.de", "a@c.d", "a@c.12", "a@c.de.", "a@b,co.com"];
        let copied = ["<a@b.co>", "mailto:a@b.co", "a@b.co;c@d.co", "a@b.co, c@d.co", "a..b@c.de", ".a@c.de", "a@[1.2.3.4]", "a@b@c.de"];
        for bad in slips.into_iter().chain(copied) {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
