//! Why a policy cannot be cancelled, or a fact about an order cannot be processed.

use chrono::NaiveDate;
use recourse_kernel::money::MoneyError;
use recourse_kernel::{ClaimId, Hash, Instant, NextCall, PolicyId, Reason, Rejection};
use recourse_terms::CoverageError;

/// Why a policy cannot be cancelled, or a fact about an order cannot be processed. Requests that no
/// terms allow are not rejections; they lead to a refused sale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SalesRejection {
    /// The policy does not exist, as far as orders have been read.
    #[error("there is no policy {0}")]
    NotKnown(PolicyId),
    /// The policy belongs to another buyer.
    #[error("only its buyer, or the marketplace of its order, can cancel a policy")]
    NotAllowed,
    /// The policy was refused or cancelled, or has ended.
    #[error("policy {0} was refused or cancelled, or has ended")]
    Over(PolicyId),
    /// S7: a policy can be cancelled only before coverage starts.
    #[error("coverage of {policy} started on {starts}; it could be cancelled only before that")]
    CoverageHasStarted {
        policy: PolicyId,
        /// The first instant of its coverage.
        starts: Instant,
    },
    /// S7: after coverage started, a policy is cancelled with the receipt of its purchase.
    #[error("coverage has started: a cancellation needs the receipt, dated from {from} to {to}")]
    NoReceipt {
        /// The first day that the receipt can have.
        from: NaiveDate,
        /// The last day that it can have.
        to: NaiveDate,
    },
    /// S7: the receipt is not that of the purchase.
    #[error("the receipt is dated {dated}, but the purchase was made from {from} to {to}")]
    ReceiptDiffers {
        dated: NaiveDate,
        /// The first day that the receipt can have.
        from: NaiveDate,
        /// The last day that it can have.
        to: NaiveDate,
    },
    /// The receipt's number is empty or too long.
    #[error("the number of a receipt has 1 to 100 characters, or is left out")]
    ReceiptNumber,
    /// S7: a claim paid the device in cash, so nothing of the policy is unused.
    #[error("claim {claim} paid the device in cash, so nothing of policy {policy} is unused")]
    UsedUp { policy: PolicyId, claim: ClaimId },
    /// The unused part of the price cannot be calculated.
    #[error("the unused part of the price cannot be calculated: {0}")]
    PartNotCalculable(#[from] MoneyError),
    /// The terms of a policy have not been read back yet.
    #[error("terms {0} are not known here yet")]
    TermsNotKnown(Hash),
    /// The zone of a delivery is not in the time zone database.
    #[error("`{0}` is not a known time zone")]
    ZoneNotKnown(String),
    /// The line has more units than can be insured.
    #[error("line {line} has {quantity} units; a warranty is sold for at most {most} per line")]
    TooManyUnits {
        /// The line's number, from 1.
        line: u32,
        /// The number of units in the line.
        quantity: u32,
        most: u32,
    },
    /// The days of coverage cannot be calculated.
    #[error(transparent)]
    CoverageNotCalculable(#[from] CoverageError),
}

impl Rejection for SalesRejection {
    /// Codes are a format.
    fn reason(&self) -> Reason {
        match self {
            // Orders and terms arrive on other topics, which may not be read yet.
            Self::NotKnown(_) => Reason::new("policy.not_known", &["S7"]).not_known_yet(),
            Self::TermsNotKnown(_) => {
                Reason::new("policy.terms_not_known", &["S5"]).not_known_yet()
            }
            Self::NotAllowed => Reason::new("policy.not_allowed", &["S7"]),
            Self::Over(_) => Reason::new("policy.over", &["S7"]),
            Self::CoverageHasStarted { policy, .. } => Reason::new(
                "policy.coverage_has_started",
                &["S7"],
            )
            .instead("File a claim if the device is defective; ask the seller about returning it.")
            .call(NextCall::post(format!("/v1/policies/{policy}/claims"))),
            Self::NoReceipt { from, to } => Reason::new("policy.no_receipt", &["S7"])
                .fact("from", from)
                .fact("to", to)
                .instead("Send the date of the receipt in `receipt.dated`."),
            Self::ReceiptDiffers { dated, from, to } => {
                Reason::new("policy.receipt_differs", &["S7"])
                    .fact("dated", dated)
                    .fact("from", from)
                    .fact("to", to)
                    .instead("Send the date of the receipt of this purchase.")
            }
            Self::UsedUp { claim, .. } => {
                Reason::new("policy.used_up", &["S7", "M9"]).fact("claim", claim)
            }
            Self::ReceiptNumber => Reason::new("policy.receipt_number", &["S7"]),
            Self::PartNotCalculable(_) => Reason::new("policy.part_not_calculable", &["S7", "M6"]),
            Self::ZoneNotKnown(_) => Reason::new("policy.zone_not_known", &["T2"]),
            Self::TooManyUnits { .. } => Reason::new("policy.too_many_units", &["S1"]),
            Self::CoverageNotCalculable(_) => {
                Reason::new("policy.days_not_calculable", &["T2", "S9"])
            }
        }
    }
}
