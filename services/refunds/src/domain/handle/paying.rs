//! The payment gateway's answers: a payment was made, it failed and is still owed, or it was taken
//! back and is owed again.

use recourse_kernel::{Instant, Tried};
use recourse_terms::{Outcome, Party, PaymentKind};

use super::adding::{after, releases};
use super::closing::closed_if_over;
use super::offsetting::offset;
use super::recovery::deadlines_of;
use crate::domain::commands::{ConfirmPayment, FailPayment, ReversePayment};
use crate::domain::events::{PaymentFailed, PaymentPaid, PaymentReversed, SettlementEvent};
use crate::domain::rejection::RefundsRejection;
use crate::domain::rules::deadlines::{HeldDevice, held_device, work_by};
use crate::domain::rules::opening::pinned;
use crate::domain::rules::paying::{
    amount_is_the_one_owed, can_still_be_paid, can_still_fail, has_a_code, has_a_reference,
    has_happened, is_not_paid_twice, never_was_paid, payment_is_known, reason_is_short,
    was_not_reversed,
};
use crate::domain::rules::reversing::{code_is_plain, comes_after_the_payment, is_known, was_paid};
use crate::domain::state::{Failure, OwedPayment, PaymentStage, RefundsState, Settlement};
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
        was_not_reversed(payment, &command.reference),
        can_still_be_paid(payment),
        has_happened(command.paid_at, cx.now),
    ]);
    rules.passed()?;
    if !payment.is_owed() {
        return Ok(Vec::new());
    }
    let id = command.payment.settlement();
    let mut paid = PaymentPaid {
        settlement: id,
        payment: command.payment,
        kind: payment.owed.kind,
        from: payment.owed.from,
        to: payment.owed.to,
        amount: payment.owed.amount,
        reference: command.reference.clone(),
        paid_at: command.paid_at,
        buyer_owes_nothing: false,
        buyer_is_settled: false,
        work_by: paid_work(settlement, payment, command.paid_at, cx),
    };
    let left = after(id, settlement, &SettlementEvent::PaymentPaid(paid.clone()), cx.now);
    // M3: what others owe is no reason to keep the buyer's device.
    paid.buyer_owes_nothing = paid.from == Party::Buyer && releases(settlement, &left);
    paid.buyer_is_settled = left.buyer_is_settled();
    let before = RefundsState::with(id, settlement.clone());
    Ok(closed_if_over(before, id, vec![SettlementEvent::PaymentPaid(paid)], cx.now))
}

/// M11: if this payment is the price of a repair that is still to be done, by when the shop has to
/// do it.
fn paid_work(
    settlement: &Settlement,
    payment: &OwedPayment,
    paid_at: Instant,
    cx: &Cx<'_>,
) -> Option<Instant> {
    let (kind, from) = (payment.owed.kind, payment.owed.from);
    let is_to_be_done =
        settlement.outcome == Some(Outcome::RepairedAtBuyersCost) && !settlement.is_repaired;
    if !is_to_be_done || (kind, from) != (PaymentKind::PaidRepair, Party::Buyer) {
        return None;
    }
    let terms = cx.reference.by_digest(&settlement.terms.as_ref()?.digest)?;
    Some(work_by(cx.reference, terms, settlement.country, paid_at))
}

/// M12: a payment that the gateway took back is owed again, with deadlines of its own. What the
/// other side owes for the same reason and has not paid is offset against it. The same reversal
/// reported again changes nothing.
pub(super) fn reverse(state: &RefundsState, command: &ReversePayment, cx: &Cx<'_>) -> Decision {
    let (settlement, payment) = payment_is_known(state, command.payment)?;
    if is_known(payment, command.reversed_at) {
        return Ok(Vec::new());
    }
    let mut rules = Tried::default();
    rules.all([
        was_paid(payment),
        comes_after_the_payment(payment, command.reversed_at),
        code_is_plain(command.code.as_deref()),
        reason_is_short(command.reason.as_deref()),
        has_happened(command.reversed_at, cx.now),
    ]);
    rules.passed()?;
    let PaymentStage::Paid { reference, .. } = &payment.stage else { return Ok(Vec::new()) };
    let held = held_again(settlement, payment, cx)?;
    let (pay_by, remind_at) = match held {
        Some(held) => (held.abandoned_at, Some(held.notice_at)),
        None => deadlines_of(settlement, cx).of(payment.owed.from),
    };
    let id = command.payment.settlement();
    let reversed = SettlementEvent::PaymentReversed(PaymentReversed {
        settlement: id,
        payment: command.payment,
        kind: payment.owed.kind,
        from: payment.owed.from,
        to: payment.owed.to,
        amount: payment.owed.amount,
        reference: reference.clone(),
        code: command.code.clone(),
        reason: command.reason.clone(),
        reversed_at: command.reversed_at,
        pay_by,
        remind_at,
        notice_at: held.map(|held| held.notice_at),
        abandoned_at: held.map(|held| held.abandoned_at),
    });
    let owed_again = after(id, settlement, &reversed, cx.now);
    let offset = offset(id, &owed_again, cx);
    let events = std::iter::once(reversed).chain(offset).collect();
    Ok(closed_if_over(RefundsState::with(id, settlement.clone()), id, events, cx.now))
}

/// M8: the deadlines of the device, if the shop still has it for certain: the repair that the payment
/// was for is not done. Any other device may be gone.
fn held_again(
    settlement: &Settlement,
    payment: &OwedPayment,
    cx: &Cx<'_>,
) -> Result<Option<HeldDevice>, RefundsRejection> {
    let (kind, from) = (payment.owed.kind, payment.owed.from);
    let is_here = settlement.outcome == Some(Outcome::RepairedAtBuyersCost)
        && !settlement.is_repaired
        && (kind, from) == (PaymentKind::PaidRepair, Party::Buyer);
    let Some(terms) = settlement.terms.as_ref().filter(|_| is_here) else { return Ok(None) };
    held_device(pinned(terms, cx.reference)?, cx.now).map(Some)
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
