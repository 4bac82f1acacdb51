//! All commands of the claims service: from buyers and adjusters over HTTP, and translated from
//! other services' facts ([`crate::reactions`]).
//!
//! This is a format: commands stay on the command topic permanently. The edge seals texts before
//! they get here.

mod facts;

use recourse_kernel::{ClaimId, Instant, Money, PolicyId, Sealed, wire_format};
use recourse_terms::{Country, Exclusion, Serial};
use serde::{Deserialize, Serialize};

pub use facts::{
    CoverageDates, CoverageFact, NoteCoverage, NoteDispute, NoteJob, NoteOrder, NoteSettlement,
    RecordVerdict,
};

use super::events::{
    AppealOf, AsksFor, Channel, DefectCode, EarlierRepair, Ground, OfferKind, Photo, Remedy,
    RequestedRemedy,
};

wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum ClaimCommand {
        "recourse.claim.file.v1" => File(Box<File>),
        "recourse.claim.add_defect.v1" => AddDefect(AddDefect),
        "recourse.claim.ask.v1" => Ask(Ask),
        "recourse.claim.answer.v1" => Answer(Answer),
        "recourse.claim.accept.v1" => Accept(Accept),
        "recourse.claim.reject.v1" => Reject(Reject),
        "recourse.claim.choose_remedy.v1" => ChooseRemedy(ChooseRemedy),
        "recourse.claim.make_offer.v1" => MakeOffer(MakeOffer),
        "recourse.claim.accept_offer.v1" => AcceptOffer(AcceptOffer),
        "recourse.claim.decline_offer.v1" => DeclineOffer(DeclineOffer),
        "recourse.claim.withdraw.v1" => Withdraw(Withdraw),
        "recourse.claim.appeal.v1" => Appeal(Appeal),
        "recourse.claim.consent.v1" => Consent(Consent),
        "recourse.claim.decide_appeal.v1" => DecideAppeal(DecideAppeal),
        "recourse.claim.change_chain.v1" => ChangeChain(ChangeChain),
        "recourse.claim.contest_chain.v1" => ContestChain(ContestChain),
        "recourse.claim.grant_goodwill.v1" => GrantGoodwill(GrantGoodwill),
        "recourse.claim.approve_goodwill.v1" => ApproveGoodwill(ApproveGoodwill),
        "recourse.claim.decline_goodwill.v1" => DeclineGoodwill(DeclineGoodwill),
        "recourse.claim.close_review.v1" => CloseReview(CloseReview),
        "recourse.claim.close_refusal_review.v1" => CloseRefusalReview(CloseRefusalReview),

        // Translated from other services' facts; never on a topic.
        "recourse.claim.note_coverage.v1" => NoteCoverage(Box<NoteCoverage>),
        "recourse.claim.note_order.v1" => NoteOrder(NoteOrder),
        "recourse.claim.note_dispute.v1" => NoteDispute(NoteDispute),
        "recourse.claim.note_job.v1" => NoteJob(Box<NoteJob>),
        "recourse.claim.record_verdict.v1" => RecordVerdict(Box<RecordVerdict>),
        "recourse.claim.note_settlement.v1" => NoteSettlement(NoteSettlement),
    }
}

/// Files a claim (C2). The edge has checked and sealed the texts of the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The policy to claim under.
    pub policy: PolicyId,
    /// Serial number or IMEI of the device, from the form.
    pub serial: Serial,
    pub requested_remedy: RequestedRemedy,
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, from the form.
    pub city: String,
    /// Buyer's description of the defect, sealed.
    pub defect: Sealed,
    /// What kind of defect it is, if the form says so (C10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect_code: Option<DefectCode>,
    /// Buyer's name, email, phone number and street address, sealed.
    pub contact: Sealed,
    /// Photos of the defect, stored before the filing.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The claim whose defect has returned, if it is a returning one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ClaimId>,
    /// Earlier repairs of this defect elsewhere, as the buyer reported them (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
}

/// Adds another defect to the open claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddDefect {
    pub claim: ClaimId,
    /// Buyer's description of the defect, sealed.
    pub text: Sealed,
}

/// Asks the buyer a question. A question asked by phone comes with the buyer's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub claim: ClaimId,
    pub text: Sealed,
    /// What the buyer is asked to send, if it is a document (C2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_for: Option<AsksFor>,
    /// In writing or by phone.
    #[serde(default)]
    pub channel: Channel,
    /// What the buyer answered by phone, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Sealed>,
}

/// Answers a question: the buyer in writing, or the provider's staff with what the buyer said by
/// phone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub claim: ClaimId,
    /// Number of the question in the claim, from 1.
    pub question: u32,
    pub text: Sealed,
    /// Photos that the buyer adds, of the documents among others, stored before the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
}

/// Accepts the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accept {
    pub claim: ClaimId,
}

/// Rejects the claim after checking the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reject {
    pub claim: ClaimId,
    pub code: Ground,
    /// Exclusion that applies, if the ground is `excluded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChooseRemedy {
    pub claim: ClaimId,
    pub remedy: Remedy,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MakeOffer {
    pub claim: ClaimId,
    pub kind: OfferKind,
    /// What the buyer pays; in an agreement a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair; always true for a paid repair.
    #[serde(default)]
    pub repair: bool,
    /// Until when the party that made it keeps it open. No rule uses it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AcceptOffer {
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineOffer {
    pub claim: ClaimId,
    /// Number of the offer in the claim, from 1.
    pub offer: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdraw {
    pub claim: ClaimId,
}

/// Appeals the rejection or the verdict, whichever is in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appeal {
    pub claim: ClaimId,
    pub grounds: Sealed,
    /// How many characters the grounds have, as the edge counted them before sealing (C11).
    pub characters: u32,
}

/// C11: consents to the ending that the decision leads to, before the appeal period is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    pub claim: ClaimId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecideAppeal {
    pub claim: ClaimId,
    /// Which appeal is decided; needed if two are open, of the chain and of another decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<AppealOf>,
    /// Whether the buyer is right.
    pub upheld: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

/// C12: puts the claim into the chain of an earlier one, or takes it out of its chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeChain {
    pub claim: ClaimId,
    /// The claim whose defect has returned; none if the defect is a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ClaimId>,
    /// Why, sealed.
    pub reason: Sealed,
}

/// C12: contests the chain that the adjuster made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContestChain {
    pub claim: ClaimId,
    pub grounds: Sealed,
    /// How many characters the grounds have, as the edge counted them before sealing (C11).
    pub characters: u32,
}

/// M10: grants a payment that is not owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GrantGoodwill {
    pub claim: ClaimId,
    pub amount: Money,
    /// Why, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sealed>,
}

/// M10: approves a payment above the limit, as another person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApproveGoodwill {
    pub claim: ClaimId,
    /// Number of the payment in the claim, from 1.
    pub goodwill: u32,
}

/// M10: declines a payment above the limit, as another person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineGoodwill {
    pub claim: ClaimId,
    /// Number of the payment in the claim, from 1.
    pub goodwill: u32,
}

/// What follows from a review, by name (M10).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    #[default]
    Nothing,
    /// The provider pays the difference.
    Pay,
    /// The buyer pays the difference back.
    ClaimBack,
    /// The claim is admitted as of its date.
    Admit,
}

/// Closes a review of decisions, with its result (M10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseReview {
    pub claim: ClaimId,
    /// Number of the review in the claim, from 1.
    pub review: u32,
    #[serde(default)]
    pub result: ResultKind,
    /// The amount to pay or to claim back: at most, and if absent exactly, the difference by the
    /// facts known now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The date of an admitted claim; the day of its filing if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseRefusalReview {
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    /// Only `nothing` or `admit`: the buyer can then file with the date of the refused filing.
    #[serde(default)]
    pub result: ResultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}
