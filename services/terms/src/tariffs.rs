//! Tariffs: dated prices of carriers from one place to another (C5).
//!
//! This is a format: sheets are written by people in `deploy/tariffs/*.json` and stored in events.

use chrono::NaiveDate;
use recourse_kernel::Money;
use serde::{Deserialize, Serialize};

use crate::Location;
use crate::terms::Source;

/// The tariffs that hold from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffSheet {
    /// The sheet's name, the same in all its versions: `parcels`.
    pub id: String,
    /// The version of the sheet, from 1.
    pub version: u32,
    /// The first day on which it holds.
    pub valid_from: NaiveDate,
    /// Where the prices come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The tariffs.
    pub tariffs: Vec<Tariff>,
}

/// What a carrier takes from one place to another for one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// Unique in the sheet: `post-ru-moscow`.
    pub id: String,
    /// The carrier.
    pub carrier: String,
    /// From where.
    pub from: Location,
    /// To where.
    pub to: Location,
    /// The price.
    pub price: Money,
    /// How many days it usually takes.
    pub days: u16,
}

/// A tariff as it holds on a day, with the sheet that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<'a> {
    /// The tariff.
    pub tariff: &'a Tariff,
    /// The version of its sheet.
    pub sheet_version: u32,
    /// Since when it holds.
    pub valid_from: NaiveDate,
}

impl TariffSheet {
    /// The tariff of a carrier that fits a way most closely: a named city before the whole country.
    pub fn closest(&self, carrier: &str, from: &Location, to: &Location) -> Option<&Tariff> {
        let closeness = |tariff: &&Tariff| {
            tariff.from.closeness_to(from).zip(tariff.to.closeness_to(to)).map(|(a, b)| a + b)
        };
        let mut closest: Option<(&Tariff, u8)> = None;
        for tariff in self.tariffs.iter().filter(|tariff| tariff.carrier == carrier) {
            let Some(rank) = closeness(&tariff) else { continue };
            // The first of two that fit equally well, so that the order of the sheet decides.
            if closest.is_none_or(|(_, best)| rank > best) {
                closest = Some((tariff, rank));
            }
        }
        closest.map(|(tariff, _)| tariff)
    }
}
