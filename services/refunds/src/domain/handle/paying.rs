//! The payment gateway's answers: a payment was made, or it failed and is still owed.

use recourse_kernel::Tried;

use super::closing::closed_if_over;
use crate::domain::commands::{ConfirmPayment, FailPayment};
use crate::domain::events::{PaymentFailed, PaymentPaid, SettlementEvent};
use crate::domain::rules::paying::{
    amount_is_the_one_owed, can_still_be_paid, can_still_fail, has_a_code, has_a_reference,
    has_happened, is_not_paid_twice, never_was_paid, payment_is_known, reason_is_short,
    was_the_buyers_last,
};
use crate::domain::state::{Failure, PaymentStage, RefundsState};
use crate::domain::{Cx, Decision};

/// M7: the same payment reported again changes nothing; a different one is refused. The last
/// payment closes the settlement.
pub(super) fn confirm(state: &RefundsState, command: &ConfirmPayment, cx: &Cx<'_>) -> Decision {
    let (settlement, payment) = payment_is_known(state, command.payment)?;
    let mut rules = Tried::default();
    rules.all([
        has_a_reference(&command.reference),
        amount_is_the_one_owed(payment, command.amount),
        is_not_paid_twice(payment, &command.reference),
        can_still_be_paid(payment),
        has_happened(command.paid_at, cx.now),
    ]);
    rules.passed()?;
    if payment.is_over() {
        return Ok(Vec::new());
    }
    let id = command.payment.settlement();
    let paid = SettlementEvent::PaymentPaid(PaymentPaid {
        settlement: id,
        payment: command.payment,
        kind: payment.owed.kind,
        from: payment.owed.from,
        to: payment.owed.to,
        amount: payment.owed.amount,
        reference: command.reference.clone(),
        paid_at: command.paid_at,
        buyer_owes_nothing: was_the_buyers_last(settlement, command.payment),
    });
    let before = RefundsState::with(id, settlement.clone());
    Ok(closed_if_over(before, id, vec![paid], cx.now))
}

/// Records a failed attempt. The same failure reported again changes nothing; with another code or
/// reason, it is corrected and keeps its number. Attempts differ in their time.
pub(super) fn fail(state: &RefundsState, command: &FailPayment, cx: &Cx<'_>) -> Decision {
    let (_, payment) = payment_is_known(state, command.payment)?;
    let mut rules = Tried::default();
    rules.all([
        has_a_code(&command.code),
        reason_is_short(command.reason.as_deref()),
        never_was_paid(payment),
        can_still_fail(payment),
        has_happened(command.failed_at, cx.now),
    ]);
    rules.passed()?;
    let PaymentStage::Owed { failures } = &payment.stage else {
        return Ok(Vec::new());
    };
    let reported = Failure {
        code: Some(command.code.clone()),
        reason: command.reason.clone(),
        failed_at: command.failed_at,
    };
    let mut numbered = failures.iter().rev();
    let attempt = match numbered.find(|(_, known)| known.failed_at == reported.failed_at) {
        Some((_, known)) if *known == reported => return Ok(Vec::new()),
        Some((attempt, _)) => *attempt,
        None => failures.last_key_value().map_or(1, |(last, _)| last.saturating_add(1)),
    };
    Ok(vec![SettlementEvent::PaymentFailed(PaymentFailed {
        settlement: command.payment.settlement(),
        payment: command.payment,
        attempt,
        code: reported.code,
        reason: reported.reason,
        failed_at: reported.failed_at,
    })])
}
