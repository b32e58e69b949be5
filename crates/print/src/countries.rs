//! What differs by country in one language: the clock, and whether the day or the month comes first.
//!
//! Source: CLDR 48, as `Intl.DateTimeFormat` of Node with ICU 78 answers it for every region: `hour12` of `{ hour: "numeric" }`, and
//! the order in `{ day: "numeric", month: "short" }`. The screens ask the same of their own `Intl`.

/// Where English is written with the clock of 24 hours; elsewhere it has twelve.
const EN_WHOLE_DAY: &str = "AI AT BE BI BW BZ CC CH CK CM CX CZ DE DG DK EE ES FI FK FR GB GE GG GI GS HU ID IE IL IM IO IT JE JP KE LT LV MG MS MT MU MV \
    NF NG NL NO NR NU PL PN PT RO RW SC SE SH SI SK SX TK TV TZ UA UG ZA ZW 150";

/// Where Spanish is written with the clock of twelve hours; elsewhere it has 24.
const ES_HALF_DAY: &str = "AR BO CL CO CR CU DO EC GT HN MX NI PA PE PH PR PY SV US UY VE 419";

/// Where English puts the day before the month; elsewhere it is the other way round.
const EN_DAY_FIRST: &str = "AE AG AI AT AU BB BE BM BS BW BZ CC CH CK CM CX CY CZ DE DG DK DM EE ER ES FI FJ FK FM FR GB GD GE GG GH GI GM GS GY HK HU ID \
    IE IL IM IN IO IT JE JM KE KI KN KY LC LR LS LT LV MG MO MS MT MU MV MW MY NA NF NG NL NO NR NU NZ PG PK PL PN PT PW RO RW SB \
    SC SD SE SG SH SI SK SL SS SX SZ TC TK TO TT TV TZ UA UG VC VG VU WS ZA ZM ZW 001 150";

fn is_in(list: &str, country: &str) -> bool {
    list.split_whitespace().any(|other| other == country)
}

/// The region of a language tag, or nothing: the script between them is longer.
fn country(locale: &str) -> &str {
    locale.split(['-', '_']).skip(1).find(|part| part.len() == 2 || part.len() == 3 && part.parse::<u16>().is_ok()).unwrap_or_default()
}

/// Whether a place writes its hours with twelve hours.
pub(crate) fn is_half_day_clock(locale: &str) -> bool {
    match locale.get(..2) {
        Some("en") => !is_in(EN_WHOLE_DAY, country(locale)),
        Some("es") => is_in(ES_HALF_DAY, country(locale)),
        _ => false,
    }
}

/// Whether English is written with the day before the month there.
pub(crate) fn is_day_first(locale: &str) -> bool {
    !locale.starts_with("en") || is_in(EN_DAY_FIRST, country(locale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_dates_go_by_country() {
        for half in ["en", "en-US", "en-IN", "en-AU", "en-PK", "es-CO", "es-MX", "es-419", "es-US", "es-AR", "es-PE", "es-Latn-VE"] {
            assert!(is_half_day_clock(half), "{half}");
        }
        for whole in ["en-GB", "en-IE", "en-ZA", "en-NG", "en-ES", "es", "es-ES", "es-GQ", "de-DE", ""] {
            assert!(!is_half_day_clock(whole), "{whole}");
        }
        for day in ["en-GB", "en-IN", "en-AU", "en-ZA", "en-NZ", "en-001", "en-ES", "es-ES", "de-DE"] {
            assert!(is_day_first(day), "{day}");
        }
        for month in ["en", "en-US", "en-CA", "en-PH", "en-MX"] {
            assert!(!is_day_first(month), "{month}");
        }
    }
}
