//! Recurrence by RFC 5545 rules, over calendar days. The wall clock is put to each day afterwards, so that it never shifts with the zone's offset.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime};
use rrule::{Frequency, RRule, RRuleSet, Tz as RuleZone, Unvalidated};

use crate::{Refusal, RefusalCode};

/// The most visits one series may have.
pub const SERIES_LIMIT: u16 = 200;
/// The most times a rule may count: ten years of days.
const COUNT_LIMIT: u32 = 3660;
/// The most days a rule of an override is expanded to in one question.
const DAYS_LIMIT: u16 = 1000;
/// A rule without a day in so many years has none: 29 February comes back after eight at the most.
const SPARSEST_YEARS: u32 = 9;

/// A rule that was read: daily, weekly, monthly or yearly.
#[derive(Clone, Debug)]
pub struct Recurrence {
    rule: RRule<Unvalidated>,
}

impl Recurrence {
    /// Reads a rule (`FREQ=WEEKLY;BYDAY=FR;COUNT=10`, with or without `RRULE:`). A time in `UNTIL` is left out: its day counts, in the clinic's zone.
    ///
    /// # Errors
    /// `invalid` on `recurrence` where it is no rule, or one by the hour, minute or second; `too_large` where it counts for longer than anyone plans.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = || Refusal::invalid("recurrence").with_detail(text);
        let upper = text.trim().to_ascii_uppercase();
        let rule = upper.strip_prefix("RRULE:").unwrap_or(&upper);
        let parts = rule.split(';').map(|part| match part.strip_prefix("UNTIL=") {
            Some(until) => until.get(..8).map(|day| format!("UNTIL={day}T000000Z")),
            None => Some(part.to_owned()),
        });
        let rule = parts.collect::<Option<Vec<_>>>().ok_or_else(bad)?.join(";");
        let rule: RRule<Unvalidated> = rule.parse().map_err(|_| bad())?;
        let is_by_day = matches!(rule.get_freq(), Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly);
        let has_clock = !(rule.get_by_hour().is_empty() && rule.get_by_minute().is_empty() && rule.get_by_second().is_empty());
        if !is_by_day || has_clock || rule.get_interval() == 0 || rule.get_count() == Some(0) {
            return Err(bad());
        }
        if rule.get_count().is_some_and(|count| count > COUNT_LIMIT) {
            return Err(Refusal::on(RefusalCode::TooLarge, "recurrence").with_limit(COUNT_LIMIT as usize));
        }
        Ok(Self { rule })
    }

    /// Whether it ends by itself.
    pub fn is_finite(&self) -> bool {
        self.rule.get_count().is_some() || self.rule.get_until().is_some()
    }

    /// Its last day, where it says one.
    pub fn until(&self) -> Option<NaiveDate> {
        self.rule.get_until().map(DateTime::date_naive)
    }

    /// Whether it goes by weeks: on the weekday of its first day, or those that it names.
    pub fn is_weekly(&self) -> bool {
        self.rule.get_freq() == Frequency::Weekly
    }

    /// Whether it is every day of a stretch, without a gap.
    pub fn is_every_day(&self) -> bool {
        let rule = &self.rule;
        let is_thinned = !(rule.get_by_weekday().is_empty()
            && rule.get_by_month().is_empty()
            && rule.get_by_month_day().is_empty()
            && rule.get_by_year_day().is_empty()
            && rule.get_by_week_no().is_empty()
            && rule.get_by_set_pos().is_empty());
        rule.get_freq() == Frequency::Daily && rule.get_interval() == 1 && !is_thinned
    }

    /// Refuses a rule that goes with no day at all (30 February): every question would look for one in vain.
    ///
    /// # Errors
    /// `invalid` on `recurrence`, also where the rule does not go together with the first day.
    pub fn check_from(&self, first: NaiveDate) -> Result<(), Refusal> {
        let until = first.checked_add_months(Months::new(12 * SPARSEST_YEARS)).unwrap_or(first);
        let is_empty = days(self.set(first)?.before(midnight(until)), 1).is_empty();
        if is_empty { Err(Refusal::invalid("recurrence").with_detail(&self.rule)) } else { Ok(()) }
    }

    /// Its days from `first` on that lie in `from..=to`.
    ///
    /// # Errors
    /// `invalid` on `recurrence` where the rule does not go together with the first day.
    pub fn days_between(&self, first: NaiveDate, from: NaiveDate, to: NaiveDate) -> Result<Vec<NaiveDate>, Refusal> {
        let is_over = self.rule.get_until().is_some_and(|until| until.date_naive() < from);
        if to < first || is_over {
            return Ok(Vec::new());
        }
        let set = self.set(self.near(first, from))?.after(midnight(from)).before(midnight(to));
        Ok(days(set, DAYS_LIMIT))
    }

    /// All days of a series that starts on `first`, the first among them.
    ///
    /// # Errors
    /// `end_before_start` on `until` where it ends before that; `invalid` on `recurrence` where it does not end, or reaches into a time that nobody
    /// plans; `too_large` where it has more than [`SERIES_LIMIT`] days.
    pub fn series(&self, first: NaiveDate) -> Result<Vec<NaiveDate>, Refusal> {
        if !self.is_finite() {
            return Err(Refusal::invalid("recurrence").with_detail("COUNT or UNTIL"));
        }
        let mut found = days(self.set(first)?, SERIES_LIMIT + 1);
        // The first visit is the one that was asked for, also where the rule alone would begin later (a Tuesday, "every Friday").
        if found.first() != Some(&first) {
            found.insert(0, first);
            // It is one of those that were counted: ten visits are ten.
            if let Some(count) = self.rule.get_count() {
                found.truncate(count as usize);
            }
        }
        if found.len() > usize::from(SERIES_LIMIT) {
            return Err(Refusal::on(RefusalCode::TooLarge, "recurrence").with_limit(usize::from(SERIES_LIMIT)));
        }
        found.last().map_or(Ok(()), |last| crate::checked::check_date("recurrence", *last))?;
        Ok(found)
    }

    /// A first day near `from` that gives the same days from there on as `first`: whole periods of the rule later, so that an override
    /// of ten years ago costs no more than one of last week. A rule that counts has to be counted from its first day.
    fn near(&self, first: NaiveDate, from: NaiveDate) -> NaiveDate {
        // Without a weekday, weeks by number take that of the first day, which is another one in another year.
        let is_by_week = !self.rule.get_by_week_no().is_empty();
        if from <= first || self.rule.get_count().is_some() || is_by_week {
            return first;
        }
        let interval = u32::from(self.rule.get_interval());
        let gap = u32::try_from((from - first).num_days()).unwrap_or(0);
        // Months and years are taken for as long as they can be, so that the guess lies before `from`.
        let (length, most) = match self.rule.get_freq() {
            Frequency::Daily => (1, 1),
            Frequency::Weekly => (7, 7),
            Frequency::Monthly => (1, 31),
            _ => (12, 366),
        };
        let periods = gap / (most * interval);
        let is_by_days = length == most;
        let later = |periods: u32| {
            let step = periods.checked_mul(interval)?.checked_mul(length)?;
            let day =
                if is_by_days { first.checked_add_days(Days::new(u64::from(step))) } else { first.checked_add_months(Months::new(step)) };
            // A month that has no 31st is no place to start a rule for the 31st from.
            day.filter(|day| is_by_days || chrono::Datelike::day(day) == chrono::Datelike::day(&first))
        };
        (0..=periods.min(48)).find_map(|back| later(periods - back)).unwrap_or(first)
    }

    fn set(&self, first: NaiveDate) -> Result<RRuleSet, Refusal> {
        if self.until().is_some_and(|until| until < first) {
            return Err(Refusal::on(RefusalCode::EndBeforeStart, "until"));
        }
        self.rule.clone().build(midnight(first)).map_err(|_| Refusal::invalid("recurrence").with_detail(&self.rule))
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
        assert_eq!(series("FREQ=WEEKLY;BYDAY=FR;COUNT=2", "2026-01-06"), ["2026-01-06", "2026-01-09"], "ten visits are ten");
        assert_eq!(series("FREQ=WEEKLY;BYDAY=FR;UNTIL=20260116", "2026-01-06"), ["2026-01-06", "2026-01-09", "2026-01-16"]);
        assert_eq!(series("FREQ=WEEKLY;BYDAY=FR;COUNT=200", "2026-01-06").len(), 200);
        // The 31st of a month that has none is left out, as the RFC says.
        assert_eq!(series("FREQ=MONTHLY;COUNT=3", "2026-01-31"), ["2026-01-31", "2026-03-31", "2026-05-31"]);
    }

    #[test]
    fn what_is_no_rule_of_days_is_refused() {
        for text in [
            "",
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=9",
            "every friday",
            "FREQ=WEEKLY;UNTIL=soon",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=DAILY;COUNT=0",
        ] {
            assert_eq!(Recurrence::parse(text).unwrap_err().field.as_deref(), Some("recurrence"), "{text}");
        }
        assert!(Recurrence::parse("FREQ=DAILY").unwrap().series(date("2026-01-01")).is_err(), "it never ends");
        assert!(Recurrence::parse("FREQ=DAILY;COUNT=201").unwrap().series(date("2026-01-01")).is_err(), "it is too long");
    }

    #[test]
    fn a_rule_without_days_or_out_of_all_reason_is_refused() {
        let check = |rule: &str| Recurrence::parse(rule).and_then(|rule| rule.check_from(date("2026-01-01")));
        for rule in ["FREQ=DAILY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYDAY=5FR", "freq=weekly;until=20260131"] {
            assert!(check(rule).is_ok(), "{rule}");
        }
        for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYSETPOS=2", "FREQ=DAILY;COUNT=99999"] {
            assert_eq!(check(rule).unwrap_err().field.as_deref(), Some("recurrence"), "{rule}");
        }
        assert_eq!(check("FREQ=DAILY;BYSETPOS=2").unwrap_err().detail.as_deref(), Some("FREQ=DAILY;BYSETPOS=2"), "as it was said");
        let over = Recurrence::parse("FREQ=WEEKLY;UNTIL=20251231").unwrap().series(date("2026-01-01")).unwrap_err();
        assert_eq!((over.code, over.field.as_deref()), (RefusalCode::EndBeforeStart, Some("until")));
        let centuries = Recurrence::parse("FREQ=YEARLY;INTERVAL=100;COUNT=5").unwrap();
        assert_eq!(centuries.series(date("2026-01-01")).unwrap_err().code, RefusalCode::Invalid);
    }

    #[test]
    fn starting_near_the_range_gives_the_same_days_as_starting_at_the_first() {
        let rules = [
            "FREQ=DAILY;INTERVAL=3",
            "FREQ=DAILY;INTERVAL=2;BYDAY=MO,TU,WE",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,MO",
            "FREQ=WEEKLY;UNTIL=20260420",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;INTERVAL=5",
            "FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2",
            "FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=-1",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1",
            "FREQ=MONTHLY;INTERVAL=12",
            "FREQ=YEARLY",
            "FREQ=YEARLY;INTERVAL=3",
            "FREQ=YEARLY;BYMONTH=3,4;BYDAY=2SU",
            "FREQ=YEARLY;BYWEEKNO=15",
            "FREQ=YEARLY;BYYEARDAY=100,-200",
            "FREQ=DAILY;COUNT=3000",
        ];
        for rule in rules.map(|rule| (rule, Recurrence::parse(rule).unwrap())) {
            for first in ["2016-02-29", "2017-01-31", "2018-12-31", "2020-08-30", "2026-03-29"].map(date) {
                for from in (0..40).map(|n| date("2026-01-01") + Days::new(n * 11)) {
                    let to = from + Days::new(45);
                    let slow = days(rule.1.set(first).unwrap().after(midnight(from)).before(midnight(to)), DAYS_LIMIT);
                    assert_eq!(rule.1.days_between(first, from, to).unwrap(), slow, "{} from {first} in {from}–{to}", rule.0);
                }
            }
        }
        let old = Recurrence::parse("FREQ=WEEKLY;INTERVAL=2").unwrap().near(date("1999-01-01"), date("2026-06-01"));
        assert!(date("2026-06-01") - old < chrono::TimeDelta::days(14), "{old}");
    }

    #[test]
    fn a_range_far_from_the_first_day_is_answered() {
        let rule = Recurrence::parse("FREQ=WEEKLY;BYDAY=MO").unwrap();
        let found = rule.days_between(date("2016-01-04"), date("2026-06-01"), date("2026-06-14")).unwrap();
        assert_eq!(found, [date("2026-06-01"), date("2026-06-08")]);
        assert_eq!(rule.days_between(date("2026-01-04"), date("2025-06-01"), date("2025-06-14")).unwrap(), []);
    }
}
