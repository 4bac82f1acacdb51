//! An order is placed, paid, or cancelled. These are stable formats.

use chrono_tz::Tz;
use recourse_kernel::{Instant, Money, OrderId, Sealed};
use recourse_terms::{Country, DeviceKind, Program, Provider, Serial};
use serde::{Deserialize, Serialize};

/// A buyer placed an order at a marketplace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
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
    /// Name, e-mail, phone and address, sealed with the buyer's own key.
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
    /// change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// Whether the order was imported only as history: no warranty is sold for it, or refused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub history: bool,
}

/// One line of an order. A quantity of 2 means two units, and each unit is one device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The line's number in the order, counted from 1.
    pub line: u32,
    /// The product title at the marketplace.
    pub title: String,
    pub quantity: u32,
    /// The price paid for one unit, after discounts, with tax and without the warranty.
    pub unit_price: Money,
    /// The part of the price that is tax added to the shop's price; absent where prices include
    /// tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_tax: Option<Money>,
    /// What kind of device it is; absent if the line is not a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKind>,
    /// Whether it is sent to the buyer. A gift card, a service or a plan is not, so its delivery is
    /// not awaited (T10).
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub requires_shipping: bool,
    /// The warranty bought with each unit (S1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<WarrantyBought>,
    /// The seller, by the marketplace's id for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The serial or IMEI of each unit that was sent out, as far as the seller reported them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub serials: Vec<Serial>,
    /// The marketplace's own line id, by which later facts may name the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

/// The warranty the buyer chose for a line (S2, S6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WarrantyBought {
    pub program: Program,
    /// The provider that sells the warranty and handles its claims.
    pub provider: Provider,
    /// The price of the warranty for one unit (S3).
    pub price: Money,
    /// The part of the price that is tax added to the shop's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
    /// The marketplace's own id of the line that charges for the warranty, if that is a line of its
    /// own. A refund of that line refunds the warranty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the payment was made, as reported.
    pub paid_at: Instant,
    /// The whole amount paid, warranties included.
    pub amount: Money,
}

/// The order was cancelled before any delivery (S8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Id of the order, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// When the order was cancelled, as reported.
    pub cancelled_at: Instant,
    /// The marketplace's reason code: `customer`, `fraud`, …
    pub reason: String,
}

/// The marketplace does not have this order: it is a test, or belongs to another marketplace of the
/// same shop. Facts about it, also those before, lead to nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDisregarded {
    /// Id that the order would have, derived from the marketplace's name and its order number.
    pub order: OrderId,
    /// The marketplace's name.
    pub marketplace: String,
    /// The marketplace's own order number.
    pub number: String,
    /// The marketplace that has the order instead; absent if none has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}
