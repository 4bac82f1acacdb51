//! What happens when a payment is not made in time (M8, T8, T11).

use recourse_kernel::{ClaimId, Instant, Money, Owner, PaymentId, SettlementId};
use recourse_terms::{Outcome, Provider};
use serde::{Deserialize, Serialize};

/// A deadline was missed (T8). Each is recorded once for a payment; a reversed payment has new
/// ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    pub deadline: Deadline,
    pub due: Instant,
    /// Who is late.
    pub owner: Owner,
    /// The provider that it is escalated to; absent for a notice to the buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_to: Option<Provider>,
    /// How the claim ends, if the device counts as abandoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// A deadline of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The buyer gets a notice: the shop holds a device until it is paid (M8).
    Notice,
    /// The device counts as abandoned (M8).
    Abandoned,
    /// The provider or a carrier has not paid; it stays owed.
    ProviderPayment,
    /// The buyer has not paid, and no device is held: it is handed to collection.
    Recovery,
    /// The shop has not done the repair that this payment paid for (M11).
    PaidRepair,
}

/// The buyer was reminded of a payment for which no device is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReminderSent {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    /// Always [`Deadline::Recovery`].
    pub kind: Deadline,
    pub at: Instant,
}

/// A payment of the buyer was handed to collection. It stays owed, and can still be paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollectionStarted {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    pub payment: PaymentId,
    pub amount: Money,
    pub at: Instant,
    /// Whether nothing else is owed any more by the buyer or to the buyer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_is_settled: bool,
}

/// The shop has done the repair that was paid for, so what the buyer still owes is due (M11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkNoted {
    pub settlement: SettlementId,
    pub claim: ClaimId,
    pub repaired_at: Instant,
    /// The payments that the buyer still owes for the device, whose deadlines start now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentId>,
    /// When a buyer who has not paid gets a notice (M8), from now on; absent if the buyer owes
    /// nothing for the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
}

/// An appeal against the verdict is open, so the buyer's deadlines are paused; or it is decided, and
/// what the buyer still owes has its full time again (C11, T12).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppealNoted {
    pub settlement: SettlementId,
    pub claim: ClaimId,
    /// Whether the appeal is open now.
    pub open: bool,
    pub at: Instant,
    /// The payments that the buyer owes for a device that the shop holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<PaymentId>,
    /// When a buyer who has not paid them gets a notice (M8); absent while the appeal is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid them counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// The payments of the buyer for which no device is held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<PaymentId>,
    /// When a buyer who has not paid those is reminded; absent while the appeal is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
    /// When they are handed to collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<Instant>,
}
