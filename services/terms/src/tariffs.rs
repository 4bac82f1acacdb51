//! Tariffs: dated prices of carriers between locations (C5).
//!
//! This is a stable format: people write sheets in `deploy/tariffs/*.json`, and events store them.

use chrono::NaiveDate;
use recourse_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::location::likely_cities;
use crate::terms::Source;
use crate::{City, Location, SheetName};

/// A set of tariffs that applies from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffSheet {
    /// The sheet's name, the same in all its versions: `parcels`.
    pub id: SheetName,
    /// Counted from 1 without gaps.
    pub version: u32,
    /// The first day on which it applies.
    pub valid_from: NaiveDate,
    /// Whether the prices were published or chosen; none if that is not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Spellings of the cities that the tariffs name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<City>,
    /// The tariffs; the first of several equally good matches applies.
    pub tariffs: Vec<Tariff>,
}

/// A carrier's price for shipping one device from one location to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// The tariff's id, unique in the sheet: `post-ru-moscow`.
    pub id: String,
    /// The carrier's name, as terms refer to it.
    pub carrier: String,
    /// Where the shipment starts; a location without a city matches the whole country.
    pub from: Location,
    /// Where it ends; a location without a city matches the whole country.
    pub to: Location,
    /// What the carrier charges for one device; never negative.
    pub price: Money,
    /// The usual transit time in days.
    pub days: u16,
}

/// A tariff that applies on a given day, with its sheet's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<'a> {
    /// The closest match of carrier, origin and destination.
    pub tariff: &'a Tariff,
    /// The version of its sheet that applies on that day.
    pub sheet_version: u32,
    /// The first day on which the sheet applies.
    pub valid_from: NaiveDate,
}

impl TariffSheet {
    /// The carrier's tariff that matches a shipment most closely: a named city takes precedence
    /// over the whole country.
    /// `cities` are spellings besides those of the sheet, such as those of shops.
    pub fn closest(
        &self,
        carrier: &str,
        (from, to): (&Location, &Location),
        cities: &[City],
    ) -> Option<&Tariff> {
        let cities = [self.cities.as_slice(), cities].concat();
        let (from, to) = (&self.located(from, &cities), &self.located(to, &cities));
        let closeness = |tariff: &&Tariff| {
            let starts = tariff.from.closeness_to(from, &cities);
            let ends = tariff.to.closeness_to(to, &cities);
            starts.zip(ends).map(|(start, end)| start + end)
        };
        let mut closest: Option<(&Tariff, u8)> = None;
        for tariff in self.tariffs.iter().filter(|tariff| tariff.carrier == carrier) {
            let Some(rank) = closeness(&tariff) else { continue };
            // On a tie the first match wins, so the order in the sheet decides.
            if closest.is_none_or(|(_, best)| rank > best) {
                closest = Some((tariff, rank));
            }
        }
        closest.map(|(tariff, _)| tariff)
    }

    /// The location with the part of its city that this sheet or the cities name: people also enter
    /// the region or the country, in any order.
    fn located(&self, location: &Location, cities: &[City]) -> Location {
        let Some(entered) = &location.city else { return location.clone() };
        let mut parts = likely_cities(entered).map(|part| Location::city(location.country, part));
        let named = self.tariffs.iter().flat_map(|tariff| [&tariff.from, &tariff.to]);
        let is_named = |part: &Location| {
            let listed = |city: &City| {
                let name = part.city.as_deref().unwrap_or_default();
                city.country == part.country && city.is_named(name)
            };
            cities.iter().any(listed)
                || named.clone().any(|named| named.closeness_to(part, &[]) == Some(2))
        };
        parts.find(is_named).unwrap_or_else(|| location.clone())
    }
}
