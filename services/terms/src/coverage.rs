//! From when to when a policy answers (T1, T2, S9), in days of the place that counts.

use chrono::{Days, Months, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::terms::{MonthsBasis, StartBasis};
use crate::{Country, Terms};

/// A moment, and the zone of the place where it happened. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// When.
    pub at: Instant,
    /// The zone whose calendar and midnights count there.
    pub zone: Tz,
}

/// The days in which a policy answers for defects. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The day that the policy's months, and the months of the depreciation, count from (S9, M1).
    pub counted_from: NaiveDate,
    /// The first moment of coverage.
    pub starts: Instant,
    /// The first moment after coverage.
    pub ends: Instant,
    /// The zone whose midnights these are.
    pub zone: Tz,
}

/// Why there is no coverage to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// The days count from the delivery, and there was none yet.
    #[error("coverage is counted from the delivery, and the device is not delivered yet")]
    NotDeliveredYet,
    /// The days count from the issue in the zone of the buyer's country, and the terms name none for it.
    #[error("the terms name no zone for {0}")]
    NoZone(Country),
    /// The days are beyond what a calendar holds.
    #[error("the days of coverage are beyond the calendar")]
    BeyondCalendar,
}

impl LocalTime {
    /// The day there.
    pub fn day(&self) -> NaiveDate {
        local_day(self.at, self.zone)
    }

    /// The first moment there of day `n`, day 0 being the day of this moment (T1).
    pub fn start_of_day(&self, n: u16) -> Option<Instant> {
        let day = self.day().checked_add_days(Days::new(n.into()))?;
        first_instant_of(day, self.zone)
    }
}

impl Coverage {
    /// C1: whether a moment is in the days of coverage; the end is not.
    pub fn includes(&self, at: Instant) -> bool {
        self.starts <= at && at < self.ends
    }
}

/// The day of a moment in a zone.
pub fn local_day(at: Instant, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The first moment of a day in a zone: midnight, or, where the clocks jump over it, the first moment that
/// exists. A midnight that comes twice counts when it first comes.
pub fn first_instant_of(day: NaiveDate, zone: Tz) -> Option<Instant> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    // No zone ever skipped more than a day (Samoa, 30 December 2011).
    (0..=2 * 24 * 60).find_map(|minutes| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
    })
}

/// T2, S9: from when to when the policy answers. It starts at local midnight of the terms' day, and ends
/// at local midnight, excluded, of the same day of the month so many months after the anchor; where that
/// month is too short, of its last day.
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

/// T2: the first moment at which a claim can be filed: the start of coverage, but not before the days of
/// the dispute with the seller are over.
pub fn claims_from(terms: &Terms, coverage: &Coverage, delivered: Option<LocalTime>) -> Instant {
    let waits = terms.marketplace.claims_wait_for_dispute_days;
    let dispute_over = delivered.filter(|_| waits).and_then(|delivered| {
        delivered.start_of_day(terms.marketplace.dispute_days.saturating_add(1))
    });
    dispute_over.map_or(coverage.starts, |over| over.max(coverage.starts))
}

/// T1: the first moment at which the device can no longer simply go back to the shop.
pub fn return_until(terms: &Terms, delivered: LocalTime) -> Option<Instant> {
    delivered.start_of_day(terms.marketplace.return_days.saturating_add(1))
}

/// T1: the first moment at which a dispute with the seller can no longer be opened.
pub fn dispute_until(terms: &Terms, delivered: LocalTime) -> Option<Instant> {
    delivered.start_of_day(terms.marketplace.dispute_days.saturating_add(1))
}
