//! Why a policy is not cancelled, or a fact about an order cannot be taken.

use recourse_kernel::{Hash, Instant, PolicyId, Rejection};
use recourse_terms::CoverageError;

/// Why a policy is not cancelled, or a fact about an order cannot be taken. Wishes that no terms allow are not among them: they are
/// answered with a refused sale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SalesRejection {
    /// There is no such policy, as far as orders have been read.
    #[error("there is no policy {0}")]
    NotKnown(PolicyId),
    /// It is another buyer's.
    #[error("only its buyer, or the marketplace for them, cancels a policy")]
    NotAllowed,
    /// It was refused, cancelled, or has ended.
    #[error("the policy {0} is over")]
    Over(PolicyId),
    /// S7 is for the time before.
    #[error("the cover of {policy} started on {starts}, and a policy can be cancelled until then")]
    CoverageHasStarted {
        /// The policy.
        policy: PolicyId,
        /// The first moment of its cover.
        starts: Instant,
    },
    /// The terms of a policy have not been read here yet.
    #[error("the terms {0} are not known here")]
    TermsNotKnown(Hash),
    /// The zone of a delivery is none that the time zone database knows.
    #[error("`{0}` is not the name of a time zone")]
    ZoneNotKnown(String),
    /// A line of more units than a person buys.
    #[error("line {line} has {quantity} units; a warranty is sold for at most {most} in one line")]
    TooManyUnits {
        /// The line.
        line: u32,
        /// Its units.
        quantity: u32,
        /// How many there may be.
        most: u32,
    },
    /// The days of cover cannot be reckoned.
    #[error(transparent)]
    DaysNotReckonable(#[from] CoverageError),
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
            Self::DaysNotReckonable(_) => "policy.days_not_reckonable",
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
            Self::DaysNotReckonable(_) => &["T2", "S9"],
        }
    }

    fn instead(&self) -> Option<String> {
        match self {
            Self::CoverageHasStarted { .. } => Some(
                "claim a defect from the provider; whether the device goes back is for its seller to say".to_owned(),
            ),
            _ => None,
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(self, Self::TermsNotKnown(_) | Self::NotKnown(_))
    }
}
