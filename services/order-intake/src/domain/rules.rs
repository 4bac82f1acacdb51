//! The rules about orders, as named functions with their reasons.

use recourse_kernel::{DeviceId, Finding, Instant, Money, Principal, Role};
use recourse_terms::TermsBook;
use recourse_terms::terms::MarketplaceTerms;

use super::commands::{LineUnits, Units};
use super::events::{Delivery, OrderLine};
use super::rejection::OrderRejection;
use super::state::{Order, Unit};

/// T1: the days of a device that no terms tell anything about; the delivery is day 0. To day 7 it can simply go
/// back to the shop, and to day 15 the buyer's way is a dispute with the seller.
pub const WITHOUT_TERMS: MarketplaceTerms = MarketplaceTerms {
    return_days: 7,
    return_needs_defect: false,
    dispute_days: 15,
    claims_wait_for_dispute_days: true,
    seller_answers_within_days: None,
};
/// The marketplace's code for a return because of a defect (T1).
pub const REASON_DEFECT: &str = "defect";
/// How many units one purchase can hold: its whole family lives in one stream.
pub const UNITS_LIMIT: u64 = 1_000;
/// The largest amount of one unit, in minor units: far above any device, far below what 64 bits hold, so
/// that no sum of an order overflows.
const AMOUNT_LIMIT: i64 = 1_000_000_000_000;

/// T1: the day of a moment, counted on the calendar of the place of delivery, the day of delivery being 0.
pub fn day_of(delivery: &Delivery, at: Instant) -> i64 {
    let day = |instant: Instant| instant.with_timezone(&delivery.zone).date_naive();
    (day(at) - day(delivery.delivered_at)).num_days()
}

/// T1: the days of the marketplace's own buyer protection, as the terms of the device's warranty name them.
pub fn buyer_protection(order: &Order, device: DeviceId, book: &TermsBook) -> MarketplaceTerms {
    let placed = &order.placed;
    let line = placed.lines.iter().find(|line| line.line == device.line);
    let terms = line.and_then(|line| line.warranty.as_ref()).and_then(|warranty| {
        book.find(&warranty.provider, warranty.program, &placed.country, placed.placed_at)
    });
    terms.map_or(WITHOUT_TERMS, |terms| terms.marketplace.clone())
}

/// T1: to day 7 a device can simply go back to the shop: freely, or for a defect, as the terms of the
/// marketplace have it. `back` is when it went back, and the marketplace's code for why.
pub fn may_go_back(
    device: DeviceId,
    delivery: &Delivery,
    back: (Instant, &str),
    days: &MarketplaceTerms,
) -> Result<Finding, OrderRejection> {
    let (returned_at, reason) = back;
    let last = i64::from(days.return_days);
    let day = day_of(delivery, returned_at);
    if day < 0 {
        let delivered_at = delivery.delivered_at;
        return Err(OrderRejection::ReturnBeforeDelivery { device, delivered_at });
    }
    if day > last {
        return Err(OrderRejection::ReturnTooLate { device, day, last });
    }
    if days.return_needs_defect && reason != REASON_DEFECT {
        return Err(OrderRejection::ReturnNeedsDefect { device });
    }
    Ok(Finding::passed("T1", format!("came back on day {day} of {last}"))
        .fact("device", device)
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}

/// T1: to day 15 the buyer's way is a dispute with the seller.
pub fn may_dispute(
    device: DeviceId,
    unit: &Unit,
    now: Instant,
    days: &MarketplaceTerms,
) -> Result<Finding, OrderRejection> {
    let last = i64::from(days.dispute_days);
    let delivery = unit.delivery.ok_or(OrderRejection::DisputeBeforeDelivery(device))?;
    let day = day_of(&delivery, now);
    if day > last {
        return Err(OrderRejection::DisputeTooLate { day, last });
    }
    Ok(Finding::passed("T1", format!("opened on day {day} of {last}"))
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}

/// S1: a warranty is bought with a device, in the same order.
pub fn warranty_comes_with_a_device(line: &OrderLine) -> Result<(), OrderRejection> {
    if line.warranty.is_some() && line.device.is_none() {
        return Err(OrderRejection::WarrantyWithoutDevice { line: line.line });
    }
    Ok(())
}

/// M6: whole minor units of one currency, not below zero and not beyond reckoning.
pub fn amount_is_possible(amount: Money, of: Money) -> Result<(), OrderRejection> {
    if amount.currency != of.currency {
        return Err(OrderRejection::CurrenciesDiffer { expected: of.currency.to_string() });
    }
    if (0..=AMOUNT_LIMIT).contains(&amount.amount) {
        Ok(())
    } else {
        Err(OrderRejection::ImpossibleAmount(amount))
    }
}

/// The lines of an order are numbered from 1, hold something, and fit into one purchase.
pub fn lines_are_sound(lines: &[OrderLine]) -> Result<(), OrderRejection> {
    let Some(first) = lines.first() else { return Err(OrderRejection::NothingBought) };
    for (line, number) in lines.iter().zip(1..) {
        if line.line != number {
            return Err(OrderRejection::LinesMisnumbered);
        }
        if line.quantity == 0 {
            return Err(OrderRejection::NothingBought);
        }
        amount_is_possible(line.unit_price, first.unit_price)?;
        if let Some(warranty) = &line.warranty {
            amount_is_possible(warranty.price, first.unit_price)?;
        }
        warranty_comes_with_a_device(line)?;
    }
    let units = lines.iter().map(|line| u64::from(line.quantity)).sum();
    if units > UNITS_LIMIT {
        return Err(OrderRejection::TooManyUnits { units, limit: UNITS_LIMIT });
    }
    Ok(())
}

/// What happens to an order is told by its own marketplace.
pub fn reported_by_the_marketplace(
    principal: &Principal,
    marketplace: &str,
) -> Result<(), OrderRejection> {
    if principal.role == Role::Marketplace && principal.subject == marketplace {
        Ok(())
    } else {
        Err(OrderRejection::NotTheMarketplace(principal.clone()))
    }
}

/// What happens to an order happens after it is placed.
pub fn after_placing(order: &Order, at: Instant) -> Result<(), OrderRejection> {
    let placed_at = order.placed.placed_at;
    if at < placed_at { Err(OrderRejection::BeforePlaced { placed_at }) } else { Ok(()) }
}

/// Nothing more is delivered of a cancelled order.
pub fn not_cancelled(order: &Order) -> Result<(), OrderRejection> {
    match order.cancelled {
        Some(at) => Err(OrderRejection::Cancelled { at }),
        None => Ok(()),
    }
}

/// The units that are named, by id or by line and number; of a line, those that come first in `preference`.
///
/// None named gives none: what that means depends on the fact.
pub fn units_named<P: Ord>(
    order: &Order,
    units: &Units,
    preference: impl Fn(&Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let mut found = Vec::new();
    for device in &units.devices {
        if !order.units.contains_key(device) {
            return Err(OrderRejection::UnitNotKnown(format!("unit {device}")));
        }
        found.push(*device);
    }
    for line in &units.lines {
        found.extend(units_of_line(order, line, &preference)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn units_of_line<P: Ord>(
    order: &Order,
    line: &LineUnits,
    preference: impl Fn(&Unit) -> P,
) -> Result<Vec<DeviceId>, OrderRejection> {
    let of_line = |unit: &Unit| unit.reference.as_deref() == Some(line.reference.as_str());
    let mut candidates: Vec<_> = order.units.iter().filter(|(_, unit)| of_line(unit)).collect();
    if candidates.is_empty() {
        return Err(OrderRejection::UnitNotKnown(format!("line {}", line.reference)));
    }
    let found = candidates.len();
    let wanted = line.quantity;
    // Stable: among equals the lower unit goes first, so that a replay picks the same ones.
    candidates.sort_by_key(|(_, unit)| preference(unit));
    candidates.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    if candidates.len() < usize::try_from(wanted).unwrap_or(usize::MAX) {
        return Err(OrderRejection::NotThatMany { line: line.reference.clone(), wanted, found });
    }
    Ok(candidates.into_iter().map(|(device, _)| *device).collect())
}
