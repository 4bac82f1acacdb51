//! The state of one claim.

use recourse_kernel::{ClaimId, DeviceId, Instant, JobId, OrderId, PolicyId, Principal};
use recourse_terms::{
    Cause, Country, Outcome, PauseReason, Program, Provider, Serial, TermsRef, Verdict,
};
use serde::{Deserialize, Serialize};

use super::ClaimEvent;
use super::appeal::AppealState;
use super::chain::Chain;
use super::disputes::DisputeNoted;
use super::inspection::Visit;
use super::negotiation::Offer;
use super::questions::Question;
use super::remedy::Remedy;
use super::review::{AcceptedAs, Review, SettledAs};
use super::settlement::Settling;
use super::submission::RequestedRemedy;
use super::time::DecisionClock;

/// A claim under a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Claim id, `clm_…`.
    pub id: ClaimId,
    /// The policy that the claim is filed under.
    pub policy: PolicyId,
    /// Order id, `ord_…`.
    pub order: OrderId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// Provider that handles the claim.
    pub provider: Provider,
    /// Kind of warranty: repair or exchange.
    pub program: Program,
    /// Version of the terms that governs the claim until it closes (C9).
    pub terms: TermsRef,
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, from the form.
    pub city: String,
    /// Serial number or IMEI on the form.
    pub serial: Serial,
    /// Remedy that the buyer requests.
    pub requested_remedy: RequestedRemedy,
    /// Position in the chain of claims for one returning defect (T6, M1).
    pub chain: Chain,
    /// When the claim was filed.
    pub filed_at: Instant,
    /// Whether the claim is made under a replacement's own warranty (T7).
    pub under_replacement: bool,
    /// The stage that the claim is in, with the data of that stage.
    pub stage: Stage,
    /// Clock of the decision, if the terms count from the filing (T3).
    pub clock: Option<DecisionClock>,
    /// Questions to the buyer, open and answered (C3).
    pub questions: Vec<Question>,
    /// The visit to a repair shop, once the documents are accepted.
    pub visit: Option<Visit>,
    /// Offers and counter-offers, oldest first.
    pub offers: Vec<Offer>,
    /// The appeal, if there was one.
    pub appeal: Option<AppealState>,
    /// Whether a deadline was missed (T8).
    pub escalated: bool,
    /// When the device was abandoned to the provider, because the buyer never paid what was owed
    /// for it (M8).
    pub abandoned: Option<Instant>,
    /// Number of defects: the one on the form and those that joined (C4).
    pub defects: u32,
    /// How many earlier repairs elsewhere count (T6).
    pub repairs_elsewhere: u32,
    /// Receipts of those repairs, by SHA-256; each counts once in a chain (T6).
    pub receipts: Vec<String>,
    /// How many decisions were made about the claim, including the filing.
    pub decisions: u32,
    /// The decision that accepted the documents.
    pub accepted_as: Option<AcceptedAs>,
    /// The decision that started the settlement.
    pub settled_as: Option<SettledAs>,
    /// Reviews opened by late facts.
    pub reviews: Vec<Review>,
}

/// The stage of a claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Filed; verification waits for the end of a dispute with the seller (C8).
    Submission,
    /// The provider's staff check the documents.
    Verification,
    /// The provider rejected the claim, and the buyer can still appeal.
    Rejected {
        /// Who rejected it.
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
    /// Closed.
    Closed {
        /// How the claim ended.
        outcome: Outcome,
        /// When it closed.
        at: Instant,
    },
}

/// A claim whose verdict is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remedying {
    /// The visit that found it.
    pub job: JobId,
    /// The verdict.
    pub verdict: Verdict,
    /// Cause of the defect, as the shop found it.
    pub cause: Cause,
    /// Who found it.
    pub found_by: Principal,
    /// When it was found.
    pub found_at: Instant,
    /// Whether the device is beyond repair: the shop declared it (T5), or the third repair failed
    /// (T6).
    pub beyond_repair: bool,
    /// Whether it is the third repair that failed (T6).
    pub third_unsuccessful: bool,
    /// First instant at which an appeal is too late, as recorded with the verdict.
    pub appeal_until: Option<Instant>,
    /// The chosen remedy, while it is being carried out.
    pub chosen: Option<Remedy>,
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
            (Submission, Verification | Closed { .. })
            | (Verification, Rejected { .. } | Inspection | Closed { .. })
            | (Rejected { .. }, Inspection | Settlement(_) | Closed { .. })
            | (Inspection, Rejected { .. } | Remedy(_) | Settlement(_) | Closed { .. })
            | (Remedy(_), Settlement(_) | Closed { .. })
            | (Settlement(_), Closed { .. }) => true,
            (before, after) => std::mem::discriminant(before) == std::mem::discriminant(after),
        }
    }
}

impl Claim {
    /// Whether the claim is open, that is, not closed (C4).
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. })
    }

    /// How the claim ended; `None` while it is open.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.stage {
            Stage::Closed { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    /// The verdict, in the stages remedy and settlement.
    pub fn verdict(&self) -> Option<Verdict> {
        match &self.stage {
            Stage::Remedy(remedying) => Some(remedying.verdict),
            Stage::Settlement(settling) => settling.verdict,
            _ => None,
        }
    }

    /// Applies an event about this claim. Events are facts, so this cannot fail. `at` is when it
    /// happened.
    pub fn take(&mut self, event: &ClaimEvent, at: Instant) {
        // The filing is the first decision; it is counted when the claim is created.
        if event.findings().is_some() && !matches!(event, ClaimEvent::Filed(_)) {
            self.decisions += 1;
        }
        match event {
            ClaimEvent::CoverageNoted(_)
            | ClaimEvent::OrderNoted(_)
            | ClaimEvent::RefusalReviewOpened(_)
            | ClaimEvent::RefusalReviewClosed(_)
            | ClaimEvent::Filed(_) => {}
            ClaimEvent::DisputeNoted(event) => self.dispute_noted(event),
            ClaimEvent::DefectAdded(event) => self.defect_added(event),
            ClaimEvent::QuestionAsked(event) => self.question_asked(event, at),
            ClaimEvent::QuestionAnswered(event) => self.question_answered(event, at),
            ClaimEvent::ReminderSent(event) => self.reminded(event),
            ClaimEvent::Accepted(event) => self.accepted(event, at),
            ClaimEvent::Rejected(event) => self.rejected(event, at),
            ClaimEvent::JobNoted(event) => self.job_noted(event),
            ClaimEvent::VerdictRecorded(event) => self.verdict_recorded(event),
            ClaimEvent::RemedyChosen(event) => self.remedy_chosen(event, at),
            ClaimEvent::OfferMade(event) => self.offer_made(event),
            ClaimEvent::OfferAccepted(event) => self.offer_answered(event.offer),
            ClaimEvent::OfferDeclined(event) => self.offer_answered(event.offer),
            ClaimEvent::SettlementStarted(event) => self.settlement_started(event, at),
            ClaimEvent::SettlementExtended(event) => self.settlement_extended(event),
            ClaimEvent::SettlementNoted(event) => self.settlement_noted(event),
            ClaimEvent::Withdrawn(event) => self.withdrawn(event),
            ClaimEvent::Closed(event) => self.closed(event),
            ClaimEvent::Appealed(event) => self.appealed(event),
            ClaimEvent::AppealDecided(event) => self.appeal_decided(event),
            ClaimEvent::ReviewOpened(event) => self.review_opened(event),
            ClaimEvent::ReviewClosed(event) => self.review_closed(event),
            ClaimEvent::DeadlinePassed(event) => self.deadline_passed(event),
        }
    }

    /// C8: a dispute pauses verification and its clock; both resume when no dispute is open.
    fn dispute_noted(&mut self, event: &DisputeNoted) {
        if event.waits {
            self.stop_clock(PauseReason::Dispute, event.at);
            return;
        }
        if self.stage == Stage::Submission {
            self.stage = Stage::Verification;
        }
        self.start_clock(PauseReason::Dispute, event.at);
    }

    pub(super) fn stop_clock(&mut self, reason: PauseReason, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.pause(reason, at);
        }
    }

    pub(super) fn start_clock(&mut self, reason: PauseReason, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.resume(reason, at);
        }
    }

    /// T3: the decision is made, so the clock stops counting.
    pub(super) fn end_clock(&mut self, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.stop(at);
        }
    }
}
