//! Opens a settlement, once: for a claim that ends, or for a policy whose price is refunded. A
//! shipment that is booked later extends it, and so does the price of a policy that replaced
//! another one.

use recourse_kernel::{SettlementId, Tried};
use recourse_terms::{Party, PriceRefunded, policy_price_refund};

use super::closing::closed_if_over;
use super::recovery;
use super::settling_again::settle_again;
use crate::domain::events::{
    Opened, OpenedPayment, PaymentAdded, SettlementEvent, SettlementReason,
};
use crate::domain::rules::cash::{SellerRefunded, cash_basis};
use crate::domain::rules::opening::{
    due_dates, findings, numbered, owed_for_claim, owed_for_shipment, pinned,
};
use crate::domain::state::{Parties, RefundsState, Settlement};
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
            provider: None,
            notice_at: due.notice_at.filter(|_| is_buyers),
            abandoned_at: due.abandoned_at.filter(|_| is_buyers),
            outcome: None,
            cash: None,
            findings,
        })
    });
    Ok(added.collect())
}

/// S7, S8, T1, S5: the price of a policy is refunded to the buyer in full. A policy that was
/// requested again after that can owe a price of its own: the payment's number is that of the
/// request, so that each is owed once. If the seller has refunded the full price of the device,
/// cash that the provider paid for it is recovered (M7).
pub(super) fn for_policy(state: &RefundsState, fact: &PolicyPriceOwed, cx: &Cx<'_>) -> Decision {
    let id = fact.policy.device().settlement(0);
    let known = state.settlement(id);
    let is_known =
        known.is_some_and(|known| known.payments.contains_key(&id.payment(fact.request)));
    if is_known || fact.price_owed.amount <= 0 {
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
    let payments = numbered(id, fact.request, vec![refund], parties);
    let mut events = match known {
        Some(known) => price_added(id, known, fact, payments),
        None => opened_and_closed_if_empty(price_opened(id, fact, payments), cx),
    };
    events.extend(recovered);
    Ok(events)
}

fn price_opened(id: SettlementId, fact: &PolicyPriceOwed, payments: Vec<OpenedPayment>) -> Opened {
    Opened {
        settlement: id,
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
    }
}

fn price_added(
    id: SettlementId,
    known: &Settlement,
    fact: &PolicyPriceOwed,
    payments: Vec<OpenedPayment>,
) -> Vec<SettlementEvent> {
    let added = payments.into_iter().map(|payment| {
        SettlementEvent::PaymentAdded(PaymentAdded {
            settlement: id,
            provider: Some(fact.provider.clone())
                .filter(|provider| provider.as_str() != known.provider),
            findings: findings(std::slice::from_ref(&payment), &[]),
            payment,
            notice_at: None,
            abandoned_at: None,
            outcome: None,
            cash: None,
        })
    });
    added.collect()
}

fn opened_and_closed_if_empty(opened: Opened, cx: &Cx<'_>) -> Vec<SettlementEvent> {
    let id = opened.settlement;
    let opened = vec![SettlementEvent::Opened(Box::new(opened))];
    closed_if_over(RefundsState::default(), id, opened, cx.now)
}
