//! Opens a settlement, once: for a claim that ends, or for a policy whose price is refunded. A
//! shipment that is booked later extends it.

use recourse_kernel::Tried;
use recourse_terms::{Party, PriceRefunded, policy_price_refund};

use super::closing::closed_if_over;
use super::recovery;
use super::settling_again::settle_again;
use crate::domain::events::{Opened, PaymentAdded, SettlementEvent, SettlementReason};
use crate::domain::rules::cash::{SellerRefunded, cash_basis};
use crate::domain::rules::opening::{
    due_dates, findings, numbered, owed_for_claim, owed_for_shipment, pinned,
};
use crate::domain::state::{Parties, RefundsState};
use crate::domain::{Cx, Decision};
use crate::foreign::{PolicyPriceOwed, SettlementExtended, SettlementStarted};

/// M1, M3 to M6, M8, M9: the costs of a claim, calculated from the terms pinned in its policy. If
/// the claim is settled again, only the difference is paid.
pub(super) fn for_claim(state: &RefundsState, fact: &SettlementStarted, cx: &Cx<'_>) -> Decision {
    let terms = pinned(&fact.terms, cx.reference)?;
    if let Some(settlement) = state.settlement(fact.settlement) {
        return settle_again(fact.settlement, settlement, fact, terms, cx.now);
    }
    let parties = Parties { buyer: &fact.buyer, provider: fact.provider.as_str() };
    let payments = numbered(fact.settlement, 1, owed_for_claim(terms, &fact.facts)?, parties);
    let mut rules = Tried::default();
    rules.all(findings(&payments, &fact.facts.shipments).into_iter().map(Ok));
    let due = rules.need(due_dates(&payments, terms, fact.facts.outcome, cx.now))?;
    let opened = Opened {
        settlement: fact.settlement,
        claim: Some(fact.claim),
        policy: fact.policy,
        provider: fact.provider.clone(),
        buyer: fact.buyer.clone(),
        reason: SettlementReason::ClaimSettled,
        outcome: Some(fact.facts.outcome),
        findings: rules.passed()?,
        cash: cash_basis(terms, &fact.facts, &payments),
        payments,
        notice_at: due.notice_at,
        abandoned_at: due.abandoned_at,
        terms: Some(fact.terms.clone()),
    };
    Ok(opened_and_closed_if_empty(opened, cx))
}

/// M3 to M5: the costs of a shipment that was booked after the settlement was opened. They add one
/// or two payments, and the settlement is open again until they are paid.
pub(super) fn for_late_shipment(
    state: &RefundsState,
    fact: &SettlementExtended,
    cx: &Cx<'_>,
) -> Decision {
    let id = fact.settlement;
    let Some(settlement) = state.settlement(id) else { return Ok(Vec::new()) };
    let terms = pinned(&fact.terms, cx.reference)?;
    let owed = owed_for_shipment(terms, &fact.facts, &fact.shipment)?;
    let payments = numbered(id, settlement.next_payment(), owed, settlement.parties());
    let mut rules = Tried::default();
    rules.all(findings(&payments, std::slice::from_ref(&fact.shipment)).into_iter().map(Ok));
    let due = rules.need(due_dates(&payments, terms, fact.facts.outcome, cx.now))?;
    let added = payments.into_iter().map(|payment| {
        let is_buyers = payment.from == Party::Buyer;
        let findings =
            findings(std::slice::from_ref(&payment), std::slice::from_ref(&fact.shipment));
        SettlementEvent::PaymentAdded(PaymentAdded {
            settlement: id,
            payment,
            notice_at: due.notice_at.filter(|_| is_buyers),
            abandoned_at: due.abandoned_at.filter(|_| is_buyers),
            outcome: None,
            cash: None,
            findings,
        })
    });
    Ok(added.collect())
}

/// S7, S8, T1: the price of a policy is refunded to the buyer in full. If the seller has refunded
/// the full price of the device, cash that the provider paid for it is recovered (M7).
pub(super) fn for_policy(state: &RefundsState, fact: &PolicyPriceOwed, cx: &Cx<'_>) -> Decision {
    let settlement = fact.policy.device().settlement(0);
    if state.settlement(settlement).is_some() || fact.price_owed.amount <= 0 {
        return Ok(Vec::new());
    }
    let recovered = match fact.because {
        PriceRefunded::RefundedBySeller => {
            recovery::after_seller_refund(state, fact.policy, SellerRefunded::Whole)?
        }
        _ => Vec::new(),
    };
    let parties = Parties { buyer: &fact.buyer, provider: fact.provider.as_str() };
    let refund = policy_price_refund(fact.price_owed, fact.because);
    let payments = numbered(settlement, 1, vec![refund], parties);
    let opened = Opened {
        settlement,
        claim: None,
        policy: fact.policy,
        provider: fact.provider.clone(),
        buyer: fact.buyer.clone(),
        reason: SettlementReason::PolicyPriceRefund,
        outcome: None,
        findings: findings(&payments, &[]),
        cash: None,
        payments,
        notice_at: None,
        abandoned_at: None,
        terms: None,
    };
    let mut events = opened_and_closed_if_empty(opened, cx);
    events.extend(recovered);
    Ok(events)
}

fn opened_and_closed_if_empty(opened: Opened, cx: &Cx<'_>) -> Vec<SettlementEvent> {
    let id = opened.settlement;
    let opened = vec![SettlementEvent::Opened(Box::new(opened))];
    closed_if_over(RefundsState::default(), id, opened, cx.now)
}
