//! Who pays what to whom at the end of a claim (M1, M3 to M6, M8, M9).
//!
//! What the buyer paid a carrier at the counter, and what the buyer paid for the device, has happened
//! already; legs are what is still to be moved. Each is rounded once (M6), in its own currency.

use chrono::NaiveDate;
use recourse_kernel::money::MoneyError;
use recourse_kernel::{Finding, Money};
use serde::{Deserialize, Serialize};

use crate::{Direction, Means, Verdict};

mod payments;

pub use payments::{
    bearer_of, cash_due_after, cash_percent_of, parts_of_shipment, payments, payments_of_shipment,
};

/// How a claim ends. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The device was mended under the policy.
    Repaired,
    /// The buyer got another device.
    Replaced,
    /// The buyer got cash.
    Refunded,
    /// The device was mended, and the buyer paid.
    RepairedAtBuyersCost,
    /// Buyer and provider found a middle ground.
    SettledByAgreement,
    /// The device went back as it came.
    ReturnedUnrepaired,
    /// The provider rejected the claim.
    Rejected,
    /// The buyer withdrew, or never answered.
    Withdrawn,
}

impl Outcome {
    /// Every way in which a claim can end.
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

/// Who pays or is paid. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who bought the device and the warranty.
    Buyer,
    /// Who stands behind the program.
    Provider,
    /// Who sold the device.
    Seller,
    /// The shop site.
    Marketplace,
    /// Who moves the device.
    Carrier,
}

/// What an amount is for. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// The price of a policy goes back (S7, S8, T1).
    PolicyPrice,
    /// The price of a device goes back (S8, T1).
    DeviceRefund,
    /// Cash for a device that cannot be repaired (M1).
    DeviceCash,
    /// Post to the repair shop.
    PostageToShop,
    /// A courier to the repair shop.
    CourierToShop,
    /// Post to the buyer.
    PostageToBuyer,
    /// A courier to the buyer.
    CourierToBuyer,
    /// One item of forwarding, withheld from the cash (M4).
    Forwarding,
    /// Consultation and diagnosis (M4).
    DiagnosisFee,
    /// A call-out (M5).
    CallOutFee,
    /// A repair that the buyer pays.
    PaidRepair,
    /// What buyer and provider agreed on.
    Agreement,
    /// Cash that the seller has paid for as well goes back to the provider (M7).
    Recovery,
}

/// One amount of one kind. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What it is for.
    pub kind: PaymentKind,
    /// Who pays.
    pub from: Party,
    /// Who is paid.
    pub to: Party,
    /// How much; never 0 or less.
    pub amount: Money,
    /// The rule of the rulebook that asks for it.
    pub rule: String,
    /// What it is, for a person.
    pub note: String,
}

/// What one of two bears of a way. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostShare {
    /// Who.
    pub by: Party,
    /// How much, in percent; none where it is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// How much, as an amount.
    pub amount: Money,
}

/// One transport of the device that was booked. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentFact {
    /// There or back.
    pub direction: Direction,
    /// Post or courier.
    pub means: Means,
    /// Who booked it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier.
    pub carrier: String,
    /// Its price.
    pub price: Money,
    /// Whether the device was lost or damaged on it.
    #[serde(default)]
    pub lost: bool,
    /// The most that is made good of one that the buyer booked; none where that is what the receipt shows (M3, C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reimbursement_cap: Option<Money>,
}

/// What a settlement is reckoned from. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFacts {
    /// How the claim ends.
    pub outcome: Outcome,
    /// What the inspection found, the last word after an appeal; none if there was no inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The price paid for the device.
    pub device_price: Money,
    /// What the seller has refunded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_by_seller: Option<Money>,
    /// The day that the policy's months count from.
    pub counted_from: NaiveDate,
    /// The day on which the first claim of the chain was filed, in the policy's zone.
    pub first_filed: NaiveDate,
    /// The day on which this claim was filed, in the policy's zone.
    pub filed: NaiveDate,
    /// The day of the verdict, in the policy's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<NaiveDate>,
    /// The day on which the settlement starts, in the policy's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<NaiveDate>,
    /// The ways that were booked.
    #[serde(default)]
    pub shipments: Vec<ShipmentFact>,
    /// The price of a paid repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_repair: Option<Money>,
    /// What was agreed: more than 0 from buyer to provider, less than 0 from provider to buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Money>,
    /// Whether the third repair in a row did not cure the defect (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// Whether the provider keeps the device (M4, M9).
    #[serde(default)]
    pub provider_keeps_device: bool,
}

/// Why a settlement cannot be reckoned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// Amounts that do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A price below zero.
    #[error("{0} cannot be a price")]
    NegativePrice(Money),
    /// The repair was at the buyer's cost, and nobody said what it costs.
    #[error("the repair was at the buyer's cost, and its price is missing")]
    NoRepairPrice,
    /// There was an agreement, and nobody said on what.
    #[error("the claim was settled by agreement, and the amount is missing")]
    NoAgreedAmount,
}

impl SettlementFacts {
    /// A settlement of one claim that is its own chain, without ways or extras.
    pub fn new(
        outcome: Outcome,
        device_price: Money,
        counted_from: NaiveDate,
        filed: NaiveDate,
    ) -> Self {
        Self {
            outcome,
            verdict: None,
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
        }
    }
}

/// Why the price of a policy goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceRefunded {
    /// S7: the policy was cancelled before its coverage started.
    CancelledBeforeCoverage,
    /// S8: the order was cancelled in time.
    OrderCancelled,
    /// T1: the device went back to the shop by day 7.
    Returned,
    /// The seller refunded the whole price in a dispute.
    RefundedBySeller,
    /// The seller exchanged the device.
    ExchangedBySeller,
    /// S5: paid for, but it could not be sold.
    SaleRefused,
}

/// S7, S8, T1: the leg by which a policy's price goes back to the buyer in full.
pub fn policy_price_refund(price: Money, because: PriceRefunded) -> Payment {
    let (rule, note) = match because {
        PriceRefunded::CancelledBeforeCoverage => ("S7", "cancelled before its coverage started"),
        PriceRefunded::OrderCancelled => ("S8", "the order was cancelled in time"),
        PriceRefunded::Returned => ("T1", "the device went back to the shop in time"),
        PriceRefunded::RefundedBySeller => ("S7", "the seller refunded the device in full"),
        PriceRefunded::ExchangedBySeller => ("S7", "the seller exchanged the device"),
        PriceRefunded::SaleRefused => ("S5", "the warranty could not be sold"),
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
    /// M3, C5: what of the price counts where another one makes it good.
    pub fn counts(&self) -> Money {
        match self.reimbursement_cap.filter(|_| self.booked_by == Party::Buyer) {
            Some(most) if most.currency != self.price.currency => most,
            Some(most) if most.amount < self.price.amount => most,
            _ => self.price,
        }
    }

    /// M3, C5: that less counts than the buyer paid, where it does.
    pub fn reduced(&self) -> Option<Finding> {
        let counts = self.counts();
        let why = match counts.amount {
            _ if counts == self.price => return None,
            0 => "the terms name no such way that the buyer books: none of its price is made good",
            _ => "of what the buyer paid, at most the price of the terms' own way is made good",
        };
        let finding = Finding::failed("C5", why).fact("carrier", &self.carrier);
        Some(finding.fact("paid", self.price).fact("reimbursement_cap", counts))
    }
}

impl PaymentKind {
    /// What the cost of a way is.
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
