//! The groups of terms that say how the device travels and what the buyer may owe. Formats, like all of terms.

use recourse_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::{Country, Party};

/// How the device travels, and who bears it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipments {
    /// The rule of the rulebook that these values belong to, for the settlement's legs.
    pub rule: String,
    /// The way to the repair shop.
    pub to_shop: ShipmentTerms,
    /// The way back to the buyer.
    pub to_buyer: ShipmentTerms,
    /// Whether what the buyer owes is due before the device is sent back (M3).
    pub paid_before_dispatch: bool,
    /// On whom loss and damage in transit fall (M8).
    pub loss_falls_on: LossFallsOn,
}

/// One direction of travel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentTerms {
    /// What the buyer can choose from, the usual one first.
    pub means: Vec<ShipmentMeans>,
    /// Who bears the cost in the end.
    pub paid_by: PaidBy,
    /// Where the two of them share it; none where who bears it bears it whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Shared>,
}

/// Where buyer and provider share the cost of a way, by what the inspection finds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shared {
    /// When the defect is covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covered: Option<Share>,
    /// When it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<Share>,
    /// When there is no defect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_fault_found: Option<Share>,
    /// When the buyer withdraws, or never answers (C3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Share>,
}

/// How a cost is shared (M6): the parts sum up to it exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How much the one who bears the way bears of it, in percent: 1 to 99. The rest is the other one's.
    pub percent: u8,
    /// Whose part takes what is left where the cost does not divide; the other part is rounded half-even, once.
    pub remainder_on: Party,
}

/// One manner of sending the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentMeans {
    /// Post or courier.
    pub means: Means,
    /// Who books it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier, as the tariffs name it.
    pub carrier: String,
    /// Where the buyer is.
    pub country: Country,
    /// The spellings of the only city where it is to be had; none means the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in_city: Vec<String>,
    /// Its price, where the terms fix it; else the tariff's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// There or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the repair shop.
    ToShop,
    /// To the buyer.
    ToBuyer,
}

/// How something is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Ordinary post.
    Post,
    /// A courier.
    Courier,
}

/// Who bears the cost of a way: the buyer or the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidBy {
    /// When the defect is covered.
    pub covered: Party,
    /// When it is not.
    pub not_covered: Party,
    /// When there is no defect.
    pub no_fault_found: Party,
    /// When the buyer withdraws, or never answers (C3).
    pub withdrawn: Party,
}

/// On whom loss and damage in transit fall (M8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossFallsOn {
    /// On whoever booked the way.
    Booker,
    /// On the provider, whoever booked.
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
    /// The rule of the rulebook that it belongs to, for the settlement's legs.
    pub rule: String,
    /// The amount.
    pub amount: Money,
    /// The least that the provider published, where it published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// The most that the provider published, where it published a range.
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
