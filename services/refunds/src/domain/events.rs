//! The events of a settlement. These are stored and published permanently, so their format is
//! fixed.

use recourse_kernel::{
    ClaimId, Event, Findings, Instant, Money, OrderId, PaymentId, PolicyId, SettlementId,
};
use recourse_terms::{Outcome, Party, PaymentKind, Provider, TermsRef};
use serde::{Deserialize, Serialize};

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum SettlementEvent {
        "recourse.settlement.opened.v1" => Opened(Box<Opened>),
        "recourse.settlement.payment_added.v1" => PaymentAdded(PaymentAdded),
        "recourse.settlement.payment_paid.v1" => PaymentPaid(PaymentPaid),
        "recourse.settlement.payment_failed.v1" => PaymentFailed(PaymentFailed),
        "recourse.settlement.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
        "recourse.settlement.written_off.v1" => WrittenOff(WrittenOff),
        "recourse.settlement.closed.v1" => Closed(Closed),
    }
}

/// The settlement was opened: it lists who pays what to whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub settlement: SettlementId,
    /// The claim that it settles; absent when a policy's price is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    pub reason: SettlementReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Every payment that is owed.
    pub payments: Vec<OpenedPayment>,
    /// When a buyer who has not paid gets a notice (M8); absent if the buyer owes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// What the cash for the device was calculated from, if any is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashBasis>,
    /// The terms that the amounts were calculated from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    /// The rules that were checked.
    pub findings: Findings,
}

/// What the cash for a device was calculated from (M1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashBasis {
    /// The percentage for the month of the claim.
    pub percent: u8,
    /// The price that was paid for the device.
    pub device_price: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementReason {
    ClaimSettled,
    PolicyPriceRefund,
}

/// One payment that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPayment {
    /// Its id, which the payment gateway answers with.
    pub payment: PaymentId,
    pub kind: PaymentKind,
    pub from: Party,
    pub to: Party,
    /// Whom the money is for; the first records do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Payee>,
    /// The amount, in its own currency.
    pub amount: Money,
    /// The rule that requires it.
    pub rule: String,
    /// A description for people to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whom a payment is for. Recourse knows no account: the gateway finds it by this reference, such
/// as the means by which the buyer paid the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// The buyer's pseudonym, as the marketplace gave it with the order, or the provider's slug;
    /// absent for any other party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The order that the payment belongs to.
    pub order: OrderId,
}

/// A payment was added to the settlement: the seller has paid for the device as well, so the buyer
/// returns the double payment (M7); a shipment was booked after the costs were settled (M3 to M5);
/// the claim was settled again (M8, stage 4); or a policy that replaced another one owes its price
/// as well (S5, S7). A closed settlement is open again until it is paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAdded {
    pub settlement: SettlementId,
    /// What is owed in addition.
    #[serde(flatten)]
    pub payment: OpenedPayment,
    /// The provider whose policy it is for, if it is another one than that of the settlement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// When a buyer who has not paid it gets a notice (M8); absent if it is not for a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid it counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// The new outcome of the claim, if it was settled again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What the cash for the device was calculated from, if that is what is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashBasis>,
    /// The rules that were checked.
    pub findings: Findings,
}

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

/// The buyer has not paid in time (M8, T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    pub settlement: SettlementId,
    pub payment: PaymentId,
    pub deadline: Deadline,
    pub due: Instant,
}

/// Unpaid amounts of the buyer were written off: the abandoned device stays with the provider
/// instead (M8), or the claim was settled again, in which case `outcome` is set. What others owe in
/// the settlement is still owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenOff {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    pub payments: Vec<PaymentId>,
    /// Their total, one sum per currency.
    pub amounts: Vec<Money>,
    /// The new outcome of the claim, if it was settled again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether the buyer owes nothing more in the settlement, whatever others still owe: the device
    /// is released (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_owes_nothing: bool,
    /// The rules that were checked.
    pub findings: Findings,
}

/// What an unpaid payment of the buyer leads to (M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The buyer gets a notice.
    Notice,
    /// The device counts as abandoned.
    Abandoned,
}

/// Every payment was paid or written off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    pub settlement: SettlementId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy that the claim or the refund belongs to.
    pub policy: PolicyId,
    /// The total that was paid, one sum per currency.
    pub paid: Vec<Money>,
    /// The total that was written off, one sum per currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written_off: Vec<Money>,
    pub closed_at: Instant,
}

impl SettlementEvent {
    pub fn settlement(&self) -> SettlementId {
        match self {
            Self::Opened(event) => event.settlement,
            Self::PaymentAdded(event) => event.settlement,
            Self::PaymentPaid(event) => event.settlement,
            Self::PaymentFailed(event) => event.settlement,
            Self::DeadlinePassed(event) => event.settlement,
            Self::WrittenOff(event) => event.settlement,
            Self::Closed(event) => event.settlement,
        }
    }
}

impl Event for SettlementEvent {
    fn subject(&self) -> String {
        self.settlement().to_string()
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::Opened(_) | Self::PaymentAdded(_) | Self::WrittenOff(_) | Self::Closed(_) => None,
            Self::PaymentPaid(event) => Some(event.paid_at),
            Self::PaymentFailed(event) => Some(event.failed_at),
            Self::DeadlinePassed(event) => Some(event.due),
        }
    }

    fn terms(&self) -> Option<String> {
        match self {
            Self::Opened(event) => event.terms.as_ref().map(|terms| terms.digest.to_string()),
            _ => None,
        }
    }
}
