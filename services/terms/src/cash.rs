//! The price of a warranty (S3), and the cash for a device that cannot be repaired (M1).

use chrono::{Months, NaiveDate};
use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;

use crate::terms::DayThatCounts;
use crate::{SettlementFacts, Terms};

/// S3: the price of the warranty for a device of this price, rounded half-even once (M6).
pub fn price_of(terms: &Terms, device_price: Money) -> Result<Money, MoneyError> {
    device_price.share(terms.price_basis_points, 10_000)
}

/// M1: the month of the warranty, from 1: the smallest whole number m with F < A + m months. The end of a
/// short month is clipped, counting from the anchor A each time.
pub fn month_of_warranty(anchor: NaiveDate, filed: NaiveDate) -> u32 {
    // A calendar that ends is later than every filing.
    let is_before =
        |month: u32| anchor.checked_add_months(Months::new(month)).is_none_or(|end| filed < end);
    // A hundred years bound the search; no terms run so long.
    (1..=1200).find(|&month| is_before(month)).unwrap_or(u32::MAX)
}

/// M1: what is paid for a device that cannot be repaired, in percent of its price, when the day that
/// counts is `filed` and the months count from `anchor`. After the last month that the terms name: 0.
pub fn cash_percent(terms: &Terms, anchor: NaiveDate, filed: NaiveDate) -> u8 {
    let month = month_of_warranty(anchor, filed);
    let step = terms.cash.steps.iter().find(|step| month <= u32::from(step.through_month));
    step.map_or(0, |step| step.percent)
}

/// M1: of the filing of the first claim in the chain, that of this claim, the verdict and the payout, the day that
/// counts. Where there was no verdict, as for a device that was lost, the filing of this claim takes its place.
pub fn day_that_counts(terms: &Terms, facts: &SettlementFacts) -> NaiveDate {
    match terms.cash.day_that_counts {
        DayThatCounts::FirstFiling => facts.first_filed,
        DayThatCounts::ThisFiling => facts.filed,
        DayThatCounts::Verdict => facts.found.unwrap_or(facts.filed),
        DayThatCounts::Payout => facts.settled.unwrap_or(facts.filed),
    }
}
