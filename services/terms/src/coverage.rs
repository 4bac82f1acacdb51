//! The coverage dates of a policy (T1, T2, S9), in the time zone that applies.

use chrono::{Days, Months, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::terms::{MonthsBasis, StartBasis};
use crate::{Country, Terms};

/// An instant, and the time zone of the place where it happened. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// In UTC; which day it falls on depends on `zone`.
    pub at: Instant,
    /// The time zone whose calendar and midnights apply.
    pub zone: Tz,
}

/// The period in which a policy covers defects. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The day from which the policy's months and the months of the depreciation are counted (S9,
    /// M1).
    pub counted_from: NaiveDate,
    /// The first instant of coverage: local midnight of the day that the terms name (T2).
    pub starts: Instant,
    /// The first instant after coverage.
    pub ends: Instant,
    /// The time zone whose midnights `starts` and `ends` are.
    pub zone: Tz,
}

/// Why coverage dates cannot be calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// Coverage is counted from the delivery, and the device has not been delivered yet.
    #[error("coverage is counted from the delivery, and the device has not been delivered yet")]
    NotDeliveredYet,
    /// Coverage is counted from the issue in the time zone of the buyer's country, and the terms
    /// name no time zone for it.
    #[error("the terms name no time zone for {0}")]
    NoZone(Country),
    /// A date is outside the range of the calendar.
    #[error("the coverage dates are outside the range of the calendar")]
    BeyondCalendar,
}

impl LocalTime {
    /// The date that a calendar in `zone` shows at this instant.
    pub fn day(&self) -> NaiveDate {
        local_day(self.at, self.zone)
    }

    /// T1: the first local instant of day `n`, where day 0 is the day of this instant.
    pub fn start_of_day(&self, n: u16) -> Option<Instant> {
        let day = self.day().checked_add_days(Days::new(n.into()))?;
        first_instant_of(day, self.zone)
    }
}

/// The local date of an instant in a time zone.
pub fn local_day(at: Instant, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The first instant of a day in a time zone: midnight or, if a clock change skips midnight, the
/// first instant that exists. Of a midnight that occurs twice, the first counts.
pub fn first_instant_of(day: NaiveDate, zone: Tz) -> Option<Instant> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    // No zone ever skipped more than a day (Samoa, 30 December 2011).
    (0..=2 * 24 * 60).find_map(|minutes| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
    })
}

/// T2, S9: the coverage dates of a policy. Coverage starts at local midnight of the day that the
/// terms name. It ends at local midnight (excluded) of the same day of the month, the terms' number
/// of months after the anchor; if that month is too short, of its last day.
///
/// `issued` is when the policy was sold to a buyer in `country`.
pub fn coverage(
    terms: &Terms,
    issued: Instant,
    country: &Country,
    delivered: Option<LocalTime>,
) -> Result<Coverage, CoverageError> {
    let at_issue = || {
        let zone = terms.zones.get(country).ok_or(CoverageError::NoZone(*country))?;
        Ok(LocalTime { at: issued, zone: *zone })
    };
    let at_delivery = || delivered.ok_or(CoverageError::NotDeliveredYet);

    let day_zero = match terms.coverage.starts_counted_from {
        StartBasis::Delivery => at_delivery()?,
        StartBasis::Issue => at_issue()?,
    };
    let zone = day_zero.zone;
    let starts_on_day = Days::new(terms.coverage.starts_on_day.into());
    let first_day = day_zero.day().checked_add_days(starts_on_day);
    let first_day = first_day.ok_or(CoverageError::BeyondCalendar)?;
    let counted_from = match terms.coverage.months_counted_from {
        MonthsBasis::Delivery => at_delivery()?.day(),
        MonthsBasis::Issue => at_issue()?.day(),
        MonthsBasis::Start => first_day,
    };
    let months = Months::new(terms.coverage.months.into());
    let last_day = counted_from.checked_add_months(months);
    let last_day = last_day.ok_or(CoverageError::BeyondCalendar)?;
    let starts = first_instant_of(first_day, zone).ok_or(CoverageError::BeyondCalendar)?;
    let ends = first_instant_of(last_day, zone).ok_or(CoverageError::BeyondCalendar)?;
    Ok(Coverage { counted_from, starts, ends, zone })
}

/// T2: the first instant at which a claim can be filed: the start of coverage, but, if the terms
/// say so, not before the period for a dispute with the seller is over.
pub fn claims_from(terms: &Terms, coverage: &Coverage, delivered: Option<LocalTime>) -> Instant {
    let waits = terms.marketplace.claims_wait_for_dispute_days;
    let dispute_over = delivered.filter(|_| waits).and_then(|delivered| {
        delivered.start_of_day(terms.marketplace.dispute_days.saturating_add(1))
    });
    dispute_over.map_or(coverage.starts, |over| over.max(coverage.starts))
}
