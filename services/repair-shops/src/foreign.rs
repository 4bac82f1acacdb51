//! The small part of other services' events that repair shops read, as own types. Unknown fields are
//! ignored, so the other service may grow.

use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Instant, JobId, OrderId, PolicyId, SettlementId,
};
use recourse_terms::{
    Country, DeviceKind, Outcome, Party, PaymentKind, Program, Provider, Serial, TermsRef,
};
use serde::{Deserialize, Serialize};

use crate::domain::events::Remedy;

/// `recourse.claim.filed.v1`: only its place in a chain.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimFiled {
    /// The claim.
    pub claim: ClaimId,
    /// Where it stands among claims for the same returning defect (T6).
    pub chain: ClaimChain,
}

/// A place in a chain of claims.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimChain {
    /// The first claim.
    pub first: ClaimId,
    /// The place, from 1.
    pub position: u32,
    /// How many repairs in a row went before and did not cure the defect, here and elsewhere (T6).
    #[serde(default)]
    pub unsuccessful_repairs: u32,
}

/// `recourse.claim.accepted.v1`: everything that a job needs. Also the body of the command made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimAccepted {
    /// The claim.
    pub claim: ClaimId,
    /// Its policy.
    pub policy: PolicyId,
    /// Its order.
    pub order: OrderId,
    /// Its device.
    pub device: DeviceId,
    /// Who stands behind the policy.
    pub provider: Provider,
    /// The kind of warranty.
    pub program: Program,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The serial that the claim names.
    pub serial: Serial,
    /// What kind of device it is.
    pub kind: DeviceKind,
    /// The job to open.
    pub job: JobId,
    /// The terms of the policy.
    pub terms: TermsRef,
}

/// `recourse.claim.question_asked.v1` and `.question_answered.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimQuestion {
    /// The claim.
    pub claim: ClaimId,
    /// The question's number.
    pub question: u32,
}

/// `recourse.claim.remedy_chosen.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimRemedyChosen {
    /// The claim.
    pub claim: ClaimId,
    /// What the buyer gets.
    pub remedy: Remedy,
}

/// `recourse.claim.settlement_started.v1`: only how it ends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimSettlementStarted {
    /// The claim.
    pub claim: ClaimId,
    /// How it ends.
    pub outcome: Outcome,
}

/// `recourse.claim.dispute_noted.v1`: only how it ended, if it did.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ClaimDisputeNoted {
    /// The dispute.
    pub dispute: DisputeId,
    /// The device that it is about.
    pub device: DeviceId,
    /// How it ended.
    #[serde(default)]
    pub ending: Option<DisputeEnding>,
}

/// How a dispute with the seller ended, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The seller agreed to a repair elsewhere, and paid for it.
    RepairReimbursed,
    /// Any other end.
    #[serde(other)]
    Other,
}

/// `recourse.claim.withdrawn.v1`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OfClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// `recourse.settlement.closed.v1`: only whose it was.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementClosed {
    /// The claim; none when a policy's price went back.
    #[serde(default)]
    pub claim: Option<ClaimId>,
}

/// `recourse.settlement.opened.v1`: only how the claim ends, and who owes what.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementOpened {
    /// The claim; none when a policy's price goes back.
    #[serde(default)]
    pub claim: Option<ClaimId>,
    /// How it ends.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Every amount that is owed.
    pub payments: Vec<SettlementPayment>,
}

/// An amount: only who owes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SettlementPayment {
    /// Who pays.
    pub from: Party,
}

/// `recourse.settlement.payment_paid.v1` and `.written_off.v1`: only what it leaves the buyer to pay.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BuyersDebt {
    /// The settlement.
    pub settlement: SettlementId,
    /// Whether that is nothing.
    #[serde(default)]
    pub buyer_owes_nothing: bool,
}

/// `recourse.settlement.payment_added.v1`: only whose it is, and who owes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentAdded {
    /// The settlement.
    pub settlement: SettlementId,
    /// What it is for.
    pub kind: PaymentKind,
    /// Who pays.
    pub from: Party,
}

/// `recourse.settlement.deadline_passed.v1`: what the buyer let pass.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PaymentOverdue {
    /// The settlement.
    pub settlement: SettlementId,
    /// What that leads to.
    pub deadline: PaymentDeadline,
    /// When it was due.
    pub due: Instant,
}

/// What a buyer's unpaid leg leads to (M8), as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentDeadline {
    /// The device counts as abandoned.
    Abandoned,
    /// Something that leaves the device where it is.
    #[serde(other)]
    Other,
}
