//! What kind of file it is: its encoding and the character between its fields.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The characters that stand between fields out there.
pub(super) const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// How many letters beyond ASCII must be right for one that is broken: in the text of another encoding hardly one of them is.
const RIGHT_FOR_A_BROKEN: usize = 10;

/// The encoding of a file: what its mark says, else UTF-8 where it is valid but for a broken place or two, else what Windows wrote in the West.
pub(super) fn encoding(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    // Text in UTF-16 without a mark: every second byte of plain letters is empty.
    let head = &bytes[..bytes.len().min(400)];
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    if head.len() > 20 && zeros(1) * 3 > head.len() {
        return UTF_16LE;
    }
    if head.len() > 20 && zeros(0) * 3 > head.len() {
        return UTF_16BE;
    }
    if std::str::from_utf8(bytes).is_ok() || is_nearly_utf8(bytes) { UTF_8 } else { WINDOWS_1252 }
}

/// Whether a file is UTF-8 with places that are broken, as where another program cut a cell off in the middle of a letter: one such place must not
/// spell every other name wrongly.
fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (mut right, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        // The first byte of each letter beyond ASCII.
        right += chunk.valid().bytes().filter(|byte| *byte >= 0xc0).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    right > RIGHT_FOR_A_BROKEN * broken
}

/// Whether a file is a workbook of a spreadsheet program, and no text: packed as they are now, or as they were before 2007.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The text of a file, without its mark.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding) -> String {
    encoding.decode(bytes).0.into_owned()
}

/// The character between the fields: the one that stands most often, and equally often, in the first lines, outside of quotes.
pub(super) fn delimiter(text: &str) -> char {
    let mut lines = vec![[0_usize; DELIMITERS.len()]];
    let mut is_quoted = false;
    for c in text.chars().take(20_000) {
        match c {
            '"' => is_quoted = !is_quoted,
            '\n' if !is_quoted => lines.push([0; DELIMITERS.len()]),
            _ if is_quoted => {}
            _ => {
                if let (Some(index), Some(line)) = (DELIMITERS.iter().position(|of| *of == c), lines.last_mut()) {
                    line[index] += 1;
                }
            }
        }
        if lines.len() > 10 {
            break;
        }
    }
    // Above the table there may be a title: the lines agree with each other, not with the first.
    let score = |index: usize| {
        let counts = lines.iter().map(|line| line[index]).filter(|count| *count > 0);
        let same = |count: usize| lines.iter().filter(|line| line[index] == count).count();
        counts.map(|count| (same(count), count)).max().unwrap_or_default()
    };
    let best = (0..DELIMITERS.len()).max_by_key(|index| (score(*index), std::cmp::Reverse(*index))).unwrap_or(0);
    DELIMITERS[best]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_told_apart_also_with_commas_in_quotes() {
        assert_eq!(delimiter("Name,Phone\nA,1\n"), ',');
        assert_eq!(delimiter("Name;Phone\n\"Byron, Ada\";1\n"), ';');
        assert_eq!(delimiter("Name\tPhone\nA\t1\n"), '\t');
        assert_eq!(delimiter("Name|Phone|Note\nA|1|\"x\ny,z\"\n"), '|');
        assert_eq!(delimiter("Name\nAda\n"), ',');
        assert_eq!(delimiter("Clients, all of them\n\nName;Phone\nAda;1\nBo;2\n"), ';', "below a title");
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(encoding("Name\nJosé".as_bytes()), UTF_8);
        assert_eq!(encoding(b"\xef\xbb\xbfName"), UTF_8);
        assert_eq!(encoding(b"Name\nJos\xe9"), WINDOWS_1252);
        let letters = |count: usize| ["é".repeat(count).as_bytes(), b",Jos\xc3,Ann\n"].concat();
        assert_eq!((encoding(&letters(11)), encoding(&letters(10))), (UTF_8, WINDOWS_1252), "a letter that was cut off");
        assert!(decode(&letters(11), UTF_8).starts_with("ééé") && decode(&letters(11), UTF_8).ends_with("Jos\u{fffd},Ann\n"));
        let wide: Vec<u8> = "First name,Last name\nA,B\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(encoding(&wide), UTF_16LE);
        assert_eq!(decode(b"\xef\xbb\xbfName", UTF_8), "Name");
    }
}
