//! What becomes of a payment: made, failed, reversed or written off.

use recourse_kernel::{ClaimId, Findings, Instant, Money, PaymentId, SettlementId};
use recourse_terms::{Outcome, Party, PaymentKind};
use serde::{Deserialize, Serialize};

/// A payment was made or collected, which happens once (M7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentPaid {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    pub kind: PaymentKind,
    pub from: Party,
    pub to: Party,
    pub amount: Money,
    /// The gateway's reference of the transfer.
    pub reference: String,
    pub paid_at: Instant,
    /// Whether the buyer owes nothing more in the settlement, whatever others still owe: the device
    /// is released (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_owes_nothing: bool,
    /// Whether nothing is owed any more by the buyer or to the buyer, whatever others still owe, so
    /// that the claim need not wait. Amounts in collection do not count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_is_settled: bool,
    /// If a repair was paid for, by when the shop has to do it (M11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_by: Option<Instant>,
}

/// An attempt to make a payment failed, or the report of that was corrected: then the number of the
/// attempt and its time are those of the first report. The payment is still owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentFailed {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    /// The number of the attempt, starting with 1.
    pub attempt: u32,
    /// The gateway's code for why it failed; the first records have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in the gateway's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub failed_at: Instant,
}

/// The gateway took a payment back: a chargeback, or a transfer that came back. It is owed again
/// (M12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentReversed {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    pub kind: PaymentKind,
    pub from: Party,
    pub to: Party,
    pub amount: Money,
    /// The gateway's reference of the transfer that was reversed. It cannot pay the payment again.
    pub reference: String,
    /// The gateway's code for why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why, in the gateway's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub reversed_at: Instant,
    /// The new first instant at which paying is too late.
    pub pay_by: Instant,
    /// When a buyer who has not paid it again is reminded; absent for other payers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
    /// When that buyer gets a notice (M8); only if the shop still holds the device, because the
    /// repair that this paid for is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device then counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
}

/// Unpaid amounts are no longer owed: the abandoned device stays with the provider instead (M8), or
/// the claim was settled again. What others owe in the settlement is still owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenOff {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    pub payments: Vec<PaymentId>,
    /// Their total, one sum per currency.
    pub amounts: Vec<Money>,
    /// The outcome of the claim now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether the buyer owes nothing more in the settlement, whatever others still owe: the device
    /// is released (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_owes_nothing: bool,
    /// Whether nothing is owed any more by the buyer or to the buyer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_is_settled: bool,
    /// The rules that were checked.
    pub findings: Findings,
}
