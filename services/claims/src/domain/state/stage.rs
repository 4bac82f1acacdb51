//! The stage that a claim is in, with the data of that stage.

use recourse_kernel::{Instant, JobId, Principal, SettlementId};
use recourse_terms::{Cause, Outcome, Verdict};
use serde::{Deserialize, Serialize};

use crate::domain::events::{DefectVerdict, Remedy};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Filed; verification waits for the end of a dispute with the seller (C8).
    Submission,
    /// The provider's staff check the documents.
    Verification,
    /// The provider rejected the claim, and the buyer can still appeal.
    Rejected {
        by: Principal,
        /// First instant at which an appeal is too late.
        appeal_until: Instant,
    },
    /// A repair shop looks for the defect and its cause.
    Inspection,
    /// The verdict is known; the remedy is being chosen or negotiated.
    Remedy(Remedying),
    /// The outcome is decided and being carried out.
    Settlement(Settling),
    Closed {
        outcome: Outcome,
        at: Instant,
    },
}

/// A claim whose verdict is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remedying {
    /// The visit that found it.
    pub job: JobId,
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// Defects that were decided otherwise (C4).
    pub defects: Vec<DefectVerdict>,
    pub found_by: Principal,
    pub found_at: Instant,
    /// Whether the device is beyond repair: the shop declared it (T5), or the third repair failed
    /// (T6).
    pub beyond_repair: bool,
    /// Whether it is the third repair that failed (T6).
    pub third_unsuccessful: bool,
    /// First instant at which an appeal is too late, as recorded with the verdict.
    pub appeal_until: Option<Instant>,
    /// Since when the provider can choose the remedy or make an offer, and until when (T11).
    pub turn: Option<Turn>,
    /// The chosen remedy, while it is being carried out.
    pub chosen: Option<Remedy>,
}

impl Remedying {
    /// C4: whether a single defect is not covered, although the claim's verdict is `covered`.
    pub(crate) fn is_covered_in_part(&self) -> bool {
        self.verdict == Verdict::Covered && !self.defects.is_empty()
    }
}

/// What the provider owes the claim next: a choice or an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    pub since: Instant,
    pub until: Instant,
}

/// A claim whose outcome is being carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settling {
    pub settlement: SettlementId,
    pub outcome: Outcome,
    /// The verdict, if there was one.
    pub verdict: Option<Verdict>,
    /// Whether nothing is owed by the buyer or to the buyer. What others owe each other does not
    /// hold up the claim.
    pub all_payments_made: bool,
}

impl Stage {
    /// Name of the stage, for people and queries.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submission => "submission",
            // A rejection ends the verification unless an appeal overturns it.
            Self::Verification | Self::Rejected { .. } => "verification",
            Self::Inspection => "inspection",
            Self::Remedy(_) => "remedy",
            Self::Settlement(_) => "settlement",
            Self::Closed { .. } => "closed",
        }
    }

    /// What a claim in this stage is, for messages.
    pub fn described(&self) -> &'static str {
        match self {
            Self::Submission => "in the submission stage",
            Self::Verification => "in the verification stage",
            Self::Rejected { .. } => "rejected",
            Self::Inspection => "in the inspection stage",
            Self::Remedy(_) => "in the remedy stage",
            Self::Settlement(_) => "in the settlement stage",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether a claim may move from this stage to `next`.
    pub fn may_become(&self, next: &Self) -> bool {
        use Stage::{Closed, Inspection, Rejected, Remedy, Settlement, Submission, Verification};
        match (self, next) {
            // A claim that ends before the inspection is settled if goodwill is owed (M10).
            (Submission, Verification | Settlement(_) | Closed { .. })
            | (Verification, Rejected { .. } | Inspection | Settlement(_) | Closed { .. })
            | (Rejected { .. }, Inspection | Settlement(_) | Closed { .. })
            | (Inspection, Rejected { .. } | Remedy(_) | Settlement(_) | Closed { .. })
            // An appeal against the verdict is upheld, and the device has left: it comes again.
            | (Remedy(_), Inspection | Settlement(_) | Closed { .. })
            // An appeal against the verdict is upheld while the device is still at the shop, or a
            // repair that was paid for is cancelled.
            | (Settlement(_), Inspection | Remedy(_) | Closed { .. }) => true,
            (before, after) => std::mem::discriminant(before) == std::mem::discriminant(after),
        }
    }
}
