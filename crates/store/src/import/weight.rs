//! Reading weights as people write them. What could be two weights is none: a row that is set aside is mended, a wrong dose is not.

use petrel_domain::checked::MOST_GRAMS;
use petrel_domain::desk::WeightUnit;

/// A weight in grams: `12 kg`, `26 lb 4 oz`, `3,4`, `1,150 lb`, `12.5 kg (27.6 lb)`. A number without a unit is in `unit`.
pub(super) fn grams(cell: &str, unit: WeightUnit) -> Option<u32> {
    let text = cell.trim().to_lowercase();
    let start = text.find(char::is_numeric)?;
    let (before, first) = text.split_at(start);
    // Below five, or a minus, is no weight.
    if before.contains(['-', '–', '—', '−', '<', '>', '≤', '≥']) {
        return None;
    }
    // ".5" is a half, "ca.5" is not.
    let is_point = before.ends_with(['.', ',']) && !before[..before.len() - 1].ends_with(char::is_alphabetic);
    let (mut whole, mut rest) = Measure::read(if is_point { &text[start - 1..] } else { first }, unit)?;
    if let Some((part, behind)) = smaller(&whole, rest, unit) {
        whole = Measure { grams: whole.grams + part.grams, ..part };
        rest = behind;
    }
    // The same in the other unit, as some programs write it beside.
    if let Some(inside) = rest.trim_start().strip_prefix('(').filter(|inside| inside.contains(char::is_numeric)) {
        let (same, behind) = Measure::read(inside.trim_start(), unit)?;
        let is_same = same.unit.is_some() && (same.grams - whole.grams).abs() <= same.half.max(whole.half);
        rest = behind.trim_start().strip_prefix(')').filter(|_| is_same)?;
    }
    // A range, a date, a second weight: nobody knows which number counts.
    if rest.contains(char::is_numeric) {
        return None;
    }
    // What is rounded to nothing was no weight.
    (0.5..=f64::from(MOST_GRAMS)).contains(&whole.grams).then(|| whole.grams.round() as u32)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Kilogram,
    Gram,
    Pound,
    Ounce,
}

impl Unit {
    fn of(word: &str) -> Option<Self> {
        match word {
            "kg" | "kgs" | "kilo" | "kilos" | "k" => Some(Self::Kilogram),
            "g" | "gr" | "gram" | "grams" | "gramos" => Some(Self::Gram),
            "lb" | "lbs" | "pound" | "pounds" | "libras" => Some(Self::Pound),
            "oz" | "ounce" | "ounces" => Some(Self::Ounce),
            _ => None,
        }
    }

    fn grams(self) -> f64 {
        match self {
            Self::Kilogram => 1000.0,
            Self::Gram => 1.0,
            Self::Pound => 453.592_37,
            Self::Ounce => 28.349_523,
        }
    }
}

impl From<WeightUnit> for Unit {
    fn from(unit: WeightUnit) -> Self {
        match unit {
            WeightUnit::Kilograms => Self::Kilogram,
            WeightUnit::Pounds => Self::Pound,
            WeightUnit::Grams => Self::Gram,
        }
    }
}

/// A number with its unit.
struct Measure {
    grams: f64,
    /// Half of its last digit, in grams: by how much it may be rounded.
    half: f64,
    /// As it is written behind the number.
    unit: Option<Unit>,
    is_whole: bool,
}

impl Measure {
    /// Reads one that a text begins with. Answers what stands behind it, too.
    fn read(text: &str, default: WeightUnit) -> Option<(Self, &str)> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len());
        let (number, tail) = text.split_at(end);
        let tail = tail.trim_start();
        let (word, rest) = split_word(tail);
        let bracketed = tail.strip_prefix('(').map(split_word).and_then(|(word, rest)| Some((Unit::of(word)?, rest.strip_prefix(')')?)));
        let (unit, rest) = match bracketed {
            Some((unit, rest)) => (Some(unit), rest),
            None if word.is_empty() => (None, rest),
            None => (Some(Unit::of(word)?), rest),
        };
        let scale = unit.unwrap_or_else(|| default.into());
        let (number, decimals) = self::number(number.trim_end_matches(['.', ',']), scale)?;
        let half = 0.5 * 0.1_f64.powi(decimals) * scale.grams();
        Some((Self { grams: number * scale.grams(), half, unit, is_whole: decimals == 0 }, rest))
    }
}

fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len()))
}

/// The ounces behind pounds, the grams behind kilograms.
fn smaller<'a>(whole: &Measure, rest: &'a str, unit: WeightUnit) -> Option<(Measure, &'a str)> {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ','));
    let joined = ["and ", "y ", "& "].into_iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim_start();
    let (part, behind) = joined.starts_with(|c: char| c.is_ascii_digit()).then(|| Measure::read(joined, unit))??;
    let pair = (whole.unit?, part.unit?);
    let is_pair = matches!(pair, (Unit::Pound, Unit::Ounce) | (Unit::Kilogram, Unit::Gram));
    (is_pair && whole.is_whole).then_some((part, behind))
}

/// A number, and how many decimals it is written with.
fn number(text: &str, unit: Unit) -> Option<(f64, i32)> {
    let Some(last) = text.rfind(['.', ',']) else { return Some((text.parse().ok()?, 0)) };
    let (before, sign, after) = (&text[..last], &text[last..=last], &text[last + 1..]);
    let is_decimal = match before.find(['.', ',']) {
        Some(first) => !before[first..].starts_with(sign),
        None if after.len() == 3 && is_grouped(before.split(sign)) => is_decimal(before, sign, unit)?,
        None => true,
    };
    let whole = if is_decimal { before } else { text };
    // Signs that part thousands are all the same, and do.
    let parting = whole.find(['.', ',']).map(|first| &whole[first..=first]);
    if parting.is_some_and(|parting| !is_grouped(whole.split(parting))) {
        return None;
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    let decimals = if is_decimal { after } else { "" };
    Some((format!("0{digits}.{decimals}").parse().ok()?, i32::try_from(decimals.len()).ok()?))
}

/// Whether the one sign of a number stands before decimals, where three digits behind it could be either; `before` is what stands before it. None: nobody knows.
fn is_decimal(before: &str, sign: &str, unit: Unit) -> Option<bool> {
    match (sign, unit) {
        (",", Unit::Pound | Unit::Gram) => Some(false),
        // Scales write three decimals, and nothing weighs 4,250 kg; a foal and a horse may weigh what 1,150 kg can mean.
        (",", Unit::Kilogram) => (before.parse::<u32>().ok()? >= 2).then_some(true),
        (".", Unit::Kilogram | Unit::Pound | Unit::Ounce) => Some(true),
        _ => None,
    }
}

/// Whether groups of digits are those of a number of thousands.
fn is_grouped<'a>(mut groups: impl Iterator<Item = &'a str>) -> bool {
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && !first.starts_with('0') && groups.all(|group| group.len() == 3 && !group.contains(['.', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kilograms(cell: &str) -> Option<u32> {
        grams(cell, WeightUnit::Kilograms)
    }

    fn pounds(cell: &str) -> Option<u32> {
        grams(cell, WeightUnit::Pounds)
    }

    #[test]
    fn weights_are_read_with_and_without_their_unit() {
        for (cell, weight) in
            [("12 kg", 12_000), ("3,4", 3_400), ("950g", 950), (".5", 500), ("about 12 kg", 12_000), ("12 kg lean", 12_000)]
        {
            assert_eq!(kilograms(cell), Some(weight), "{cell}");
        }
        assert_eq!(pounds("10"), Some(4_536));
        assert_eq!(pounds("12 (kg)"), Some(12_000));
        for bad in ["", "heavy", "12 stone", "0", "9999999 kg", "-5 kg", "<5 kg", "4½ kg"] {
            assert_eq!(kilograms(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_comma_parts_thousands_where_it_can_do_nothing_else() {
        assert_eq!(pounds("1,150"), Some(521_631));
        assert_eq!(pounds("1,150.5 lb"), Some(521_858));
        assert_eq!(pounds("12,5"), Some(5_670));
        assert_eq!(grams("1,150", WeightUnit::Grams), Some(1_150));
        assert_eq!(grams("1.150,5 g", WeightUnit::Grams), Some(1_151));
        assert_eq!(grams("1,150,000 g", WeightUnit::Grams), Some(1_150_000));
        for (cell, weight) in [("4,250 kg", 4_250), ("0,450 kg", 450), ("1.150 kg", 1_150), ("1,15 kg", 1_150)] {
            assert_eq!(kilograms(cell), Some(weight), "{cell}");
        }
        for bad in ["1,150 kg", "1,150 oz", "1.150 g", "1,15,000 g", "1.150,5.2 kg", "1,2,3"] {
            assert_eq!(kilograms(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_ounces_and_grams_are_added() {
        for cell in ["26 lb 4 oz", "26lb4oz", "26 lbs. 4 oz.", "26 pounds and 4 ounces", "26 lb, 4 oz"] {
            assert_eq!(kilograms(cell), Some(11_907), "{cell}");
        }
        assert_eq!(kilograms("3 kg 400 g"), Some(3_400));
        for bad in ["10-12 kg", "10 kg 12 kg", "10/12 kg", "10 kg 4 oz", "5 lb 4", "12.5 kg 300 g", "12 kg 2024-05-01", "1 150 lb"] {
            assert_eq!(kilograms(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_conversion_beside_a_weight_must_agree() {
        for (cell, weight) in
            [("12.5 kg (27.6 lb)", 12_500), ("5 kg (11 lbs)", 5_000), ("26 lb 4 oz (11.9 kg)", 11_907), ("12 (26.5 lb)", 12_000)]
        {
            assert_eq!(kilograms(cell), Some(weight), "{cell}");
        }
        for bad in ["12.5 kg (22 lb)", "12.5 kg (13.5)", "12.5 kg (27.6 lb) 13 kg", "12.5 kg (27.6 lb", "12.5 kg (was 11 kg)"] {
            assert_eq!(kilograms(bad), None, "{bad}");
        }
    }
}
