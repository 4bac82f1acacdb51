//! T2, S9: coverage dates across daylight-saving changes and short months.

use chrono::{NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;
use recourse_kernel::Instant;
use recourse_terms::terms::{MonthsBasis, StartBasis};
use recourse_terms::{LocalTime, claims_from, coverage};

use crate::{Dice, INPUTS, terms};

const DAY: i64 = 86_400;

/// A calendar date, calculated by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

pub(crate) fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

pub(crate) fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Civil {
    /// The date that is `left` days after 1 January 1970, counted year by year and month by month.
    pub(crate) fn of_epoch_day(mut left: i64) -> Self {
        let (mut year, mut month) = (1970, 1);
        loop {
            let days = if is_leap(year) { 366 } else { 365 };
            if left < days {
                break;
            }
            left -= days;
            year += 1;
        }
        while left >= length(year, month) {
            left -= length(year, month);
            month += 1;
        }
        Self { year, month, day: left + 1 }
    }

    pub(crate) fn epoch_day(self) -> i64 {
        let years: i64 = (1970..self.year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
        let months: i64 = (1..self.month).map(|month| length(self.year, month)).sum();
        years + months + self.day - 1
    }

    /// The same day of the month `months` months later; the last day if that month is too short.
    pub(crate) fn months_on(self, months: i64) -> Self {
        let count = self.year * 12 + self.month - 1 + months;
        let (year, month) = (count / 12, count % 12 + 1);
        Self { year, month, day: self.day.min(length(year, month)) }
    }

    pub(crate) fn as_date(self) -> NaiveDate {
        let number = |part: i64| u32::try_from(part).unwrap();
        let year = i32::try_from(self.year).unwrap();
        NaiveDate::from_ymd_opt(year, number(self.month), number(self.day)).unwrap()
    }
}

/// The UTC offset of a time zone at an instant, in seconds.
pub(crate) fn ahead(zone: Tz, second: i64) -> i64 {
    let utc = Instant::from_timestamp(second, 0).unwrap().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// The local date at an instant, in days since 1 January 1970.
pub(crate) fn shown(zone: Tz, second: i64) -> i64 {
    (second + ahead(zone, second)).div_euclid(DAY)
}

/// The first second of a local day, found by search: the second at which the local date reaches it
/// or skips past it.
fn first_second(zone: Tz, epoch_day: i64) -> i64 {
    let midnight = epoch_day * DAY;
    let (before, after) = (ahead(zone, midnight - 2 * DAY), ahead(zone, midnight + 2 * DAY));
    if before == after && ahead(zone, midnight - before) == before {
        return midnight - before;
    }
    // The clocks change nearby. In these years all offsets are whole quarters of an hour.
    let mut second = midnight - 16 * 3600;
    while shown(zone, second) < epoch_day {
        second += 900;
    }
    second
}

const ZONES: [Tz; 16] = [
    Tz::Europe__Moscow,
    Tz::Asia__Yekaterinburg,
    Tz::Europe__Kyiv,
    Tz::Europe__Minsk,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::America__St_Johns,
    Tz::America__Havana,
    Tz::America__Sao_Paulo,
    Tz::Asia__Beirut,
    Tz::Asia__Tehran,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
];

#[test]
fn t2_s9_coverage_matches_the_model() {
    let mut dice = Dice(1);
    let country = "RU".parse().unwrap();
    let mut terms = terms("wisetech-repair-1.json");
    let mut changes_of_clocks = 0;
    for input in 0..INPUTS {
        let zone = dice.one_of(&ZONES);
        // From 2012 to 2049; in one case of eight at the end of a month.
        let mut delivered = dice.between(1_325_376_000, 2_493_072_000);
        if dice.between(0, 7) == 0 {
            let Civil { year, month, .. } = Civil::of_epoch_day(delivered / DAY);
            let last = Civil { year, month, day: length(year, month) };
            delivered = last.epoch_day() * DAY + dice.between(0, DAY - 1);
        }
        let issued = delivered - dice.between(0, 40) * 3600;
        terms.zones.insert(country, dice.one_of(&ZONES));
        terms.coverage.starts_counted_from =
            dice.one_of(&[StartBasis::Delivery, StartBasis::Issue]);
        let bases = [MonthsBasis::Delivery, MonthsBasis::Start, MonthsBasis::Issue];
        terms.coverage.months_counted_from = dice.one_of(&bases);
        terms.coverage.starts_on_day = u16::try_from(dice.between(1, 60)).unwrap();
        terms.coverage.months = u16::try_from(dice.between(3, 36)).unwrap();

        let (country_zone, promised) = (terms.zones[&country], &terms.coverage);
        let from_delivery = promised.starts_counted_from == StartBasis::Delivery;
        let of_zone = if from_delivery { zone } else { country_zone };
        let day_0 = if from_delivery { shown(zone, delivered) } else { shown(of_zone, issued) };
        let first_day = day_0 + i64::from(promised.starts_on_day);
        let anchor = match promised.months_counted_from {
            MonthsBasis::Delivery => shown(zone, delivered),
            MonthsBasis::Start => first_day,
            MonthsBasis::Issue => shown(country_zone, issued),
        };
        let anchor = Civil::of_epoch_day(anchor);
        let end = anchor.months_on(i64::from(promised.months)).epoch_day();
        let starts = first_second(of_zone, first_day);
        let ends = first_second(of_zone, end);
        changes_of_clocks += u32::from(ahead(of_zone, starts) != ahead(of_zone, delivered));

        let at = |second: i64| Instant::from_timestamp(second, 0).unwrap();
        let instant = LocalTime { at: at(delivered), zone };
        let said = coverage(&terms, at(issued), &country, Some(instant)).unwrap();
        let reported = || format!("input {input}: {zone} {instant:?} {:?}", terms.coverage);
        assert_eq!(said.counted_from, anchor.as_date(), "{}", reported());
        assert_eq!(said.starts, at(starts), "{}", reported());
        assert_eq!(said.ends, at(ends), "{}", reported());

        let days_over =
            |last: u16| first_second(zone, shown(zone, delivered) + i64::from(last) + 1);
        let from = starts.max(days_over(15));
        assert_eq!(claims_from(&terms, &said, Some(instant)), at(from), "{}", reported());
    }
    assert!(changes_of_clocks > 1_000, "too few inputs cross a clock change");
}

#[test]
fn the_models_calendar_is_correct() {
    let day = |year, month, day| Civil { year, month, day };
    assert_eq!(day(2000, 3, 1).epoch_day(), 11_017);
    assert_eq!(Civil::of_epoch_day(11_016), day(2000, 2, 29));
    assert_eq!(day(2024, 2, 29).months_on(12), day(2025, 2, 28));
    assert_eq!(day(2025, 1, 31).months_on(1), day(2025, 2, 28));
    assert_eq!(day(2025, 10, 31).months_on(4), day(2026, 2, 28));
}
