//! When a policy covers its device.

use std::sync::Arc;

use recourse_terms::{Coverage, LocalTime, Terms, TermsBook, coverage};

use crate::domain::rejection::SalesRejection;
use crate::domain::state::{Delivery, Policy, Sale};
use crate::foreign::OrderDelivered;

/// S5: the terms that a policy was sold under and keeps until it ends.
pub(crate) fn pinned<'a>(
    sale: &Sale,
    book: &'a TermsBook,
) -> Result<&'a Arc<Terms>, SalesRejection> {
    let digest = sale.terms.digest;
    book.by_digest(&digest).ok_or(SalesRejection::TermsNotKnown(digest))
}

/// T2: days are counted in the time zone of the place of delivery, which must exist.
pub(crate) fn delivery_of(fact: &OrderDelivered) -> Result<Delivery, SalesRejection> {
    match fact.zone.parse() {
        Ok(zone) => Ok(Delivery { at: fact.delivered_at, zone }),
        Err(_) => Err(SalesRejection::ZoneNotKnown(fact.zone.clone())),
    }
}

/// T2, S9: the days of a policy, by its own terms and the delivery of its device.
pub(crate) fn days_of(
    policy: &Policy,
    sale: &Sale,
    delivery: Delivery,
    book: &TermsBook,
) -> Result<Coverage, SalesRejection> {
    let terms = pinned(sale, book)?;
    let delivered = LocalTime { at: delivery.at, zone: delivery.zone };
    Ok(coverage(terms, sale.sold_at, &policy.request.country, Some(delivered))?)
}
