//! Who owes what to whom. A settlement is opened once: for a claim that ends, or for a policy whose
//! price is refunded.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Findings, Instant, SettlementId};
use recourse_terms::settlement::cash_percent_of;
use recourse_terms::{
    Outcome, Party, Payment, PaymentKind, PriceRefunded, SettlementFacts, ShipmentFact, Terms,
    TermsBook, payments, payments_of_shipment, policy_price_refund,
};

use super::again;
use super::events::{
    CashBasis, Closed, Opened, OpenedPayment, PaymentAdded, SettlementEvent, SettlementReason,
};
use super::recovery::{self, SellerRefunded};
use super::rejection::RefundsRejection;
use super::settlement::RefundsState;
use crate::foreign::{PolicyPriceOwed, SettlementExtended, SettlementStarted};

/// M1, M3 to M6, M8, M9: the costs of a claim, calculated from the terms pinned in its policy. If
/// the claim is settled again, only the difference is paid.
pub(super) fn for_claim(
    state: &RefundsState,
    fact: &SettlementStarted,
    book: &TermsBook,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let digest = fact.terms.digest;
    let terms = book.by_digest(&digest).ok_or(RefundsRejection::TermsNotKnown(digest))?;
    if let Some(settlement) = state.settlement(fact.settlement) {
        return again::recheck_settlement(fact.settlement, settlement, fact, terms, now);
    }
    let payments = numbered(fact.settlement, 1, payments(terms, &fact.facts)?);
    let (notice_at, abandoned_at) = due_dates(&payments, terms, fact.facts.outcome, now)?;
    let opened = Opened {
        settlement: fact.settlement,
        claim: Some(fact.claim),
        policy: fact.policy,
        provider: fact.provider.clone(),
        buyer: fact.buyer.clone(),
        reason: SettlementReason::ClaimSettled,
        outcome: Some(fact.facts.outcome),
        findings: findings(&payments, &fact.facts.shipments),
        cash: cash_basis(terms, &fact.facts, &payments),
        payments,
        notice_at,
        abandoned_at,
        terms: Some(fact.terms.clone()),
    };
    Ok(opened_and_closed_if_empty(opened, now))
}

/// M3 to M5: the costs of a shipment that was booked after the settlement was opened. They add one
/// or two payments, and the settlement is open again until they are paid.
pub(super) fn for_late_shipment(
    state: &RefundsState,
    fact: &SettlementExtended,
    book: &TermsBook,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let id = fact.settlement;
    let Some(settlement) = state.settlement(id) else { return Ok(Vec::new()) };
    let digest = fact.terms.digest;
    let terms = book.by_digest(&digest).ok_or(RefundsRejection::TermsNotKnown(digest))?;
    let payments = numbered(
        id,
        settlement.next_payment(),
        payments_of_shipment(terms, &fact.facts, &fact.shipment)?,
    );
    let (notice_at, abandoned_at) = due_dates(&payments, terms, fact.facts.outcome, now)?;
    let added = payments.into_iter().map(|payment| {
        let held = payment.from == Party::Buyer;
        let findings =
            findings(std::slice::from_ref(&payment), std::slice::from_ref(&fact.shipment));
        SettlementEvent::PaymentAdded(PaymentAdded {
            settlement: id,
            payment,
            notice_at: notice_at.filter(|_| held),
            abandoned_at: abandoned_at.filter(|_| held),
            outcome: None,
            cash: None,
            findings,
        })
    });
    Ok(added.collect())
}

/// M1: what the cash was calculated from, so that a later refund by the seller can be counted
/// against it (M7).
pub(super) fn cash_basis(
    terms: &Terms,
    facts: &SettlementFacts,
    payments: &[OpenedPayment],
) -> Option<CashBasis> {
    payments.iter().any(|payment| payment.kind == PaymentKind::DeviceCash).then(|| {
        let percent = cash_percent_of(terms, facts);
        CashBasis { percent, device_price: facts.device_price }
    })
}

/// S7, S8, T1: the price of a policy is refunded to the buyer in full. If the seller has refunded
/// the full price of the device, cash that the provider paid for it is recovered (M7).
pub(super) fn for_policy(
    state: &RefundsState,
    fact: &PolicyPriceOwed,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
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
    let payments =
        numbered(settlement, 1, vec![policy_price_refund(fact.price_owed, fact.because)]);
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
    let mut events = opened_and_closed_if_empty(opened, now);
    events.extend(recovered);
    Ok(events)
}

/// A settlement without payments is closed at once.
fn opened_and_closed_if_empty(opened: Opened, now: Instant) -> Vec<SettlementEvent> {
    let closed = opened.payments.is_empty().then(|| {
        SettlementEvent::Closed(Closed {
            settlement: opened.settlement,
            claim: opened.claim,
            policy: opened.policy,
            paid: Vec::new(),
            written_off: Vec::new(),
            closed_at: now,
        })
    });
    let mut events = vec![SettlementEvent::Opened(Box::new(opened))];
    events.extend(closed);
    events
}

/// Gives the payments their ids, in the order in which the terms list them.
pub(super) fn numbered(
    settlement: SettlementId,
    first: u32,
    payments: Vec<Payment>,
) -> Vec<OpenedPayment> {
    (first..)
        .zip(payments)
        .map(|(number, payment)| OpenedPayment {
            payment: settlement.payment(number),
            kind: payment.kind,
            from: payment.from,
            to: payment.to,
            amount: payment.amount,
            rule: payment.rule,
            note: (!payment.note.is_empty()).then_some(payment.note),
        })
        .collect()
}

/// M8: the deadlines of a buyer's unpaid debt. If the terms let the device go back before it is
/// paid for, the provider does not keep it, so it cannot count as abandoned.
fn due_dates(
    payments: &[OpenedPayment],
    terms: &Terms,
    outcome: Outcome,
    now: Instant,
) -> Result<(Option<Instant>, Option<Instant>), RefundsRejection> {
    if payments.iter().all(|payment| payment.from != Party::Buyer) {
        return Ok((None, None));
    }
    let after = |days: u16| {
        let due = now.checked_add_signed(TimeDelta::days(days.into()));
        due.ok_or(RefundsRejection::BeyondCalendar)
    };
    // Agreed amounts are always paid first, whatever the terms say about shipments.
    let is_agreed = matches!(outcome, Outcome::RepairedAtBuyersCost | Outcome::SettledByAgreement);
    let notice_at = after(terms.held_device.notice_after_days)?;
    let abandoned_at = after(terms.held_device.abandoned_after_days)?;
    let is_blocked = is_agreed || terms.shipments.paid_before_dispatch;
    Ok((Some(notice_at), is_blocked.then_some(abandoned_at)))
}

/// The reason for each payment, or that no payment is due; and which shipments are reimbursed for
/// less than was paid (M3, C5).
pub(super) fn findings(payments: &[OpenedPayment], shipments: &[ShipmentFact]) -> Findings {
    let mut findings: Findings = payments
        .iter()
        .map(|payment| {
            let outcome =
                format!("the {} pays the {} {}", payment.from, payment.to, payment.amount);
            let finding = Finding::passed(&payment.rule, outcome)
                .fact("payment", payment.payment)
                .fact("kind", payment.kind);
            match &payment.note {
                Some(note) => finding.fact("note", note),
                None => finding,
            }
        })
        .collect();
    if findings.is_empty() {
        findings
            .push(Finding::passed("M6", "no payment is due").fact("shipments", shipments.len()));
    }
    findings.extend(shipments.iter().filter_map(ShipmentFact::reduced));
    findings
}
