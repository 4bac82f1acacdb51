//! Business days: calendars of weekends and holidays by country, as dated data (T11).
//!
//! This is a stable format: people write calendars in `deploy/calendars/*.json`, and events store
//! them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::terms::Source;
use crate::{Country, SheetName};

/// The business days of some countries. A later version replaces an earlier one; a deadline that
/// was set before does not move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The name by which terms refer to it: `standard`.
    pub id: SheetName,
    /// Counted from 1 without gaps.
    pub version: u32,
    /// The first day for which its holidays are complete.
    pub valid_from: NaiveDate,
    /// The last day for which they are; afterwards only weekends are known.
    pub valid_until: NaiveDate,
    /// The days of each country; a country that is not listed has weekends of Saturday and Sunday.
    pub countries: BTreeMap<Country, BusinessDays>,
    /// Whether the days were published or chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// On which days people work in a country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessDays {
    /// The days off of each week: `["Sat", "Sun"]`.
    pub weekend: Vec<Weekday>,
    /// Days off besides.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<NaiveDate>,
    /// Business days on a weekend, such as a Saturday that makes up for a bridge day.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub working_days: BTreeSet<NaiveDate>,
}

impl Default for BusinessDays {
    fn default() -> Self {
        let weekend = vec![Weekday::Sat, Weekday::Sun];
        Self { weekend, holidays: BTreeSet::new(), working_days: BTreeSet::new() }
    }
}

impl BusinessDays {
    /// Whether people work on this day.
    pub fn includes(&self, day: NaiveDate) -> bool {
        self.working_days.contains(&day)
            || !(self.holidays.contains(&day) || self.weekend.contains(&day.weekday()))
    }

    /// T11: the same local time, this many business days later. The day of `since` is day 0,
    /// whether or not it is a business day.
    pub fn after(&self, since: Instant, days: u16, zone: Tz) -> Instant {
        let local = since.with_timezone(&zone).naive_local();
        let mut day = local.date();
        let mut left = days;
        while left > 0 {
            let Some(next) = day.checked_add_days(Days::new(1)) else { return Instant::MAX_UTC };
            day = next;
            if self.includes(day) {
                left -= 1;
            }
        }
        instant(zone, day, local.time())
    }
}

/// A local time as an instant: the earlier one if clocks are set back, and the first one after the
/// gap if they are set forward.
fn instant(zone: Tz, day: NaiveDate, time: chrono::NaiveTime) -> Instant {
    let wanted = day.and_time(time);
    let existing =
        |minutes: i64| match zone.from_local_datetime(&(wanted + TimeDelta::minutes(minutes))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
            LocalResult::None => None,
        };
    (0..=24)
        .find_map(|quarter| existing(15 * quarter))
        .unwrap_or(DateTime::from_naive_utc_and_offset(wanted, Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn russia() -> BusinessDays {
        let holidays = [day("2025-05-01"), day("2025-05-02"), day("2025-05-08"), day("2025-05-09")];
        let working_days = BTreeSet::from([day("2025-11-01")]);
        BusinessDays { holidays: holidays.into(), working_days, ..BusinessDays::default() }
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let since = "2025-04-30T09:00:00Z".parse().unwrap();
        let until = russia().after(since, 3, Tz::Europe__Moscow);
        assert_eq!(until.to_rfc3339(), "2025-05-07T09:00:00+00:00");
    }

    #[test]
    fn a_saturday_that_makes_up_for_a_bridge_day_counts() {
        let since = "2025-10-31T09:00:00Z".parse().unwrap();
        let until = russia().after(since, 1, Tz::Europe__Moscow);
        assert_eq!(until.to_rfc3339(), "2025-11-01T09:00:00+00:00");
    }

    #[test]
    fn the_local_time_stays_the_same_when_clocks_change() {
        let since = "2025-03-28T09:00:00Z".parse().unwrap();
        let until = BusinessDays::default().after(since, 1, Tz::Europe__Berlin);
        assert_eq!(until.to_rfc3339(), "2025-03-31T08:00:00+00:00");
    }
}
