//! Why a settlement cannot be opened or a payment not be recorded.

use recourse_kernel::{Hash, Money, PaymentId, Rejection};
use recourse_terms::SettlementError;
use serde_json::{Map, Value, json};

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
    /// M6: a payment is made in full and in its own currency.
    #[error("{owed} is owed but {reported} was reported; pay the exact amount in its own currency")]
    AmountDiffers {
        /// The amount that is owed.
        owed: Money,
        /// The amount that the gateway reported.
        reported: Money,
    },
    /// M7: without a reference, a repeated payment cannot be recognised.
    #[error("a payment needs a reference of 1 to 200 visible characters")]
    NoReference,
    /// The reason is missing or too long.
    #[error("a failure needs a reason of 1 to 500 characters")]
    NoReason,
}

impl Rejection for RefundsRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TermsNotKnown(_) => "settlement.terms_not_known",
            Self::NotCalculable(_) => "settlement.not_calculable",
            Self::BeyondCalendar => "settlement.beyond_calendar",
            Self::PaymentNotKnown(_) => "payment.not_known",
            Self::PaymentPaidAlready { .. } => "payment.paid_already",
            Self::PaymentWrittenOff(_) => "payment.written_off",
            Self::AmountDiffers { .. } => "payment.amount_differs",
            Self::NoReference => "payment.no_reference",
            Self::NoReason => "payment.no_reason",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::NotCalculable(_) | Self::AmountDiffers { .. } => &["M6"],
            Self::BeyondCalendar | Self::PaymentWrittenOff(_) => &["M8"],
            Self::PaymentPaidAlready { .. } | Self::NoReference => &["M7"],
            Self::TermsNotKnown(_) | Self::PaymentNotKnown(_) | Self::NoReason => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        match self {
            Self::PaymentPaidAlready { .. } => {
                Some("Return the second payment to its payer; nothing more is owed.".into())
            }
            Self::PaymentWrittenOff(_) => {
                Some("Return the payment to its payer; it is no longer owed.".into())
            }
            Self::AmountDiffers { owed, .. } => Some(format!("Pay {owed} in one transfer.")),
            _ => None,
        }
    }

    fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::PaymentPaidAlready { reference } => json!({ "reference": reference }),
            Self::AmountDiffers { owed, reported } => json!({ "owed": owed, "reported": reported }),
            _ => return Map::new(),
        };
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(self, Self::TermsNotKnown(_) | Self::PaymentNotKnown(_))
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::story::advises_in_sentences;
    use recourse_kernel::{OrderId, OrderKeys, every_variant};

    use super::*;

    #[test]
    fn every_refusal_advises_in_sentences() {
        let key = OrderKeys::development().key_of("market", "1001");
        let payment = OrderId::new(key).device(1, 1).settlement(1).payment(1);
        let rub = |amount| Money::new(amount, "RUB".parse().unwrap());
        let refusals = every_variant![RefundsRejection:
            TermsNotKnown(Hash::of_bytes(b"terms")),
            NotCalculable(SettlementError::NoRepairPrice),
            BeyondCalendar,
            PaymentNotKnown(payment),
            PaymentPaidAlready { reference: "r-1".to_owned() },
            PaymentWrittenOff(payment),
            AmountDiffers { owed: rub(2), reported: rub(1) },
            NoReference,
            NoReason,
        ];
        for refusal in refusals {
            advises_in_sentences(&refusal, &[]);
        }
    }
}
