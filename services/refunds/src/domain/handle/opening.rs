//! Opens a settlement, once: for a claim that ends, or for a policy whose price is refunded. The
//! price of a policy that replaced another one extends it.

use recourse_kernel::{SettlementId, Tried};
use recourse_terms::{Party, PriceRefunded, policy_price_refund};

use super::adding::{Reason, added};
use super::closing::closed_if_over;
use super::recovery;
use super::settling_again::settle_again;
use crate::domain::events::{Opened, OpenedPayment, SettlementEvent, SettlementReason};
use crate::domain::rules::cash::{SellerRefunded, cash_basis};
use crate::domain::rules::deadlines::{Deadlines, held_device, shop_holds_device};
use crate::domain::rules::opening::{findings, numbered, owed_for_claim, pinned};
use crate::domain::state::{Parties, RefundsState, Settlement};
use crate::domain::{Cx, Decision};
use crate::foreign::{PolicyPriceOwed, SettlementStarted};

/// M1, M3 to M6, M8, M9: the costs of a claim, calculated from the terms pinned in its policy. If
/// the claim is settled again, only the difference is paid.
pub(super) fn for_claim(state: &RefundsState, fact: &SettlementStarted, cx: &Cx<'_>) -> Decision {
    let terms = pinned(&fact.terms, cx.reference)?;
    if let Some(settlement) = state.settlement(fact.settlement) {
        return settle_again(fact.settlement, settlement, fact, terms, cx);
    }
    let owed = owed_for_claim(terms, &fact.facts)?;
    let mut rules = Tried::default();
    let is_held = shop_holds_device(terms, &fact.facts, fact.device_held);
    let held = is_held && owed.iter().any(|owed| owed.from == Party::Buyer);
    let held = held.then(|| held_device(terms, cx.now));
    let deadlines = |held| Deadlines::new(cx.reference, terms, fact.facts.country, cx.now, held);
    let parties = Parties { buyer: &fact.buyer, provider: fact.provider.as_str() };
    let owed =
        |deadlines: &Deadlines| numbered(fact.settlement, 1, owed.clone(), parties, deadlines);
    let tried = owed(&deadlines(None));
    rules.all(findings(&tried, &fact.facts.shipments).into_iter().map(Ok));
    let held = rules.need(held.transpose())?;
    let payments = owed(&deadlines(held));
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
        notice_at: held.map(|held| held.notice_at),
        abandoned_at: held.map(|held| held.abandoned_at),
        terms: Some(fact.terms.clone()),
        country: fact.facts.country,
        buyer_is_settled: false,
    };
    Ok(opened_and_closed_if_empty(opened, cx))
}

/// S7, S8, T1, S5: the price of a policy is refunded to the buyer. A policy that was requested
/// again after that can owe a price of its own: the payment's number is that of the request, so
/// that each is owed once. If the seller has refunded the full price of the device, cash that the
/// provider paid for it is recovered (M7).
pub(super) fn for_policy(state: &RefundsState, fact: &PolicyPriceOwed, cx: &Cx<'_>) -> Decision {
    let id = fact.policy.device().settlement(0);
    let known = state.settlement(id);
    let is_known =
        known.is_some_and(|known| known.payments.contains_key(&id.payment(fact.request)));
    let recovered = match fact.because {
        PriceRefunded::RefundedBySeller => {
            recovery::after_seller_refund(state, fact.policy, SellerRefunded::Whole, cx)?
        }
        _ => Vec::new(),
    };
    // Nothing is owed of a price that the shop has refunded itself.
    if is_known || fact.price_owed.amount <= 0 {
        return Ok(recovered);
    }
    let PolicyPriceOwed { terms, provider, country, .. } = fact;
    let deadlines =
        Deadlines::without_device(cx.reference, terms.as_ref(), provider, *country, cx.now);
    let parties = Parties { buyer: &fact.buyer, provider: provider.as_str() };
    let refund = policy_price_refund(fact.price_owed, fact.because);
    let payments = numbered(id, fact.request, vec![refund], parties, &deadlines);
    let mut events = match known {
        Some(known) => {
            let other = Some(provider.clone()).filter(|provider| *provider != known.provider);
            let add = |payment: OpenedPayment| {
                let findings = findings(std::slice::from_ref(&payment), &[]);
                let why = Reason { provider: other.clone(), findings, ..Reason::default() };
                added(id, payment, &deadlines, why)
            };
            payments.into_iter().map(add).collect()
        }
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
        terms: fact.terms.clone(),
        country: fact.country,
        buyer_is_settled: false,
    }
}

fn opened_and_closed_if_empty(mut opened: Opened, cx: &Cx<'_>) -> Vec<SettlementEvent> {
    let id = opened.settlement;
    let mut state = RefundsState::default();
    state.evolve(&SettlementEvent::Opened(Box::new(opened.clone())), cx.now);
    opened.buyer_is_settled = state.settlement(id).is_some_and(Settlement::buyer_is_settled);
    let opened = vec![SettlementEvent::Opened(Box::new(opened))];
    closed_if_over(RefundsState::default(), id, opened, cx.now)
}
