//! Stage 5, settlement: the outcome is carried out, and the claim closes.

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Findings, Instant, PolicyId, SettlementId, ShipmentId};
use recourse_terms::{Outcome, Provider, SettlementFacts, ShipmentFact, TermsRef};
use serde::{Deserialize, Serialize};

/// The outcome of the claim is decided; payments and shipments follow. Repeated if the claim is
/// settled again: because a repair that the buyer was to pay for failed, or the device was lost on
/// its return shipment (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementStarted {
    pub claim: ClaimId,
    /// Settlement to open, `stl_…`.
    pub settlement: SettlementId,
    pub policy: PolicyId,
    /// Provider that runs the warranty.
    pub provider: Provider,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// Version of the terms by which amounts are calculated.
    pub terms: TermsRef,
    /// Time zone in which the policy's days are counted.
    pub zone: Tz,
    /// When the first claim of the chain was filed (M1).
    pub first_filed_at: Instant,
    /// All facts from which amounts are calculated.
    #[serde(flatten)]
    pub facts: SettlementFacts,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// The facts changed after the settlement started: a shipment was booked, picked up or cancelled, a
/// payment was granted, a review came to a result, or the chain was restored (M3, M10, M13, C12).
/// The difference is paid or claimed back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    pub claim: ClaimId,
    /// Settlement of the claim, `stl_…`.
    pub settlement: SettlementId,
    /// Version of the terms by which amounts are calculated.
    pub terms: TermsRef,
    /// The shipment that was booked or cancelled, if that is why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<ShipmentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentFact>,
    /// Whether the buyer owes or is owed something else than before, so that the claim waits.
    #[serde(default)]
    pub concerns_the_buyer: bool,
    /// All facts from which amounts are calculated, as they are now.
    pub facts: SettlementFacts,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// A report from refunds about the claim's settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementNoted {
    pub claim: ClaimId,
    pub settlement: SettlementId,
    /// What happened to the payments.
    pub what: MoneyProgress,
    /// The outcome by refunds, if it is over (M8): a repair or an agreement that was never paid for
    /// ends as withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    pub at: Instant,
}

/// What can happen to the payments of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyProgress {
    /// Nothing is owed by the buyer or to the buyer any more; others may still owe each other.
    BuyerSettled,
    /// The buyer owes something again, or is owed it: a payment was added or reversed.
    BuyerOwes,
    /// Every payment is made.
    Closed,
    /// The buyer's payment is so late that a notice was sent (M8).
    Notice,
    /// The buyer's payment is so late that the device counts as abandoned (M8).
    Abandoned,
}

/// The buyer withdrew the claim or did not answer in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    pub claim: ClaimId,
    /// Whether the buyer withdrew it or did not answer.
    pub by: Withdrawal,
    pub at: Instant,
}

/// How a claim is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    Buyer,
    /// The buyer did not answer in time (C3).
    Silence,
    /// The buyer did not hand the device over in time (T11).
    HandOver,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub claim: ClaimId,
    /// Policy id, `pol_…`; another claim can be filed under it now (C4).
    pub policy: PolicyId,
    pub outcome: Outcome,
    pub closed_at: Instant,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}
