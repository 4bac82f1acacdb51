//! S7: a policy that is cancelled after its coverage started, with a dated receipt.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use recourse_kernel::{Finding, Instant, Money};
use recourse_terms::coverage::local_day;
use recourse_terms::unused_price;

use crate::domain::events::Receipt;
use crate::domain::rejection::SalesRejection;
use crate::domain::state::{Dates, Policy, Sale, Stage};

/// The longest number of a receipt, in characters.
const LONGEST_NUMBER: usize = 100;

/// The days between the order and its payment as two time zones may see them.
const ONE_DAY: TimeDelta = TimeDelta::days(1);

/// The sale and the days of a policy whose coverage has started, whether or not the timer has
/// reported the start yet.
pub(crate) fn coverage_started(policy: &Policy, now: Instant) -> Option<(&Sale, &Dates)> {
    match &policy.stage {
        Stage::Started(sale, dates) => Some((sale, dates)),
        Stage::Scheduled(sale, dates) if dates.starts <= now => Some((sale, dates)),
        _ => None,
    }
}

/// S7: once coverage has started, a policy is cancelled with the receipt of its purchase: dated
/// between the order and its payment, or on the day of the delivery.
pub(crate) fn has_a_receipt(
    receipt: Option<&Receipt>,
    policy: &Policy,
    sale: &Sale,
    dates: &Dates,
    now: Instant,
) -> Result<Finding, SalesRejection> {
    let zone = zone_of(dates);
    let day = |at| local_day(at, zone);
    let from = day(policy.request.placed_at - ONE_DAY);
    let to = day(sale.sold_at.max(dates.delivered_at) + ONE_DAY).min(day(now));
    let Some(receipt) = receipt else { return Err(SalesRejection::NoReceipt { from, to }) };
    if receipt.dated < from || receipt.dated > to {
        return Err(SalesRejection::ReceiptDiffers { dated: receipt.dated, from, to });
    }
    let length = receipt.number.as_deref().map_or(1, |number| number.chars().count());
    if !(1..=LONGEST_NUMBER).contains(&length) {
        return Err(SalesRejection::ReceiptNumber);
    }
    Ok(Finding::passed("S7", "the receipt is dated like the purchase").fact("dated", receipt.dated))
}

/// S7, M7: the part of the price for the days from this one to the end of coverage, less what the
/// shop has refunded of the price.
pub(crate) fn unused_part(
    policy: &Policy,
    dates: &Dates,
    now: Instant,
) -> Result<(Money, Finding), SalesRejection> {
    let zone = zone_of(dates);
    let days: (NaiveDate, NaiveDate) = (local_day(dates.starts, zone), local_day(dates.ends, zone));
    let today = local_day(now, zone);
    let unused = unused_price(policy.request.price, days, today)?;
    let owed = unused.amount.saturating_sub(policy.price_refunded).max(0);
    let owed = Money { amount: owed, ..unused };
    let finding = Finding::passed("S7", "the price of the unused days is refunded")
        .fact("first_day", days.0)
        .fact("first_day_after", days.1)
        .fact("cancelled_on", today)
        .fact("unused", unused)
        .fact("price_owed", owed);
    Ok((owed, finding))
}

/// The zone in which the days of coverage are counted; it was checked when they were scheduled.
fn zone_of(dates: &Dates) -> Tz {
    dates.zone.parse().unwrap_or(Tz::UTC)
}
