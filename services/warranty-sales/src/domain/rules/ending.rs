//! How a policy ends early, and what is refunded then.

use recourse_kernel::{Finding, Instant, Money, PolicyId, Principal, Role};

use crate::domain::events::CancelReason;
use crate::domain::rejection::SalesRejection;
use crate::domain::state::{Policy, SalesState, Stage};
use crate::foreign::{LineRefunded, WarrantyRemoved};

/// The policy. Every other rule looks at it.
pub(crate) fn policy_is_known(
    state: &SalesState,
    policy: PolicyId,
) -> Result<&Policy, SalesRejection> {
    state.policy(policy).ok_or(SalesRejection::NotKnown(policy))
}

/// A1, S7: a policy is cancelled by its buyer, or on the buyer's behalf by the marketplace that the
/// order was placed on.
pub(crate) fn only_its_buyer(policy: &Policy, who: &Principal) -> Result<(), SalesRejection> {
    match who.role {
        Role::Buyer if who.subject == policy.request.buyer => Ok(()),
        Role::Marketplace if policy.request.marketplace.as_ref() == Some(&who.subject) => Ok(()),
        _ => Err(SalesRejection::NotAllowed),
    }
}

/// S7: a policy can be cancelled until its coverage starts, whether or not the timer has reported
/// the start yet.
pub(crate) fn coverage_has_not_started(
    id: PolicyId,
    policy: &Policy,
    now: Instant,
) -> Result<Finding, SalesRejection> {
    let starts = match &policy.stage {
        Stage::Started(_, dates) => Some(dates.starts),
        Stage::Scheduled(_, dates) => Some(dates.starts).filter(|starts| *starts <= now),
        _ => None,
    };
    match starts {
        Some(starts) => Err(SalesRejection::CoverageHasStarted { policy: id, starts }),
        None => Ok(Finding::passed("S7", "coverage is not running")),
    }
}

/// S7: a policy that was refused or cancelled, or has ended, cannot be cancelled.
pub(crate) fn is_not_over(id: PolicyId, policy: &Policy) -> Result<Finding, SalesRejection> {
    if policy.is_over() {
        return Err(SalesRejection::Over(id));
    }
    Ok(Finding::passed("S7", "the policy is in force or requested"))
}

/// S7, M9: once a claim paid the device in cash, nothing of the policy is unused.
pub(crate) fn is_not_used_up(id: PolicyId, policy: &Policy) -> Result<Finding, SalesRejection> {
    match policy.used_up_by {
        Some(claim) => Err(SalesRejection::UsedUp { policy: id, claim }),
        None => Ok(Finding::passed("S7", "no claim has paid the device in cash")),
    }
}

pub(crate) fn why(policy: &Policy, reason: CancelReason) -> Finding {
    let (rule, outcome) = match reason {
        CancelReason::CancelledBeforeCoverage => {
            ("S7", "the buyer cancelled it before coverage started")
        }
        CancelReason::OrderCancelled => ("S8", "the order was cancelled"),
        CancelReason::Returned => ("T1", "the device went back to the shop"),
        CancelReason::RefundedInFull => ("T1", "the seller refunded the whole price of the device"),
        CancelReason::ExchangedBySeller => ("T1", "the seller exchanged the device"),
        CancelReason::ProRata => ("S7", "the buyer cancelled it after coverage started"),
    };
    Finding::passed(rule, outcome).fact("device", policy.request.device)
}

/// M7: the amount to refund: the price if it was paid, less what the shop has refunded of it;
/// otherwise zero.
pub(crate) fn price_owed(policy: &Policy) -> Money {
    let price = policy.request.price;
    if !policy.is_paid() {
        return Money::zero(price.currency);
    }
    Money { amount: price.amount.saturating_sub(policy.price_refunded).max(0), ..price }
}

/// S7: a policy cancelled before coverage starts is refunded in full. If an act of the seller ends
/// it later, its price is refunded too.
pub(crate) fn price_goes_back(policy: &Policy) -> Finding {
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

/// S7: an edit of the order ends a warranty only before coverage starts, unless it moves on to the
/// device that this one was exchanged for. One that was cancelled unpaid is not paid later either.
pub(crate) fn may_be_removed(policy: &Policy, fact: &WarrantyRemoved) -> Finding {
    let unpaid = matches!(policy.stage, Stage::Cancelled { was_paid: false, .. });
    if policy.is_over() && !(unpaid && policy.removed_at.is_none()) {
        return Finding::failed("S7", "the policy is over");
    }
    if fact.moved {
        return Finding::passed(
            "T1",
            "the seller exchanged the device, which has the warranty now",
        );
    }
    if has_started(policy, fact.removed_at) {
        return Finding::failed("S7", "coverage has started");
    }
    Finding::passed("S7", "it was taken out of the order before coverage started")
}

/// S7: whether coverage was running at that time, whenever it is reported.
fn has_started(policy: &Policy, at: Instant) -> bool {
    match &policy.stage {
        Stage::Scheduled(_, dates) | Stage::Started(_, dates) => dates.starts <= at,
        _ => false,
    }
}

/// M7: an edit changes what the order costs, so its price is settled between shop and buyer.
pub(crate) fn shop_settles(policy: &Policy) -> Finding {
    Finding::passed("M7", "the shop settles what an edit changes with the buyer; nothing is owed")
        .fact("price", policy.request.price)
        .fact("was_paid", policy.is_paid())
}

/// S7: a refund of the warranty by the shop ends it only before coverage starts. It does not undo
/// what is over.
pub(crate) fn may_end_by_a_refund(policy: &Policy, refunded_at: Instant) -> Finding {
    if policy.is_over() && policy.removed_at.is_some() {
        return Finding::passed("M7", "the policy ended with an edit, and its price was not owed");
    }
    if policy.is_over() {
        return Finding::failed("M7", "the policy is over: its price may be refunded twice");
    }
    if has_started(policy, refunded_at) {
        return Finding::failed(
            "S7",
            "coverage has started: someone has to decide about the policy",
        );
    }
    Finding::passed("S7", "coverage has not started")
}

/// M7: what the shop has refunded of the warranty's price.
pub(crate) fn shop_refunded(policy: &Policy, total: Money) -> Finding {
    Finding::passed("M7", "the shop refunded the warranty's price itself")
        .fact("price", policy.request.price)
        .fact("refunded", total)
}

/// M1: the total refunded for a device including this refund, capped at its price. A refund in a
/// currency other than that of the price cannot be added; it remains visible in the order's events
/// and needs manual handling.
pub(crate) fn refunded_in_total(policy: &Policy, fact: &LineRefunded) -> Option<Money> {
    let whole = policy.request.device_price;
    if fact.full {
        return Some(whole);
    }
    let refunded = policy.device_price_refunded.plus(fact.amount).ok()?;
    Some(if refunded.amount >= whole.amount { whole } else { refunded })
}
