//! The file as records, with the plan by which it is read.

use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use petrel_domain::Refusal;
use petrel_domain::desk::{DateOrder, ImportField, ImportPlan, OnDuplicate, WeightUnit};

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
        let text = sniff::decode(&bytes, encoding);
        drop(bytes);
        let delimiter = match &plan {
            Some(plan) => one_byte(&plan.delimiter)?,
            None => u8::try_from(sniff::delimiter(&text)).unwrap_or(b','),
        };
        let (headers, records) = records(&text, delimiter)?;
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
        Ok(Self { path: path.to_owned(), plan, headers, own_names, records })
    }
}

fn one_byte(delimiter: &str) -> Result<u8> {
    let mut characters = delimiter.chars();
    let one = characters.next().filter(|_| characters.next().is_none()).and_then(|c| u8::try_from(c).ok());
    Ok(one.ok_or_else(|| Refusal::invalid("delimiter").with_detail(delimiter))?)
}

fn records(text: &str, delimiter: u8) -> Result<(Vec<String>, Vec<Record>)> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut headers = Vec::new();
    let mut records = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    while reader.read_record(&mut record)? {
        let line = lines.of(record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX)));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cells = plain(&record);
        if headers.is_empty() {
            headers = cells.iter().map(str::to_owned).collect();
        } else if cells != headers {
            // A header that was pasted in once more is no client.
            records.push(Record { line, cells });
        }
    }
    if headers.is_empty() { Err(unreadable("empty").into()) } else { Ok((headers, records)) }
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
