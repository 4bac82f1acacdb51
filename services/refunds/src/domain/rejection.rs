//! Why a settlement cannot be opened, or a leg not be paid.

use recourse_kernel::{Hash, Money, PaymentId, Rejection};
use recourse_terms::SettlementError;
use serde_json::{Map, Value, json};

/// Why a settlement cannot be opened, or a leg not be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundsRejection {
    /// The terms of the policy have not been read here yet.
    #[error("the terms {0} are not known here")]
    TermsNotKnown(Hash),
    /// The amounts cannot be reckoned from what the claim says.
    #[error("the settlement cannot be reckoned: {0}")]
    NotReckonable(#[from] SettlementError),
    /// The date on which a buyer's payment is due is beyond the calendar.
    #[error("the day on which the payment is due is beyond the calendar")]
    BeyondCalendar,
    /// There is no such leg, or its settlement has not been opened yet.
    #[error("there is no leg {0}")]
    PaymentNotKnown(PaymentId),
    /// M7
    #[error("the leg is paid already, by the payment `{reference}`")]
    PaymentPaidAlready {
        /// The payment that paid it.
        reference: String,
    },
    /// M8: its device counts as abandoned; or what it was owed for came to nothing.
    #[error("{0} was written off, and is owed no more")]
    PaymentWrittenOff(PaymentId),
    /// M6
    #[error("{owed} is owed, and {reported} was told; a leg is paid in full, in its own currency")]
    AmountDiffers {
        /// What is owed.
        owed: Money,
        /// What was told.
        reported: Money,
    },
    /// A payment without a name cannot be told from another (M7).
    #[error("a payment needs a reference of 1 to 200 visible characters")]
    NoReference,
    /// A reason that is missing or too long.
    #[error("a failure needs a reason of 1 to 500 characters")]
    NoReason,
}

impl Rejection for RefundsRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::TermsNotKnown(_) => "settlement.terms_not_known",
            Self::NotReckonable(_) => "settlement.not_reckonable",
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
            Self::NotReckonable(_) | Self::AmountDiffers { .. } => &["M6"],
            Self::BeyondCalendar | Self::PaymentWrittenOff(_) => &["M8"],
            Self::PaymentPaidAlready { .. } | Self::NoReference => &["M7"],
            Self::TermsNotKnown(_) | Self::PaymentNotKnown(_) | Self::NoReason => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        match self {
            Self::PaymentPaidAlready { .. } => {
                Some("take the second payment back; it has no leg to pay".into())
            }
            Self::PaymentWrittenOff(_) => {
                Some("take the payment back; it has no leg to pay".into())
            }
            Self::AmountDiffers { owed, .. } => Some(format!("pay {owed}, in one amount")),
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
