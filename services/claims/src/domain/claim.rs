//! One claim: what it is, and where it stands.

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
    /// Its id.
    pub id: ClaimId,
    /// The policy that it is made under.
    pub policy: PolicyId,
    /// The order.
    pub order: OrderId,
    /// The device.
    pub device: DeviceId,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// Who works it.
    pub provider: Provider,
    /// Repair or exchange.
    pub program: Program,
    /// The terms by which it is judged to its end (C9).
    pub terms: TermsRef,
    /// Where the buyer is.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The serial on the form.
    pub serial: Serial,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// The chain of claims for the same returning defect.
    pub chain: Chain,
    /// When it was filed.
    pub filed_at: Instant,
    /// Whether it is claimed under the warranty of a replacement (T7).
    pub under_replacement: bool,
    /// Where it stands.
    pub stage: Stage,
    /// The clock of the decision, where the terms count from the filing (T3).
    pub clock: Option<DecisionClock>,
    /// What was asked and answered (C3).
    pub questions: Vec<Question>,
    /// The visit to a repair shop, once accepted.
    pub visit: Option<Visit>,
    /// Offers and counter-offers.
    pub offers: Vec<Offer>,
    /// The one appeal.
    pub appeal: Option<AppealState>,
    /// Whether a deadline was missed (T8).
    pub escalated: bool,
    /// When the device was left to the provider, because its buyer never paid what was owed for it (M8).
    pub abandoned: Option<Instant>,
    /// How many defects it is about: the one on the form, and those that joined (C4).
    pub defects: u32,
    /// How many repairs before it, elsewhere, count (T6).
    pub repairs_elsewhere: u32,
    /// Their receipts, by their SHA-256: each counts once in a chain (T6).
    pub receipts: Vec<String>,
    /// How many decisions were made about it, the filing first.
    pub decisions: u32,
    /// The decision by which its papers were accepted.
    pub accepted_as: Option<AcceptedAs>,
    /// The decision by which it was settled.
    pub settled_as: Option<SettledAs>,
    /// What came late, and was held against the decisions.
    pub reviews: Vec<Review>,
}

/// Where a claim stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Taken; its verification waits for the end of a dispute with the seller (C8).
    Submission,
    /// The provider's staff check the papers.
    Verification,
    /// The provider said no, and the buyer may still appeal.
    Rejected {
        /// Who said no.
        by: Principal,
        /// The first moment at which an appeal is too late.
        appeal_until: Instant,
    },
    /// A repair shop looks for the defect and its cause.
    Inspection,
    /// The verdict is known, and what comes of it is chosen, or talked about.
    Remedy(Remedying),
    /// What was decided is carried out.
    Settlement(Settling),
    /// Over.
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// When.
        at: Instant,
    },
}

/// A claim whose verdict is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remedying {
    /// The visit that it was found in.
    pub job: JobId,
    /// What was found.
    pub verdict: Verdict,
    /// The defect's cause.
    pub cause: Cause,
    /// Who found it.
    pub found_by: Principal,
    /// When.
    pub found_at: Instant,
    /// Whether the device cannot be repaired: the shop says so (T5), or its third repair did not help (T6).
    pub beyond_repair: bool,
    /// Whether it is the third repair that did not help (T6).
    pub third_unsuccessful: bool,
    /// The first moment at which an appeal is too late, as it was told with the verdict.
    pub appeal_until: Option<Instant>,
    /// What is being done, if that is chosen.
    pub chosen: Option<Remedy>,
}

impl Stage {
    /// The stage's name for people and queries.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submission => "submission",
            // A rejection is the end of the verification, unless an appeal turns it.
            Self::Verification | Self::Rejected { .. } => "verification",
            Self::Inspection => "inspection",
            Self::Remedy(_) => "remedy",
            Self::Settlement(_) => "settlement",
            Self::Closed { .. } => "closed",
        }
    }

    /// Whether a claim can go from this stage to another.
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
    /// Whether it is not closed (C4).
    pub fn is_open(&self) -> bool {
        !matches!(self.stage, Stage::Closed { .. })
    }

    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.stage {
            Stage::Closed { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    /// What was found, if anything was.
    pub fn verdict(&self) -> Option<Verdict> {
        match &self.stage {
            Stage::Remedy(remedying) => Some(remedying.verdict),
            Stage::Settlement(settling) => settling.verdict,
            _ => None,
        }
    }

    /// Takes in an event about this claim. Facts only; cannot fail. `at` is when it happened.
    pub fn take(&mut self, event: &ClaimEvent, at: Instant) {
        // The filing is the first decision; it is counted where the claim is made.
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

    /// C8: a dispute holds the verification and its clock; when none is open any more, they go on.
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

    /// T3: the decision is made; the clock has nothing more to count.
    pub(super) fn end_clock(&mut self, at: Instant) {
        if let Some(clock) = &mut self.clock {
            clock.clock.stop(at);
        }
    }
}
