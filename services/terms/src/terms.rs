//! Terms: one version of what a provider promises under a program, in some countries, between two dates.
//!
//! This is a format, in two ways: documents are written by people in `deploy/terms/*.json`, and they are
//! stored in events for ever, with their digest in every policy sold under them. So a field is never renamed
//! and never changes its meaning; a new one has a default and is left out while it has it, so that the
//! digest of an older document stays what it was. Unknown fields are ignored.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use recourse_kernel::Instant;
use serde::{Deserialize, Serialize};

use crate::location::is_same_city;
use crate::{
    Category, Country, DeviceKind, OperatingSystem, Outcome, Party, PauseReason, Program, Provider,
};

mod promise;
mod shipments;

pub use promise::{
    BeyondRepair, BeyondRepairRemedy, Cash, CashStep, ClaimTerms, ClockStops, CoverageTerms,
    DayThatCounts, HeldDevice, MarketplaceTerms, MonthsBasis, OriginalCoverage, RemedyBasis,
    RemedyTerms, ReplacementClass, ReplacementTerms, StartBasis,
};
pub use shipments::{
    Direction, Fee, FeeKind, Fees, LossFallsOn, Means, PaidBy, Share, Shared, ShipmentMeans,
    ShipmentTerms, Shipments,
};

/// One version of what a provider promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The line of versions that this is one of: `wisetech-repair`.
    pub line: String,
    /// The version in the line, from 1.
    pub version: u32,
    /// What a person calls it.
    pub title: String,
    /// Who promises.
    pub provider: Provider,
    /// Repair or exchange (S2).
    pub program: Program,
    /// In which countries a buyer can be (S5).
    pub countries: BTreeSet<Country>,
    /// The zone of each country, for days that count where only the country is known (T2).
    pub zones: BTreeMap<Country, Tz>,
    /// The first moment at which it is sold (S5).
    pub sold_from: Instant,
    /// The first moment at which it is sold no more; none while no end is known (S5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_until: Option<Instant>,
    /// The price of the warranty, in hundredths of a percent of the device's price (S3): 400 is 4 %.
    pub price_basis_points: u32,
    /// Which devices can be covered (S4).
    pub devices: Devices,
    /// From when to when, and for what the policy answers (T2, S9).
    pub coverage: CoverageTerms,
    /// What the buyer has to bring, and how long anyone waits (C2, C3, C6).
    pub claim: ClaimTerms,
    /// How soon the remedy is due, and what kind it is (T3, T4).
    pub remedy: RemedyTerms,
    /// When the device is beyond repair, and what then (T5, T6, M2).
    pub beyond_repair: BeyondRepair,
    /// How much cash there is for a device that cannot be repaired (M1, M4).
    pub cash: Cash,
    /// How the device travels, and who bears it (M3, M4, M5, M8).
    pub shipments: Shipments,
    /// What the buyer owes for an inspection that found nothing to cover (M4, M5).
    #[serde(default)]
    pub fees: Fees,
    /// What comes after a replacement (T7, M9).
    pub replacement: ReplacementTerms,
    /// How long a device is held for a buyer who does not pay (M8).
    pub held_device: HeldDevice,
    /// The days before coverage, when the seller answers (T1, T2, C8).
    pub marketplace: MarketplaceTerms,
    /// Where each value comes from, by the path of its field (`coverage.months`) or of the group that it is in.
    /// A path goes on into a list with a word that tells the item: `countries.US`, `shipments.to_shop.means.UA`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
}

/// Where a value of the terms comes from, so that an auditor can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Whether somebody published it.
    pub source: SourceKind,
    /// What there is to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a value was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The provider or the marketplace said so.
    Stated,
    /// Nobody said; it was chosen for these terms.
    Chosen,
}

/// Which devices can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// The categories, each with the operating systems it is covered with.
    pub categories: BTreeMap<Category, Vec<OperatingSystem>>,
    /// The brands.
    pub brands: Brands,
}

/// Which brands can be covered (S4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brands {
    /// Every brand.
    Any,
    /// Only these; compared without regard to case.
    Listed(Vec<String>),
}

impl Terms {
    /// S4: whether a device of this kind can be covered.
    pub fn coverages(&self, device: &DeviceKind) -> bool {
        let systems = self.devices.categories.get(&device.category);
        systems.is_some_and(|systems| systems.contains(&device.operating_system))
            && self.devices.brands.include(&device.brand)
    }

    /// S5: whether buyers in this country can be offered it.
    pub fn is_offered_in(&self, country: &Country) -> bool {
        self.countries.contains(country)
    }

    /// Where the value at a path comes from: what is said of the path itself, else of the closest group.
    pub fn source_of(&self, path: &str) -> Option<&Source> {
        let mut path = path;
        loop {
            if let Some(source) = self.sources.get(path) {
                return Some(source);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// What the terms say of one direction.
    pub fn shipment(&self, direction: Direction) -> &ShipmentTerms {
        match direction {
            Direction::ToShop => &self.shipments.to_shop,
            Direction::ToBuyer => &self.shipments.to_buyer,
        }
    }

    /// C5: the manners of sending that a buyer in this place has, the usual one first.
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

    /// T3, T4, C3, C8: whether the clock of the remedy stands still for this reason.
    pub fn clock_stops_for(&self, reason: PauseReason) -> bool {
        self.remedy.clock_stops.stops_for(reason)
    }

    /// T5: whether this many counted days on the bench are so many that the provider owes the declaration.
    pub fn owes_declaration_after(&self, counted: chrono::TimeDelta) -> bool {
        let limit = self.beyond_repair.after_counted_days;
        limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into()))
    }

    /// M9: whether the provider keeps the old device of a claim that ends so.
    pub fn provider_keeps_device(&self, outcome: Outcome) -> bool {
        matches!(outcome, Outcome::Replaced | Outcome::Refunded)
            && self.replacement.old_device_belongs_to == Party::Provider
    }

    /// T6: whether this many repairs in a row that did not cure one defect put the device beyond repair.
    pub fn is_beyond_repair_after(&self, unsuccessful_repairs: usize) -> bool {
        let limit = self.beyond_repair.after_unsuccessful_repairs;
        limit.is_some_and(|limit| unsuccessful_repairs >= usize::from(limit))
    }

    /// M2, M4: whether the provider may choose cash after this many unsuccessful repairs.
    pub fn may_pay_cash_after(&self, unsuccessful_repairs: usize) -> bool {
        let from = self.cash.after_unsuccessful_repairs.unwrap_or_default();
        self.beyond_repair.remedies.contains(&BeyondRepairRemedy::Cash)
            && unsuccessful_repairs >= usize::from(from)
    }
}

impl Brands {
    /// Whether a brand can be covered.
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
