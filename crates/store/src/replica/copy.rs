//! Postgres' binary COPY format, as the hub streams whole tables: the bytes pass through it untouched, and no text is made of ids, numbers and
//! instants on either side. Source: PostgreSQL documentation, `COPY`, "Binary Format".

use petrel_domain::replication::Kind;

use crate::{Result, StoreError};

/// Signature, flags, length of the header's extension.
const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Postgres counts from 2000-01-01.
const EPOCH_MILLIS: i64 = 946_684_800_000;

/// A field as SQLite has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<'a> {
    /// Nothing.
    Null,
    /// A number, an instant, a truth.
    Integer(i64),
    /// Text as it lies in the page.
    Text(&'a str),
    /// Text that had to be made.
    Made(String),
    /// An id.
    Blob(&'a [u8]),
}

impl rusqlite::ToSql for Field<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Made(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Reads every row of a whole page. Answers how many there were.
///
/// # Errors
/// `Value` where the page is cut short, or is none; what `visit` returns.
pub fn decode_copy<'a>(page: &'a [u8], kinds: &[Kind], mut visit: impl FnMut(&[Field<'a>]) -> Result<()>) -> Result<usize> {
    let mut rest = page.strip_prefix(HEADER).ok_or_else(|| bad("its beginning"))?;
    let mut fields = Vec::with_capacity(kinds.len());
    let mut rows = 0;
    loop {
        let count = i16::from_be_bytes(take(&mut rest)?);
        if count == -1 {
            return if rest.is_empty() { Ok(rows) } else { Err(bad("its end")) };
        }
        if usize::try_from(count) != Ok(kinds.len()) {
            return Err(bad("its columns"));
        }
        fields.clear();
        for kind in kinds {
            let length = i32::from_be_bytes(take(&mut rest)?);
            let field = match usize::try_from(length) {
                Err(_) => Field::Null,
                Ok(length) => {
                    let (bytes, after) = rest.split_at_checked(length).ok_or_else(|| bad("its length"))?;
                    rest = after;
                    decode(*kind, bytes)?
                }
            };
            fields.push(field);
        }
        visit(&fields)?;
        rows += 1;
    }
}

/// What a page holds, without looking at what its rows say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// How many rows.
    pub rows: usize,
    /// The first field of the last one, where that is an id.
    pub last_id: Option<uuid::Uuid>,
}

/// The outline of a page; none where it is cut short, or is none: whoever reads it finds where.
pub fn outline_copy(page: &[u8]) -> Option<Outline> {
    let mut rest = page.strip_prefix(HEADER)?;
    let mut outline = Outline { rows: 0, last_id: None };
    loop {
        let count = i16::from_be_bytes(take(&mut rest).ok()?);
        if count == -1 {
            return Some(outline);
        }
        for place in 0..count {
            let length = i32::from_be_bytes(take(&mut rest).ok()?);
            let (bytes, after) = rest.split_at_checked(usize::try_from(length).unwrap_or(0))?;
            rest = after;
            if place == 0 {
                outline.last_id = uuid::Uuid::from_slice(bytes).ok();
            }
        }
        outline.rows += 1;
    }
}

fn decode(kind: Kind, bytes: &[u8]) -> Result<Field<'_>> {
    Ok(match kind {
        Kind::Id => Field::Blob(Some(bytes).filter(|bytes| bytes.len() == 16).ok_or_else(|| bad("an id"))?),
        Kind::Instant => Field::Integer(number(bytes)?.div_euclid(1000) + EPOCH_MILLIS),
        Kind::Integer | Kind::Truth => Field::Integer(number(bytes)?),
        Kind::Date => {
            let days = number(bytes)?;
            let day =
                chrono::NaiveDate::from_ymd_opt(2000, 1, 1).and_then(|first| first.checked_add_signed(chrono::TimeDelta::try_days(days)?));
            Field::Made(day.ok_or_else(|| bad("a date"))?.format("%Y-%m-%d").to_string())
        }
        Kind::Time => {
            let minutes = number(bytes)? / 60_000_000;
            Field::Made(format!("{:02}:{:02}", minutes / 60, minutes % 60))
        }
        Kind::Text => Field::Text(std::str::from_utf8(bytes).map_err(|_| bad("text"))?),
        Kind::Json => json(bytes)?,
    })
}

/// `jsonb` comes as a version and text that Postgres has spaced its own way; here it is written as this desk writes it.
fn json(bytes: &[u8]) -> Result<Field<'_>> {
    let text = bytes.strip_prefix(&[1]).ok_or_else(|| bad("JSON"))?;
    let text = std::str::from_utf8(text).map_err(|_| bad("JSON"))?;
    if matches!(text, "{}" | "[]") {
        return Ok(Field::Text(text));
    }
    let value: serde_json::Value = serde_json::from_str(text)?;
    Ok(Field::Made(super::values::json(&value)?))
}

fn number(bytes: &[u8]) -> Result<i64> {
    Ok(match bytes {
        [one] => i64::from(*one),
        [..] if bytes.len() == 4 => i64::from(i32::from_be_bytes(bytes.try_into().map_err(|_| bad("a number"))?)),
        _ => i64::from_be_bytes(bytes.try_into().map_err(|_| bad("a number"))?),
    })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (bytes, after) = rest.split_first_chunk().ok_or_else(|| bad("its length"))?;
    *rest = after;
    Ok(*bytes)
}

fn bad(what: &str) -> StoreError {
    StoreError::Value(format!("a page of a table is damaged: {what}"))
}

/// Writes rows the same way: what a hub without Postgres (a simulation's) answers with.
///
/// # Errors
/// `Value` where a value is not of its kind.
pub fn encode_copy<'a>(kinds: &[Kind], rows: impl Iterator<Item = Vec<&'a serde_json::Value>>) -> Result<Vec<u8>> {
    let mut page = HEADER.to_vec();
    let count = i16::try_from(kinds.len()).map_err(|_| bad("its columns"))?;
    for row in rows {
        page.extend(count.to_be_bytes());
        for (kind, value) in kinds.iter().zip(row) {
            encode(*kind, value, &mut page)?;
        }
    }
    page.extend((-1_i16).to_be_bytes());
    Ok(page)
}

fn encode(kind: Kind, value: &serde_json::Value, page: &mut Vec<u8>) -> Result<()> {
    let mut put = |bytes: &[u8]| {
        page.extend(i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
        page.extend(bytes);
    };
    if value.is_null() {
        page.extend((-1_i32).to_be_bytes());
        return Ok(());
    }
    let text = || value.as_str().ok_or_else(|| bad("text"));
    let number = || value.as_i64().ok_or_else(|| bad("a number"));
    match kind {
        Kind::Id => put(uuid::Uuid::parse_str(text()?).map_err(|_| bad("an id"))?.as_bytes()),
        Kind::Instant => put(&((number()? - EPOCH_MILLIS) * 1000).to_be_bytes()),
        Kind::Integer => put(&number()?.to_be_bytes()),
        Kind::Truth => put(&[u8::try_from(number()?).map_err(|_| bad("a truth"))?]),
        Kind::Date => {
            let day: chrono::NaiveDate = text()?.parse().map_err(|_| bad("a date"))?;
            let first = chrono::NaiveDate::from_ymd_opt(2000, 1, 1).ok_or_else(|| bad("a date"))?;
            put(&i32::try_from((day - first).num_days()).map_err(|_| bad("a date"))?.to_be_bytes());
        }
        Kind::Time => {
            let time: petrel_domain::WallTime = text()?.parse().map_err(|_| bad("a time"))?;
            put(&(i64::from(time.minutes()) * 60_000_000).to_be_bytes());
        }
        Kind::Text => put(text()?.as_bytes()),
        Kind::Json => {
            let mut bytes = vec![1];
            bytes.extend(value.to_string().as_bytes());
            put(&bytes);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_come_back_as_they_went_and_a_cut_page_is_refused_wherever_it_is_cut() {
        let kinds = [Kind::Id, Kind::Instant, Kind::Integer, Kind::Truth, Kind::Date, Kind::Time, Kind::Text, Kind::Json];
        let rows = [
            [
                json!("0190f5c4-0000-7000-8000-00000000000a"),
                json!(-1),
                json!(-7),
                json!(1),
                json!("1999-12-31"),
                json!("23:59"),
                json!("ä"),
                json!({"b": 1, "a": [2]}),
            ],
            [
                json!("0190f5c4-0000-7000-8000-00000000000b"),
                json!(null),
                json!(null),
                json!(0),
                json!("2024-02-29"),
                json!("24:00"),
                json!(""),
                json!({}),
            ],
        ];
        let page = encode_copy(&kinds, rows.iter().map(|row| row.iter().collect())).unwrap();
        let mut seen = Vec::new();
        decode_copy(&page, &kinds, |fields| {
            seen.push(fields.to_vec());
            Ok(())
        })
        .unwrap();
        assert_eq!(seen.len(), 2);
        let last_id = Some(uuid::Uuid::from_u128(0x0190_f5c4_0000_7000_8000_0000_0000_000b));
        assert_eq!(outline_copy(&page), Some(Outline { rows: 2, last_id }));
        assert_eq!(&seen[0][1..4], [Field::Integer(-1), Field::Integer(-7), Field::Integer(1)]);
        assert_eq!(&seen[0][4..6], [Field::Made("1999-12-31".into()), Field::Made("23:59".into())]);
        assert_eq!(&seen[0][6..], [Field::Text("ä"), Field::Made(r#"{"a":[2],"b":1}"#.into())]);
        assert_eq!(&seen[1][1..3], [Field::Null, Field::Null]);
        for cut in 0..page.len() {
            assert!(decode_copy(&page[..cut], &kinds, |_| Ok(())).is_err(), "{cut}");
            assert_eq!(outline_copy(&page[..cut]), None, "{cut}");
        }
        assert!(decode_copy(&page, &kinds[1..], |_| Ok(())).is_err());
        assert!(decode_copy(&[page.as_slice(), b"x"].concat(), &kinds, |_| Ok(())).is_err());
    }
}
