//! The groups of terms that say how the device is shipped and what the buyer may owe. Stable
//! formats, like all of terms.

use recourse_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::{Country, Party};

/// How the device is shipped, and who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipments {
    /// The rulebook rule for these values, named in the settlement's payments.
    pub rule: String,
    /// The shipment to the repair shop.
    pub to_shop: ShipmentTerms,
    /// The return shipment to the buyer.
    pub to_buyer: ShipmentTerms,
    /// Whether the buyer must pay what is owed before the device is sent back (M3).
    pub paid_before_dispatch: bool,
    /// Who is liable for loss and damage in transit (M8).
    pub loss_falls_on: LossFallsOn,
}

/// The terms for shipments in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentTerms {
    /// The shipping options for the buyer to choose from, the default first.
    pub means: Vec<ShipmentMeans>,
    /// Who pays the cost in the end.
    pub paid_by: PaidBy,
    /// How the two share the cost; none if the party in `paid_by` pays all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Shared>,
}

/// How buyer and provider share the cost of a shipment, by verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shared {
    /// When the defect is covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<Share>,
    /// When the defect is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<Share>,
    /// When there is no defect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_fault_found: Option<Share>,
    /// When the buyer withdraws, or never answers (C3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Share>,
}

/// How a cost is shared (M6): the parts sum up to the cost exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The share of the party in `paid_by`, in percent: 1 to 99. The other party pays the rest.
    pub percent: u8,
    /// The party whose part takes the remainder if the cost does not divide evenly; the other part
    /// is rounded half-even once.
    pub remainder_on: Party,
}

/// One shipping option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentMeans {
    /// Post or courier.
    pub means: Means,
    /// Who books it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier, as named in the tariffs.
    pub carrier: String,
    /// The country of the buyer.
    pub country: Country,
    /// The spellings of the only city in which it is available; empty means the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in_city: Vec<String>,
    /// The price, if the terms fix it; otherwise the tariff applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// The direction of a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the repair shop.
    ToShop,
    /// To the buyer.
    ToBuyer,
}

impl Direction {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::ToShop => "to the shop",
            Self::ToBuyer => "to the buyer",
        }
    }
}

/// The means of transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Ordinary post.
    Post,
    /// A courier.
    Courier,
}

/// Who pays for a shipment, by verdict: the buyer or the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidBy {
    /// When the defect is covered.
    pub covered: Party,
    /// When the defect is not covered.
    pub not_covered: Party,
    /// When there is no defect.
    pub no_fault_found: Party,
    /// When the buyer withdraws, or never answers (C3).
    pub withdrawn: Party,
}

/// Who is liable for loss and damage in transit (M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossFallsOn {
    /// The party that booked the shipment.
    Booker,
    /// The provider, regardless of who booked.
    Provider,
}

/// What the buyer owes for an inspection that found nothing to cover.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fees {
    /// When the defect is not covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<Fee>,
    /// When there is no defect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_fault_found: Option<Fee>,
}

/// A fixed amount that the buyer owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// What it is for.
    pub kind: FeeKind,
    /// The rulebook rule for the fee, named in the settlement's payments.
    pub rule: String,
    /// The amount that is charged.
    pub amount: Money,
    /// The lower end, if the provider published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// The upper end, if the provider published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
}

/// What a fee is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Consultation and diagnosis (M4).
    Diagnosis,
    /// A call-out (M5).
    CallOut,
}
