//! How a policy ends early, and what is refunded then.

use recourse_kernel::{Context, Finding, Money, PolicyId, Role};
use recourse_terms::TermsBook;
use recourse_terms::terms::OriginalCoverage;

use super::commands::CancelPolicy;
use super::coverage::terms_of;
use super::events::{CancelReason, Cancelled, EndReason, Ended, PolicyEvent, PricePaidChanged};
use super::policy::{Policy, SalesState, Stage};
use super::rejection::SalesRejection;
use crate::foreign::{ClaimClosed, DisputeDecided, DisputeEnding, LineRefunded, OrderReturned};

/// S8: cancelling an order in time automatically refunds the device and the warranty together.
pub(super) fn order_cancelled(state: &SalesState) -> Vec<PolicyEvent> {
    let cancel = |(id, policy)| cancelled(id, policy, CancelReason::OrderCancelled);
    state.policies().filter_map(cancel).collect()
}

/// T1: returning a device to the shop by day 7 cancels its warranty.
pub(super) fn returned(state: &SalesState, fact: &OrderReturned) -> Vec<PolicyEvent> {
    let cancel = |(id, policy)| cancelled(id, policy, CancelReason::Returned);
    state.policies_of(&fact.devices).filter_map(cancel).collect()
}

/// S7: the buyer, or the marketplace on the buyer's behalf, cancels a policy before coverage
/// starts. The full price is refunded, and the buyer keeps the device.
pub(super) fn by_its_buyer(
    state: &SalesState,
    request: &CancelPolicy,
    context: &Context<'_, TermsBook>,
) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let id = request.policy;
    let policy = state.policy(id).ok_or(SalesRejection::NotKnown(id))?;
    let who = context.principal;
    match who.role {
        Role::Buyer if who.subject == policy.request.buyer => {}
        Role::Marketplace => {}
        _ => return Err(SalesRejection::NotAllowed),
    }
    let starts = match &policy.stage {
        Stage::Started(_, dates) => Some(dates.starts),
        Stage::Scheduled(_, dates) => Some(dates.starts).filter(|starts| *starts <= context.now),
        _ => None,
    };
    if let Some(starts) = starts {
        return Err(SalesRejection::CoverageHasStarted { policy: id, starts });
    }
    let cancelled = cancelled(id, policy, CancelReason::CancelledBeforeCoverage);
    Ok(vec![cancelled.ok_or(SalesRejection::Over(id))?])
}

/// A full refund of the device ends the policy and refunds its price. A partial refund lowers the
/// price paid, which is the base of M1.
pub(super) fn line_refunded(state: &SalesState, fact: &LineRefunded) -> Vec<PolicyEvent> {
    let refund = |(id, policy): (PolicyId, &Policy)| {
        let refunded = all_refunded(policy, fact)?;
        match policy.stage {
            Stage::Ended => refunded_after_the_end(id, policy, refunded, fact),
            _ if policy.is_over() => None,
            _ if refunded == policy.request.device_price => {
                cancelled(id, policy, CancelReason::RefundedInFull)
            }
            _ => (fact.amount.amount > 0).then(|| price_paid_changed(id, refunded, fact)),
        }
    };
    state.policies_of(&fact.devices).filter_map(refund).collect()
}

/// M1, M7, C9: a refund by the seller after a policy's last day is recorded too, because claims
/// filed in time are still judged by it. The policy stays ended, and its price is not refunded.
fn refunded_after_the_end(
    id: PolicyId,
    policy: &Policy,
    refunded: Money,
    fact: &LineRefunded,
) -> Option<PolicyEvent> {
    (refunded.amount > policy.device_price_refunded.amount)
        .then(|| price_paid_changed(id, refunded, fact))
}

/// The total refunded for a device including this refund, capped at its price. A refund in a
/// currency other than that of the price cannot be added; it remains visible in the order's events
/// and needs manual handling.
fn all_refunded(policy: &Policy, fact: &LineRefunded) -> Option<Money> {
    let whole = policy.request.device_price;
    if fact.full {
        return Some(whole);
    }
    let refunded = policy.device_price_refunded.plus(fact.amount).ok()?;
    Some(if refunded.amount >= whole.amount { whole } else { refunded })
}

fn price_paid_changed(
    policy: PolicyId,
    device_price_refunded: Money,
    fact: &LineRefunded,
) -> PolicyEvent {
    let refunded_at = fact.refunded_at;
    PolicyEvent::PricePaidChanged(PricePaidChanged { policy, device_price_refunded, refunded_at })
}

/// A dispute that ends in a full refund or an exchange by the seller ends the policy and refunds
/// its price. A partial refund is counted when the order reports its payment.
pub(super) fn dispute_decided(state: &SalesState, fact: &DisputeDecided) -> Vec<PolicyEvent> {
    let reason = match fact.ending {
        DisputeEnding::FullRefund => CancelReason::RefundedInFull,
        DisputeEnding::Exchange => CancelReason::ExchangedBySeller,
        DisputeEnding::PartialRefund | DisputeEnding::RepairReimbursed | DisputeEnding::Nothing => {
            return Vec::new();
        }
    };
    let cancel = |(id, policy)| cancelled(id, policy, reason);
    state.policies_of(&[fact.device]).filter_map(cancel).collect()
}

/// T7: the terms say what happens to the original coverage after a replacement: it continues to its
/// end, or it ends with the replacement, which has a warranty of its own. Nothing is refunded. An
/// open claim is judged by the policy as it was when the claim was filed (C9).
pub(super) fn device_replaced(
    state: &SalesState,
    fact: &ClaimClosed,
    book: &TermsBook,
) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let Some(sale) = state.policy(fact.policy).and_then(Policy::sale) else {
        return Ok(Vec::new());
    };
    let terms = terms_of(sale, book)?;
    if terms.replacement.original_coverage == OriginalCoverage::Continues {
        return Ok(Vec::new());
    }
    let (policy, reason, ended_at) = (fact.policy, EndReason::CoverageReplaced, fact.closed_at);
    Ok(vec![PolicyEvent::Ended(Ended { policy, reason, ended_at })])
}

fn cancelled(id: PolicyId, policy: &Policy, reason: CancelReason) -> Option<PolicyEvent> {
    if policy.is_over() {
        return None;
    }
    Some(PolicyEvent::Cancelled(Cancelled {
        policy: id,
        buyer: policy.request.buyer.clone(),
        provider: policy.request.provider.clone(),
        reason,
        price_owed: price_owed(policy),
        findings: vec![why(policy, reason), s7_price_goes_back(policy)],
    }))
}

/// The amount to refund: the price if it was paid, otherwise zero.
fn price_owed(policy: &Policy) -> Money {
    let price = policy.request.price;
    if policy.is_paid() { price } else { Money::zero(price.currency) }
}

fn why(policy: &Policy, reason: CancelReason) -> Finding {
    let (rule, outcome) = match reason {
        CancelReason::CancelledBeforeCoverage => {
            ("S7", "the buyer cancelled it before coverage started")
        }
        CancelReason::OrderCancelled => ("S8", "the order was cancelled"),
        CancelReason::Returned => ("T1", "the device went back to the shop"),
        CancelReason::RefundedInFull => ("T1", "the seller refunded the whole price of the device"),
        CancelReason::ExchangedBySeller => ("T1", "the seller exchanged the device"),
    };
    Finding::passed(rule, outcome).fact("device", policy.request.device)
}

/// S7: a policy cancelled before coverage starts is refunded in full. If an act of the seller ends
/// it later, its price is refunded too.
fn s7_price_goes_back(policy: &Policy) -> Finding {
    let started = matches!(policy.stage, Stage::Started(..));
    let outcome = match (policy.is_paid(), started) {
        (false, _) => "nothing was paid for the policy, so nothing is refunded",
        (true, false) => "coverage has not started: the price is refunded in full",
        (true, true) => {
            "coverage has started, but the seller ended it: the price is refunded in full"
        }
    };
    Finding::passed("S7", outcome)
        .fact("coverage_started", started)
        .fact("price_owed", price_owed(policy))
}
