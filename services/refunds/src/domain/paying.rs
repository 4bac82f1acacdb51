//! The payment gateway's answers: a payment is made once (M7) and in full (M6), or it failed and is
//! still owed.

use recourse_kernel::{Instant, Money, PaymentId, SettlementId};

use super::commands::{ConfirmPayment, FailPayment};
use super::events::{Closed, PaymentFailed, PaymentPaid, SettlementEvent};
use super::rejection::RefundsRejection;
use super::settlement::{OwedPayment, PaymentStage, RefundsState, Settlement};

/// M7: the same payment reported again changes nothing; a different one is refused. The last
/// payment closes the settlement.
pub(super) fn confirm(
    state: &RefundsState,
    command: &ConfirmPayment,
    now: Instant,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let unknown = RefundsRejection::PaymentNotKnown(command.payment);
    let (settlement, payment) = state.payment(command.payment).ok_or(unknown)?;
    has_a_reference(&command.reference)?;
    m6_amount_is_the_one_owed(payment, command.amount)?;
    match &payment.stage {
        PaymentStage::Paid { reference } => {
            return m7_never_paid_twice(reference, &command.reference);
        }
        PaymentStage::WrittenOff => {
            return Err(RefundsRejection::PaymentWrittenOff(command.payment));
        }
        PaymentStage::Owed { .. } => {}
    }
    let id = command.payment.settlement();
    let mut events = vec![SettlementEvent::PaymentPaid(PaymentPaid {
        settlement: id,
        payment: command.payment,
        kind: payment.owed.kind,
        from: payment.owed.from,
        to: payment.owed.to,
        amount: payment.owed.amount,
        reference: command.reference.clone(),
        paid_at: command.paid_at,
        buyer_owes_nothing: m3_buyer_owes_nothing_after(settlement, command.payment),
    })];
    let others_are_over = settlement
        .payments
        .iter()
        .all(|(other, payment)| *other == command.payment || payment.is_over());
    if others_are_over {
        events.push(closed(id, settlement, now));
    }
    Ok(events)
}

/// Closes the settlement. All that is owed was paid, because each payment is made in full.
pub(super) fn closed(id: SettlementId, settlement: &Settlement, now: Instant) -> SettlementEvent {
    SettlementEvent::Closed(Closed {
        settlement: id,
        claim: settlement.claim,
        policy: settlement.policy,
        paid: settlement.everything_owed(),
        written_off: settlement.everything_written_off(),
        closed_at: now,
    })
}

/// Records a failed attempt; the payment is still owed. The same failure reported again changes
/// nothing.
pub(super) fn fail(
    state: &RefundsState,
    command: &FailPayment,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    let unknown = RefundsRejection::PaymentNotKnown(command.payment);
    let (_, payment) = state.payment(command.payment).ok_or(unknown)?;
    if !(1..=500).contains(&command.reason.chars().count()) {
        return Err(RefundsRejection::NoReason);
    }
    match &payment.stage {
        PaymentStage::Paid { reference } => {
            Err(RefundsRejection::PaymentPaidAlready { reference: reference.clone() })
        }
        PaymentStage::WrittenOff => Err(RefundsRejection::PaymentWrittenOff(command.payment)),
        PaymentStage::Owed { last_failed_at, .. } if *last_failed_at == Some(command.failed_at) => {
            Ok(Vec::new())
        }
        PaymentStage::Owed { failed_attempts, .. } => {
            Ok(vec![SettlementEvent::PaymentFailed(PaymentFailed {
                settlement: command.payment.settlement(),
                payment: command.payment,
                attempt: failed_attempts + 1,
                reason: command.reason.clone(),
                failed_at: command.failed_at,
            })])
        }
    }
}

/// M3: whether this payment was the buyer's last. What others owe is no reason to keep the buyer's
/// device.
fn m3_buyer_owes_nothing_after(settlement: &Settlement, paid: PaymentId) -> bool {
    let is_buyers = settlement.payments.get(&paid).is_some_and(OwedPayment::is_awaited_from_buyer);
    let others = settlement.payments.iter().filter(|(payment, _)| **payment != paid);
    is_buyers && !others.map(|(_, payment)| payment).any(OwedPayment::is_awaited_from_buyer)
}

/// M6: a payment is one amount in one currency, paid in full.
fn m6_amount_is_the_one_owed(
    payment: &OwedPayment,
    reported: Money,
) -> Result<(), RefundsRejection> {
    let owed = payment.owed.amount;
    if owed == reported { Ok(()) } else { Err(RefundsRejection::AmountDiffers { owed, reported }) }
}

/// M7: nothing is paid twice.
fn m7_never_paid_twice(
    paid_by: &str,
    reported: &str,
) -> Result<Vec<SettlementEvent>, RefundsRejection> {
    if paid_by == reported {
        return Ok(Vec::new());
    }
    Err(RefundsRejection::PaymentPaidAlready { reference: paid_by.to_owned() })
}

fn has_a_reference(reference: &str) -> Result<(), RefundsRejection> {
    let fits = (1..=200).contains(&reference.chars().count())
        && !reference.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits { Ok(()) } else { Err(RefundsRejection::NoReference) }
}
