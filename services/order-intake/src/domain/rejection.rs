//! Why a command about an order or a dispute is refused.

use recourse_kernel::{
    DeviceId, DisputeId, Instant, Money, NextCall, OrderId, Principal, Rejection,
};
use serde_json::{Map, Value, json};

use super::events::DisputeEnding;

/// Why a command about an order or a dispute is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OrderRejection {
    /// The order has not been reported.
    #[error("order {0} is not known")]
    OrderNotKnown(OrderId),
    /// The command's key belongs to another purchase.
    #[error("{0} belongs to another purchase or marketplace; send the command to its own")]
    OtherPurchase(OrderId),
    /// Only the order's own marketplace reports facts about it.
    #[error("{0} may not report facts about this order; only its marketplace may")]
    NotTheMarketplace(Principal),
    /// T1: under the marketplace's terms a device can be returned only because of a defect.
    #[error("device {device} can be returned to the shop only because of a defect")]
    ReturnNeedsDefect {
        /// The device that was returned.
        device: DeviceId,
    },
    /// A repair is reimbursed only against a receipt.
    #[error("a repair is reimbursed only against a scanned receipt of the service centre")]
    ReceiptMissing,
    /// The seller's current offer is another one, or there is none.
    #[error(
        "no such offer: the seller {}",
        offered.map_or_else(|| "offers nothing".to_owned(), |money| format!("offers {money}"))
    )]
    NoSuchOffer {
        /// The seller's current offer, if any.
        offered: Option<Money>,
    },
    /// The order number was used before with different content.
    #[error("order {0} was already placed with different content")]
    AlreadyPlaced(OrderId),
    /// The order has no lines, or a line has no units.
    #[error("an order needs at least one line, and each line at least one unit")]
    NothingBought,
    /// The lines are not numbered 1, 2, 3, …
    #[error("order lines must be numbered 1, 2, 3, …")]
    LinesMisnumbered,
    /// More units than one purchase can hold.
    #[error("an order can have at most {limit} units; this one has {units}")]
    TooManyUnits {
        /// The number of units in the order.
        units: u64,
        /// The maximum.
        limit: u64,
    },
    /// The order mixes currencies.
    #[error("all amounts of an order must be in one currency; this amount is not in {expected}")]
    CurrenciesDiffer {
        /// The currency of the order.
        expected: String,
    },
    /// A negative amount, or one above the supported maximum.
    #[error("invalid amount {amount}: it must be at least zero and at most {most}")]
    ImpossibleAmount {
        /// The amount in the command.
        amount: Money,
        /// The maximum.
        most: Money,
    },
    /// S1: a warranty is sold only with a device.
    #[error("line {line} has a warranty but no device")]
    WarrantyWithoutDevice {
        /// The line's number, from 1.
        line: u32,
    },
    /// The order was cancelled.
    #[error("the order was cancelled at {at}")]
    Cancelled {
        /// When it was cancelled.
        at: Instant,
    },
    /// The order was already paid, with a different amount.
    #[error("the order was already paid, with {amount}")]
    AlreadyPaid {
        /// The amount paid before.
        amount: Money,
    },
    /// The unit was already reported as delivered, with other details.
    #[error("{device} was already delivered, at {at}")]
    AlreadyDelivered {
        /// The unit that was delivered.
        device: DeviceId,
        /// When it was delivered.
        at: Instant,
    },
    /// S8: an order cannot be cancelled after a delivery.
    #[error("{device} was delivered, so the order can no longer be cancelled")]
    CancelTooLate {
        /// A unit that was delivered.
        device: DeviceId,
    },
    /// The fact is dated before the order was placed.
    #[error("the fact is dated before the order was placed at {placed_at}")]
    BeforePlaced {
        /// When the order was placed.
        placed_at: Instant,
    },
    /// The order has no such unit or line.
    #[error("the order has no {0}")]
    UnitNotKnown(String),
    /// The line has fewer suitable units than the command names.
    #[error("line {line} has only {found} units that this can apply to, not {wanted}")]
    NotThatMany {
        /// The marketplace's own line id.
        line: String,
        /// How many units the command names.
        wanted: u32,
        /// How many units it could apply to.
        found: usize,
    },
    /// Days can be counted only if the time zone is known.
    #[error("the delivery has no time zone, and none is known for its place in {0}")]
    ZoneNotKnown(String),
    /// T1: the return period has passed.
    #[error("{device} was returned on day {day}; returns are possible until day {last}")]
    ReturnTooLate {
        /// The unit that was returned.
        device: DeviceId,
        /// The day of the return; the day of delivery is day 0.
        day: i64,
        /// The last day on which a return is possible.
        last: i64,
    },
    /// A unit cannot be returned before it is delivered.
    #[error("{device} was delivered at {delivered_at}, after the reported return")]
    ReturnBeforeDelivery {
        /// The unit that was returned.
        device: DeviceId,
        /// When it was delivered.
        delivered_at: Instant,
    },
    /// M7: a refund would exceed the price paid.
    #[error("{amount} exceeds the {remaining} that remains of the price of {device}")]
    RefundExceedsPrice {
        /// The unit to refund.
        device: DeviceId,
        /// The amount to refund.
        amount: Money,
        /// The amount that can still be refunded.
        remaining: Money,
    },
    /// Too many facts wait for an order that has not been reported.
    #[error(
        "{0} facts already wait for this order, which is the maximum; report the order itself first"
    )]
    TooManyKept(usize),
    /// The dispute does not exist.
    #[error("dispute {0} is not known")]
    DisputeNotKnown(DisputeId),
    /// The caller's role does not permit this.
    #[error("{who} may not {what}")]
    DisputeNotAllowed {
        /// The caller.
        who: Principal,
        /// The refused action, as a verb phrase.
        what: &'static str,
    },
    /// The unit has not been delivered.
    #[error("{0} has not been delivered yet")]
    DisputeBeforeDelivery(DeviceId),
    /// T1: from day 16 the buyer makes a claim instead.
    #[error("today is day {day}; a dispute with the seller can be opened until day {last}")]
    DisputeTooLate {
        /// The device that the dispute is about.
        device: DeviceId,
        /// Today; the day of delivery is day 0.
        day: i64,
        /// The last day on which a dispute can be opened.
        last: i64,
    },
    /// A device can have only one open dispute at a time.
    #[error("dispute {0} about this device is still open")]
    DisputeAlreadyOpen(DisputeId),
    /// The buyer returned the device or was refunded its full price.
    #[error("{0} was returned or refunded in full")]
    DeviceGone(DeviceId),
    /// The dispute was decided differently before.
    #[error("dispute {dispute} was already decided; it ended with {}", ending.name())]
    DisputeAlreadyDecided {
        /// Id of the dispute.
        dispute: DisputeId,
        /// How it ended.
        ending: DisputeEnding,
    },
    /// T8: the seller did not answer in time.
    #[error("the seller did not answer dispute {0} in time; the marketplace decides it")]
    SellerWasSilent(DisputeId),
    /// A counter-offer needs an amount; other answers must not have one.
    #[error("a counter-offer needs an amount, and no other answer may have one")]
    OfferMisplaced,
    /// A partial refund and a reimbursed repair need an amount; other endings must not have one.
    #[error("{}", amount_that_goes_with(*ending))]
    AmountMisplaced {
        /// The ending in the command.
        ending: DisputeEnding,
    },
    /// M7: the amount is zero or less, or exceeds the remaining price.
    #[error("{amount} must be more than zero and at most the remaining price of {remaining}")]
    AmountOutOfBounds {
        /// The amount in the command.
        amount: Money,
        /// What remains of the price.
        remaining: Money,
    },
}

/// The amount that an ending has, as a sentence.
fn amount_that_goes_with(ending: DisputeEnding) -> &'static str {
    match ending {
        DisputeEnding::FullRefund => {
            "a full refund is the remaining price; send that amount, or none"
        }
        DisputeEnding::PartialRefund => "a partial refund needs an amount",
        DisputeEnding::RepairReimbursed => {
            "a reimbursed repair needs an amount, unless the device is beyond repair"
        }
        DisputeEnding::Exchange => "an exchange must not have an amount",
        DisputeEnding::Nothing => "a dispute that ends with nothing must not have an amount",
    }
}

impl Rejection for OrderRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::OrderNotKnown(_) => "order.not_known",
            Self::OtherPurchase(_) => "order.other_purchase",
            Self::NotTheMarketplace(_) => "order.not_allowed",
            Self::AlreadyPlaced(_) => "order.already_placed",
            Self::NothingBought => "order.nothing_bought",
            Self::LinesMisnumbered => "order.lines_misnumbered",
            Self::TooManyUnits { .. } => "order.too_many_units",
            Self::CurrenciesDiffer { .. } => "order.currencies_differ",
            Self::ImpossibleAmount { .. } => "order.impossible_amount",
            Self::WarrantyWithoutDevice { .. } => "order.warranty_without_device",
            Self::Cancelled { .. } => "order.cancelled",
            Self::AlreadyPaid { .. } => "order.already_paid",
            Self::AlreadyDelivered { .. } => "order.already_delivered",
            Self::CancelTooLate { .. } => "order.cancel_too_late",
            Self::BeforePlaced { .. } => "order.before_placed",
            Self::UnitNotKnown(_) => "order.unit_not_known",
            Self::NotThatMany { .. } => "order.not_that_many_units",
            Self::ZoneNotKnown(_) => "order.zone_not_known",
            Self::ReturnTooLate { .. } => "order.return_too_late",
            Self::ReturnBeforeDelivery { .. } => "order.return_before_delivery",
            Self::RefundExceedsPrice { .. } => "order.refund_exceeds_price",
            Self::TooManyKept(_) => "order.too_many_kept",
            Self::ReturnNeedsDefect { .. } => "order.return_needs_defect",
            Self::ReceiptMissing => "dispute.receipt_missing",
            Self::NoSuchOffer { .. } => "dispute.no_such_offer",
            Self::DisputeNotKnown(_) => "dispute.not_known",
            Self::DisputeNotAllowed { .. } => "dispute.not_allowed",
            Self::DisputeBeforeDelivery(_) => "dispute.before_delivery",
            Self::DisputeTooLate { .. } => "dispute.too_late",
            Self::DisputeAlreadyOpen(_) => "dispute.already_open",
            Self::DeviceGone(_) => "dispute.device_gone",
            Self::DisputeAlreadyDecided { .. } => "dispute.already_decided",
            Self::SellerWasSilent(_) => "dispute.seller_was_silent",
            Self::OfferMisplaced => "dispute.offer_misplaced",
            Self::AmountMisplaced { .. } => "dispute.amount_misplaced",
            Self::AmountOutOfBounds { .. } => "dispute.amount_out_of_bounds",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::WarrantyWithoutDevice { .. } => &["S1"],
            Self::CurrenciesDiffer { .. } | Self::ImpossibleAmount { .. } => &["M6"],
            Self::CancelTooLate { .. } => &["S8"],
            Self::SellerWasSilent(_) => &["T8"],
            Self::RefundExceedsPrice { .. } | Self::AmountOutOfBounds { .. } => &["M7"],
            Self::ReturnTooLate { .. }
            | Self::ReturnNeedsDefect { .. }
            | Self::DisputeTooLate { .. }
            | Self::DisputeBeforeDelivery(_) => &["T1"],
            _ => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        let instead = match self {
            Self::AlreadyDelivered { .. } => {
                "Look at the delivery in the order; if it is wrong, report a corrected delivery."
            }
            Self::CancelTooLate { .. } => {
                "Return the device to the shop by day 7 after its delivery."
            }
            Self::ReturnTooLate { .. } => {
                "Open a dispute with the seller until day 15; from day 16, make a warranty claim."
            }
            Self::ReturnNeedsDefect { .. } => {
                "Return it with reason `defect`, or open a dispute with the seller until day 15."
            }
            Self::ReceiptMissing => "Send the amount on the receipt as `receipt`.",
            Self::DisputeTooLate { .. } => {
                "File a claim under the device's warranty, if it has one."
            }
            Self::SellerWasSilent(_) => "Contact the marketplace, which decides the dispute.",
            Self::DisputeAlreadyOpen(_) => {
                "Look at the open dispute, and wait for the seller's answer or the decision."
            }
            Self::ZoneNotKnown(_) => "Send the fact again with the place's time zone.",
            Self::AmountMisplaced { .. } => "Send an amount only where the ending needs one.",
            Self::OfferMisplaced => {
                "Send an offer with the answer `counter`, and with no other answer."
            }
            _ => return None,
        };
        Some(instead.to_owned())
    }

    fn instead_call(&self) -> Option<NextCall> {
        match self {
            Self::ReturnTooLate { device, .. } | Self::ReturnNeedsDefect { device, .. } => {
                Some(NextCall::post(format!("/v1/devices/{device}/disputes")))
            }
            Self::DisputeTooLate { device, .. } => {
                Some(NextCall::post(format!("/v1/policies/{}/claims", device.policy())))
            }
            Self::DisputeAlreadyOpen(dispute) => {
                Some(NextCall::get(format!("/v1/disputes/{dispute}")))
            }
            Self::AlreadyDelivered { device, .. } => {
                Some(NextCall::get(format!("/v1/orders/{}", device.order())))
            }
            _ => None,
        }
    }

    fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::ReturnTooLate { device, day, last }
            | Self::DisputeTooLate { device, day, last } => {
                json!({ "device": device, "day": day, "last_day": last })
            }
            Self::AlreadyDelivered { device, at } => {
                json!({ "device": device, "delivered_at": at })
            }
            Self::AlreadyPaid { amount } => json!({ "paid": amount }),
            Self::RefundExceedsPrice { device, amount, remaining } => {
                json!({ "device": device, "amount": amount, "remaining": remaining })
            }
            Self::AmountOutOfBounds { amount, remaining } => {
                json!({ "amount": amount, "remaining": remaining })
            }
            Self::NotThatMany { line, wanted, found } => {
                json!({ "line": line, "wanted": wanted, "found": found })
            }
            Self::Cancelled { at } => json!({ "cancelled_at": at }),
            Self::DisputeAlreadyOpen(dispute) => json!({ "dispute": dispute }),
            _ => Value::Null,
        };
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(self, Self::OrderNotKnown(_) | Self::DisputeNotKnown(_))
    }
}
