//! Why something that is told or asked about an order is refused.

use recourse_kernel::{DeviceId, DisputeId, Instant, Money, OrderId, Principal, Rejection};
use serde_json::{Map, Value, json};

use super::events::DisputeEnding;

/// Why something that is told or asked about an order is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OrderRejection {
    /// Nobody has told of this order.
    #[error("order {0} is not known")]
    OrderNotKnown(OrderId),
    /// The command is about another purchase than the one it came to.
    #[error("the command is about {0}, which is another purchase or another marketplace's")]
    OtherPurchase(OrderId),
    /// Only the marketplace tells what happens to its orders.
    #[error("{0} may not tell what happens to this order; its marketplace does")]
    NotTheMarketplace(Principal),
    /// T1: the terms of the marketplace take a device back for a defect only.
    #[error("device {device} can go back to the shop only for a defect")]
    ReturnNeedsDefect {
        /// The device.
        device: DeviceId,
    },
    /// A repair is paid against a receipt.
    #[error("a repair is reimbursed against a scanned receipt of the service centre")]
    ReceiptMissing,
    /// The seller offers something else, or nothing.
    #[error("the seller {}", offered.map_or_else(|| "offers nothing".to_owned(), |money| format!("offers {money}")))]
    NoSuchOffer {
        /// What the seller offers.
        offered: Option<Money>,
    },
    /// The same number again, with another content.
    #[error("order {0} was placed before, with another content")]
    AlreadyPlaced(OrderId),
    /// There is nothing in it.
    #[error("an order has at least one line, and each line at least one unit")]
    NothingBought,
    /// Lines are not numbered 1, 2, 3, …
    #[error("the lines of an order are numbered 1, 2, 3, …")]
    LinesMisnumbered,
    /// More units than one purchase can hold.
    #[error("an order has at most {limit} units; this one has {units}")]
    TooManyUnits {
        /// How many there are.
        units: u64,
        /// How many there may be.
        limit: u64,
    },
    /// Two currencies in one order.
    #[error("all amounts of an order are in one currency; this one is not in {expected}")]
    CurrenciesDiffer {
        /// The order's currency.
        expected: String,
    },
    /// An amount below zero or beyond reckoning.
    #[error("{0} is not an amount that can be paid")]
    ImpossibleAmount(Money),
    /// S1: a warranty is bought with a device.
    #[error("line {line} has a warranty and no device")]
    WarrantyWithoutDevice {
        /// The line.
        line: u32,
    },
    /// The order was called off.
    #[error("the order was cancelled at {at}")]
    Cancelled {
        /// When.
        at: Instant,
    },
    /// The order was paid before, with another amount.
    #[error("the order was paid before, with {amount}")]
    AlreadyPaid {
        /// How much.
        amount: Money,
    },
    /// Told before, differently.
    #[error("{device} was delivered before, at {at}")]
    AlreadyDelivered {
        /// The unit.
        device: DeviceId,
        /// When.
        at: Instant,
    },
    /// S8: what is delivered cannot be cancelled.
    #[error("{device} is delivered, so the order can no longer be cancelled")]
    CancelTooLate {
        /// A delivered unit.
        device: DeviceId,
    },
    /// Something cannot happen to an order before it is placed.
    #[error("that was before the order was placed at {placed_at}")]
    BeforePlaced {
        /// When it was placed.
        placed_at: Instant,
    },
    /// A unit or line that the order does not have.
    #[error("the order has no {0}")]
    UnitNotKnown(String),
    /// A line with fewer units than are named.
    #[error("line {line} has {found} units to which this can apply, not {wanted}")]
    NotThatMany {
        /// The marketplace's id of the line.
        line: String,
        /// How many are named.
        wanted: u32,
        /// How many there are.
        found: usize,
    },
    /// Days cannot be counted without a zone.
    #[error("the time zone of the delivery is not told, and {0} does not tell it")]
    ZoneNotKnown(String),
    /// T1: the seven days are over.
    #[error("{device} came back on day {day}; it can go back to the shop to day {last}")]
    ReturnTooLate {
        /// The unit.
        device: DeviceId,
        /// The day it came back, counted from its delivery as day 0.
        day: i64,
        /// The last day.
        last: i64,
    },
    /// A device cannot come back before it is there.
    #[error("{device} was delivered at {delivered_at}, after it is said to have come back")]
    ReturnBeforeDelivery {
        /// The unit.
        device: DeviceId,
        /// When it was delivered.
        delivered_at: Instant,
    },
    /// M7: more than was paid.
    #[error("{amount} is more than the {remaining} that is left of the price of {device}")]
    RefundExceedsPrice {
        /// The unit.
        device: DeviceId,
        /// What is to be given back.
        amount: Money,
        /// What is left.
        remaining: Money,
    },
    /// A feed that never tells what the others wait for.
    #[error("{0} facts wait for this order already")]
    TooManyKept(usize),
    /// The dispute does not exist.
    #[error("dispute {0} is not known")]
    DisputeNotKnown(DisputeId),
    /// This is not theirs to do.
    #[error("{who} may not {what}")]
    DisputeNotAllowed {
        /// Who.
        who: Principal,
        /// What.
        what: &'static str,
    },
    /// There is nothing to complain about yet.
    #[error("{0} is not delivered yet")]
    DisputeBeforeDelivery(DeviceId),
    /// T1: from day 16 the way is a claim.
    #[error("today is day {day}; a dispute with the seller can be opened to day {last}")]
    DisputeTooLate {
        /// Today, counted from the delivery as day 0.
        day: i64,
        /// The last day.
        last: i64,
    },
    /// One at a time.
    #[error("dispute {0} about this device is still open")]
    DisputeAlreadyOpen(DisputeId),
    /// The buyer has it no more, or all of its price back.
    #[error("{0} went back or is refunded in full")]
    DeviceGone(DeviceId),
    /// It is over.
    #[error("dispute {dispute} was decided before: {ending:?}")]
    DisputeAlreadyDecided {
        /// The dispute.
        dispute: DisputeId,
        /// How.
        ending: DisputeEnding,
    },
    /// T8: time ran out.
    #[error("the seller did not answer dispute {0} in time; the marketplace decides it")]
    SellerWasSilent(DisputeId),
    /// A counter-offer is an amount, and only that is.
    #[error("a counter-offer, and only a counter-offer, names an amount")]
    OfferMisplaced,
    /// A refund of a part, and a reimbursed repair, need an amount; other endings have none of their own.
    #[error("the ending {0:?} and the amount do not go together")]
    AmountMisplaced(DisputeEnding),
    /// More than there is to give back.
    #[error(
        "{amount} is not more than nothing and at most the {remaining} that is left of the price"
    )]
    AmountOutOfBounds {
        /// What is named.
        amount: Money,
        /// What is left.
        remaining: Money,
    },
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
            Self::ImpossibleAmount(_) => "order.impossible_amount",
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
            Self::AmountMisplaced(_) => "dispute.amount_misplaced",
            Self::AmountOutOfBounds { .. } => "dispute.amount_out_of_bounds",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::WarrantyWithoutDevice { .. } => &["S1"],
            Self::CurrenciesDiffer { .. } | Self::ImpossibleAmount(_) => &["M6"],
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
            Self::AlreadyDelivered { .. } => "Send a correction of the delivery.",
            Self::CancelTooLate { .. } => {
                "The device can go back to the shop to day 7 after its delivery."
            }
            Self::ReturnTooLate { .. } => {
                "Open a dispute with the seller to day 15; from day 16 a claim can be made under the warranty."
            }
            Self::ReturnNeedsDefect { .. } => {
                "Return it with the reason `defect`, or open a dispute with the seller to day 15."
            }
            Self::ReceiptMissing => "Name what the receipt says, as `receipt`.",
            Self::DisputeTooLate { .. } => "Make a claim under the device's warranty.",
            Self::SellerWasSilent(_) => "Write to the marketplace, which decides.",
            Self::DisputeAlreadyOpen(_) => "Wait for the seller's answer or the decision.",
            Self::ZoneNotKnown(_) => "Send the fact again with the zone of the place.",
            Self::AmountMisplaced(_) => {
                "Name an amount for a partial refund or a reimbursed repair, and for nothing else."
            }
            Self::OfferMisplaced => {
                "Answer `counter` with an offer, or another answer without one."
            }
            _ => return None,
        };
        Some(instead.to_owned())
    }

    fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::ReturnTooLate { device, day, last } => {
                json!({ "device": device, "day": day, "last_day": last })
            }
            Self::DisputeTooLate { day, last } => json!({ "day": day, "last_day": last }),
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
