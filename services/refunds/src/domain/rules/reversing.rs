//! What a reversal by the payment gateway must satisfy.

use recourse_kernel::{Finding, Instant};

use crate::domain::rejection::RefundsRejection;
use crate::domain::state::{OwedPayment, PaymentStage};

/// M12: only what was paid can be reversed.
pub(crate) fn was_paid(payment: &OwedPayment) -> Result<Finding, RefundsRejection> {
    match &payment.stage {
        PaymentStage::Paid { reference, .. } => {
            Ok(Finding::passed("M12", "the payment was made").fact("reference", reference))
        }
        _ => Err(RefundsRejection::NotPaid(payment.owed.payment)),
    }
}

/// M12: a transfer is reversed after it was made.
pub(crate) fn comes_after_the_payment(
    payment: &OwedPayment,
    reversed_at: Instant,
) -> Result<Finding, RefundsRejection> {
    match payment.stage {
        PaymentStage::Paid { paid_at, .. } if reversed_at < paid_at => {
            Err(RefundsRejection::ReversedBeforePaid { paid_at, reversed_at })
        }
        _ => Ok(Finding::passed("M12", "it was reversed after it was made")),
    }
}

/// M7: whether this reversal was reported before. Reversals of a payment differ in their time.
pub(crate) fn is_known(payment: &OwedPayment, reversed_at: Instant) -> bool {
    payment.reversals.iter().any(|reversal| reversal.reversed_at == reversed_at)
}

/// The code may be left out, but must be one that programs can act on.
pub(crate) fn code_is_plain(code: Option<&str>) -> Result<Finding, RefundsRejection> {
    match code {
        Some(code) => super::paying::has_a_code(code),
        None => Ok(Finding::passed("command", "the code is left out")),
    }
}
