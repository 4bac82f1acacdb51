//! Events about terms, tariffs and shops. These are stable formats: they are stored permanently.

use recourse_kernel::{Event, Hash, Instant};
use serde::{Deserialize, Serialize};

use crate::{Calendar, ShopDirectory, TariffSheet, Terms, TermsLine};

recourse_kernel::wire_format! {
    /// Events about terms, tariffs and shops, on a topic that every service reads from the start.
    #[derive(Debug, Clone, PartialEq)]
    pub enum TermsEvent {
        "recourse.terms.published.v1" => TermsPublished(Box<TermsPublished>),
        "recourse.terms.withdrawn.v1" => TermsWithdrawn(TermsWithdrawn),
        "recourse.tariffs.published.v1" => TariffsPublished(TariffsPublished),
        "recourse.shops.published.v1" => ShopsPublished(ShopsPublished),
        "recourse.calendar.published.v1" => CalendarPublished(CalendarPublished),
    }
}

/// A version of terms was published; it can be sold from its start on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsPublished {
    /// The whole document, so that a reader of the topic needs no other source.
    pub terms: Terms,
    /// Its digest, calculated when it was published.
    pub digest: Hash,
    /// Whether it started before it was published (S5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backdated: bool,
}

/// A version of terms was withdrawn from sale. Policies sold under it keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsWithdrawn {
    /// The line, such as `wisetech-repair`.
    pub line: TermsLine,
    /// Its number in the line; the line's other versions are not affected.
    pub version: u32,
    /// The first instant at which it is no longer sold.
    pub until: Instant,
    /// The digest of its document, which is also the record's `ce_terms`.
    pub digest: Hash,
}

/// A version of a tariff sheet was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffsPublished {
    /// The whole sheet. On each day, the version with the latest `valid_from` up to that day
    /// applies.
    pub sheet: TariffSheet,
}

/// A version of a provider's shop directory was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopsPublished {
    /// The published directory, which replaces the provider's earlier one.
    pub directory: ShopDirectory,
}

/// A version of a calendar of business days was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPublished {
    /// The published calendar, which replaces the earlier one of this id.
    pub calendar: Calendar,
}

impl Event for TermsEvent {
    fn subject(&self) -> String {
        match self {
            Self::TermsPublished(published) => published.terms.line.to_string(),
            Self::TermsWithdrawn(withdrawn) => withdrawn.line.to_string(),
            Self::TariffsPublished(published) => published.sheet.id.to_string(),
            Self::ShopsPublished(published) => published.directory.provider.to_string(),
            Self::CalendarPublished(published) => published.calendar.id.to_string(),
        }
    }

    fn terms(&self) -> Option<String> {
        match self {
            Self::TermsPublished(published) => Some(published.digest.to_string()),
            Self::TermsWithdrawn(withdrawn) => Some(withdrawn.digest.to_string()),
            Self::TariffsPublished(_) | Self::ShopsPublished(_) | Self::CalendarPublished(_) => {
                None
            }
        }
    }
}

impl TermsPublished {
    /// The event that publishes this document before its start, with its digest.
    pub fn of(terms: Terms) -> Self {
        Self { digest: terms.digest(), terms, backdated: false }
    }

    /// The event that publishes this document at an instant.
    pub fn at(terms: Terms, now: Instant) -> Self {
        Self { backdated: terms.sold_from < now, ..Self::of(terms) }
    }
}
