//! Recurrence by RFC 5545 rules, over calendar days. The wall clock is put to each day afterwards, so that it never shifts with the zone's offset.

use chrono::{DateTime, NaiveDate, NaiveTime};
use rrule::{Frequency, RRule, RRuleSet, Tz as RuleZone, Unvalidated};

use crate::Refusal;

/// The most visits one series may have.
pub const SERIES_LIMIT: u16 = 200;
/// The most days a rule of an override is expanded to in one question.
const DAYS_LIMIT: u16 = 1000;

/// A rule that was read: daily, weekly, monthly or yearly.
#[derive(Clone, Debug)]
pub struct Recurrence {
    rule: RRule<Unvalidated>,
}

impl Recurrence {
    /// Reads a rule (`FREQ=WEEKLY;BYDAY=FR;COUNT=10`, with or without `RRULE:`). A time in `UNTIL` is left out: its day counts, in the clinic's zone.
    ///
    /// # Errors
    /// `invalid` on `recurrence` where it is no rule, or one by the hour, minute or second.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::invalid("recurrence").with_detail(text);
        let rule = text.trim().trim_start_matches("RRULE:");
        let parts = rule.split(';').map(|part| match part.strip_prefix("UNTIL=") {
            Some(until) => until.get(..8).map(|day| format!("UNTIL={day}T000000Z")),
            None => Some(part.to_owned()),
        });
        let rule = parts.collect::<Option<Vec<_>>>().ok_or_else(bad)?.join(";");
        let rule: RRule<Unvalidated> = rule.parse().map_err(|_| bad())?;
        let is_by_day = matches!(rule.get_freq(), Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly);
        let has_clock = !(rule.get_by_hour().is_empty() && rule.get_by_minute().is_empty() && rule.get_by_second().is_empty());
        if !is_by_day || has_clock || rule.get_interval() == 0 {
            return Err(bad());
        }
        Ok(Self { rule })
    }

    /// Whether it ends by itself.
    pub fn is_finite(&self) -> bool {
        self.rule.get_count().is_some() || self.rule.get_until().is_some()
    }

    /// Its days from `first` on that lie in `from..=to`.
    ///
    /// # Errors
    /// `invalid` on `recurrence` where the rule does not go together with the first day.
    pub fn days_between(&self, first: NaiveDate, from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>, Refusal> {
        if to < first {
            return Ok(Vec::new());
        }
        let set = self.set(first)?.after(midnight(from)).before(midnight(to));
        Ok(days(set, DAYS_LIMIT))
    }

    /// All days of a series that starts on `first`, the first among them.
    ///
    /// # Errors
    /// `invalid` on `recurrence` where it does not end; `too_large` where it has more than [`SERIES_LIMIT`] days.
    pub fn series(&self, first: NaiveDate) -> Result<Vec<NaiveDate>, Refusal> {
        if !self.is_finite() {
            return Err(Refusal::invalid("recurrence").with_detail("COUNT or UNTIL"));
        }
        let mut found = days(self.set(first)?, SERIES_LIMIT + 1);
        // The first visit is the one that was asked for, also where the rule alone would begin later (a Tuesday, "every Friday").
        if found.first() != Some(&first) {
            found.insert(0, first);
        }
        if found.len() > usize::from(SERIES_LIMIT) {
            let code = crate::RefusalCode::TooLarge;
            return Err(Refusal::on(code, "recurrence").with_limit(usize::from(SERIES_LIMIT)));
        }
        Ok(found)
    }

    fn set(&self, first: NaiveDate) -> Result<RRuleSet, Refusal> {
        self.rule.clone().build(midnight(first)).map_err(|error| Refusal::invalid("recurrence").with_detail(error))
    }
}

fn midnight(date: NaiveDate) -> DateTime<RuleZone> {
    date.and_time(NaiveTime::MIN).and_utc().with_timezone(&RuleZone::UTC)
}

fn days(set: RRuleSet, limit: u16) -> Vec<NaiveDate> {
    set.all(limit).dates.iter().map(DateTime::date_naive).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn series(rule: &str, first: &str) -> Vec<String> {
        Recurrence::parse(rule).unwrap().series(date(first)).unwrap().iter().map(NaiveDate::to_string).collect()
    }

    #[test]
    fn rules_give_their_days() {
        assert_eq!(series("FREQ=WEEKLY;INTERVAL=6;COUNT=3", "2026-01-05"), ["2026-01-05", "2026-02-16", "2026-03-30"]);
        assert_eq!(series("RRULE:FREQ=MONTHLY;BYDAY=1FR;COUNT=2", "2026-01-02"), ["2026-01-02", "2026-02-06"]);
        assert_eq!(series("FREQ=DAILY;UNTIL=20260103", "2026-01-01").len(), 3);
        assert_eq!(series("FREQ=DAILY;UNTIL=20260103T235959Z", "2026-01-01").len(), 3);
        assert_eq!(series("FREQ=WEEKLY;BYDAY=FR;COUNT=2", "2026-01-06"), ["2026-01-06", "2026-01-09", "2026-01-16"]);
        // The 31st of a month that has none is left out, as the RFC says.
        assert_eq!(series("FREQ=MONTHLY;COUNT=3", "2026-01-31"), ["2026-01-31", "2026-03-31", "2026-05-31"]);
    }

    #[test]
    fn what_is_no_rule_of_days_is_refused() {
        for text in ["", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9", "every friday", "FREQ=WEEKLY;UNTIL=soon", "FREQ=WEEKLY;INTERVAL=0"] {
            assert_eq!(Recurrence::parse(text).unwrap_err().field.as_deref(), Some("recurrence"), "{text}");
        }
        assert!(Recurrence::parse("FREQ=DAILY").unwrap().series(date("2026-01-01")).is_err(), "it never ends");
        assert!(Recurrence::parse("FREQ=DAILY;COUNT=201").unwrap().series(date("2026-01-01")).is_err(), "it is too long");
    }

    #[test]
    fn a_range_far_from_the_first_day_is_answered() {
        let rule = Recurrence::parse("FREQ=WEEKLY;BYDAY=MO").unwrap();
        let found = rule.days_between(date("2016-01-04"), date("2026-06-01"), date("2026-06-14")).unwrap();
        assert_eq!(found, [date("2026-06-01"), date("2026-06-08")]);
        assert_eq!(rule.days_between(date("2026-01-04"), date("2025-06-01"), date("2025-06-14")).unwrap(), []);
    }
}
