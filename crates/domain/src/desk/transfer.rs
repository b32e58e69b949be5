use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{ActionId, DuplicateReason};

/// A field that a column of a CSV file can be read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields of clients and pets")]
pub enum ImportField {
    FirstName,
    LastName,
    FullName,
    Email,
    Phone,
    SecondPhone,
    Street,
    City,
    Region,
    Postcode,
    Country,
    Notes,
    Tags,
    ExternalId,
    PetName,
    Species,
    Breed,
    Sex,
    Neutered,
    BornOn,
    Weight,
    Color,
    Microchip,
    Allergies,
    Alerts,
    DeceasedOn,
    /// That no e-mail may be sent.
    NoEmail,
    /// That no SMS may be sent, or since when.
    NoSms,
    /// Kept as a custom field under the column's own name.
    Custom,
    /// Not read.
    Ignore,
}

/// The order of day, month and year in the file's dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 2024-03-31
    YearMonthDay,
    /// 31/03/2024
    DayMonthYear,
    /// 03/31/2024
    MonthDayYear,
}

/// The unit of the file's weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    /// Kilograms.
    Kilograms,
    /// Pounds.
    Pounds,
    /// Grams.
    Grams,
}

/// How to read the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ImportPlan {
    /// The file.
    pub path: String,
    /// `utf-8`, `windows-1252`, `utf-16le`, `utf-16be`.
    pub encoding: String,
    /// The character between fields: `,` `;` tab or `|`.
    pub delimiter: String,
    /// For each column, what it is; empty where it is to be guessed anew, with the order of dates and the unit of weights.
    pub columns: Vec<ImportField>,
    /// How its dates are written.
    pub date_order: DateOrder,
    /// What its weights are in, where a cell does not say.
    pub weight_unit: WeightUnit,
    /// What to do with a client that is here already.
    pub on_duplicate: OnDuplicate,
}

/// What to do with a client that is here already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OnDuplicate {
    /// Leave the client, add pets it does not have, fill fields that are empty.
    FillIn,
    /// Leave it out, pets and all.
    Skip,
    /// Make another client all the same.
    CreateAnyway,
}

/// What the file looks like, with a plan as guessed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ImportPreview {
    /// How it would be read; the person may change it and ask again.
    pub plan: ImportPlan,
    /// The header's cells.
    pub headers: Vec<String>,
    /// The first rows, as they stand.
    pub sample: Vec<Vec<String>>,
    /// Rows without the header.
    pub rows: u32,
    /// Clients that would be made.
    pub new_clients: u32,
    /// Pets that would be made.
    pub new_pets: u32,
    /// Rows whose client is here already.
    pub duplicates: u32,
    /// The first of them.
    pub duplicate_sample: Vec<ImportDuplicate>,
    /// Rows that cannot be read.
    pub bad_rows: u32,
    /// The first of them.
    pub bad_sample: Vec<BadRow>,
    /// Dates that could be read in more than one order.
    pub ambiguous_dates: u32,
    /// Pets that died on a day that the file does not say: it is taken for today.
    pub undated_deaths: u32,
    /// Rows that tell of a pet without its name: of those nothing of the pet comes in.
    pub nameless_pets: u32,
}

/// A row whose client is here already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ImportDuplicate {
    /// Line in the file, the header being 1.
    pub line: u32,
    /// The name in the file.
    pub name: String,
    /// The name here.
    pub existing_name: String,
    /// What they share.
    pub reason: DuplicateReason,
}

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct BadRow {
    /// Line in the file, the header being 1.
    pub line: u32,
    /// Why, as a code of the texts (`missing_name`, `bad_date`, …).
    pub reason: String,
    /// The column it is about.
    pub column: Option<String>,
    /// The cell as it stands.
    pub cell: Option<String>,
}

/// What the file of rows that cannot be read says, in the language of who reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BadRowWords {
    /// What its name ends in, before its number.
    pub file: String,
    /// The header over the lines that the rows had.
    pub line: String,
    /// The header over the reasons.
    pub reason: String,
    /// The text of each reason, by its code; a code without one is written itself.
    pub reasons: BTreeMap<String, String>,
}

impl Default for BadRowWords {
    fn default() -> Self {
        let of_own = str::to_owned;
        Self { file: of_own("not-imported"), line: of_own("line"), reason: of_own("reason"), reasons: BTreeMap::new() }
    }
}

/// How far a long work is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct Progress {
    /// What is done.
    pub done: u32,
    /// Of this many; 0: not known.
    pub total: u32,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ImportReport {
    /// Clients made.
    pub clients: u32,
    /// Pets made.
    pub pets: u32,
    /// Clients filled in.
    pub updated: u32,
    /// Rows left out because the client is here already.
    pub skipped: u32,
    /// Rows that could not be read.
    pub bad_rows: u32,
    /// Where they were written, with a column that says why.
    pub bad_rows_file: Option<String>,
    /// The action to undo.
    pub undo: Option<ActionId>,
}

/// What to export everything as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// A folder of CSV files, one a table.
    Csv,
    /// One JSON file.
    Json,
}

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Type)]
pub struct ExportReport {
    /// Where.
    pub path: String,
    /// Rows, over all tables.
    pub rows: u32,
    /// Tables.
    pub tables: u32,
}
