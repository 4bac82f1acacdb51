//! Ends a policy early, or lowers the price paid for its device.

use recourse_kernel::{Money, PolicyId, Tried};
use recourse_terms::terms::OriginalCoverage;

use crate::domain::commands::CancelPolicy;
use crate::domain::events::{
    CancelReason, Cancelled, EndReason, Ended, PolicyEvent, PricePaidChanged, UsedUp,
};
use crate::domain::rules::coverage::pinned;
use crate::domain::rules::ending::{
    coverage_has_not_started, is_not_over, is_not_used_up, may_be_removed, only_its_buyer,
    policy_is_known, price_goes_back, price_owed, refunded_in_total, shop_settles, why,
};
use crate::domain::rules::receipt::{coverage_started, has_a_receipt, unused_part};
use crate::domain::state::{Policy, Sale, SalesState, Stage};
use crate::domain::{Cx, Decision};
use crate::foreign::{
    ClaimClosed, DisputeEnding, DisputePerformed, LineRefunded, OrderReturned, UnitsRemoved,
    WarrantyRemoved,
};

/// S8: cancelling an order in time automatically refunds the device and the warranty together.
pub(super) fn order_cancelled(state: &SalesState) -> Vec<PolicyEvent> {
    let cancel = |(id, policy)| cancelled(id, policy, CancelReason::OrderCancelled);
    state.policies().filter_map(cancel).collect()
}

/// S8: a device that leaves the order before it is delivered takes its warranty along.
pub(super) fn removed(state: &SalesState, fact: &UnitsRemoved) -> Vec<PolicyEvent> {
    let cancel = |(id, policy)| cancelled(id, policy, CancelReason::OrderCancelled);
    state.policies_of(&fact.devices).filter_map(cancel).collect()
}

/// S7: a warranty that is taken out of its order before its coverage starts is cancelled, and so is
/// one that another device has after an exchange. Nothing is owed: the shop charges less, or pays
/// the price back itself. Once coverage has started, a refund of the price calls for a person.
pub(super) fn warranty_removed(state: &SalesState, fact: &WarrantyRemoved) -> Vec<PolicyEvent> {
    // An event without devices would name every policy of the purchase.
    if fact.devices.is_empty() {
        return Vec::new();
    }
    let removed = |(id, policy): (PolicyId, &Policy)| {
        let ends = may_be_removed(policy, fact);
        ends.passed.then(|| {
            let reason = if fact.moved {
                CancelReason::ExchangedBySeller
            } else {
                CancelReason::CancelledBeforeCoverage
            };
            PolicyEvent::Cancelled(Cancelled {
                policy: id,
                buyer: policy.request.buyer.clone(),
                provider: policy.request.provider.clone(),
                reason,
                price_owed: Money::zero(policy.request.price.currency),
                request: policy.number,
                removed_at: Some(fact.removed_at),
                receipt: None,
                terms: policy.sale().map(|sale| sale.terms.clone()),
                country: Some(policy.request.country),
                findings: vec![ends, shop_settles(policy)],
            })
        })
    };
    state.policies_of(&fact.devices).filter_map(removed).collect()
}

/// T1: returning a device to the shop cancels its warranty, also after day 7.
pub(super) fn returned(state: &SalesState, fact: &OrderReturned) -> Vec<PolicyEvent> {
    let cancel = |(id, policy)| cancelled(id, policy, CancelReason::Returned);
    state.policies_of(&fact.devices).filter_map(cancel).collect()
}

/// S7: the buyer, or the marketplace on the buyer's behalf, cancels a policy before coverage
/// starts. The full price is refunded, and the buyer keeps the device. Where the terms say so, a
/// policy can be cancelled later with a dated receipt, and the unused part is refunded.
pub(super) fn cancel(state: &SalesState, command: &CancelPolicy, cx: &Cx<'_>) -> Decision {
    let id = command.policy;
    let policy = policy_is_known(state, id)?;
    // Others must not learn anything about the policy, so no further rule is tried for them.
    only_its_buyer(policy, cx.principal)?;
    let started = coverage_started(policy, cx.now);
    let mut rules = Tried::default();
    let Some((sale, dates)) = started.filter(|(sale, _)| is_pro_rata(sale, policy, cx)) else {
        rules.all([coverage_has_not_started(id, policy, cx.now), is_not_over(id, policy)]);
        rules.passed()?;
        let cancelled = cancelled(id, policy, CancelReason::CancelledBeforeCoverage);
        return Ok(cancelled.into_iter().collect());
    };
    let receipt = command.receipt.as_ref();
    rules.all([
        has_a_receipt(receipt, policy, sale, dates, cx.now),
        is_not_over(id, policy),
        is_not_used_up(id, policy),
    ]);
    let (price_owed, unused) = rules.need(unused_part(policy, dates, cx.now))?;
    let mut findings = rules.passed()?;
    findings.extend([why(policy, CancelReason::ProRata), unused]);
    Ok(vec![PolicyEvent::Cancelled(Cancelled {
        policy: id,
        buyer: policy.request.buyer.clone(),
        provider: policy.request.provider.clone(),
        reason: CancelReason::ProRata,
        price_owed,
        request: policy.number,
        removed_at: None,
        receipt: command.receipt.clone(),
        terms: Some(sale.terms.clone()),
        country: Some(policy.request.country),
        findings,
    })])
}

/// S7: whether the terms allow to cancel a policy after its coverage started in its country.
fn is_pro_rata(sale: &Sale, policy: &Policy, cx: &Cx<'_>) -> bool {
    pinned(sale, cx.reference)
        .is_ok_and(|terms| terms.coverage.pro_rata_in.contains(&policy.request.country))
}

/// A full refund of the device ends the policy and refunds its price. A partial refund lowers the
/// price paid, which is the base of M1.
pub(super) fn line_refunded(state: &SalesState, fact: &LineRefunded) -> Vec<PolicyEvent> {
    let refund = |(id, policy): (PolicyId, &Policy)| {
        let refunded = refunded_in_total(policy, fact)?;
        match policy.stage {
            Stage::Ended | Stage::Cancelled { has_covered: true, .. } => {
                refunded_after_the_end(id, policy, refunded, fact)
            }
            _ if policy.is_over() => None,
            _ if refunded == policy.request.device_price => {
                cancelled(id, policy, CancelReason::RefundedInFull)
            }
            _ => (fact.amount.amount > 0).then(|| price_paid_changed(id, refunded, fact)),
        }
    };
    state.policies_of(&fact.devices).filter_map(refund).collect()
}

/// M1, M7, C9: a refund by the seller after a policy has ended, or was cancelled during its
/// coverage, is recorded too, because claims filed in time are still judged by it. The policy is
/// not reopened, and its price is not refunded again.
fn refunded_after_the_end(
    id: PolicyId,
    policy: &Policy,
    refunded: Money,
    fact: &LineRefunded,
) -> Option<PolicyEvent> {
    (refunded.amount > policy.device_price_refunded.amount)
        .then(|| price_paid_changed(id, refunded, fact))
}

fn price_paid_changed(
    policy: PolicyId,
    device_price_refunded: Money,
    fact: &LineRefunded,
) -> PolicyEvent {
    let refunded_at = fact.refunded_at;
    PolicyEvent::PricePaidChanged(PricePaidChanged { policy, device_price_refunded, refunded_at })
}

/// D2: a full refund or an exchange that the seller has carried out ends the policy and refunds its
/// price. A partial refund is counted when the order reports its payment.
pub(super) fn dispute_performed(state: &SalesState, fact: &DisputePerformed) -> Vec<PolicyEvent> {
    let reason = match fact.ending {
        DisputeEnding::FullRefund => CancelReason::RefundedInFull,
        DisputeEnding::Exchange => CancelReason::ExchangedBySeller,
        DisputeEnding::PartialRefund
        | DisputeEnding::RepairReimbursed
        | DisputeEnding::FreeParts
        | DisputeEnding::Discount
        | DisputeEnding::Nothing => return Vec::new(),
    };
    let cancel = |(id, policy)| cancelled(id, policy, reason);
    state.policies_of(&[fact.device]).filter_map(cancel).collect()
}

/// T7: the terms say what happens to the original coverage after a replacement: it continues to its
/// end, or it ends with the replacement, which has a warranty of its own. Nothing is refunded. An
/// open claim is judged by the policy as it was when the claim was filed (C9).
pub(super) fn device_replaced(state: &SalesState, fact: &ClaimClosed, cx: &Cx<'_>) -> Decision {
    let Some(sale) = state.policy(fact.policy).and_then(Policy::sale) else {
        return Ok(Vec::new());
    };
    let terms = pinned(sale, cx.reference)?;
    if terms.replacement.original_coverage == OriginalCoverage::Continues {
        return Ok(Vec::new());
    }
    let (policy, reason, ended_at) = (fact.policy, EndReason::CoverageReplaced, fact.closed_at);
    Ok(vec![PolicyEvent::Ended(Ended { policy, reason, ended_at })])
}

/// S7: a claim that paid the device in cash uses the policy up. It stays as it is otherwise: what
/// the seller refunds still ends it.
pub(super) fn device_paid_in_cash(state: &SalesState, fact: &ClaimClosed) -> Vec<PolicyEvent> {
    let policy = state.policy(fact.policy);
    let is_new = policy.is_some_and(|policy| !policy.is_over() && policy.used_up_by.is_none());
    let ClaimClosed { policy, claim, closed_at, .. } = *fact;
    is_new
        .then(|| PolicyEvent::UsedUp(UsedUp { policy, claim, at: closed_at }))
        .into_iter()
        .collect()
}

pub(super) fn cancelled(
    id: PolicyId,
    policy: &Policy,
    reason: CancelReason,
) -> Option<PolicyEvent> {
    if policy.is_over() {
        return None;
    }
    Some(PolicyEvent::Cancelled(Cancelled {
        policy: id,
        buyer: policy.request.buyer.clone(),
        provider: policy.request.provider.clone(),
        reason,
        price_owed: price_owed(policy),
        request: policy.number,
        removed_at: None,
        receipt: None,
        terms: policy.sale().map(|sale| sale.terms.clone()),
        country: Some(policy.request.country),
        findings: vec![why(policy, reason), price_goes_back(policy)],
    }))
}
