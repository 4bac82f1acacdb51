//! The part of order-intake's and claims' events that policies are decided by, as types of this service's own.
//!
//! Only the fields that are read stand here; unknown ones are ignored.

use recourse_kernel::{ClaimId, DeviceId, Instant, Money, OrderId, PolicyId};
use recourse_terms::{Country, DeviceKind, Outcome, Program, Provider};
use serde::{Deserialize, Serialize};

/// `recourse.order.placed.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The order.
    pub order: OrderId,
    /// When the buyer placed it.
    pub placed_at: Instant,
    /// Who buys, as a pseudonym.
    pub buyer: String,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// What was ordered.
    pub lines: Vec<PlacedLine>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacedLine {
    /// Its number, from 1.
    pub line: u32,
    /// How many units; each is one device.
    pub quantity: u32,
    /// The price of one unit.
    pub unit_price: Money,
    /// What the device is, where the line is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceKind>,
    /// The warranty chosen beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warranty: Option<ChosenWarranty>,
}

/// The warranty that a buyer chose on the product page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChosenWarranty {
    /// The program.
    pub program: Program,
    /// The provider.
    pub provider: Provider,
    /// Its price, of one unit.
    pub price: Money,
}

/// `recourse.order.paid.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The order.
    pub order: OrderId,
    /// When it was paid.
    pub paid_at: Instant,
}

/// `recourse.order.cancelled.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// The order.
    pub order: OrderId,
    /// When it was cancelled.
    pub cancelled_at: Instant,
}

/// `recourse.order.delivered.v1` and `recourse.order.delivery_corrected.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderDelivered {
    /// The order.
    pub order: OrderId,
    /// When the buyer received it.
    pub delivered_at: Instant,
    /// The IANA time zone of the place.
    pub zone: String,
    /// Which devices; all when none is named.
    #[serde(default)]
    pub devices: Vec<DeviceId>,
}

/// `recourse.order.returned.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderReturned {
    /// The order.
    pub order: OrderId,
    /// Which devices went back.
    pub devices: Vec<DeviceId>,
    /// When.
    pub returned_at: Instant,
}

/// `recourse.order.line_refunded.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineRefunded {
    /// The order.
    pub order: OrderId,
    /// Which devices' price was refunded.
    pub devices: Vec<DeviceId>,
    /// How much, for each device.
    pub amount: Money,
    /// Whether that is the whole price.
    pub full: bool,
    /// When.
    pub refunded_at: Instant,
}

/// `recourse.order.dispute_decided.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeDecided {
    /// The device that the dispute was about.
    pub device: DeviceId,
    /// How it ended.
    pub ending: DisputeEnding,
    /// What the seller pays, where it is a sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// How a dispute with the seller ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The whole price goes back.
    FullRefund,
    /// A part of it goes back; the buyer keeps the device.
    PartialRefund,
    /// The seller exchanges the device.
    Exchange,
    /// The seller pays for a repair elsewhere.
    RepairReimbursed,
    /// Nothing is owed.
    Nothing,
}

/// `recourse.claim.closed.v1`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimClosed {
    /// The claim.
    pub claim: ClaimId,
    /// Its policy.
    pub policy: PolicyId,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub closed_at: Instant,
}
