//! Who pays what to whom at the end of a claim (M1, M3 to M6, M8, M9).
//!
//! Payments are the amounts that are still due. What the buyer paid for the device, or to a carrier
//! at the counter, has been paid already and is not among them. Each payment is rounded once (M6),
//! in its own currency.
//!
//! Long because it is one format: the facts, the payments, and their names.

use chrono::NaiveDate;
use recourse_kernel::money::MoneyError;
use recourse_kernel::{Finding, Money};
use serde::{Deserialize, Serialize};

use crate::{Country, Direction, Means, Verdict};

mod payments;

pub use payments::{
    cash_due_after, cash_percent_of, parts_of_shipment, payer_of, payments, payments_of_shipment,
};

/// How a claim ends. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The device was repaired under the policy.
    Repaired,
    /// The buyer got another device.
    Replaced,
    /// The buyer got cash for the device, by the depreciation in the terms (M1).
    Refunded,
    /// The device was repaired, and the buyer paid for it.
    RepairedAtBuyersCost,
    /// Buyer and provider agreed on an amount.
    SettledByAgreement,
    /// The device was returned without a repair.
    ReturnedUnrepaired,
    /// The provider rejected the claim in verification, and no appeal overturned that.
    Rejected,
    /// The buyer withdrew the claim or never answered.
    Withdrawn,
}

impl Outcome {
    /// Every outcome of a claim.
    pub const ALL: [Self; 8] = [
        Self::Repaired,
        Self::Replaced,
        Self::Refunded,
        Self::RepairedAtBuyersCost,
        Self::SettledByAgreement,
        Self::ReturnedUnrepaired,
        Self::Rejected,
        Self::Withdrawn,
    ];
}

/// A party that pays or is paid. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Bought the device and the warranty.
    Buyer,
    /// Offers the warranty program and handles its claims.
    Provider,
    /// Sold the device; takes no part in the payments of a settlement.
    Seller,
    /// The site on which the device was sold; takes no part in the payments of a settlement.
    Marketplace,
    /// Transports the device. Only the provider owes it payments, since buyers pay at the counter.
    Carrier,
}

/// What a payment is for. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// Refund of a policy's price (S7, S8, T1).
    PolicyPrice,
    /// Refund of a device's price (S8, T1).
    DeviceRefund,
    /// Cash for a device that cannot be repaired (M1).
    DeviceCash,
    /// Post to the repair shop: the carrier's price, or a party's share of it (M3 to M6).
    PostageToShop,
    /// A courier to the repair shop: price or share, as for post.
    CourierToShop,
    /// Post to the buyer: price or share, as in the other direction.
    PostageToBuyer,
    /// A courier to the buyer: price or share, as for post.
    CourierToBuyer,
    /// One item of forwarding, withheld from the cash (M4).
    Forwarding,
    /// Consultation and diagnosis, which the buyer owes if nothing is covered (M4).
    DiagnosisFee,
    /// A call-out, which the buyer owes if nothing is covered (M5).
    CallOutFee,
    /// A repair that the buyer agreed to pay to the provider.
    PaidRepair,
    /// The amount that buyer and provider agreed on, in either direction.
    Agreement,
    /// A payment that the provider grants without owing it (M10).
    Goodwill,
    /// What a review found to be missing, or too much (M10), in either direction.
    ReviewResult,
    /// Cash that goes back to the provider because the seller has refunded the device as well (M7).
    Recovery,
}

impl PaymentKind {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::PolicyPrice => "refund of the policy's price",
            Self::DeviceRefund => "refund of the device's price",
            Self::DeviceCash => "cash for the device",
            Self::PostageToShop => "postage to the shop",
            Self::CourierToShop => "courier to the shop",
            Self::PostageToBuyer => "postage to the buyer",
            Self::CourierToBuyer => "courier to the buyer",
            Self::Forwarding => "forwarding",
            Self::DiagnosisFee => "diagnosis",
            Self::CallOutFee => "call-out",
            Self::PaidRepair => "paid repair",
            Self::Agreement => "agreement",
            Self::Goodwill => "goodwill",
            Self::ReviewResult => "result of a review",
            Self::Recovery => "cash that goes back",
        }
    }
}

/// One payment between two parties. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Decides the name that messages use ([`PaymentKind::name`]).
    pub kind: PaymentKind,
    /// The payer: buyer or provider.
    pub from: Party,
    /// The payee: buyer, provider or carrier.
    pub to: Party,
    /// Always positive; the direction is in `from` and `to`.
    pub amount: Money,
    /// The rulebook rule that requires it: `M3`; `stage 4` for a paid repair or an agreement.
    pub rule: String,
    /// How the amount came about, for people: `call-out` or `90 % of 15000.00 RUB: filed on
    /// 2025-07-20, counted from 2025-01-10`.
    pub note: String,
}

/// One party's share of a shipment's cost. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostShare {
    /// The party that pays this share: buyer or provider.
    pub by: Party,
    /// The share in percent; none if the cost is not shared by percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The share after rounding; the shares of a shipment sum up to its price exactly (M6).
    pub amount: Money,
}

/// One booked shipment of the device. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentFact {
    /// Decides which terms apply: those for `to_shop` or those for `to_buyer`.
    pub direction: Direction,
    /// Post or courier; together with `direction` it decides the kind of payment.
    pub means: Means,
    /// Who booked it, and pays the carrier.
    pub booked_by: Party,
    /// Who counts as its booker, if that is another party: the provider, which did not book the
    /// courier in time, so that the buyer did (M3, M8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_as: Option<Party>,
    /// The carrier, as named at booking: `post-ru`.
    pub carrier: String,
    /// The carrier's price: from the terms or the tariff; if the buyer booked, what the buyer paid.
    pub price: Money,
    /// Whether the device was lost or damaged on it.
    #[serde(default)]
    pub lost: bool,
    /// Whether it was cancelled or missed before the carrier picked it up: nothing is owed for it
    /// (M13).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_picked_up: bool,
    /// The maximum that the buyer is reimbursed for a shipment that the buyer booked; none if the
    /// price on the receipt is reimbursed in full (M3, C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reimbursement_cap: Option<Money>,
}

/// The facts that a settlement is calculated from. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFacts {
    /// Decides which payment the remedy leads to.
    pub outcome: Outcome,
    /// The verdict of the inspection, the final one after an appeal; none if there was no
    /// inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The buyer's country, which decides the currency of a fee; the first of the fee if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The price paid for the device, of which cash is a percentage (M1).
    pub device_price: Money,
    /// The part of it that the seller has refunded, which is subtracted before the percentage (M1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_by_seller: Option<Money>,
    /// The day from which the policy's months are counted.
    pub counted_from: NaiveDate,
    /// The day on which the first claim of the chain was filed, in the policy's time zone.
    pub first_filed: NaiveDate,
    /// The day on which this claim was filed, in the policy's time zone.
    pub filed: NaiveDate,
    /// The day of the verdict, in the policy's time zone; none without a verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<NaiveDate>,
    /// The day on which the settlement starts, in the policy's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<NaiveDate>,
    /// In the order in which they were booked, which is the order of their payments.
    #[serde(default)]
    pub shipments: Vec<ShipmentFact>,
    /// The price of a repair that the buyer pays for, also next to a covered one (C4); none for
    /// other outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_repair: Option<Money>,
    /// The agreed amount: positive from buyer to provider, negative from provider to buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Money>,
    /// Whether three consecutive repairs did not fix the defect (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// Whether the provider keeps the device (M4, M9).
    #[serde(default)]
    pub provider_keeps_device: bool,
    /// Whether the buyer owes nothing, neither fees nor shipments, because the provider or its shop
    /// is late (T9, M11).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free_of_charge: bool,
    /// What the provider granted without owing it (M10), in the order in which it was granted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goodwill: Vec<Money>,
    /// The results of reviews (M10): positive from provider to buyer, negative from buyer to
    /// provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review_results: Vec<Money>,
}

/// Why a settlement cannot be calculated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// Amounts that cannot be calculated with each other.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The price of the device or of a repair or shipment, or the seller's refund, is this negative
    /// amount.
    #[error("invalid price {0}: a price cannot be negative")]
    NegativePrice(Money),
    /// The repair was at the buyer's cost, but no price was given.
    #[error("the repair was at the buyer's cost, but its price is missing")]
    NoRepairPrice,
    /// The claim was settled by agreement, but no amount was given.
    #[error("the claim was settled by agreement, but the amount is missing")]
    NoAgreedAmount,
}

impl SettlementFacts {
    /// The facts of a claim that is the first in its chain, without shipments or extras.
    pub fn new(
        outcome: Outcome,
        device_price: Money,
        counted_from: NaiveDate,
        filed: NaiveDate,
    ) -> Self {
        Self {
            outcome,
            verdict: None,
            country: None,
            device_price,
            refunded_by_seller: None,
            counted_from,
            first_filed: filed,
            filed,
            found: None,
            settled: None,
            shipments: Vec::new(),
            paid_repair: None,
            agreed: None,
            third_unsuccessful: false,
            provider_keeps_device: matches!(outcome, Outcome::Replaced | Outcome::Refunded),
            free_of_charge: false,
            goodwill: Vec::new(),
            review_results: Vec::new(),
        }
    }
}

/// Why the price of a policy is refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceRefunded {
    /// S7: the policy was cancelled before its coverage started.
    CancelledBeforeCoverage,
    /// S8: the order was cancelled in time.
    OrderCancelled,
    /// T1: the device was returned to the seller by day 7.
    Returned,
    /// S7: the seller refunded the whole price in a dispute.
    RefundedBySeller,
    /// S7: the seller exchanged the device, so the policy of the original ends.
    ExchangedBySeller,
    /// S5: the policy was paid for, but could not be sold.
    SaleRefused,
    /// S7: the policy was cancelled after its coverage started; the unused part is refunded.
    CancelledProRata,
}

/// S7: the part of a policy's price for the days from `on` to its end, of all its days.
pub fn unused_price(
    price: Money,
    (starts, ends): (NaiveDate, NaiveDate),
    on: NaiveDate,
) -> Result<Money, MoneyError> {
    let days = |from: NaiveDate| u32::try_from((ends - from).num_days()).unwrap_or_default();
    price.share(days(on.max(starts)), days(starts).max(1))
}

/// S7, S8, T1: the payment that refunds a policy's price, or a part of it, to the buyer.
pub fn policy_price_refund(price: Money, because: PriceRefunded) -> Payment {
    let (rule, note) = match because {
        PriceRefunded::CancelledBeforeCoverage => ("S7", "cancelled before its coverage started"),
        PriceRefunded::OrderCancelled => ("S8", "the order was cancelled in time"),
        PriceRefunded::Returned => ("T1", "the device was returned to the seller in time"),
        PriceRefunded::RefundedBySeller => ("S7", "the seller refunded the device in full"),
        PriceRefunded::ExchangedBySeller => ("S7", "the seller exchanged the device"),
        PriceRefunded::SaleRefused => ("S5", "the warranty could not be sold"),
        PriceRefunded::CancelledProRata => ("S7", "cancelled; the unused days are refunded"),
    };
    Payment {
        kind: PaymentKind::PolicyPrice,
        from: Party::Provider,
        to: Party::Buyer,
        amount: price,
        rule: rule.into(),
        note: note.into(),
    }
}

impl ShipmentFact {
    /// M3, M8: the party that counts as having booked it, and is liable for its loss.
    pub fn liable(&self) -> Party {
        self.counts_as.unwrap_or(self.booked_by)
    }

    /// M3, M13, C5: the part of the price that can be reimbursed; nothing of a price in another
    /// currency than the cap's.
    pub fn counts(&self) -> Money {
        match self.reimbursement_cap.filter(|_| self.booked_by == Party::Buyer) {
            Some(most) if most.currency != self.price.currency => Money::zero(self.price.currency),
            Some(most) if most.amount < self.price.amount => most,
            _ => self.price,
        }
    }

    /// M3, C5: the finding that less is reimbursed than the buyer paid; none if the full price
    /// counts.
    pub fn reduced(&self) -> Option<Finding> {
        let counts = self.counts();
        let why = match counts.amount {
            _ if counts == self.price => return None,
            0 => "the terms offer the buyer no such shipment to book, so nothing is reimbursed",
            _ => "the reimbursement is capped at the price of the shipment that the terms offer",
        };
        let finding = Finding::failed("C5", why).fact("carrier", &self.carrier);
        Some(finding.fact("paid", self.price).fact("reimbursement_cap", counts))
    }
}

impl PaymentKind {
    /// The kind by means and direction: `PostageToShop` for post to the shop.
    pub fn of_shipment(shipment: &ShipmentFact) -> Self {
        match (shipment.means, shipment.direction) {
            (Means::Post, Direction::ToShop) => Self::PostageToShop,
            (Means::Post, Direction::ToBuyer) => Self::PostageToBuyer,
            (Means::Courier, Direction::ToShop) => Self::CourierToShop,
            (Means::Courier, Direction::ToBuyer) => Self::CourierToBuyer,
        }
    }
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Buyer => "buyer",
            Self::Provider => "provider",
            Self::Seller => "seller",
            Self::Marketplace => "marketplace",
            Self::Carrier => "carrier",
        })
    }
}
