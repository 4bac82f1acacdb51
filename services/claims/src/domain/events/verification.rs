//! Stage 2, verification: the provider's staff accept or reject the claim.

use recourse_kernel::{
    ClaimId, DeviceId, Findings, Instant, JobId, OrderId, PolicyId, Principal, Sealed,
};
use recourse_terms::{Country, DeviceKind, Exclusion, Program, Provider, Serial, TermsRef};
use serde::{Deserialize, Serialize};

use super::submission::Photo;

/// The documents are in order: the device can go to a repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub claim: ClaimId,
    pub policy: PolicyId,
    pub order: OrderId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Provider that handles the claim.
    pub provider: Provider,
    /// Kind of warranty: repair or exchange.
    pub program: Program,
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, which selects the repair shop.
    pub city: String,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// Buyer's description of the defect, sealed, for the shop that holds the job (A2).
    pub defect: Sealed,
    /// Buyer's name, email, phone number and street address, sealed, for the shop that holds the
    /// job (A2).
    pub contact: Sealed,
    /// Photos of the defect, by hash, for the shop that holds the job (A2).
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// Serial to expect at the shop; if the terms require registration, the registered one (C6).
    pub serial: Serial,
    /// Kind of device: phone or tablet.
    pub kind: DeviceKind,
    /// Number of the shop visit under this claim, from 1.
    pub visit: u32,
    pub job: JobId,
    /// Whether the documents count as accepted because the provider did not check them (T8).
    #[serde(default)]
    pub by_clock: bool,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// The provider rejected the claim after checking the documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    pub claim: ClaimId,
    /// Who rejected it; an appeal goes to another reviewer.
    pub by: Principal,
    pub code: Ground,
    /// Exclusion that applies, if the ground is `excluded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclusion: Option<Exclusion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Sealed>,
    /// First instant at which an appeal is too late; absent if the terms have no appeal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<Instant>,
    /// Version of the terms that this decision follows.
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// An exclusion of the terms.
    Excluded,
    /// The documents are incomplete, even after a question.
    DocumentsIncomplete,
    /// The serial does not match the device that was sold.
    SerialDoesNotMatch,
}
