//! Repair shops: a provider's main centres and branches, and how to reach the provider (C7).
//!
//! This is a format: directories are written by people in `deploy/shops/*.json` and stored in events.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::location::is_same_city;
use crate::terms::Source;
use crate::{Country, Provider};

/// All shops of a provider. A later version takes the place of an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopDirectory {
    /// The provider.
    pub provider: Provider,
    /// The version of the directory, from 1.
    pub version: u32,
    /// Since when it holds.
    pub valid_from: NaiveDate,
    /// How to reach the provider, by the country of the buyer.
    pub contacts: BTreeMap<Country, Contact>,
    /// The shops.
    pub shops: Vec<Shop>,
    /// Where the values come from, by the path of the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, Source>,
}

/// How to reach a provider from one country (C7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The provider's name, as people know it.
    pub name: String,
    /// The telephone, in international form.
    pub phone: String,
    /// The e-mail address.
    pub email: String,
    /// The local site.
    pub site: String,
}

/// A branch that receives and works on devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// Unique among all shops of all providers: `wisetech-ru-moscow`.
    pub id: String,
    /// The provider.
    pub provider: Provider,
    /// The country.
    pub country: Country,
    /// The city.
    pub city: String,
    /// Other spellings of the city.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub city_spellings: Vec<String>,
    /// Whether it is the provider's main centre in the country.
    pub main_centre: bool,
    /// What it is called.
    pub name: String,
    /// Where to send the parcel.
    pub address: String,
    /// The telephone, in international form.
    pub phone: String,
    /// The zone that its days are counted in.
    pub zone: Tz,
}

impl Shop {
    /// Whether it is in the city that a buyer names.
    pub fn is_in(&self, city: &str) -> bool {
        std::iter::once(&self.city)
            .chain(&self.city_spellings)
            .any(|spelling| is_same_city(spelling, city))
    }
}
