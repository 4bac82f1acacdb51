//! The price of a warranty (S3), and the cash for a device that cannot be repaired (M1).

use chrono::{Months, NaiveDate};
use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;

use crate::terms::DayThatCounts;
use crate::{SettlementFacts, Terms};

/// S3: the price of the warranty for a device with this price, rounded half-even once (M6).
pub fn price_of(terms: &Terms, device_price: Money) -> Result<Money, MoneyError> {
    device_price.share(terms.price_basis_points, 10_000)
}

/// M1: the month of the warranty, counted from 1: the smallest whole number m with F < A + m
/// months, where F is the filing day and A the anchor. In a short month the day is clipped to the
/// last one; each addition starts from A again.
pub fn month_of_warranty(anchor: NaiveDate, filed: NaiveDate) -> u32 {
    // A date beyond the calendar is after every filing.
    let is_before =
        |month: u32| anchor.checked_add_months(Months::new(month)).is_none_or(|end| filed < end);
    // Bounds the search at a hundred years; no terms run that long.
    (1..=1200).find(|&month| is_before(month)).unwrap_or(u32::MAX)
}

/// M1: the cash for a device that cannot be repaired, in percent of its price, if the day that
/// counts is `filed` and the months are counted from `anchor`. 0 after the last month that the
/// terms name.
pub fn cash_percent(terms: &Terms, anchor: NaiveDate, filed: NaiveDate) -> u8 {
    let month = month_of_warranty(anchor, filed);
    let step = terms.cash.steps.iter().find(|step| month <= u32::from(step.through_month));
    step.map_or(0, |step| step.percent)
}

/// M1: the day that decides the month under these terms: the filing of the first claim in the
/// chain, the filing of this claim, the verdict or the payout. Without a verdict, as for a lost
/// device, the filing of this claim counts instead.
pub fn day_that_counts(terms: &Terms, facts: &SettlementFacts) -> NaiveDate {
    match terms.cash.day_that_counts {
        DayThatCounts::FirstFiling => facts.first_filed,
        DayThatCounts::ThisFiling => facts.filed,
        DayThatCounts::Verdict => facts.found.unwrap_or(facts.filed),
        DayThatCounts::Payout => facts.settled.unwrap_or(facts.filed),
    }
}
