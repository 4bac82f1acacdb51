//! Repair shops: a provider's main centres and branches, and how to reach the provider (C7).
//!
//! This is a stable format: people write directories in `deploy/shops/*.json`, and events store
//! them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::location::is_same_city;
use crate::terms::Source;
use crate::{Country, Provider};

/// All shops of a provider. A later version replaces an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopDirectory {
    /// The provider whose shops these are.
    pub provider: Provider,
    /// The version of the directory, from 1.
    pub version: u32,
    /// The first day on which it applies.
    pub valid_from: NaiveDate,
    /// How to reach the provider, by the buyer's country.
    pub contacts: BTreeMap<Country, Contact>,
    /// The main centres and branches.
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
    /// The e-mail address.
    pub email: String,
    /// The URL of the local website.
    pub site: String,
}

/// A repair shop that receives and repairs devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The shop's id, unique across all providers: `wisetech-ru-moscow`.
    pub id: String,
    /// The provider that runs the shop.
    pub provider: Provider,
    /// The country in which the shop is.
    pub country: Country,
    /// The city in which the shop is, in its main spelling.
    pub city: String,
    /// Other spellings of the city.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_spellings: Vec<String>,
    /// Whether it is the provider's main centre in the country.
    pub main_centre: bool,
    /// The shop's display name.
    pub name: String,
    /// The shipping address.
    pub address: String,
    /// The phone number, in international format.
    pub phone: String,
    /// The time zone in which its days are counted.
    pub zone: Tz,
}

impl Shop {
    /// Whether the shop is in the city that the buyer entered.
    pub fn is_in(&self, city: &str) -> bool {
        std::iter::once(&self.city)
            .chain(&self.city_spellings)
            .any(|spelling| is_same_city(spelling, city))
    }
}
