//! Why a policy cannot be cancelled, or a fact about an order cannot be processed.

use recourse_kernel::{Hash, Instant, NextCall, PolicyId, Rejection};
use recourse_terms::CoverageError;

/// Why a policy cannot be cancelled, or a fact about an order cannot be processed. Requests that no
/// terms allow are not rejections; they lead to a refused sale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SalesRejection {
    /// The policy does not exist, as far as orders have been read.
    #[error("there is no policy {0}")]
    NotKnown(PolicyId),
    /// The policy belongs to another buyer.
    #[error("only the buyer, or the marketplace on the buyer's behalf, can cancel a policy")]
    NotAllowed,
    /// The policy was refused or cancelled, or has ended.
    #[error("policy {0} was refused or cancelled, or has ended")]
    Over(PolicyId),
    /// S7: a policy can be cancelled only before coverage starts.
    #[error("coverage of {policy} started on {starts}; it could be cancelled only before that")]
    CoverageHasStarted {
        /// Id of the policy.
        policy: PolicyId,
        /// The first instant of its coverage.
        starts: Instant,
    },
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
        /// The maximum.
        most: u32,
    },
    /// The days of coverage cannot be calculated.
    #[error(transparent)]
    CoverageNotCalculable(#[from] CoverageError),
}

impl Rejection for SalesRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotKnown(_) => "policy.not_known",
            Self::NotAllowed => "policy.not_allowed",
            Self::Over(_) => "policy.over",
            Self::CoverageHasStarted { .. } => "policy.coverage_has_started",
            Self::TermsNotKnown(_) => "policy.terms_not_known",
            Self::ZoneNotKnown(_) => "policy.zone_not_known",
            Self::TooManyUnits { .. } => "policy.too_many_units",
            Self::CoverageNotCalculable(_) => "policy.days_not_calculable",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::NotKnown(_)
            | Self::NotAllowed
            | Self::Over(_)
            | Self::CoverageHasStarted { .. } => &["S7"],
            Self::TermsNotKnown(_) => &["S5"],
            Self::ZoneNotKnown(_) => &["T2"],
            Self::TooManyUnits { .. } => &["S1"],
            Self::CoverageNotCalculable(_) => &["T2", "S9"],
        }
    }

    fn instead(&self) -> Option<String> {
        match self {
            Self::CoverageHasStarted { .. } => Some(
                "File a claim if the device is defective; ask the seller about returning it."
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn instead_call(&self) -> Option<NextCall> {
        match self {
            Self::CoverageHasStarted { policy, .. } => {
                Some(NextCall::post(format!("/v1/policies/{policy}/claims")))
            }
            _ => None,
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(self, Self::TermsNotKnown(_) | Self::NotKnown(_))
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
        let policy = OrderId::new(key).device(1, 1).policy();
        let refusals = every_variant![SalesRejection:
            NotKnown(policy),
            NotAllowed,
            Over(policy),
            CoverageHasStarted { policy, starts: "2025-03-16T21:00:00Z".parse().unwrap() },
            TermsNotKnown(Hash::of_bytes(b"terms")),
            ZoneNotKnown("Europe/Nowhere".to_owned()),
            TooManyUnits { line: 1, quantity: 1_001, most: 1_000 },
            CoverageNotCalculable(CoverageError::BeyondCalendar),
        ];
        for refusal in refusals {
            advises_in_sentences(&refusal, &[]);
        }
    }
}
