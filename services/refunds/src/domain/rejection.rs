//! Why a settlement cannot be opened or a payment not be recorded.

use recourse_kernel::{Hash, Instant, Money, PaymentId, Reason, Rejection};
use recourse_terms::SettlementError;

/// Why a settlement cannot be opened or a payment not be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundsRejection {
    /// The terms of the policy have not been read here yet; the command is retried.
    #[error("the terms {0} are not known here yet")]
    TermsNotKnown(Hash),
    /// The amounts cannot be calculated from the facts of the claim.
    #[error("the settlement cannot be calculated: {0}")]
    NotCalculable(#[from] SettlementError),
    /// The due date of a buyer's payment is beyond the calendar.
    #[error("the due date of the payment is beyond the calendar")]
    BeyondCalendar,
    /// The payment does not exist, or its settlement has not been opened yet.
    #[error("there is no payment {0}")]
    PaymentNotKnown(PaymentId),
    /// M7: nothing is paid twice.
    #[error("the payment was already made under the reference `{reference}`")]
    PaymentPaidAlready {
        /// The gateway's reference under which it was paid.
        reference: String,
    },
    /// M8: the device counts as abandoned, or the claim was settled again.
    #[error("{0} was written off and is no longer owed")]
    PaymentWrittenOff(PaymentId),
    /// M7: a payment that was made cannot fail.
    #[error("the payment was already made under the reference `{reference}`")]
    FailedAfterPaid {
        /// The gateway's reference under which it was paid.
        reference: String,
    },
    /// M8: a payment that is no longer owed failed.
    #[error("{0} was written off and is no longer owed")]
    FailedAfterWrittenOff(PaymentId),
    /// M12: a transfer that was reversed cannot pay a payment again.
    #[error("the transfer `{reference}` was reversed on {reversed_at}; the payment is owed again")]
    WasReversed {
        /// The gateway's reference of the reversed transfer.
        reference: String,
        reversed_at: Instant,
    },
    /// M12: only what was paid can be reversed.
    #[error("{0} was not paid, so it cannot be reversed")]
    NotPaid(PaymentId),
    /// M12: a transfer is reversed after it was made.
    #[error("the payment was made on {paid_at}; it cannot have been reversed on {reversed_at}")]
    ReversedBeforePaid { paid_at: Instant, reversed_at: Instant },
    /// M6: a payment is made in full and in its own currency.
    #[error("{owed} is owed but {reported} was reported; pay the exact amount in its own currency")]
    AmountDiffers {
        owed: Money,
        /// The amount that the gateway reported.
        reported: Money,
    },
    /// M7: without a reference, a repeated payment cannot be recognised.
    #[error("a payment needs a reference of 1 to 200 visible characters")]
    NoReference,
    /// The code is missing, too long or no code.
    #[error("a failure needs a code of 1 to 64 letters, digits and _-.")]
    NoCode,
    /// The reason is empty or too long.
    #[error("the reason of a failure has 1 to 500 characters, or is left out")]
    NoReason,
    /// The gateway reports what has not happened yet.
    #[error("{reported} is in the future; it is now {now}")]
    InTheFuture {
        /// The time that the gateway reported.
        reported: Instant,
        /// The time of the report.
        now: Instant,
    },
}

impl Rejection for RefundsRejection {
    /// Codes are a format.
    fn reason(&self) -> Reason {
        match self {
            // Terms and settlements arrive on other topics, which may not be read yet.
            Self::TermsNotKnown(_) => {
                Reason::new("settlement.terms_not_known", &[]).not_known_yet()
            }
            Self::NotCalculable(_) => Reason::new("settlement.not_calculable", &["M6"]),
            Self::BeyondCalendar => Reason::new("settlement.beyond_calendar", &["M8"]),
            Self::PaymentNotKnown(_) => Reason::new("payment.not_known", &[]).not_known_yet(),
            Self::PaymentPaidAlready { reference } => Reason::new("payment.paid_already", &["M7"])
                .fact("reference", reference)
                .instead("Return the second payment to its payer; nothing more is owed."),
            Self::PaymentWrittenOff(_) => Reason::new("payment.written_off", &["M8"])
                .instead("Return the payment to its payer; it is no longer owed."),
            Self::FailedAfterPaid { reference } => Reason::new("payment.paid_already", &["M7"])
                .fact("reference", reference)
                .instead("If the money came back, transfer it again; here it stays paid."),
            Self::FailedAfterWrittenOff(_) => Reason::new("payment.written_off", &["M8"])
                .instead("Do not try to pay or collect it again."),
            Self::WasReversed { reference, reversed_at } => {
                Reason::new("payment.was_reversed", &["M7", "M12"])
                    .fact("reference", reference)
                    .fact("reversed_at", reversed_at)
                    .instead("Pay it again in a new transfer, and report that one's reference.")
            }
            Self::NotPaid(_) => Reason::new("payment.not_paid", &["M12"])
                .instead("Report a failed attempt to pay it as a failure."),
            Self::ReversedBeforePaid { paid_at, reversed_at } => {
                Reason::new("payment.reversed_before_paid", &["M12"])
                    .fact("paid_at", paid_at)
                    .fact("reversed_at", reversed_at)
            }
            Self::AmountDiffers { owed, reported } => {
                Reason::new("payment.amount_differs", &["M6"])
                    .fact("owed", owed)
                    .fact("reported", reported)
                    .instead(format!("Pay {owed} in one transfer."))
            }
            Self::NoReference => Reason::new("payment.no_reference", &["M7"]),
            Self::NoCode => Reason::new("payment.no_code", &[])
                .instead("Send the code of your bank or card network, such as `card_declined`."),
            Self::NoReason => Reason::new("payment.no_reason", &[]),
            Self::InTheFuture { reported, now } => Reason::new("payment.in_the_future", &[])
                .fact("reported", reported)
                .fact("now", now)
                .instead(
                    "Report it once it has happened, with its own time and under a new \
                     Idempotency-Key.",
                ),
        }
    }
}
