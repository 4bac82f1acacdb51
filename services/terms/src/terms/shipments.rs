//! The groups of terms that say how the device is shipped and what the buyer may owe. Stable
//! formats, like all of terms.

use std::collections::BTreeMap;

use recourse_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::{Country, Party, Verdict};

/// How the device is shipped, and who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipments {
    /// The rulebook rule for these values, named in the settlement's payments.
    pub rule: String,
    /// Options and payer of a shipment from the buyer to the repair shop.
    pub to_shop: ShipmentTerms,
    /// Options and payer of the return shipment.
    pub to_buyer: ShipmentTerms,
    /// Whether the buyer must pay what is owed before the device is sent back (M3).
    pub paid_before_dispatch: bool,
    /// Who is liable for loss and damage in transit (M8).
    pub loss_falls_on: LossFallsOn,
}

/// The shipping options in one direction, and who pays for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentTerms {
    /// The shipping options for the buyer to choose from, the default first.
    pub means: Vec<ShipmentMeans>,
    /// Who pays the cost in the end.
    pub paid_by: PaidBy,
    /// Whether a shipment that the buyer booked is reimbursed by its receipt alone, without a cap
    /// (M5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reimbursed_without_cap: bool,
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

/// One shipping option, for the buyers of a country or of a city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentMeans {
    /// Post or courier; together with the direction it decides the kind of payment.
    pub means: Means,
    /// Who books it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier, as named in the tariffs.
    pub carrier: String,
    /// Offered only to buyers in this country.
    pub country: Country,
    /// The spellings of the only city in which it is available; empty means the whole country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_in_city: Vec<String>,
    /// The price, if the terms fix it; otherwise the tariff applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// The direction of a shipment, which decides the options and who pays (M3 to M5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the buyer to the repair shop.
    ToShop,
    /// From the repair shop to the buyer.
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

/// How a shipment is carried, which its payments name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Ordinary post, such as the carrier `post-ru`.
    Post,
    /// A courier, such as the carrier `tomrepair-courier`.
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
    /// Decides the kind of payment: a diagnosis fee or a call-out fee.
    pub kind: FeeKind,
    /// The rulebook rule for the fee, named in the settlement's payments.
    pub rule: String,
    /// What is charged, even if the provider published a range.
    pub amount: Money,
    /// The lower end, if the provider published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// The upper end, if the provider published a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
    /// What is charged in a country with another currency, and its range.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub in_country: BTreeMap<Country, Charge>,
}

/// What is charged in one country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What is charged, in the country's currency.
    pub amount: Money,
    /// The lower end of the range, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Money>,
    /// The upper end of the range, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
}

impl Charge {
    /// Whether the amount is not negative and within its range, all in one currency.
    pub fn is_valid(&self) -> bool {
        let currency = self.amount.currency;
        let bounds = [self.at_least, self.at_most];
        self.amount.amount >= 0
            && bounds.iter().flatten().all(|bound| bound.currency == currency)
            && self.at_least.is_none_or(|least| least.amount <= self.amount.amount)
            && self.at_most.is_none_or(|most| self.amount.amount <= most.amount)
    }
}

impl Fee {
    /// Every charge, in whatever country.
    pub fn charges(&self) -> impl Iterator<Item = Charge> {
        let first = Charge { amount: self.amount, at_least: self.at_least, at_most: self.at_most };
        std::iter::once(first).chain(self.in_country.values().copied())
    }

    /// M4, M5: what a buyer in this country is charged, and its range.
    pub fn charge_in(&self, country: &Country) -> Charge {
        let first = Charge { amount: self.amount, at_least: self.at_least, at_most: self.at_most };
        self.in_country.get(country).copied().unwrap_or(first)
    }

    /// M4, M5: what a buyer in this country is charged; the first amount if no country is known.
    pub fn amount_in(&self, country: Option<&Country>) -> Money {
        country.map_or(self.amount, |country| self.charge_in(country).amount)
    }
}

impl Fees {
    /// M4, M5: the fee after this verdict, if there is one.
    pub fn after(&self, verdict: Verdict) -> Option<&Fee> {
        match verdict {
            Verdict::Covered => None,
            Verdict::NotCovered { .. } => self.not_covered.as_ref(),
            Verdict::NoFaultFound => self.no_fault_found.as_ref(),
        }
    }
}

/// What a fee is for, and so the [`PaymentKind`](crate::PaymentKind) of its payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Consultation and diagnosis (M4): a payment of the kind `diagnosis_fee`.
    Diagnosis,
    /// A call-out (M5): a payment of the kind `call_out_fee`.
    CallOut,
}
