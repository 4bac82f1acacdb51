//! When a policy covers its device: calculated on delivery, and recalculated when the delivery is
//! corrected.

use recourse_kernel::{PolicyId, Tried};
use recourse_terms::TermsBook;

use crate::domain::events::{CoverageScheduled, DeliveryNoted, PolicyEvent};
use crate::domain::rejection::SalesRejection;
use crate::domain::rules::coverage::{days_of, delivery_of};
use crate::domain::state::{Delivery, Policy, Sale, SalesState, Stage};
use crate::domain::{Cx, Decision};
use crate::foreign::OrderDelivered;

/// T2, S9: the delivery determines when coverage starts and ends. A delivery before the sale is
/// kept until the sale. Once it is known, only a correction changes it.
pub(super) fn delivered(state: &SalesState, fact: &OrderDelivered, cx: &Cx<'_>) -> Decision {
    let delivery = delivery_of(fact)?;
    every(state.policies_of(&fact.devices).filter_map(|(id, policy)| match &policy.stage {
        Stage::Requested { delivery: None } => Some(Ok(noted(id, fact))),
        Stage::Sold(sale) => Some(scheduled(id, policy, sale, delivery, false, cx.reference)),
        _ => None,
    }))
}

/// T2, S9: a corrected delivery moves the coverage of every policy that was not cancelled, even if
/// it has ended. Earlier decisions are not reversed, but they are checked against the corrected
/// days.
pub(super) fn delivery_corrected(
    state: &SalesState,
    fact: &OrderDelivered,
    cx: &Cx<'_>,
) -> Decision {
    let delivery = delivery_of(fact)?;
    let first = |id, policy, sale| scheduled(id, policy, sale, delivery, false, cx.reference);
    let moved = |id, policy, sale| scheduled(id, policy, sale, delivery, true, cx.reference);
    every(state.policies_of(&fact.devices).filter_map(|(id, policy)| match &policy.stage {
        Stage::Requested { delivery: known } if *known != Some(delivery) => {
            Some(Ok(noted(id, fact)))
        }
        Stage::Sold(sale) => Some(first(id, policy, sale)),
        Stage::Scheduled(sale, dates) | Stage::Started(sale, dates) if !dates.are_of(delivery) => {
            Some(moved(id, policy, sale))
        }
        Stage::Ended => {
            let covered = policy.covered.as_ref();
            let covered = covered.filter(|covered| !covered.dates.are_of(delivery))?;
            Some(moved(id, policy, &covered.sale))
        }
        _ => None,
    }))
}

/// The schedule of a policy that was just sold, if its device was delivered before.
pub(super) fn scheduled_at_sale(
    id: PolicyId,
    policy: &Policy,
    sale: &Sale,
    book: &TermsBook,
) -> Option<Result<PolicyEvent, SalesRejection>> {
    let Stage::Requested { delivery: Some(delivery) } = policy.stage else { return None };
    Some(scheduled(id, policy, sale, delivery, false, book))
}

/// The events of several policies, if no rule refuses one. All policies are tried, so that the
/// refusal lists every reason.
pub(super) fn every(
    policies: impl IntoIterator<Item = Result<PolicyEvent, SalesRejection>>,
) -> Decision {
    let mut rules = Tried::default();
    let mut events = Vec::new();
    for decided in policies {
        match decided {
            Ok(event) => events.push(event),
            Err(why) => rules.all([Err(why)]),
        }
    }
    rules.passed()?;
    Ok(events)
}

fn noted(policy: PolicyId, fact: &OrderDelivered) -> PolicyEvent {
    let (delivered_at, zone) = (fact.delivered_at, fact.zone.clone());
    PolicyEvent::DeliveryNoted(DeliveryNoted { policy, delivered_at, zone })
}

fn scheduled(
    id: PolicyId,
    policy: &Policy,
    sale: &Sale,
    delivery: Delivery,
    corrected: bool,
    book: &TermsBook,
) -> Result<PolicyEvent, SalesRejection> {
    let days = days_of(policy, sale, delivery, book)?;
    Ok(PolicyEvent::CoverageScheduled(CoverageScheduled {
        policy: id,
        counted_from: days.counted_from,
        starts: days.starts,
        ends: days.ends,
        zone: days.zone.to_string(),
        delivered_at: delivery.at,
        delivery_zone: delivery.zone.to_string(),
        corrected,
        terms: sale.terms.clone(),
    }))
}
