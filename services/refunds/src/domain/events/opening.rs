//! A settlement is opened, and payments are added to it.

use recourse_kernel::{
    ClaimId, Findings, Instant, Money, OrderId, PaymentId, PolicyId, SettlementId,
};
use recourse_terms::{Country, Outcome, Party, PaymentKind, Provider, TermsRef};
use serde::{Deserialize, Serialize};

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
    /// When a buyer who has not paid gets a notice (M8); absent if no device is held for a payment
    /// of the buyer.
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
    /// The country of the policy, whose calendar counts; absent if it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Whether nothing is owed by the buyer or to the buyer, so that the claim need not wait.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub buyer_is_settled: bool,
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
    /// The first instant at which paying is too late (T11). What follows then depends on who owes
    /// it, and on whether a device is held for it.
    pub pay_by: Instant,
    /// When a buyer who has not paid is reminded; absent for other payers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_at: Option<Instant>,
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
