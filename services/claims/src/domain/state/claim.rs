//! One claim, and what can be read off it.

use recourse_kernel::{ClaimId, DeviceId, Instant, OrderId, PolicyId};
use recourse_terms::{Country, Outcome, Program, Provider, Serial, TermsRef, Verdict};
use serde::{Deserialize, Serialize};

use super::appeal::AppealState;
use super::clock::DecisionClock;
use super::negotiation::{Offer, Question};
use super::review::{AcceptedAs, Review, SettledAs};
use super::stage::{Settling, Stage};
use super::visit::Visit;
use crate::domain::events::{AppealOf, Chain, RequestedRemedy};
use crate::domain::rejection::{Action, ClaimRejection};

/// A claim under a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    pub id: ClaimId,
    /// The policy that the claim is filed under.
    pub policy: PolicyId,
    pub order: OrderId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
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

    /// The refusal of an action that is possible only in other stages than this one.
    pub(crate) fn wrong_stage(&self, action: &'static Action) -> ClaimRejection {
        let (stage, now) = (self.stage.name(), self.stage.described());
        ClaimRejection::WrongStage { claim: self.id, stage, now, action }
    }

    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        let is_talking = self.can_be_asked();
        self.questions.iter().filter(move |question| is_talking && !question.answered)
    }

    /// Whether the claim is in a stage in which answers matter.
    pub(crate) fn can_be_asked(&self) -> bool {
        matches!(self.stage, Stage::Verification | Stage::Inspection | Stage::Remedy(_))
    }

    /// The open offer: the last one, if it is unanswered and no remedy is chosen.
    pub fn open_offer(&self) -> Option<&Offer> {
        let is_talking = matches!(&self.stage, Stage::Remedy(talk) if talk.chosen.is_none());
        self.offers.last().filter(|offer| is_talking && !offer.answered)
    }

    /// What an undecided appeal is about, if there is one.
    pub fn open_appeal(&self) -> Option<AppealOf> {
        self.appeal.filter(|appeal| appeal.upheld.is_none()).map(|appeal| appeal.of)
    }

    /// T8: the deadline for deciding the open appeal, unless it has passed already.
    pub(crate) fn appeal_due(&self) -> Option<Instant> {
        self.appeal.filter(|appeal| self.is_open() && appeal.upheld.is_none())?.decide_by
    }

    /// Until when the buyer can still appeal a rejection or withdraw; `None` while an appeal is
    /// open.
    pub(crate) fn appeal_open_until(&self) -> Option<Instant> {
        match self.stage {
            Stage::Rejected { appeal_until, .. } if self.open_appeal().is_none() => {
                Some(appeal_until)
            }
            _ => None,
        }
    }

    pub fn open_reviews(&self) -> impl Iterator<Item = &Review> {
        self.reviews.iter().filter(|review| review.is_open)
    }

    /// M8: the open review of a device or replacement that was lost in a return shipment booked by
    /// the provider.
    pub(crate) fn review_of_the_loss(&self) -> Option<&Review> {
        self.open_reviews().find(|review| review.decisions.iter().any(|would| would.rule == "M8"))
    }

    /// Whether everything is carried out: every payment is made, and what is owed to the buyer has
    /// been sent.
    pub(crate) fn is_carried_out(&self, settling: &Settling) -> bool {
        let visit = self.visit.as_ref();
        settling.all_payments_made
            && match settling.outcome {
                // M9: the old device remains with the provider.
                Outcome::Refunded => true,
                Outcome::Replaced => visit.is_some_and(|visit| visit.replacement.is_some()),
                _ => visit.is_none_or(|visit| !visit.has_the_device()),
            }
    }

    /// The next time at which this claim has something due.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let decision = self.clock.as_ref().filter(|clock| !clock.missed);
        let decision = decision.and_then(DecisionClock::due).filter(|_| self.is_open());
        let answers = self.open_questions().map(|question| question.awaited.next());
        let offer = self.open_offer().and_then(|offer| offer.awaited).map(|await_| await_.next());
        let appeal = self.appeal_due();
        let final_at = self.appeal_open_until();
        decision.into_iter().chain(answers).chain(offer).chain(appeal).chain(final_at).min()
    }
}
