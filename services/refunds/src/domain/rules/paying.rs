//! What an answer of the payment gateway must satisfy.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant, Money, PaymentId};

use crate::domain::rejection::RefundsRejection;
use crate::domain::state::{OwedPayment, PaymentStage, RefundsState, Settlement};

/// How far the gateway's clock may be ahead of ours.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// The payment, with its settlement. Every other rule looks at it.
pub(crate) fn payment_is_known(
    state: &RefundsState,
    payment: PaymentId,
) -> Result<(&Settlement, &OwedPayment), RefundsRejection> {
    state.payment(payment).ok_or(RefundsRejection::PaymentNotKnown(payment))
}

/// M7: a payment needs a reference, by which a repeat of it is recognised.
pub(crate) fn has_a_reference(reference: &str) -> Result<Finding, RefundsRejection> {
    let fits = (1..=200).contains(&reference.chars().count())
        && !reference.chars().any(|c| c.is_whitespace() || c.is_control());
    if fits {
        Ok(Finding::passed("M7", "the payment has a reference"))
    } else {
        Err(RefundsRejection::NoReference)
    }
}

/// M6: a payment is one amount in one currency, paid in full.
pub(crate) fn amount_is_the_one_owed(
    payment: &OwedPayment,
    reported: Money,
) -> Result<Finding, RefundsRejection> {
    let owed = payment.owed.amount;
    if owed == reported {
        Ok(Finding::passed("M6", "the amount is the one that is owed").fact("owed", owed))
    } else {
        Err(RefundsRejection::AmountDiffers { owed, reported })
    }
}

/// M7: nothing is paid twice. The same reference is the same payment, reported again.
pub(crate) fn is_not_paid_twice(
    payment: &OwedPayment,
    reported: &str,
) -> Result<Finding, RefundsRejection> {
    match &payment.stage {
        PaymentStage::Paid { reference, .. } if reference == reported => {
            Ok(Finding::passed("M7", "it is the same payment, reported again"))
        }
        PaymentStage::Paid { reference, .. } => {
            Err(RefundsRejection::PaymentPaidAlready { reference: reference.clone() })
        }
        _ => Ok(not_paid_before()),
    }
}

/// M7: a payment that was made cannot fail.
pub(crate) fn never_was_paid(payment: &OwedPayment) -> Result<Finding, RefundsRejection> {
    match &payment.stage {
        PaymentStage::Paid { reference, .. } => {
            Err(RefundsRejection::FailedAfterPaid { reference: reference.clone() })
        }
        _ => Ok(not_paid_before()),
    }
}

fn not_paid_before() -> Finding {
    Finding::passed("M7", "the payment was not made before")
}

/// M8: what was written off is no longer owed, so it is not paid.
pub(crate) fn can_still_be_paid(payment: &OwedPayment) -> Result<Finding, RefundsRejection> {
    if payment.is_owed_or_paid() {
        Ok(not_written_off())
    } else {
        Err(RefundsRejection::PaymentWrittenOff(payment.owed.payment))
    }
}

/// M8: what was written off is no longer owed, so it does not matter that it failed.
pub(crate) fn can_still_fail(payment: &OwedPayment) -> Result<Finding, RefundsRejection> {
    if payment.is_owed_or_paid() {
        Ok(not_written_off())
    } else {
        Err(RefundsRejection::FailedAfterWrittenOff(payment.owed.payment))
    }
}

fn not_written_off() -> Finding {
    Finding::passed("M8", "the payment was not written off")
}

/// A failure needs a code that programs can act on.
pub(crate) fn has_a_code(code: &str) -> Result<Finding, RefundsRejection> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if (1..=64).contains(&code.len()) && code.bytes().all(plain) {
        Ok(Finding::passed("command", "the failure has a code"))
    } else {
        Err(RefundsRejection::NoCode)
    }
}

/// A failure may have a reason that people can read.
pub(crate) fn reason_is_short(reason: Option<&str>) -> Result<Finding, RefundsRejection> {
    if reason.is_none_or(|reason| (1..=500).contains(&reason.chars().count())) {
        Ok(Finding::passed("command", "the reason is short, or left out"))
    } else {
        Err(RefundsRejection::NoReason)
    }
}

/// The gateway reports what has happened, not what it plans. Its clock may be ahead of ours by
/// [`CLOCK_SKEW`].
pub(crate) fn has_happened(reported: Instant, now: Instant) -> Result<Finding, RefundsRejection> {
    if reported.signed_duration_since(now) > CLOCK_SKEW {
        Err(RefundsRejection::InTheFuture { reported, now })
    } else {
        Ok(Finding::passed("command", "it has happened").fact("reported", reported))
    }
}

/// M7, M12: a transfer that was reversed cannot pay the payment again; a late repeat of its report
/// must not look like one.
pub(crate) fn was_not_reversed(
    payment: &OwedPayment,
    reported: &str,
) -> Result<Finding, RefundsRejection> {
    let reversed = payment.reversals.iter().find(|reversal| reversal.reference == reported);
    match reversed {
        Some(reversal) => Err(RefundsRejection::WasReversed {
            reference: reversal.reference.clone(),
            reversed_at: reversal.reversed_at,
        }),
        None => Ok(Finding::passed("M7", "the transfer was not reversed")),
    }
}
