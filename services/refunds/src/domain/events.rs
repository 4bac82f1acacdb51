//! What happens to a settlement. These are formats: they are stored and published for ever.

use recourse_kernel::{
    ClaimId, Event, Findings, Instant, Money, PaymentId, PolicyId, SettlementId,
};
use recourse_terms::{Outcome, Party, PaymentKind, Provider, TermsRef};
use serde::{Deserialize, Serialize};

recourse_kernel::wire_format! {
    /// What happened to a settlement.
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

/// It is settled who pays what to whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The settlement.
    pub settlement: SettlementId,
    /// The claim that it ends; absent where a policy's price goes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy.
    pub policy: PolicyId,
    /// The provider.
    pub provider: Provider,
    /// The buyer, as a pseudonym.
    pub buyer: String,
    /// What it is for.
    pub reason: SettlementReason,
    /// How the claim ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Every amount that is owed.
    pub payments: Vec<OpenedPayment>,
    /// When a buyer who has not paid gets a notice (M8); absent where the buyer owes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// What the cash for the device was reckoned from, where there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashBasis>,
    /// The terms by which it was reckoned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    /// The rules tried.
    pub findings: Findings,
}

/// What the cash for a device was reckoned from (M1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashBasis {
    /// The percentage of the month.
    pub percent: u8,
    /// The price that was paid for the device.
    pub device_price: Money,
}

/// What a settlement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementReason {
    /// The costs of a claim that ends.
    ClaimSettled,
    /// A policy's price goes back.
    PolicyPriceRefund,
}

/// One amount that is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPayment {
    /// Its id, under which the payment gateway answers.
    pub payment: PaymentId,
    /// What it is for.
    pub kind: PaymentKind,
    /// Who pays.
    pub from: Party,
    /// Who is paid.
    pub to: Party,
    /// How much.
    pub amount: Money,
    /// The rule that asks for it.
    pub rule: String,
    /// What it is, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One more amount is owed: the seller has paid for the device as well, and what the buyer got twice goes back
/// (M7); a way was booked after it was settled who pays what (M3 to M5); or the claim was settled anew (M8, stage 4).
/// A settlement that was closed is open again until it is paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAdded {
    /// The settlement.
    pub settlement: SettlementId,
    /// The amount.
    #[serde(flatten)]
    pub payment: OpenedPayment,
    /// When a buyer who has not paid it gets a notice (M8); absent where no device is held for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_at: Option<Instant>,
    /// When the device of a buyer who has not paid it counts as abandoned (M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandoned_at: Option<Instant>,
    /// How the claim ends now, where it was settled anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What the cash for the device was reckoned from, where that is what is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash: Option<CashBasis>,
    /// The rules tried.
    pub findings: Findings,
}

/// A leg was paid, or collected: once (M7).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentPaid {
    /// The settlement.
    pub settlement: SettlementId,
    /// The leg.
    pub payment: PaymentId,
    /// What it was for.
    pub kind: PaymentKind,
    /// Who paid.
    pub from: Party,
    /// Who was paid.
    pub to: Party,
    /// How much.
    pub amount: Money,
    /// The gateway's own reference of the payment.
    pub reference: String,
    /// When it was paid.
    pub paid_at: Instant,
    /// Whether the buyer owes nothing more in the settlement, whatever others do: the device does not wait (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_owes_nothing: bool,
}

/// An attempt to pay a leg failed. The leg stays owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// The settlement.
    pub settlement: SettlementId,
    /// The leg.
    pub payment: PaymentId,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// Why, as the gateway says.
    pub reason: String,
    /// When.
    pub failed_at: Instant,
}

/// A buyer has not paid in time (M8, T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// The settlement.
    pub settlement: SettlementId,
    /// The leg that is unpaid.
    pub payment: PaymentId,
    /// Which deadline.
    pub deadline: Deadline,
    /// When it was due.
    pub due: Instant,
}

/// What the buyer never paid is owed no more: the device that counts as abandoned stays with the provider instead
/// (M8), or the claim was settled anew, which `outcome` says. What others owe in the settlement is owed as before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenOff {
    /// The settlement.
    pub settlement: SettlementId,
    /// The claim that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The legs that fall.
    pub payments: Vec<PaymentId>,
    /// What they come to, one sum for each currency.
    pub amounts: Vec<Money>,
    /// How the claim ends now, where it was settled anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether the buyer owes nothing more in the settlement, whatever others do: the device does not wait (M3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_owes_nothing: bool,
    /// The rules tried.
    pub findings: Findings,
}

/// What a buyer's unpaid leg leads to (M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The buyer gets a notice.
    Notice,
    /// The device counts as abandoned.
    Abandoned,
}

/// Every leg is paid, or was written off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The settlement.
    pub settlement: SettlementId,
    /// The claim that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimId>,
    /// The policy.
    pub policy: PolicyId,
    /// What was paid in all, one sum for each currency.
    pub paid: Vec<Money>,
    /// What was owed, never paid and written off, one sum for each currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written_off: Vec<Money>,
    /// When.
    pub closed_at: Instant,
}

impl SettlementEvent {
    /// The settlement that it is about.
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
