//! T1: the marketplace's buyer protection, counted in days of the place of delivery.

use chrono::TimeDelta;
use recourse_kernel::{DeviceId, Finding, Instant};
use recourse_terms::TermsBook;
use recourse_terms::terms::{MarketplaceTerms, Span, Terms};

use crate::domain::events::Delivery;
use crate::domain::rejection::OrderRejection;
use crate::domain::state::{Order, Unit};

/// T1: the periods of a device without terms; the day of delivery is day 0. Until day 7 it can be
/// returned to the shop, and until day 15 the buyer can open a dispute with the seller.
pub const WITHOUT_TERMS: MarketplaceTerms = MarketplaceTerms {
    return_days: 7,
    return_needs_defect: false,
    dispute_days: 15,
    claims_wait_for_dispute_days: true,
    seller_answers_within_days: None,
};
/// The marketplace's reason code for a return because of a defect (T1).
const REASON_DEFECT: &str = "defect";

/// T1: the calendar day of an instant at the place of delivery; the day of delivery is day 0.
fn day_of(delivery: &Delivery, at: Instant) -> i64 {
    let day = |instant: Instant| instant.with_timezone(&delivery.zone).date_naive();
    (day(at) - day(delivery.delivered_at)).num_days()
}

/// The terms of the device's warranty; none if it has no warranty.
fn terms_of<'a>(order: &Order, device: DeviceId, book: &'a TermsBook) -> Option<&'a Terms> {
    let placed = &order.placed;
    let warranty = order.units.get(&device)?.warranty.as_ref()?;
    let found =
        book.find(&warranty.provider, warranty.program, &placed.country, placed.placed_at)?;
    Some(found)
}

/// T1: the periods of the marketplace's buyer protection, from the terms of the device's warranty.
pub fn buyer_protection(order: &Order, device: DeviceId, book: &TermsBook) -> MarketplaceTerms {
    terms_of(order, device, book).map_or(WITHOUT_TERMS, |terms| terms.marketplace.clone())
}

/// What a party must do in a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// The seller answers the dispute.
    Answer,
    /// The buyer answers the seller's offer.
    OfferAnswer,
    /// The marketplace decides.
    Decision,
    /// The seller carries out what was decided.
    Performance,
    /// The buyer objects to the seller's statement that it is carried out.
    Objection,
}

/// T11: the first instant at which a duty in a dispute is overdue, from the terms of the device's
/// warranty. For a device without one, the days are those of the shipped terms°.
pub fn overdue_from(
    duty: Duty,
    order: &Order,
    device: DeviceId,
    since: Instant,
    book: &TermsBook,
) -> Instant {
    let Some(terms) = terms_of(order, device, book) else {
        let days = match duty {
            Duty::Answer => WITHOUT_TERMS.days_for_the_seller().into(),
            Duty::OfferAnswer => 14,
            Duty::Decision => 10,
            Duty::Performance => 15,
            Duty::Objection => 7,
        };
        return since.checked_add_signed(TimeDelta::days(days)).unwrap_or(Instant::MAX_UTC);
    };
    let span = match duty {
        Duty::Answer => Span::Days(terms.marketplace.days_for_the_seller()),
        Duty::OfferAnswer => terms.waits.buyers_answer,
        Duty::Decision => terms.waits.dispute_decision,
        Duty::Performance => terms.waits.dispute_performance,
        // As long as for a statement about a delivery°.
        Duty::Objection => terms.waits.delivery_statement,
    };
    book.after(terms, &order.placed.country, since, span)
}

/// T1: until day 7 a device can be returned to the shop. A later return is recorded as late. That a
/// device is back is a fact also if the day of its delivery is not exact: `is_exact` says whether
/// its delivery was reported as such.
pub fn in_time(
    device: DeviceId,
    delivery: &Delivery,
    is_exact: bool,
    returned_at: Instant,
    days: &MarketplaceTerms,
) -> Result<Finding, OrderRejection> {
    let last = i64::from(days.return_days);
    let day = day_of(delivery, returned_at);
    if day < 0 && is_exact {
        let delivered_at = delivery.delivered_at;
        return Err(OrderRejection::ReturnBeforeDelivery { device, delivered_at });
    }
    let finding = if day < 0 {
        Finding::failed("T1", "returned before the day that counts as that of its delivery")
    } else if day > last {
        Finding::failed("T1", format!("returned on day {day}, after the last day {last}"))
    } else {
        Finding::passed("T1", format!("returned on day {day} of {last}"))
    };
    Ok(finding
        .fact("device", device)
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}

/// T1: depending on the marketplace's terms, a device can be returned for any reason or only for a
/// defect. `reason` is the marketplace's reason code. A finding only if the reason is not enough.
pub fn reason_is_sufficient(
    device: DeviceId,
    reason: &str,
    days: &MarketplaceTerms,
) -> Option<Finding> {
    let is_missing = days.return_needs_defect && reason != REASON_DEFECT;
    is_missing.then(|| {
        Finding::failed("T1", "the terms allow a return only because of a defect")
            .fact("device", device)
            .fact("reason", reason)
    })
}

/// T1: until day 15 the buyer can open a dispute with the seller.
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
        return Err(OrderRejection::DisputeTooLate { device, day, last });
    }
    Ok(Finding::passed("T1", format!("opened on day {day} of {last}"))
        .fact("delivered_at", delivery.delivered_at)
        .fact("zone", delivery.zone)
        .fact("day", day))
}
