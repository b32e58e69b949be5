//! Reading cells as people write them.

use chrono::NaiveDate;
use petrel_domain::desk::DateOrder;
use petrel_domain::text::fold;
use petrel_domain::{Sex, Species};

/// A date in one of three orders, with any of the usual characters between its parts, with or without a time behind it. A year of two
/// digits is the one that lies in the last hundred years.
pub(super) fn date(cell: &str, order: DateOrder, today: NaiveDate) -> Option<NaiveDate> {
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

/// The order that the dates of a column are in: the first that one of them proves, else the one of the country.
pub(super) fn order<'a>(cells: impl Iterator<Item = &'a str>, locale: &str) -> DateOrder {
    for (a, b, _, is_year_first) in cells.filter_map(parts) {
        match () {
            () if is_year_first => return DateOrder::YearMonthDay,
            () if a > 12 => return DateOrder::DayMonthYear,
            () if b > 12 => return DateOrder::MonthDayYear,
            () => {}
        }
    }
    if locale.ends_with("US") { DateOrder::MonthDayYear } else { DateOrder::DayMonthYear }
}

/// A sex, and what it says of neutering: "FS" is a spayed female, "castrado" a neutered male.
pub(super) fn sex(cell: &str) -> Option<(Sex, Option<bool>)> {
    match fold(cell).trim() {
        "f" | "female" | "h" | "hembra" | "bitch" | "queen" | "fe" => Some((Sex::Female, None)),
        "m" | "male" | "macho" | "dog male" => Some((Sex::Male, None)),
        "fs" | "sf" | "female spayed" | "spayed female" | "spayed" | "fn" | "female neutered" | "hembra esterilizada" | "he" => {
            Some((Sex::Female, Some(true)))
        }
        "mn" | "mc" | "nm" | "cm" | "male neutered" | "neutered male" | "neutered" | "castrated" | "male castrated" | "macho castrado"
        | "castrado" => Some((Sex::Male, Some(true))),
        "" | "u" | "unknown" | "n a" | "na" | "desconocido" => Some((Sex::Unknown, None)),
        _ => None,
    }
}

/// Yes or no.
pub(super) fn yes_no(cell: &str) -> Option<bool> {
    match fold(cell).trim() {
        "y" | "yes" | "true" | "1" | "x" | "s" | "si" | "spayed" | "neutered" | "castrado" | "esterilizada" | "esterilizado" => Some(true),
        "n" | "no" | "false" | "0" | "intact" | "entero" | "entera" => Some(false),
        _ => None,
    }
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
    fn the_order_is_proven_by_one_date_else_it_is_the_countrys() {
        assert_eq!(order(["03/04/2020", "31/03/2020"].into_iter(), "en-US"), DateOrder::DayMonthYear);
        assert_eq!(order(["03/04/2020"].into_iter(), "en-US"), DateOrder::MonthDayYear);
        assert_eq!(order(["03/04/2020"].into_iter(), "en-GB"), DateOrder::DayMonthYear);
        assert!(is_ambiguous("03/04/2020") && !is_ambiguous("31/03/2020") && !is_ambiguous("2020-03-04") && !is_ambiguous("04/04/2020"));
    }

    #[test]
    fn words_of_the_trade_are_known() {
        assert_eq!(sex("FS"), Some((Sex::Female, Some(true))));
        assert_eq!(sex("Macho"), Some((Sex::Male, None)));
        assert_eq!(sex("?x"), None);
        assert_eq!(species("Canine"), Species::Dog);
        assert_eq!(species("Pájaro"), Species::Bird);
        assert_eq!(species("Alpaca"), Species::Other);
        assert_eq!(yes_no("Sí"), Some(true));
    }
}
