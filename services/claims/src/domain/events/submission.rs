//! Stage 1, submission: a claim is filed, and further defects join it (C2, C4, T6).

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, DeviceId, Findings, Instant, JobId, OrderId, PolicyId, Sealed};
use recourse_terms::{Cause, Country, Program, Provider, Serial, TermsRef};
use serde::{Deserialize, Serialize};

use super::deadlines::{CheckWithin, DecideWithin};

/// A claim was filed, in time and complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    pub claim: ClaimId,
    /// The policy that the claim is filed under.
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
    /// Buyer's city, from the form.
    pub city: String,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// Serial number or IMEI of the device, from the form.
    pub serial: Serial,
    pub requested_remedy: RequestedRemedy,
    /// Buyer's description of the defect, sealed.
    pub defect: Sealed,
    /// What kind of defect it is, in the buyer's words of the form: `battery`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect_code: Option<DefectCode>,
    /// Buyer's name, email, phone number and street address, sealed.
    pub contact: Sealed,
    /// Photos of the defect, by hash.
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// Position in the chain of claims for one returning defect (T6, M1).
    pub chain: Chain,
    /// Earlier repairs of this defect elsewhere, as the buyer reported them (T6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_repairs: Vec<EarlierRepair>,
    /// Which of their receipts count, by SHA-256 (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts_that_count: Option<Vec<String>>,
    /// When the claim was filed.
    pub filed_at: Instant,
    /// The review that admitted it as of the date of a refused filing, which counts for C1 and M1
    /// (M10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted: Option<Admitted>,
    /// Time limit of the check of the documents (T8, T11).
    pub check_within: CheckWithin,
    /// After how many days without a report from repair-shops or refunds that is recorded (T11).
    pub carried_out_within_days: u16,
    /// Time limit of the decision, if the terms count it from the filing (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_within: Option<DecideWithin>,
    /// When the decision is due if the clock is never paused (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decide_by: Option<Instant>,
    /// Whether verification waits for a dispute with the seller (C8).
    #[serde(default)]
    pub waits_for_dispute: bool,
    /// Whether the claim is made under a replacement's own warranty (T7).
    #[serde(default)]
    pub under_replacement: bool,
    /// Version of the terms that governs the claim until it closes (C9).
    pub terms: TermsRef,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// A filing that the review of an earlier refusal admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    /// Number of the review under the policy, from 1.
    pub review: u32,
    /// When the refused filing was made.
    pub as_of: Instant,
}

/// The part or function that is defective, as the form names it (C2, C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefectCode {
    DoesNotStart,
    Battery,
    Charging,
    Display,
    Touch,
    Camera,
    Speaker,
    Microphone,
    Connection,
    Buttons,
    Software,
    Other,
}

/// What a buyer can request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestedRemedy {
    Repair,
    Replacement,
    /// Cash.
    Refund,
}

/// A photo that was stored before the filing. The log holds only its identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// SHA-256 of the stored bytes, in hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// Media type, always `image/jpeg` (C2).
    pub media_type: String,
}

/// Position of a claim in the chain of claims for one returning defect (T6, M1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    pub first: ClaimId,
    /// When the first claim was filed: the date that counts for M1.
    pub first_filed_at: Instant,
    /// Position of this claim in the chain, from 1.
    pub position: u32,
    /// How many repairs in a row came before this claim without curing the defect (T6).
    #[serde(default)]
    pub unsuccessful_repairs: u32,
}

/// An earlier repair of the defect, done elsewhere and so not in this log (T6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRepair {
    pub on: NaiveDate,
    /// Name of the shop.
    pub shop: String,
    /// Photo of the receipt or report; without one the repair does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Photo>,
}

impl EarlierRepair {
    /// The receipts of all repairs that have one, by SHA-256.
    pub(crate) fn receipts(repairs: &[Self]) -> Vec<String> {
        let evidence = repairs.iter().filter_map(|repair| repair.evidence.as_ref());
        evidence.map(|receipt| receipt.sha256.clone()).collect()
    }
}

/// Another defect joined the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DefectAdded {
    pub claim: ClaimId,
    /// Number of the defect in the claim; the one on the form is 1.
    pub defect: u32,
    pub by: FoundBy,
    /// The buyer's description, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sealed>,
    /// The cause that the shop found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The visit in which the shop found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// When it joined the claim.
    pub at: Instant,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    Buyer,
    /// The repair shop, during the inspection.
    Shop,
}
