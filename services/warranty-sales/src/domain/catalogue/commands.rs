//! Commands to the catalogue.

use recourse_kernel::Instant;
use recourse_terms::{Calendar, ShopDirectory, TariffSheet, Terms, TermsLine};
use serde::{Deserialize, Serialize};

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum CatalogueCommand {
        "recourse.terms.publish.v1" => PublishTerms(Box<PublishTerms>),
        "recourse.terms.withdraw.v1" => WithdrawTerms(WithdrawTerms),
        "recourse.tariffs.publish.v1" => PublishTariffs(PublishTariffs),
        "recourse.shops.publish.v1" => PublishShops(PublishShops),
        "recourse.calendar.publish.v1" => PublishCalendar(PublishCalendar),
    }
}

/// Publishes a version of terms, to be sold from its start date, and further versions of the line
/// with it. Either all of them are published, or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishTerms {
    pub terms: Terms,
    /// The versions that continue it, in order (S5).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub continued_by: Vec<Terms>,
}

/// Withdraws a version of terms from sale. Policies sold under it keep it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WithdrawTerms {
    /// The line of terms, such as `wisetech-repair`.
    pub line: TermsLine,
    /// The version within the line.
    pub version: u32,
    /// The first instant at which the version is no longer sold.
    pub until: Instant,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishTariffs {
    pub sheet: TariffSheet,
}

/// Publishes a provider's shop directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishShops {
    pub directory: ShopDirectory,
}

/// Publishes a calendar of business days (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishCalendar {
    pub calendar: Calendar,
}

impl CatalogueCommand {
    /// The last part of the stream's name: the line, the id of the sheet or calendar, or the
    /// provider.
    /// Versions that continue another one are of its line.
    pub fn key(&self) -> &str {
        match self {
            Self::PublishTerms(command) => command.terms.line.as_str(),
            Self::WithdrawTerms(command) => command.line.as_str(),
            Self::PublishTariffs(command) => command.sheet.id.as_str(),
            Self::PublishShops(command) => command.directory.provider.as_str(),
            Self::PublishCalendar(command) => command.calendar.id.as_str(),
        }
    }
}
