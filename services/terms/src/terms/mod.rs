//! Terms: one version of what a provider promises under a program, in some countries, between two
//! dates.
//!
//! This is a stable format in two respects: people write the documents in `deploy/terms/*.json`,
//! and events store them permanently, with their digest in every policy sold under them. So a field
//! is never renamed and never changes its meaning. A new field has a default and is omitted while
//! it has that value, so that the digests of older documents do not change. Unknown fields are
//! ignored.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use recourse_kernel::{Instant, Money};
use serde::{Deserialize, Serialize};

use crate::location::is_same_city;
use crate::{
    Category, Country, DeviceKind, OperatingSystem, Outcome, Party, Program, Provider, SheetName,
    TermsLine,
};

mod promise;
mod shipments;
mod waits;

pub use promise::{
    BeyondRepair, BeyondRepairRemedy, Cash, CashStep, ClaimTerms, ClockStops, CoverageTerms,
    DayThatCounts, HeldDevice, MarketplaceTerms, MonthsBasis, OriginalCoverage, RemedyBasis,
    RemedyTerms, ReplacementClass, ReplacementTerms, StartBasis,
};
pub use shipments::{
    Charge, Direction, Fee, FeeKind, Fees, LossFallsOn, Means, PaidBy, Share, Shared,
    ShipmentMeans, ShipmentTerms, Shipments,
};
pub use waits::{Span, Waits};

/// One version of what a provider promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The line that this is a version of: `wisetech-repair`.
    pub line: TermsLine,
    /// The version in the line, counted from 1.
    pub version: u32,
    /// For people: `Tomrepair repair`.
    pub title: String,
    /// The provider that makes the promise; its shops receive the devices.
    pub provider: Provider,
    /// Whether devices are repaired or exchanged (S2).
    pub program: Program,
    /// The countries in which it is sold (S5).
    pub countries: BTreeSet<Country>,
    /// The time zone of each country, used if only the country is known (T2).
    pub zones: BTreeMap<Country, Tz>,
    /// The first instant at which it is sold (S5).
    pub sold_from: Instant,
    /// The first instant at which it is no longer sold; none while no end is known (S5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_until: Option<Instant>,
    /// The calendar of business days that counts, by its id; none if no period is in business
    /// days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<SheetName>,
    /// The price of the warranty, in hundredths of a percent of the device's price (S3): 400 means
    /// 4 %.
    pub price_basis_points: u32,
    /// Which devices can be covered (S4).
    pub devices: Devices,
    /// The coverage period, and what is covered (T2, S9).
    pub coverage: CoverageTerms,
    /// What a claim must contain, and its time limits (C2, C3, C6).
    pub claim: ClaimTerms,
    /// How soon the remedy is due, and what kind it is (T3, T4).
    pub remedy: RemedyTerms,
    /// When a device counts as beyond repair, and the remedies that follow (T5, T6, M2).
    pub beyond_repair: BeyondRepair,
    /// The cash for a device that cannot be repaired (M1, M4).
    pub cash: Cash,
    /// How the device is shipped, and who pays (M3, M4, M5, M8).
    pub shipments: Shipments,
    /// What the buyer owes for an inspection that found nothing to cover (M4, M5).
    #[serde(default)]
    pub fees: Fees,
    /// What applies after a replacement (T7, M9).
    pub replacement: ReplacementTerms,
    /// How long a device is kept for a buyer who does not pay (M8).
    pub held_device: HeldDevice,
    /// Up to which amount one person of the provider may grant goodwill, in each currency (M10);
    /// without one in its currency, another person approves each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goodwill_limits: Vec<Money>,
    /// How long each party may take (T11).
    pub waits: Waits,
    /// The period before coverage, in which the seller is responsible (T1, T2, C8).
    pub marketplace: MarketplaceTerms,
    /// The source of each value, by the path of its field (`coverage.months`) or of its group. For
    /// an item of a list the path ends in a word that identifies the item: `countries.US`,
    /// `shipments.to_shop.means.UA`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
}

/// The source of a value in the terms, for auditors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Whether the value was published.
    pub source: SourceKind,
    /// Why the value is as it is: `round prices for one boxed device`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a value was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Stated by the provider or the marketplace.
    Stated,
    /// Not stated anywhere; chosen for these terms.
    Chosen,
}

/// Which devices can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The covered categories, each with its covered operating systems.
    pub categories: BTreeMap<Category, Vec<OperatingSystem>>,
    /// `"any"`, or a list: `{"listed": ["Apple", "Samsung"]}`.
    pub brands: Brands,
}

/// Which brands can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brands {
    /// No restriction by brand: `"any"`.
    Any,
    /// Only these; compared case-insensitively.
    Listed(Vec<String>),
}

impl Terms {
    /// S4: whether a device of this kind can be covered.
    pub fn coverages(&self, device: &DeviceKind) -> bool {
        let systems = self.devices.categories.get(&device.category);
        systems.is_some_and(|systems| systems.contains(&device.operating_system))
            && self.devices.brands.include(&device.brand)
    }

    /// S5: whether it can be offered to buyers in this country.
    pub fn is_offered_in(&self, country: &Country) -> bool {
        self.countries.contains(country)
    }

    /// The source of the value at a path: the source of the path itself, otherwise of its closest
    /// group.
    pub fn source_of(&self, path: &str) -> Option<&Source> {
        let mut path = path;
        loop {
            if let Some(source) = self.sources.get(path) {
                return Some(source);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// The group `shipments.to_shop` or `shipments.to_buyer` of the document.
    pub fn shipment(&self, direction: Direction) -> &ShipmentTerms {
        match direction {
            Direction::ToShop => &self.shipments.to_shop,
            Direction::ToBuyer => &self.shipments.to_buyer,
        }
    }

    /// C5: the shipping options for a buyer in this place, the default first.
    pub fn means(
        &self,
        direction: Direction,
        country: &Country,
        city: &str,
    ) -> Vec<&ShipmentMeans> {
        let here = |means: &&ShipmentMeans| {
            let cities = &means.only_in_city;
            means.country == *country
                && (cities.is_empty() || cities.iter().any(|name| is_same_city(name, city)))
        };
        self.shipment(direction).means.iter().filter(here).collect()
    }

    /// M9: whether the provider keeps the old device after this outcome.
    pub fn provider_keeps_device(&self, outcome: Outcome) -> bool {
        matches!(outcome, Outcome::Replaced | Outcome::Refunded)
            && self.replacement.old_device_belongs_to == Party::Provider
    }

    /// T6: whether the device is beyond repair after this many consecutive unsuccessful repairs of
    /// one defect.
    pub fn is_beyond_repair_after(&self, unsuccessful_repairs: usize) -> bool {
        let limit = self.beyond_repair.after_unsuccessful_repairs;
        limit.is_some_and(|limit| self.with_this_visit(unsuccessful_repairs) >= usize::from(limit))
    }

    /// T6: where visits count, the one at which the defect is found again is one of them.
    fn with_this_visit(&self, unsuccessful_repairs: usize) -> usize {
        unsuccessful_repairs.saturating_add(usize::from(self.beyond_repair.visits_count))
    }

    /// M10: whether goodwill needs the approval of another person.
    pub fn goodwill_needs_approval(&self, amount: Money) -> bool {
        let limit = self.goodwill_limits.iter().find(|limit| limit.currency == amount.currency);
        limit.is_none_or(|limit| amount.amount > limit.amount)
    }

    /// M2, M4: whether the provider may choose cash after this many unsuccessful repairs.
    pub fn may_pay_cash_after(&self, unsuccessful_repairs: usize) -> bool {
        let from = self.cash.after_unsuccessful_repairs.unwrap_or_default();
        self.beyond_repair.remedies.contains(&BeyondRepairRemedy::Cash)
            && self.with_this_visit(unsuccessful_repairs) >= usize::from(from)
    }
}

impl Brands {
    /// S4: whether a brand can be covered, ignoring case and surrounding spaces.
    pub fn include(&self, brand: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(brands) => {
                let brand = brand.trim().to_lowercase();
                brands.iter().any(|listed| listed.to_lowercase() == brand)
            }
        }
    }
}
