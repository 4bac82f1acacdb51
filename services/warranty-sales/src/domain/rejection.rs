//! Why a fact about an order cannot be taken.

use recourse_kernel::{Hash, Rejection};
use recourse_terms::CoverageError;

/// Why a fact about an order cannot be taken. Wishes that no terms allow are not among them: they are
/// answered with a refused sale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SalesRejection {
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
            Self::TermsNotKnown(_) => "policy.terms_not_known",
            Self::ZoneNotKnown(_) => "policy.zone_not_known",
            Self::TooManyUnits { .. } => "policy.too_many_units",
            Self::DaysNotReckonable(_) => "policy.days_not_reckonable",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::TermsNotKnown(_) => &["S5"],
            Self::ZoneNotKnown(_) => &["T2"],
            Self::TooManyUnits { .. } => &["S1"],
            Self::DaysNotReckonable(_) => &["T2", "S9"],
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(self, Self::TermsNotKnown(_))
    }
}
