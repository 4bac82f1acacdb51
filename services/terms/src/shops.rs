//! Repair shops: a provider's main centres and branches, and how to reach the provider (C7).
//!
//! This is a stable format: people write directories in `deploy/shops/*.json`, and events store
//! them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::location::{is_one_of, is_same_city, likely_cities, parts_of};
use crate::terms::Source;
use crate::{Country, Provider};

/// All shops of a provider. A later version replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopDirectory {
    /// The provider that each shop of the list must name as well (C7).
    pub provider: Provider,
    /// Counted from 1 without gaps.
    pub version: u32,
    /// The first day on which it applies, for readers: a directory takes effect when published.
    pub valid_from: NaiveDate,
    /// How to reach the provider, by the buyer's country.
    pub contacts: BTreeMap<Country, Contact>,
    /// The main centres and branches; a country with shops has exactly one main centre (C7).
    pub shops: Vec<Shop>,
    /// The source of each value, by field path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
}

/// How to reach a provider from one country (C7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The provider's display name.
    pub name: String,
    /// The phone number, in international format.
    pub phone: String,
    /// Where buyers write to: `help.ru@tomrepair.example`.
    pub email: String,
    /// The URL of the local website.
    pub site: String,
}

/// A repair shop that receives and repairs devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The shop's id, unique across all providers: `wisetech-ru-moscow`.
    pub id: String,
    /// Always the provider of the directory (C7).
    pub provider: Provider,
    /// Only buyers in this country are sent here.
    pub country: Country,
    /// The city in which the shop is, in its main spelling.
    pub city: String,
    /// Other spellings of the city, in any script: `Москва`, `Moskva`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_spellings: Vec<String>,
    /// The other cities of its district or region, and its own name, in any spelling: their buyers
    /// are sent here if no shop is closer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nearby: Vec<String>,
    /// Whether it is the provider's main centre in the country.
    pub main_centre: bool,
    /// Whether a partner runs it, so that the provider approves what only the provider may declare
    /// (T5, T6).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partner: bool,
    /// For people: `Wisetech-service centre Moscow`.
    pub name: String,
    /// Where to send the parcel, on one line (C7).
    pub address: String,
    /// The phone number, in international format.
    pub phone: String,
    /// The time zone in which its days are counted.
    pub zone: Tz,
}

impl Shop {
    /// Whether the shop is in the city that the buyer entered, which may come with its region or
    /// country, in any order.
    pub fn is_in(&self, city: &str) -> bool {
        likely_cities(city).any(|part| self.is_in_part(part))
    }

    /// Whether one part of what the buyer entered is the shop's city.
    pub(crate) fn is_in_part(&self, part: &str) -> bool {
        is_one_of(&self.city, &self.city_spellings, part)
    }

    /// Whether the city that the buyer entered is in the shop's district or region, or names it:
    /// `Жигулёвск, Самарская область`.
    pub fn is_near(&self, city: &str) -> bool {
        let is_listed = |part| self.nearby.iter().any(|spelling| is_same_city(spelling, part));
        parts_of(city).any(is_listed)
    }
}
