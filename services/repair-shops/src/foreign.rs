//! The parts of other services' events that repair shops read, as types of this service. Unknown
//! fields are ignored, so that the other service can add some.

use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Instant, JobId, OrderId, PolicyId, Sealed, SettlementId,
};
use recourse_terms::{
    Country, DeviceKind, Outcome, Party, PaymentKind, Program, Provider, Serial, TermsRef,
};
use serde::{Deserialize, Serialize};

/// `recourse.claim.filed.v1`: only the position in a chain.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimFiled {
    pub claim: ClaimId,
    /// Its position among claims for the same recurring defect (T6).
    pub chain: ClaimChain,
}

/// A position in a chain of claims.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimChain {
    pub first: ClaimId,
    /// The position, starting with 1.
    pub position: u32,
    /// The number of consecutive earlier repairs, here and elsewhere, that did not cure the defect
    /// (T6).
    #[serde(default)]
    pub unsuccessful_repairs: u32,
}

/// `recourse.claim.accepted.v1`: everything that a job needs. Also the body of the resulting
/// command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimAccepted {
    pub claim: ClaimId,
    pub policy: PolicyId,
    /// The order in which the device was bought.
    pub order: OrderId,
    pub device: DeviceId,
    pub provider: Provider,
    pub program: Program,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The buyer's description of the defect, sealed with the buyer's key.
    pub defect: Sealed,
    /// The buyer's name, email, phone number and street address, sealed with the buyer's key.
    pub contact: Sealed,
    /// The photos of the claim form, by hash; their bytes are stored for the policy.
    #[serde(default)]
    pub photos: Vec<ClaimPhoto>,
    /// The serial stated in the claim.
    pub serial: Serial,
    pub kind: DeviceKind,
    /// The job to open.
    pub job: JobId,
    /// The terms pinned in the policy.
    pub terms: TermsRef,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
}

/// A photo of the claim form: only what identifies it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimPhoto {
    /// The SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// The size in bytes.
    pub size: u64,
    /// Always `image/jpeg`.
    pub media_type: String,
}

/// `recourse.claim.defect_added.v1`: only what the buyer wrote.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimDefectAdded {
    pub claim: ClaimId,
    /// The defect's number within the claim; the one on the form is 1.
    pub defect: u32,
    /// The buyer's description, sealed; none if the shop found the defect.
    #[serde(default)]
    pub text: Option<Sealed>,
}

/// `recourse.claim.question_asked.v1`, `.question_answered.v1` and `.question_lapsed.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimQuestion {
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
}

/// `recourse.claim.offer_made.v1`, `.offer_accepted.v1` and `.offer_declined.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimOffer {
    pub claim: ClaimId,
    /// Who made, accepted or declined it.
    pub by: OfferSide,
}

/// The two sides of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferSide {
    Buyer,
    Provider,
}

/// `recourse.claim.appealed.v1`: only what it is about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimAppealed {
    pub claim: ClaimId,
    pub of: AppealOf,
}

/// `recourse.claim.deadline_passed.v1`: only whether an offer was not answered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimDeadlinePassed {
    pub claim: ClaimId,
    pub deadline: ClaimDeadline,
    pub due: Instant,
}

/// A deadline of a claim, as far as it is relevant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimDeadline {
    OfferAnswer,
    #[serde(other)]
    Other,
}

/// `recourse.claim.appeal_decided.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimAppealDecided {
    pub claim: ClaimId,
    pub of: AppealOf,
    /// Whether the buyer was right.
    pub upheld: bool,
}

/// What an appeal is about, as far as it is relevant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealOf {
    Verdict,
    Chain,
    #[serde(other)]
    Other,
}

/// `recourse.claim.chain_changed.v1`: only the chain that results.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimChainChanged {
    pub claim: ClaimId,
    pub chain: ClaimChain,
}

/// `recourse.claim.remedy_chosen.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimRemedyChosen {
    pub claim: ClaimId,
    pub remedy: ChosenRemedy,
}

/// What a claim can decide about the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenRemedy {
    /// The device is repaired at the provider's cost.
    Repair,
    Replacement,
    Cash,
    /// The device is repaired at the buyer's cost.
    PaidRepair,
    /// The device is returned as it came.
    ReturnUnrepaired,
}

/// `recourse.claim.settlement_started.v1`: only the outcome.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimSettlementStarted {
    pub claim: ClaimId,
    pub outcome: Outcome,
}

/// `recourse.claim.dispute_noted.v1`: only the ending, once there is one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimDisputeNoted {
    pub dispute: DisputeId,
    pub device: DeviceId,
    #[serde(default)]
    pub ending: Option<DisputeEnding>,
}

/// How a dispute with the seller ended, as far as it is relevant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The seller agreed to a repair elsewhere, and paid for it.
    RepairReimbursed,
    #[serde(other)]
    Other,
}

/// `recourse.claim.withdrawn.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OfClaim {
    /// The claim that the event concerns.
    pub claim: ClaimId,
}

/// `recourse.settlement.closed.v1`: only the claim.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementClosed {
    /// The claim; none if a policy's price was refunded.
    #[serde(default)]
    pub claim: Option<ClaimId>,
}

/// `recourse.settlement.opened.v1`: only the outcome, and who owes payments.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementOpened {
    /// The claim; none if a policy's price is refunded.
    #[serde(default)]
    pub claim: Option<ClaimId>,
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Every payment that is owed.
    pub payments: Vec<SettlementPayment>,
    /// When the device of a buyer who has not paid counts as abandoned (M8); none if no device is
    /// kept for what the buyer owes.
    #[serde(default)]
    pub abandoned_at: Option<Instant>,
}

/// A payment: only who owes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementPayment {
    pub from: Party,
}

/// `recourse.settlement.payment_paid.v1` and `.written_off.v1`: only whether the buyer still owes
/// anything.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BuyersDebt {
    /// The settlement that the event belongs to.
    pub settlement: SettlementId,
    /// Whether the buyer owes nothing more.
    #[serde(default)]
    pub buyer_owes_nothing: bool,
}

/// `recourse.settlement.payment_added.v1`: only who owes it, and whether it is for a device.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentAdded {
    /// The settlement that the event belongs to.
    pub settlement: SettlementId,
    pub from: Party,
    /// When the device of a buyer who has not paid it counts as abandoned (M8); none if no device
    /// is kept for it.
    #[serde(default)]
    pub abandoned_at: Option<Instant>,
}

/// `recourse.settlement.payment_reversed.v1`: only who owes it again, and what for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentReversed {
    /// The settlement that the event belongs to.
    pub settlement: SettlementId,
    pub kind: PaymentKind,
    pub from: Party,
    /// When the device of a buyer who does not pay it again counts as abandoned (M8); none if no
    /// device is kept for it.
    #[serde(default)]
    pub abandoned_at: Option<Instant>,
}

/// `recourse.settlement.deadline_passed.v1`: a payment deadline that the buyer missed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentOverdue {
    /// The settlement that the event belongs to.
    pub settlement: SettlementId,
    /// The deadline that was missed.
    pub deadline: PaymentDeadline,
    pub due: Instant,
}

/// What an unpaid payment of the buyer leads to (M8), as far as it is relevant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentDeadline {
    /// The device counts as abandoned.
    Abandoned,
    /// Anything else; the device stays where it is.
    #[serde(other)]
    Other,
}
