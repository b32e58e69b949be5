//! Reading cells as people write them.

use chrono::NaiveDate;
use petrel_domain::desk::DateOrder;
use petrel_domain::text::fold;
use petrel_domain::{Sex, Species};

/// Whether a cell is filled, and says that nobody knows.
pub(super) fn says_nothing(cell: &str) -> bool {
    let words = ["", "na", "nil", "none", "null", "nan", "unknown", "unk", "tbd", "ninguno", "ninguna", "desconocido", "desconocida"];
    words.contains(&solid(cell).as_str())
}

/// The same of a number or a date: all its figures are 0.
pub(super) fn is_zero(cell: &str) -> bool {
    let mut figures = cell.chars().filter(|c| c.is_numeric()).peekable();
    figures.peek().is_some() && figures.all(|figure| figure == '0')
}

/// The months as they are written out or cut short, in English and Spanish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "january", "ene", "enero"],
    &["feb", "february", "febrero"],
    &["mar", "march", "marzo"],
    &["apr", "april", "abr", "abril"],
    &["may", "mayo"],
    &["jun", "june", "junio"],
    &["jul", "july", "julio"],
    &["aug", "august", "ago", "agosto"],
    &["sep", "sept", "september", "septiembre", "setiembre"],
    &["oct", "october", "octubre"],
    &["nov", "november", "noviembre"],
    &["dec", "december", "dic", "diciembre"],
];

/// A date whose month is a word: `5-Jan-19`, `Jan 5, 2019`, `5 de enero de 2019`; with its weekday before it or a time behind it. None where it is no such date.
fn written_out(cell: &str, today: NaiveDate) -> Option<NaiveDate> {
    let folded = fold(cell);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "de").collect();
    let month_of = |word: &str| MONTHS.iter().position(|names| names.contains(&word));
    let place = words.iter().position(|word| month_of(word).is_some())?;
    let month = u32::try_from(month_of(words[place])?).ok()? + 1;
    // "5th".
    let number = |place: usize| words.get(place)?.trim_end_matches(|c: char| c.is_ascii_lowercase()).parse::<u32>().ok();
    let day_first = place.checked_sub(1).and_then(number);
    let (day, year) = match day_first {
        Some(day) => (day, number(place + 1)?),
        None => (number(place + 1)?, number(place + 2)?),
    };
    // "2019 Jan 5" has its year where others have their day.
    let (day, year) = if day > 31 { (year, day) } else { (day, year) };
    let year = if year >= 100 { year } else { full_year(year, today) };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// A date in one of three orders, with any of the usual characters between its parts, with or without a time behind it. A year of two
/// digits is the one that lies in the last hundred years.
pub(super) fn date(cell: &str, order: DateOrder, today: NaiveDate) -> Option<NaiveDate> {
    if cell.contains(|c: char| c.is_alphabetic() && c != 'T')
        && let Some(date) = written_out(cell, today)
    {
        return Some(date);
    }
    let (a, b, c, is_year_first) = parts(cell)?;
    let (year, month, day) = match (is_year_first, order) {
        (true, _) | (false, DateOrder::YearMonthDay) => (a, b, c),
        (false, DateOrder::DayMonthYear) => (c, b, a),
        (false, DateOrder::MonthDayYear) => (c, a, b),
    };
    let year = if year >= 100 { year } else { full_year(year, today) };
    // In an order that cannot be, the other one was meant: nobody has a thirteenth month.
    let (month, day) = if month > 12 && day <= 12 && !is_year_first { (day, month) } else { (month, day) };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn full_year(two_digits: u32, today: NaiveDate) -> u32 {
    let this = u32::try_from(chrono::Datelike::year(&today)).unwrap_or(2000);
    let guess = this / 100 * 100 + two_digits;
    if guess > this { guess - 100 } else { guess }
}

/// The three numbers of a date, and whether the first is a year of four digits.
fn parts(cell: &str) -> Option<(u32, u32, u32, bool)> {
    let date = cell.trim().split([' ', 'T']).next()?;
    let mut numbers = date.split(['-', '/', '.']).map(|part| part.parse::<u32>().ok().filter(|_| !part.is_empty() && part.len() <= 4));
    let (a, b, c) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let first = date.split(['-', '/', '.']).next()?;
    numbers.next().is_none().then_some((a, b, c, first.len() == 4))
}

/// Whether a date could be read in more than one order.
pub(super) fn is_ambiguous(cell: &str) -> bool {
    parts(cell).is_some_and(|(a, b, _, is_year_first)| !is_year_first && a <= 12 && b <= 12 && a != b)
}

/// The order that the dates of a column are in: the first that one of them proves, else the one of the country. A year of four digits in front
/// is read as such in any order, and proves nothing of the others: that order is the column's where there are no others.
pub(super) fn order<'a>(cells: impl Iterator<Item = &'a str>, locale: &str) -> DateOrder {
    let (mut is_any_year_first, mut is_any_other) = (false, false);
    for (a, b, _, is_year_first) in cells.filter_map(parts) {
        is_any_year_first |= is_year_first;
        is_any_other |= !is_year_first;
        match () {
            () if is_year_first => {}
            () if a > 12 => return DateOrder::DayMonthYear,
            () if b > 12 => return DateOrder::MonthDayYear,
            () => {}
        }
    }
    match () {
        () if is_any_year_first && !is_any_other => DateOrder::YearMonthDay,
        () if locale.ends_with("US") => DateOrder::MonthDayYear,
        () => DateOrder::DayMonthYear,
    }
}

/// What a cell says without what stands between its letters.
fn solid(cell: &str) -> String {
    let mut word = fold(cell);
    word.retain(|c| c != ' ');
    word
}

/// A sex, and what it says of neutering: "FS" is a spayed female, "castrado" a neutered male. What stands between the letters and the words says
/// nothing: "F/S" and "Female, spayed" are the same.
pub(super) fn sex(cell: &str) -> Option<(Sex, Option<bool>)> {
    match solid(cell).as_str() {
        "f" | "female" | "h" | "hembra" | "bitch" | "queen" | "fe" => Some((Sex::Female, None)),
        "m" | "male" | "macho" | "dogmale" => Some((Sex::Male, None)),
        "fs" | "sf" | "femalespayed" | "spayedfemale" | "spayed" | "fn" | "nf" | "femaleneutered" | "neuteredfemale"
        | "hembraesterilizada" | "hembracastrada" | "esterilizada" | "castrada" | "he" => Some((Sex::Female, Some(true))),
        "mn" | "mc" | "nm" | "cm" | "maleneutered" | "neuteredmale" | "neutered" | "castrated" | "malecastrated" | "castratedmale"
        | "machocastrado" | "castrado" => Some((Sex::Male, Some(true))),
        "fi" | "femaleintact" | "intactfemale" | "femaleentire" | "entirefemale" | "femaleunspayed" | "hembraentera" => {
            Some((Sex::Female, Some(false)))
        }
        "mi" | "maleintact" | "intactmale" | "maleentire" | "entiremale" | "machoentero" => Some((Sex::Male, Some(false))),
        "u" => Some((Sex::Unknown, None)),
        _ if says_nothing(cell) => Some((Sex::Unknown, None)),
        _ => None,
    }
}

/// Yes or no.
pub(super) fn yes_no(cell: &str) -> Option<bool> {
    match fold(cell).trim() {
        "y" | "yes" | "true" | "t" | "1" | "x" | "s" | "si" => Some(true),
        "n" | "no" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a word says that a pet died.
pub(super) fn is_death(cell: &str) -> bool {
    let words = [
        "deceased",
        "dead",
        "died",
        "rip",
        "euthanized",
        "euthanised",
        "pts",
        "fallecido",
        "fallecida",
        "muerto",
        "muerta",
        "difunto",
        "difunta",
    ];
    words.contains(&solid(cell).as_str())
}

/// Whether a pet died: by such a word, that it lives, or yes and no.
pub(super) fn is_dead(cell: &str) -> Option<bool> {
    match solid(cell).as_str() {
        _ if is_death(cell) => Some(true),
        "alive" | "living" | "active" | "vivo" | "viva" | "activo" | "activa" => Some(false),
        _ => yes_no(cell),
    }
}

/// Whether a pet is neutered: yes or no, or the words of the trade, with or without the year it was done in. Nobody may know it; none where it is not understood.
pub(super) fn neutered(cell: &str) -> Option<Option<bool>> {
    if let Some(is) = yes_no(cell) {
        return Some(Some(is));
    }
    let folded = fold(cell);
    if folded.trim() == "n a" {
        return Some(None);
    }
    let mut words = folded.split_whitespace().filter(|word| !word.bytes().all(|byte| byte.is_ascii_digit())).peekable();
    match words.peek() {
        None => return cell.trim().chars().all(|c| matches!(c, '?' | '-')).then_some(None),
        Some(&"u" | &"unknown" | &"unsure" | &"na" | &"desconocido" | &"desconocida") => return words.nth(1).is_none().then_some(None),
        Some(_) => {}
    }
    let is_not = words.next_if(|word| matches!(*word, "no" | "not" | "non" | "sin")).is_some();
    let mut told = None;
    for word in words {
        let is = match word {
            "y" | "yes" | "si" | "spayed" | "spay" | "neutered" | "neuter" | "castrated" | "desexed" | "fixed" | "altered"
            | "sterilized" | "sterilised" | "castrado" | "castrada" | "castrar" | "esterilizado" | "esterilizada" | "esterilizar"
            | "fs" | "sf" | "mn" | "mc" | "nm" | "fn" | "cm" => true,
            "intact" | "entire" | "unaltered" | "unspayed" | "unneutered" | "entero" | "entera" => false,
            // Of what is said besides nothing bears on it.
            "male" | "female" | "macho" | "hembra" | "in" | "on" | "en" | "el" | "o" | "or" => continue,
            _ => return None,
        };
        if told.is_some_and(|told| told != is) {
            return None;
        }
        told = Some(is);
    }
    told.map(|is| Some(is != is_not))
}

/// Tags, with any of the usual characters between them. One that holds such a character stands in quotation marks, as a list is written that is taken out.
pub(super) fn tags(cell: &str) -> Vec<String> {
    const BETWEEN: [char; 3] = [',', ';', '|'];
    let mut tags = Vec::new();
    let mut rest = cell;
    while !rest.is_empty() {
        let (tag, after) = quoted(rest.trim_start(), BETWEEN).unwrap_or_else(|| {
            let (tag, after) = rest.split_once(BETWEEN).unwrap_or((rest, ""));
            (tag.trim().to_owned(), after)
        });
        tags.push(tag);
        rest = after;
    }
    tags
}

/// A tag in quotation marks at the beginning, and what is behind the character after it. None where the marks are something else.
fn quoted(cell: &str, between: [char; 3]) -> Option<(String, &str)> {
    let inside = cell.strip_prefix('"')?;
    let mut tag = String::new();
    let mut characters = inside.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        match (character, characters.peek()) {
            ('"', Some((_, '"'))) => {
                characters.next();
                tag.push('"');
            }
            ('"', _) => {
                let after = inside[place + 1..].trim_start();
                let is_end = after.is_empty() || after.starts_with(between);
                return is_end.then(|| (tag, after.get(1..).unwrap_or_default()));
            }
            (character, _) => tag.push(character),
        }
    }
    None
}

/// A species. What is none of those with a name of their own is `other`, and its word becomes the breed where there is none.
pub(super) fn species(cell: &str) -> Species {
    match fold(cell).trim() {
        "dog" | "canine" | "canis" | "k9" | "puppy" | "perro" | "perra" | "canino" | "can" => Species::Dog,
        "cat" | "feline" | "felis" | "kitten" | "gato" | "gata" | "felino" => Species::Cat,
        "rabbit" | "bunny" | "lagomorph" | "conejo" | "coneja" => Species::Rabbit,
        "bird" | "avian" | "parrot" | "budgie" | "ave" | "pajaro" | "loro" => Species::Bird,
        "guinea pig" | "cavy" | "cobaya" | "cuy" => Species::GuineaPig,
        "hamster" => Species::Hamster,
        "ferret" | "huron" => Species::Ferret,
        "reptile" | "lizard" | "snake" | "tortoise" | "turtle" | "reptil" | "tortuga" | "serpiente" => Species::Reptile,
        "horse" | "equine" | "pony" | "caballo" | "equino" | "yegua" => Species::Horse,
        _ => Species::Other,
    }
}

/// Whether the word for a species says that it is none in particular, and so nothing of the breed either.
pub(super) fn is_no_species(cell: &str) -> bool {
    let words = ["", "other", "others", "otro", "otra", "otros", "otras", "unknown", "desconocido", "desconocida", "none", "na"];
    words.contains(&solid(cell).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, order: DateOrder) -> Option<String> {
        date(cell, order, "2026-06-01".parse().unwrap()).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_in_three_orders() {
        assert_eq!(read("2020-03-31", DateOrder::MonthDayYear).unwrap(), "2020-03-31");
        assert_eq!(read("31/03/2020", DateOrder::DayMonthYear).unwrap(), "2020-03-31");
        assert_eq!(read("3/31/20", DateOrder::MonthDayYear).unwrap(), "2020-03-31");
        assert_eq!(read("31.3.99", DateOrder::DayMonthYear).unwrap(), "1999-03-31");
        assert_eq!(read("2020/03/31 00:00:00", DateOrder::DayMonthYear).unwrap(), "2020-03-31");
        assert_eq!(read("31/03/2020", DateOrder::MonthDayYear).unwrap(), "2020-03-31", "there is no 31st month");
        for bad in ["", "about 2015", "31/02/2020", "2020-13-45", "1/2", "1/2/3/4"] {
            assert_eq!(read(bad, DateOrder::DayMonthYear), None, "{bad}");
        }
    }

    #[test]
    fn months_are_words_too() {
        for cell in [
            "5-Jan-19",
            "05 Jan 2019",
            "Jan 5, 2019",
            "January 5th, 2019",
            "Sat, Jan 5 2019 00:00",
            "5 de enero de 2019",
            "5/ene./2019",
            "2019-Jan-05",
        ] {
            assert_eq!(read(cell, DateOrder::MonthDayYear).as_deref(), Some("2019-01-05"), "{cell}");
        }
        for bad in ["Jan 2019", "31 feb 2019", "June", "5 moons 2019", "mar"] {
            assert_eq!(read(bad, DateOrder::DayMonthYear), None, "{bad}");
        }
        assert!(["-", "N/A", "unknown", "?", "(none)"].into_iter().all(says_nothing) && !says_nothing("no"));
        assert!(["0", "0.00", "00/00/0000", "0 kg"].into_iter().all(is_zero) && !["", "kg", "10"].into_iter().any(is_zero));
    }

    #[test]
    fn the_order_is_proven_by_one_date_else_it_is_the_countrys() {
        assert_eq!(order(["03/04/2020", "31/03/2020"].into_iter(), "en-US"), DateOrder::DayMonthYear);
        assert_eq!(order(["03/04/2020"].into_iter(), "en-US"), DateOrder::MonthDayYear);
        assert_eq!(order(["03/04/2020"].into_iter(), "en-GB"), DateOrder::DayMonthYear);
        let mixed = ["2021-05-06", "03/04/2020"];
        assert_eq!(order(mixed.into_iter(), "en-US"), DateOrder::MonthDayYear, "a year in front proves nothing of the others");
        assert_eq!(order(mixed.into_iter().chain(["31/03/2020"]), "en-US"), DateOrder::DayMonthYear);
        assert_eq!(order(["2021-05-06"].into_iter(), "en-US"), DateOrder::YearMonthDay);
        assert!(is_ambiguous("03/04/2020") && !is_ambiguous("31/03/2020") && !is_ambiguous("2020-03-04") && !is_ambiguous("04/04/2020"));
    }

    #[test]
    fn words_of_the_trade_are_known() {
        assert_eq!(sex("FS"), Some((Sex::Female, Some(true))));
        assert_eq!(sex("Macho"), Some((Sex::Male, None)));
        assert_eq!(sex("?x"), None);
        for spayed in ["F/S", "Female, spayed", "female (spayed)", "f. s.", "Hembra / esterilizada"] {
            assert_eq!(sex(spayed), Some((Sex::Female, Some(true))), "{spayed}");
        }
        for neutered in ["M/N", "Male (neutered)", "M-C", "macho, castrado"] {
            assert_eq!(sex(neutered), Some((Sex::Male, Some(true))), "{neutered}");
        }
        assert_eq!((sex("n/a"), sex("-")), (Some((Sex::Unknown, None)), Some((Sex::Unknown, None))));
        assert_eq!((sex("Male Intact"), sex("Female (entire)")), (Some((Sex::Male, Some(false))), Some((Sex::Female, Some(false)))));
        assert_eq!([is_dead("Deceased"), is_dead("Sí"), is_dead("Active"), is_dead("2019")], [Some(true), Some(true), Some(false), None]);
        assert_eq!(species("Canine"), Species::Dog);
        assert_eq!(species("Pájaro"), Species::Bird);
        assert_eq!(species("Alpaca"), Species::Other);
        assert!(["Other", "otro", "Unknown", "N/A", "-"].into_iter().all(is_no_species) && !is_no_species("Alpaca"));
        assert_eq!(yes_no("Sí"), Some(true));
        for (cell, told) in [
            ("castrated", Some(Some(true))),
            ("Spayed 2019", Some(Some(true))),
            ("spayed in 03/2020", Some(Some(true))),
            ("castrado/esterilizada", Some(Some(true))),
            ("MN", Some(Some(true))),
            ("intact male", Some(Some(false))),
            ("not neutered", Some(Some(false))),
            ("sin castrar", Some(Some(false))),
            ("unknown", Some(None)),
            ("N/A", Some(None)),
            ("?", Some(None)),
            ("not", None),
            ("2019", None),
            ("neutered, entire", None),
            ("no idea", None),
            ("booked for June", None),
        ] {
            assert_eq!(neutered(cell), told, "{cell}");
        }
    }

    #[test]
    fn tags_that_hold_what_stands_between_tags_are_quoted() {
        let cell = r#"VIP;"Cash, no card";"6""; big";"""Quoted""";"a|b""#;
        assert_eq!(tags(cell), ["VIP", "Cash, no card", r#"6"; big"#, r#""Quoted""#, "a|b"]);
        assert_eq!(tags("VIP, Cats|Dogs; Rats"), ["VIP", "Cats", "Dogs", "Rats"]);
        assert_eq!(tags(r#""open, 5" pipe"#), [r#""open"#, r#"5" pipe"#], "marks that quote nothing are kept");
        assert_eq!(tags(r#""Best" one, b"#), [r#""Best" one"#, "b"]);
        assert_eq!(tags(r#" "a, b" , c"#), ["a, b", "c"]);
    }
}
