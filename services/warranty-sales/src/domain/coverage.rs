//! When a policy covers its device: calculated on delivery, recalculated when the delivery is
//! corrected, and carried out by timers.

use std::sync::Arc;

use recourse_kernel::{Instant, PolicyId};
use recourse_terms::{LocalTime, Terms, TermsBook, coverage};

use super::events::{
    CoverageScheduled, CoverageStarted, DeliveryNoted, EndReason, Ended, PolicyEvent,
};
use super::policy::{Delivery, Policy, Sale, SalesState, Stage};
use super::rejection::SalesRejection;
use crate::foreign::OrderDelivered;

/// T2, S9: the delivery determines when coverage starts and ends. A delivery before the sale is
/// kept until the sale.
pub(super) fn delivered(
    state: &SalesState,
    fact: &OrderDelivered,
    book: &TermsBook,
) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let delivery = Delivery::of(fact)?;
    let mut events = Vec::new();
    for (id, policy) in state.policies_of(&fact.devices) {
        match &policy.stage {
            Stage::Requested { delivery: None } => events.push(noted(id, fact)),
            Stage::Sold(sale) => events.push(scheduled(id, policy, sale, delivery, false, book)?),
            // Already known; only a correction changes it.
            _ => {}
        }
    }
    Ok(events)
}

/// T2, S9: a corrected delivery moves the coverage of every policy that was not cancelled, even if
/// it has ended. Earlier decisions are not reversed, but they are checked against the corrected
/// days.
pub(super) fn delivery_corrected(
    state: &SalesState,
    fact: &OrderDelivered,
    book: &TermsBook,
) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let delivery = Delivery::of(fact)?;
    let mut events = Vec::new();
    for (id, policy) in state.policies_of(&fact.devices) {
        match &policy.stage {
            Stage::Requested { delivery: known } if *known != Some(delivery) => {
                events.push(noted(id, fact));
            }
            Stage::Sold(sale) => events.push(scheduled(id, policy, sale, delivery, false, book)?),
            Stage::Scheduled(sale, dates) | Stage::Started(sale, dates)
                if !dates.are_of(delivery) =>
            {
                events.push(scheduled(id, policy, sale, delivery, true, book)?);
            }
            Stage::Ended => events.extend(corrected_after_the_end(id, policy, delivery, book)?),
            _ => {}
        }
    }
    Ok(events)
}

/// S9: a delivery corrected after the policy has ended still moves its days.
fn corrected_after_the_end(
    id: PolicyId,
    policy: &Policy,
    delivery: Delivery,
    book: &TermsBook,
) -> Result<Option<PolicyEvent>, SalesRejection> {
    let moved = policy.covered.as_ref().filter(|covered| !covered.dates.are_of(delivery));
    moved.map(|covered| scheduled(id, policy, &covered.sale, delivery, true, book)).transpose()
}

/// S9: an expired policy whose corrected days end later is reopened until that end. A policy that
/// ended with a replacement (T7) stays ended, and so does one whose device was refunded in full.
pub(crate) fn continues(over: EndReason, ends_later: bool, refunded_in_full: bool) -> bool {
    over == EndReason::Expired && ends_later && !refunded_in_full
}

/// The schedule of a policy that was just sold, if its device was delivered before.
pub(super) fn scheduled_at_sale(
    id: PolicyId,
    policy: &Policy,
    sale: &Sale,
    book: &TermsBook,
) -> Result<Option<PolicyEvent>, SalesRejection> {
    let Stage::Requested { delivery: Some(delivery) } = policy.stage else { return Ok(None) };
    scheduled(id, policy, sale, delivery, false, book).map(Some)
}

/// When the next timer of the purchase is due.
pub(super) fn next_due(state: &SalesState) -> Option<Instant> {
    state.policies().filter_map(|(_, policy)| policy.due()).min()
}

/// Everything that is due: coverage that starts, policies that end. After an outage a policy can do
/// both at once.
pub(super) fn due(state: &SalesState, now: Instant) -> Vec<PolicyEvent> {
    let mut events = Vec::new();
    for (id, policy) in state.policies() {
        let (dates, started) = match &policy.stage {
            Stage::Scheduled(_, dates) => (dates, false),
            Stage::Started(_, dates) => (dates, true),
            _ => continue,
        };
        if !started && dates.starts <= now {
            let started = CoverageStarted { policy: id, starts: dates.starts };
            events.push(PolicyEvent::CoverageStarted(started));
        }
        if dates.starts <= now && dates.ends <= now {
            let (reason, ended_at) = (EndReason::Expired, dates.ends);
            events.push(PolicyEvent::Ended(Ended { policy: id, reason, ended_at }));
        }
    }
    events
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
    let terms = terms_of(sale, book)?;
    let delivered = LocalTime { at: delivery.at, zone: delivery.zone };
    let coverage = coverage(terms, sale.sold_at, &policy.request.country, Some(delivered))?;
    Ok(PolicyEvent::CoverageScheduled(CoverageScheduled {
        policy: id,
        counted_from: coverage.counted_from,
        starts: coverage.starts,
        ends: coverage.ends,
        zone: coverage.zone.to_string(),
        delivered_at: delivery.at,
        delivery_zone: delivery.zone.to_string(),
        corrected,
        terms: sale.terms.clone(),
    }))
}

/// The terms that a policy was sold under and keeps until it ends (S5).
pub(super) fn terms_of<'a>(
    sale: &Sale,
    book: &'a TermsBook,
) -> Result<&'a Arc<Terms>, SalesRejection> {
    let digest = sale.terms.digest;
    book.by_digest(&digest).ok_or(SalesRejection::TermsNotKnown(digest))
}

impl Delivery {
    fn of(fact: &OrderDelivered) -> Result<Self, SalesRejection> {
        match fact.zone.parse() {
            Ok(zone) => Ok(Self { at: fact.delivered_at, zone }),
            Err(_) => Err(SalesRejection::ZoneNotKnown(fact.zone.clone())),
        }
    }
}

impl Policy {
    fn due(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Scheduled(_, dates) => Some(dates.starts),
            Stage::Started(_, dates) => Some(dates.ends.max(dates.starts)),
            _ => None,
        }
    }
}
