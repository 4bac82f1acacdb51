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

use super::events::{Channel, EarlierRepair, Ground, OfferKind, Photo, Remedy, RequestedRemedy};

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
    /// Buyer's name, email and phone number, sealed.
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
    /// Whether the buyer is right.
    pub upheld: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseReview {
    pub claim: ClaimId,
    /// Number of the review in the claim, from 1.
    pub review: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CloseRefusalReview {
    pub policy: PolicyId,
    /// Number of the review under the policy, from 1.
    pub review: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Sealed>,
}
