//! The file as records, with the plan by which it is read.

use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use petrel_domain::Refusal;
use petrel_domain::desk::{DateOrder, ImportField, ImportPlan, OnDuplicate, WeightUnit};

use super::headers::Deaths;
use super::{cells, headers, sniff, unreadable};
use crate::Result;
use crate::cell::unguarded;

/// Files above this are no clinic's list of clients.
const MOST_BYTES: u64 = 1 << 30;

/// A record with where it stands.
pub(super) struct Record {
    /// Line in the file, the header's being 1.
    pub(super) line: u32,
    pub(super) cells: csv::StringRecord,
}

/// A file that was read.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) plan: ImportPlan,
    pub(super) headers: Vec<String>,
    /// What a client's own fields are called, by column.
    pub(super) own_names: Vec<String>,
    /// The columns that say who died besides the one of the day.
    pub(super) deaths: Vec<(usize, Deaths)>,
    pub(super) records: Vec<Record>,
}

impl File {
    pub(super) fn open(path: &Path, plan: Option<ImportPlan>, locale: &str) -> Result<Self> {
        let about = std::fs::metadata(path).map_err(unreadable)?;
        if about.len() > MOST_BYTES {
            return Err(unreadable("larger than 1 GiB").into());
        }
        Self::read(path, std::fs::read(path).map_err(unreadable)?, plan, locale)
    }

    /// The same of bytes that were read from `path`.
    pub(super) fn read(path: &Path, bytes: Vec<u8>, plan: Option<ImportPlan>, locale: &str) -> Result<Self> {
        let encoding = match &plan {
            Some(plan) => {
                Encoding::for_label(plan.encoding.as_bytes()).ok_or_else(|| Refusal::invalid("encoding").with_detail(&plan.encoding))?
            }
            None => sniff::encoding(&bytes),
        };
        if sniff::is_workbook(&bytes) {
            return Err(unreadable("workbook").into());
        }
        let text = sniff::decode(&bytes, encoding);
        drop(bytes);
        let (told, text) = told_delimiter(&text);
        let delimiter = match &plan {
            Some(plan) => one_byte(&plan.delimiter)?,
            None => told.unwrap_or_else(|| u8::try_from(sniff::delimiter(text)).unwrap_or(b',')),
        };
        let (headers, records) = records(text, delimiter)?;
        let plan = match plan {
            Some(plan) if plan.columns.len() == headers.len() => plan,
            // Read with another delimiter or encoding it has other columns; what to do with whom is here is asked of no column.
            Some(plan) if plan.columns.is_empty() => {
                ImportPlan { on_duplicate: plan.on_duplicate, ..guess(path, encoding, delimiter, &headers, &records, locale) }
            }
            Some(plan) => {
                return Err(Refusal::invalid("columns").with_detail(format_args!("{} / {}", plan.columns.len(), headers.len())).into());
            }
            None => guess(path, encoding, delimiter, &headers, &records, locale),
        };
        let own_names = headers::own_names(&headers, &plan.columns);
        let own = headers.iter().zip(&plan.columns).enumerate().filter(|(_, (_, field))| **field == ImportField::Custom);
        let deaths = own.filter_map(|(column, (header, _))| Some((column, headers::says_who_died(header)?))).collect();
        Ok(Self { path: path.to_owned(), plan, headers, own_names, deaths, records })
    }
}

fn one_byte(delimiter: &str) -> Result<u8> {
    let mut characters = delimiter.chars();
    let one = characters.next().filter(|_| characters.next().is_none()).and_then(|c| u8::try_from(c).ok());
    Ok(one.ok_or_else(|| Refusal::invalid("delimiter").with_detail(delimiter))?)
}

/// What a spreadsheet program is told in a line of its own above the table (`sep=;`), and the rest.
fn told_delimiter(text: &str) -> (Option<u8>, &str) {
    let told = text.split_inclusive('\n').next().filter(|line| line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep=")));
    match told.map(|line| line.trim_end_matches(['\r', '\n'])) {
        // The line stays, emptied: those below keep their numbers.
        Some(told) if told.len() == 5 => (told.as_bytes().get(4).copied(), &text[told.len()..]),
        _ => (None, text),
    }
}

fn records(text: &str, delimiter: u8) -> Result<(Vec<String>, Vec<Record>)> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut records: Vec<Record> = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    while reader.read_record(&mut record)? {
        let line = lines.of(record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX)));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        records.push(Record { line, cells: plain(&record) });
    }
    if records.is_empty() {
        return Err(unreadable("empty").into());
    }
    records.drain(..titles(&records));
    if is_data(&records[0].cells) {
        // Nobody said what the columns are: they are told apart by their numbers.
        let columns = records.iter().map(|record| record.cells.len()).max().unwrap_or_default();
        return Ok(((1..=columns).map(|column| column.to_string()).collect(), records));
    }
    let headers = records.remove(0).cells;
    // A header that was pasted in once more is no client.
    records.retain(|record| record.cells != headers);
    Ok((headers.iter().map(str::to_owned).collect(), records))
}

/// How many lines stand above the table: a title, a date, each in one cell, where the table has more.
fn titles(records: &[Record]) -> usize {
    const MOST: usize = 10;
    let filled = |record: &Record| record.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_header = |record: &Record| record.cells.iter().any(|cell| headers::known(cell).is_some());
    let first = records.iter().take(MOST).position(|record| filled(record) > 1 || is_header(record)).unwrap_or_default();
    // One line with a second cell among many of one makes no table.
    let is_table = records.get(first..first + 2).is_some_and(|two| two.iter().all(|record| filled(record) > 1));
    if is_table { first } else { 0 }
}

/// Whether the first line is a client, and no header: nothing in it names a column, and there is an address of mail or a phone.
fn is_data(cells: &csv::StringRecord) -> bool {
    let is_contact = |cell: &str| petrel_domain::contact::is_email(cell.trim()) || cell.bytes().filter(u8::is_ascii_digit).count() >= 6;
    cells.iter().all(|cell| headers::known(cell).is_none()) && cells.iter().any(is_contact)
}

/// A record as it was before a spreadsheet was kept from running its cells: what was taken out comes in as it was.
fn plain(record: &csv::StringRecord) -> csv::StringRecord {
    let is_guarded = record.iter().any(|cell| unguarded(cell).len() < cell.len());
    if is_guarded { record.iter().map(unguarded).collect() } else { record.clone() }
}

/// Counts the lines as an editor does. (The reader's own count stands before the line feed where lines end in CR LF, and before empty lines.)
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line on which a record begins, from the byte at which the one before it ended.
    fn of(&mut self, byte: usize) -> u32 {
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = byte + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.get(self.at..start).unwrap_or_default();
        let is_end = |place: &usize| match passed[*place] {
            b'\n' => true,
            b'\r' => self.text.get(self.at + place + 1) != Some(&b'\n'),
            _ => false,
        };
        let ends = (0..passed.len()).filter(is_end).count();
        self.line = self.line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.at = start;
        self.line
    }
}

fn guess(path: &Path, encoding: &'static Encoding, delimiter: u8, headers: &[String], records: &[Record], locale: &str) -> ImportPlan {
    let columns = headers::guess(headers);
    let is_date = |index: &usize| matches!(columns.get(*index), Some(ImportField::BornOn | ImportField::DeceasedOn));
    let dates: Vec<usize> = (0..columns.len()).filter(is_date).collect();
    let cells_of_dates = records.iter().flat_map(|record| dates.iter().filter_map(|index| record.cells.get(*index)));
    let date_order: DateOrder = cells::order(cells_of_dates, locale);
    let says = |word: &str| {
        headers.iter().zip(&columns).any(|(header, field)| *field == ImportField::Weight && header.to_lowercase().contains(word))
    };
    let weight_unit = match () {
        () if says("lb") || (locale.ends_with("US") && !says("kg")) => WeightUnit::Pounds,
        () => WeightUnit::Kilograms,
    };
    ImportPlan {
        path: path.to_string_lossy().into_owned(),
        encoding: encoding.name().to_lowercase(),
        delimiter: char::from(delimiter).to_string(),
        columns,
        date_order,
        weight_unit,
        on_duplicate: OnDuplicate::FillIn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> File {
        File::read(Path::new("clients.csv"), text.into(), None, "en-US").unwrap()
    }

    #[test]
    fn what_stands_above_the_table_is_none_of_it() {
        let file = read("Client list\r\nPrinted 2026-05-01\r\n\r\nName;Phone\r\nAda;030 111\r\n");
        assert_eq!((file.headers.join("|"), file.records.len(), file.records[0].line), ("Name|Phone".into(), 1, 5));
        let file = read("sep=;\r\nName;Note\r\nAda;a, b, c\r\nBo;d, e, f\r\n");
        assert_eq!((file.headers.join("|"), file.records[0].line, file.plan.delimiter.as_str()), ("Name|Note".into(), 3, ";"));
        let file = read("Name\nAda Byron\nByron, Ada\n");
        assert_eq!((file.headers.join("|"), file.records.len()), ("Name".into(), 2), "a list of one column");
        let file = read("Nobody knows\nAda Byron\n");
        assert_eq!((file.headers.join("|"), file.records.len()), ("Nobody knows".into(), 1));
    }

    #[test]
    fn a_file_without_a_header_loses_nobody() {
        let file = read("Ada,Byron,030 1111111\nBo,Diddley,030 2222222\n");
        assert_eq!((file.headers.join("|"), file.records.len(), file.records[0].line), ("1|2|3".into(), 2, 1));
        assert_eq!(read("Ada,Phone\n").headers.join("|"), "Ada|Phone", "a column is named");
    }

    #[test]
    fn a_workbook_is_no_text() {
        let Err(crate::StoreError::Refused(refusal)) = File::read(Path::new("a.xlsx"), b"PK\x03\x04..".to_vec(), None, "en-US") else {
            panic!("it was read")
        };
        assert_eq!(refusal.detail.as_deref(), Some("workbook"));
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for (end, name) in [("\n", "Unix"), ("\r\n", "Windows"), ("\r", "old Mac")] {
            let text = ["a,b", "1,2", "", "\"3", "and more\",4", "5,6", "7,8"].join(end);
            let (_, records) = records(&text, b',').unwrap();
            let lines: Vec<_> = records.iter().map(|record| record.line).collect();
            assert_eq!(lines, [2, 4, 6, 7], "{name}");
        }
    }
}
