//! The words of what is printed, by language.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate, Timelike};
use petrel_domain::Millis;
use serde::Deserialize;

use crate::countries::{is_day_first, is_half_day_clock};

/// How dates are written.
#[derive(Deserialize)]
struct Dates {
    /// A long one: `{weekday}`, `{month}`, `{day}`, `{year}` stand for their words.
    date: String,
    /// A short one, of which `{month}` is the beginning of the month's word.
    short_date: String,
}

/// The words of one language.
#[derive(Deserialize)]
pub(crate) struct Words {
    #[serde(flatten)]
    dates: Dates,
    /// How dates are written where the day comes first, in a language that has both.
    day_first: Option<Dates>,
    weekdays: [String; 7],
    months: [String; 12],
    statuses: HashMap<String, String>,
    species: HashMap<String, String>,
    texts: HashMap<String, String>,
    #[serde(default)]
    is_half_day_clock: bool,
}

impl Words {
    /// Those of a language tag (`es-MX`); English where the language is not known.
    pub(crate) fn of(locale: &str) -> Result<Self, serde_json::Error> {
        let text = if locale.starts_with("es") { include_str!("../words/es.json") } else { include_str!("../words/en.json") };
        let mut words: Self = serde_json::from_str(text)?;
        words.is_half_day_clock = is_half_day_clock(locale);
        if let Some(dates) = words.day_first.take_if(|_| is_day_first(locale)) {
            words.dates = dates;
        }
        Ok(words)
    }

    /// A text by its name, with `{count}` and the like filled in.
    pub(crate) fn text(&self, name: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.texts.get(name).cloned().unwrap_or_else(|| name.to_owned());
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// What a status is called.
    pub(crate) fn status(&self, name: &str) -> String {
        self.statuses.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// What a species is called; nothing of an animal of which nobody said what it is.
    pub(crate) fn species(&self, name: &str) -> String {
        self.species.get(name).cloned().unwrap_or_default()
    }

    /// A date in full.
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        let weekday = &self.weekdays[date.weekday().num_days_from_monday() as usize % 7];
        let month = &self.months[date.month0() as usize % 12];
        let text = self.dates.date.replace("{weekday}", weekday).replace("{month}", month);
        text.replace("{day}", &date.day().to_string()).replace("{year}", &date.year().to_string())
    }

    /// A day and a month, where there is little room.
    pub(crate) fn short_date(&self, date: NaiveDate) -> String {
        let month: String = self.months[date.month0() as usize % 12].chars().take(3).collect();
        self.dates.short_date.replace("{month}", &month).replace("{day}", &date.day().to_string())
    }

    /// A time on the clinic's wall.
    pub(crate) fn time(&self, at: Millis, zone: chrono_tz::Tz) -> String {
        let time = at.in_zone(zone);
        if !self.is_half_day_clock {
            return format!("{:02}:{:02}", time.hour(), time.minute());
        }
        let (is_afternoon, hour) = time.hour12();
        format!("{hour}:{:02} {}", time.minute(), self.text(if is_afternoon { "pm" } else { "am" }, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_words() {
        let (english, spanish) = (Words::of("en-GB").unwrap(), Words::of("es-ES").unwrap());
        let names = |of: &HashMap<String, String>| of.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(names(&english.texts), names(&spanish.texts));
        assert_eq!(names(&english.statuses), names(&spanish.statuses));
        for status in petrel_domain::AppointmentStatus::ALL {
            assert!(english.statuses.contains_key(status.as_str()), "{}", status.as_str());
        }
        assert_eq!(names(&english.species), names(&spanish.species));
        for species in petrel_domain::Species::ALL {
            assert_eq!(english.species(species.as_str()).is_empty(), *species == petrel_domain::Species::Other, "{}", species.as_str());
        }
    }

    #[test]
    fn dates_and_times_are_written_as_the_language_does() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        assert_eq!(Words::of("en-US").unwrap().date(day), "Saturday, November 21, 2026");
        assert_eq!(Words::of("es-ES").unwrap().date(day), "sábado, 21 de noviembre de 2026");
        assert_eq!(Words::of("en-US").unwrap().short_date(day), "Nov 21");
        assert_eq!(Words::of("es-ES").unwrap().short_date(day), "21 nov");
        assert_eq!(Words::of("en-GB").unwrap().date(day), "Saturday, 21 November 2026");
        assert_eq!(Words::of("en-GB").unwrap().short_date(day), "21 Nov");
        let at = Millis(1_795_269_600_000);
        assert_eq!(Words::of("en-US").unwrap().time(at, chrono_tz::UTC), "2:00 pm");
        assert_eq!(Words::of("en-IN").unwrap().time(at, chrono_tz::UTC), "2:00 pm");
        assert_eq!(Words::of("es-CO").unwrap().time(at, chrono_tz::UTC), "2:00 p.\u{a0}m.");
        assert_eq!(Words::of("es-ES").unwrap().time(at, chrono_tz::Europe::Madrid), "15:00");
    }
}
