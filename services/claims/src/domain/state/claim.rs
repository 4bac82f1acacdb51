//! One claim, and what can be read off it.

use std::collections::BTreeSet;

use recourse_kernel::{ClaimId, DeviceId, Instant, Money, OrderId, PolicyId, Sealed, WaitKind};
use recourse_terms::{Country, Outcome, Program, Provider, Serial, TermsRef, Verdict};
use serde::{Deserialize, Serialize};

use super::appeal::AppealState;
use super::clock::{DecisionClock, DocumentsClock};
use super::extra::{ChainChange, Goodwill};
use super::negotiation::{Offer, Question};
use super::review::{AcceptedAs, Review, SettledAs};
use super::stage::{Remedying, Settling, Stage, Turn};
use super::visit::Visit;
use crate::domain::events::{Chain, DefectCode, Photo, RequestedRemedy};
use crate::domain::rejection::{Action, ClaimRejection};

/// A claim under a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
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
    /// Buyer's description of the defect, sealed, for each shop that gets the device (A2).
    pub defect: Sealed,
    /// Buyer's name, email, phone number and street address, sealed, for the same shops (A2).
    pub contact: Sealed,
    /// Photos of the form, by hash, for the same shops (A2).
    pub photos: Vec<Photo>,
    /// Position in the chain of claims for one returning defect (T6, M1).
    pub chain: Chain,
    /// When the claim was filed.
    pub filed_at: Instant,
    /// The date that counts for C1 and M1: of the filing, or the one that a review admitted (M10).
    pub counts_as_filed_at: Instant,
    /// What the form showed, by SHA-256: photos and receipts (C10).
    pub shown: BTreeSet<String>,
    /// What kind of defect the form named (C10).
    pub defect_code: Option<DefectCode>,
    /// Whether the claim is made under a replacement's own warranty (T7).
    pub under_replacement: bool,
    /// The stage that the claim is in, with the data of that stage.
    pub stage: Stage,
    /// Since when it is in that stage, or since the last report of the shop or the payments.
    pub stage_since: Instant,
    /// After how many days without such a report that is recorded (T11).
    pub carried_out_within_days: u16,
    /// Clock of the check of the documents (T8).
    pub documents: DocumentsClock,
    /// Clock of the decision, if the terms count from the filing (T3).
    pub clock: Option<DecisionClock>,
    /// Questions to the buyer, open and answered (C3).
    pub questions: Vec<Question>,
    /// The visit to a repair shop, once the documents are accepted.
    pub visit: Option<Visit>,
    /// Offers and counter-offers, oldest first.
    pub offers: Vec<Offer>,
    /// What the buyer pays for repairing defects that are not covered, next to a covered repair
    /// (C4).
    pub also_paid: Option<Money>,
    /// The appeals, oldest first.
    pub appeals: Vec<AppealState>,
    /// Whether the buyer consented to the ending that the decision in force leads to (C11).
    pub consented: bool,
    /// The last verdict, as it was recorded.
    pub found: Option<Remedying>,
    /// M8: since when and until when the provider compensates for a loss.
    pub compensate_by: Option<Turn>,
    /// Whether the buyer may withdraw free of charge: a part is overdue (T9), or a repair was
    /// cancelled because it was late (M11). A verdict against the buyer ends that.
    pub is_free_of_charge: bool,
    /// The deadlines that passed and are recorded: what, which number, and when it was due (T8).
    pub late: BTreeSet<(WaitKind, u32, Instant)>,
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
    /// What reviews found to be missing or, if negative, too much, and the facts do not explain
    /// (M10).
    pub review_results: Vec<Money>,
    /// Payments that the provider granted (M10).
    pub goodwill: Vec<Goodwill>,
    /// The last change of the chain by the adjuster (C12).
    pub chain_change: Option<ChainChange>,
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

    /// The open offer: the one that is unanswered, if no remedy is chosen.
    pub fn open_offer(&self) -> Option<&Offer> {
        let is_talking = matches!(&self.stage, Stage::Remedy(talk) if talk.chosen.is_none());
        self.offers.iter().rev().find(|offer| is_talking && !offer.answered)
    }

    /// Whether a deadline has passed and that is recorded (T8).
    pub(crate) fn is_late(&self, what: WaitKind, number: u32, due: Instant) -> bool {
        self.late.contains(&(what, number, due))
    }

    pub fn open_reviews(&self) -> impl Iterator<Item = &Review> {
        self.reviews.iter().filter(|review| review.is_open)
    }

    /// M11: whether a repair for money was agreed and is not done.
    pub(crate) fn repair_is_agreed_and_not_done(&self) -> bool {
        let Stage::Settlement(settling) = &self.stage else { return false };
        let is_agreed = match settling.outcome {
            Outcome::RepairedAtBuyersCost => true,
            Outcome::SettledByAgreement => self.offers.last().is_some_and(|offer| offer.repair),
            _ => false,
        };
        is_agreed && self.visit.as_ref().is_some_and(|visit| visit.repaired.is_none())
    }

    /// M11: whether the shop owes a repair that the buyer has paid for.
    pub(crate) fn work_is_owed(&self) -> bool {
        let is_paid =
            matches!(&self.stage, Stage::Settlement(settling) if settling.all_payments_made);
        is_paid && self.repair_is_agreed_and_not_done()
    }

    /// Whether everything is carried out: every payment by or to the buyer is made, what is owed to
    /// the buyer has been sent, and no loss is to be compensated (M8).
    pub(crate) fn is_carried_out(&self, settling: &Settling) -> bool {
        let visit = self.visit.as_ref();
        settling.all_payments_made
            && self.review_of_the_loss().is_none()
            && match settling.outcome {
                // M9: the old device remains with the provider.
                Outcome::Refunded => true,
                // M11: the repair was paid for.
                Outcome::RepairedAtBuyersCost => {
                    visit.is_none_or(|visit| visit.repaired.is_some() && !visit.has_the_device())
                }
                Outcome::Replaced => visit.is_some_and(|visit| visit.replacement.is_some()),
                _ => visit.is_none_or(|visit| !visit.has_the_device()),
            }
    }
}
