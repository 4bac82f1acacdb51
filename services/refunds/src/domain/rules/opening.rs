//! What a settlement owes.

use std::sync::Arc;

use recourse_kernel::{Finding, Findings, SettlementId};
use recourse_terms::{
    Payment, SettlementFacts, ShipmentFact, Terms, TermsBook, TermsRef, payments,
};

use super::deadlines::Deadlines;
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

/// Gives the payments their ids, in the order in which the terms list them, their payees, and their
/// deadlines (T11).
pub(crate) fn numbered(
    settlement: SettlementId,
    first: u32,
    payments: Vec<Payment>,
    parties: Parties<'_>,
    deadlines: &Deadlines,
) -> Vec<OpenedPayment> {
    let numbered = |(number, payment): (u32, Payment)| {
        let (pay_by, remind_at) = deadlines.of(payment.from);
        OpenedPayment {
            payment: settlement.payment(number),
            kind: payment.kind,
            from: payment.from,
            to: payment.to,
            payee: Some(parties.payee(payment.to, settlement)),
            amount: payment.amount,
            rule: payment.rule,
            note: (!payment.note.is_empty()).then_some(payment.note),
            pay_by,
            remind_at,
        }
    };
    (first..).zip(payments).map(numbered).collect()
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
