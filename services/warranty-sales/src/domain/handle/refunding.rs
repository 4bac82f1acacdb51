//! The shop refunds the price of a warranty itself.

use recourse_kernel::{Findings, Money, PolicyId};

use super::ending::cancelled;
use crate::domain::events::{CancelReason, PolicyEvent, PriceRefunded};
use crate::domain::rules::ending::{may_end_by_a_refund, shop_refunded};
use crate::domain::state::{Policy, SalesState};
use crate::foreign::WarrantyRefunded;

/// S7, M7: a warranty whose price the shop refunds in full is cancelled, and its price is not owed
/// again. If coverage has started, or the policy is over, the refund is only recorded, with a
/// finding for the person who decides what to do.
pub(super) fn warranty_refunded(state: &SalesState, fact: &WarrantyRefunded) -> Vec<PolicyEvent> {
    // An event without devices would name every policy of the purchase.
    if fact.devices.is_empty() {
        return Vec::new();
    }
    let policies = state.policies_of(&fact.devices);
    policies.flat_map(|(id, policy)| price_refunded(id, policy, fact)).collect()
}

fn price_refunded(id: PolicyId, policy: &Policy, fact: &WarrantyRefunded) -> Vec<PolicyEvent> {
    let price = policy.request.price;
    let total = policy.price_refunded.saturating_add(fact.amount.amount);
    if fact.amount.currency != price.currency || fact.amount.amount <= 0 {
        return Vec::new();
    }
    let total = Money { amount: total.min(price.amount), ..price };
    let mut after = policy.clone();
    after.price_refunded = total.amount;
    let ends = may_end_by_a_refund(policy, fact.refunded_at);
    let findings: Findings = vec![shop_refunded(policy, total), ends.clone()];
    let refunded = PolicyEvent::PriceRefunded(PriceRefunded {
        policy: id,
        price_refunded: total,
        refunded_at: fact.refunded_at,
        findings,
    });
    let is_full = total.amount == price.amount;
    let cancelled = (is_full && ends.passed)
        .then(|| cancelled(id, &after, CancelReason::CancelledBeforeCoverage))
        .flatten();
    std::iter::once(refunded).chain(cancelled).collect()
}
