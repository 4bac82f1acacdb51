//! Reports that an order was placed. This is a stable format.

use chrono_tz::Tz;
use recourse_kernel::{Instant, Money, OrderId, Sealed};
use recourse_terms::Country;
use serde::{Deserialize, Serialize};

use super::{LineUnits, Reported};
use crate::domain::events::OrderLine;

/// Reports that an order was placed or, by a shop that reports the whole order on every change, the
/// order as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name, as its feed gives it.
    pub marketplace: String,
    /// The marketplace's own order number.
    pub number: String,
    /// When the buyer placed the order, as reported.
    pub placed_at: Instant,
    /// The buyer's pseudonym, `b-…`, which is the same in all of the buyer's orders.
    pub buyer: String,
    /// Name, e-mail, phone and address, sealed with the buyer's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Sealed>,
    /// A keyed hash of the contact, by which a corrected contact is recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_mark: Option<String>,
    /// The country the order is shipped to.
    pub country: Country,
    /// The region the order is shipped to: its code within the country, such as `HI`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The city the order is shipped to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The storefront or point of sale at the marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<String>,
    /// The buyer's language, as a BCP 47 tag such as `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The buyer's time zone, as an IANA name such as `Europe/Vienna`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Tz>,
    /// What was bought, one entry per line of the order.
    pub lines: Vec<OrderLine>,
    /// After how many days the order completes by itself once everything was delivered, as its
    /// shop has set it; absent for the default of 15 (T10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_after_days: Option<u32>,
    /// When the order was as reported here, for a shop that reports the whole order on every
    /// change. An order that is already placed is then compared with it, and what changed becomes
    /// events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// How many units of a line are no longer part of the order, because the order was edited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<LineUnits>,
    /// What was paid for the order so far, if its shop says that it is paid as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
    /// Whether the order is imported only as history: no warranty is sold for it, or refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

/// Reports that the marketplace does not have an order: it is a test, or belongs to another
/// marketplace of the same shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disregard {
    /// Id that the order would have, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name.
    pub marketplace: String,
    /// The marketplace's own order number.
    pub number: String,
    /// The marketplace that has the order instead; absent if none has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// The fact in a feed that this command comes from; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}
