//! Text as the search compares it: without case, marks and punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds text for searching: lower case, no accents, letters that do not decompose by their usual spelling (ß → ss), apostrophes
/// dropped (O'Brien = obrien), everything else that is no letter or digit a space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            '\'' | '’' | '‘' | 'ʼ' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ => out.push(' '),
        }
    }
    out
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
        assert_eq!(fold("O’Brien"), fold("obrien"));
        assert_eq!(fold("Łukasz Strauß"), "lukasz strauss");
        assert_eq!(fold("José Ñúñez"), "jose nunez");
        assert_eq!(fold("Smith-Jones"), "smith jones");
    }

    #[test]
    fn a_suffix_becomes_a_prefix() {
        assert!(reversed_digits("+1 (555) 010-4477").starts_with(&reversed_digits("4477")));
    }
}
