//! What a settlement owes, and by when a buyer has to pay it.

use std::sync::Arc;

use chrono::TimeDelta;
use recourse_kernel::{Finding, Findings, Instant, SettlementId};
use recourse_terms::{
    Outcome, Party, Payment, SettlementFacts, ShipmentFact, Terms, TermsBook, TermsRef, payments,
    payments_of_shipment,
};

use crate::domain::events::OpenedPayment;
use crate::domain::rejection::RefundsRejection;
use crate::domain::state::Parties;

/// S5: the terms that the policy was sold under, whatever was published since.
pub(crate) fn pinned<'a>(
    terms: &TermsRef,
    book: &'a TermsBook,
) -> Result<&'a Arc<Terms>, RefundsRejection> {
    book.by_digest(&terms.digest).ok_or(RefundsRejection::TermsNotKnown(terms.digest))
}

/// M6: the payments that end a claim, provided that its facts allow to calculate them.
pub(crate) fn owed_for_claim(
    terms: &Terms,
    facts: &SettlementFacts,
) -> Result<Vec<Payment>, RefundsRejection> {
    Ok(payments(terms, facts)?)
}

/// M6: the payments that a shipment adds, provided that its facts allow to calculate them.
pub(crate) fn owed_for_shipment(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<Payment>, RefundsRejection> {
    Ok(payments_of_shipment(terms, facts, shipment)?)
}

/// Gives the payments their ids, in the order in which the terms list them, and their payees.
pub(crate) fn numbered(
    settlement: SettlementId,
    first: u32,
    payments: Vec<Payment>,
    parties: Parties<'_>,
) -> Vec<OpenedPayment> {
    (first..)
        .zip(payments)
        .map(|(number, payment)| OpenedPayment {
            payment: settlement.payment(number),
            kind: payment.kind,
            from: payment.from,
            to: payment.to,
            payee: Some(parties.payee(payment.to, settlement)),
            amount: payment.amount,
            rule: payment.rule,
            note: (!payment.note.is_empty()).then_some(payment.note),
        })
        .collect()
}

/// By when a buyer has to pay (M8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DueDates {
    /// When a buyer who has not paid gets a notice.
    pub(crate) notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid counts as abandoned.
    pub(crate) abandoned_at: Option<Instant>,
}

/// M8: the deadlines of a buyer's unpaid debt. If the terms let the device go back before it is
/// paid for, the provider does not keep it, so it cannot count as abandoned.
pub(crate) fn due_dates(
    payments: &[OpenedPayment],
    terms: &Terms,
    outcome: Outcome,
    now: Instant,
) -> Result<DueDates, RefundsRejection> {
    if payments.iter().all(|payment| payment.from != Party::Buyer) {
        return Ok(DueDates::default());
    }
    let after = |days: u16| {
        let due = now.checked_add_signed(TimeDelta::days(days.into()));
        due.ok_or(RefundsRejection::BeyondCalendar)
    };
    // Agreed amounts are always paid first, whatever the terms say about shipments.
    let is_agreed = matches!(outcome, Outcome::RepairedAtBuyersCost | Outcome::SettledByAgreement);
    let notice_at = after(terms.held_device.notice_after_days)?;
    let abandoned_at = after(terms.held_device.abandoned_after_days)?;
    let is_kept = is_agreed || terms.shipments.paid_before_dispatch;
    Ok(DueDates { notice_at: Some(notice_at), abandoned_at: is_kept.then_some(abandoned_at) })
}

/// The reason for each payment, or that no payment is due; and which shipments are reimbursed for
/// less than was paid (M3, C5).
pub(crate) fn findings(payments: &[OpenedPayment], shipments: &[ShipmentFact]) -> Findings {
    let mut findings: Findings = payments.iter().map(reason_for).collect();
    if findings.is_empty() {
        findings
            .push(Finding::passed("M6", "no payment is due").fact("shipments", shipments.len()));
    }
    findings.extend(shipments.iter().filter_map(ShipmentFact::reduced));
    findings
}

fn reason_for(payment: &OpenedPayment) -> Finding {
    let outcome = format!("the {} pays the {} {}", payment.from, payment.to, payment.amount);
    let finding = Finding::passed(&payment.rule, outcome)
        .fact("payment", payment.payment)
        .fact("kind", payment.kind);
    match &payment.note {
        Some(note) => finding.fact("note", note),
        None => finding,
    }
}
