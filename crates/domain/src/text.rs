//! Text as the search compares it: without case, marks and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds text for searching: lower case, no accents, letters that do not decompose by their usual spelling (ß → ss), apostrophes
/// dropped (O'Brien = obrien), everything else that is no letter or digit a space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Apostrophes go first: an acute accent that stands alone, which many type for one, would decompose into a space.
    let letters = text.chars().filter(|c| !is_apostrophe(*c));
    if text.is_ascii() {
        // Most are, and an import folds hundreds of thousands.
        out.extend(letters.map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }));
        return out;
    }
    for c in letters.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ħ' => out.push('h'),
            'ŧ' => out.push('t'),
            'ı' => out.push('i'),
            // The sigma that ends a word is the same letter.
            'ς' => out.push('σ'),
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out
}

/// What is typed between the O and the Brien, on the keyboards of the world.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | 'ʹ' | '′' | '´' | '`' | '＇')
}

/// The digits of a text from the last to the first, so that a suffix that was typed is a prefix that can be looked up.
pub fn reversed_digits(text: &str) -> String {
    text.chars().rev().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_apostrophes_do_not_matter() {
        for typed in ["O’Brien", "O'Brien", "O´Brien", "O`Brien", "O′Brien", "OBRIEN"] {
            assert_eq!(fold(typed), "obrien", "{typed}");
        }
        assert_eq!(fold("Łukasz Strauß"), "lukasz strauss");
        assert_eq!(fold("José Ñúñez"), "jose nunez");
        assert_eq!(fold("Smith-Jones"), "smith jones");
        assert_eq!(fold("Ħal Ŧor"), "hal tor");
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), fold("Σίσυφος"));
        assert_eq!(fold("Jose\u{301}"), fold("José"), "one letter or two, it looks the same");
    }

    #[test]
    fn the_short_way_for_ascii_is_the_same() {
        for c in '\0'..='\x7f' {
            assert_eq!(fold(&format!("{c}é")), fold(&c.to_string()) + "e", "{c:?}");
        }
    }

    #[test]
    fn a_suffix_becomes_a_prefix() {
        assert!(reversed_digits("+1 (555) 010-4477").starts_with(&reversed_digits("4477")));
    }
}
