//! Why a command about an order or a dispute is refused. The message of each variant is the
//! sentence that people read; `reason.rs` has its code, rules, facts and advice.

mod reason;

use recourse_kernel::{DeviceId, DisputeId, Instant, Money, OrderId, Principal, PrivacyRequestId};

use super::events::Offer;
use super::events::{DisputeEnding, PrivacyOutcome};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OrderRejection {
    #[error("order {0} is not known")]
    OrderNotKnown(OrderId),
    #[error("{0} belongs to another purchase or marketplace; send the command to its own")]
    OtherPurchase(OrderId),
    #[error("{0} may not report facts about this order; only its marketplace may")]
    NotTheMarketplace(Principal),
    #[error("{0} may not confirm the receipt of this order; only its buyer or its marketplace may")]
    ReceiptNotAllowed(Principal),
    #[error("{0} may not pass on access to this order; only its marketplace may")]
    AccessNotAllowed(Principal),
    #[error("{0} may not resolve privacy requests; only an operator may")]
    PrivacyNotAllowed(Principal),
    #[error("privacy request {0} is not known")]
    PrivacyRequestNotKnown(PrivacyRequestId),
    #[error("privacy request {request} was already resolved: {}", outcome.name())]
    PrivacyAlreadyResolved { request: PrivacyRequestId, outcome: PrivacyOutcome },
    #[error("privacy request {0} does not ask to erase a buyer's data")]
    NothingToErase(PrivacyRequestId),
    #[error("a repair is reimbursed only against a scanned receipt of the service centre")]
    ReceiptMissing,
    #[error("no such offer: the seller offers {}", what_is_offered(offered.as_ref()))]
    NoSuchOffer { offered: Option<Offer> },
    #[error("order {0} was already placed with different content")]
    AlreadyPlaced(OrderId),
    #[error("an order needs at least one line, and each line at least one unit")]
    NothingBought,
    #[error("order lines must be numbered 1, 2, 3, …")]
    LinesMisnumbered,
    #[error("an order can have at most {limit} units; this one has {units}")]
    TooManyUnits { units: u64, limit: u64 },
    #[error("all amounts of an order must be in one currency; this amount is not in {expected}")]
    CurrenciesDiffer { expected: String },
    #[error("invalid amount {amount}: it must be at least zero and at most {most}")]
    ImpossibleAmount { amount: Money, most: Money },
    #[error("line {line} has a warranty but no device")]
    WarrantyWithoutDevice { line: u32 },
    #[error("the order was cancelled at {at}")]
    Cancelled { at: Instant },
    #[error("the order was already paid, with {amount}")]
    AlreadyPaid { amount: Money },
    #[error("{device} was already delivered, at {at}")]
    AlreadyDelivered { device: DeviceId, at: Instant },
    #[error("{device} was delivered, so the order can no longer be cancelled")]
    CancelTooLate { device: DeviceId },
    #[error("the fact is dated before the order was placed at {placed_at}")]
    BeforePlaced { placed_at: Instant },
    #[error("the order has no {0}")]
    UnitNotKnown(String),
    #[error("line {line} has only {found} units that this can apply to, not {wanted}")]
    NotThatMany { line: String, wanted: u32, found: usize },
    #[error("the delivery has no time zone, and none is known for its place in {0}")]
    ZoneNotKnown(String),
    #[error("{device} was delivered at {delivered_at}, after the reported return")]
    ReturnBeforeDelivery { device: DeviceId, delivered_at: Instant },
    #[error("{amount} exceeds the {remaining} that remains of the price of {device}")]
    RefundExceedsPrice { device: DeviceId, amount: Money, remaining: Money },
    #[error(
        "{0} facts already wait for this order, which is the maximum; report the order itself first"
    )]
    TooManyKept(usize),
    #[error("dispute {0} is not known")]
    DisputeNotKnown(DisputeId),
    #[error("{who} may not {what}")]
    DisputeNotAllowed { who: Principal, what: &'static str },
    #[error("{0} has not been delivered yet")]
    DisputeBeforeDelivery(DeviceId),
    #[error("today is day {day}; a dispute with the seller can be opened until day {last}")]
    DisputeTooLate { device: DeviceId, day: i64, last: i64 },
    #[error("dispute {0} about this device is still open")]
    DisputeAlreadyOpen(DisputeId),
    #[error("{0} was returned or refunded in full")]
    DeviceGone(DeviceId),
    #[error("dispute {dispute} is over: {}", how_it_ended(*ending))]
    DisputeIsOver { dispute: DisputeId, ending: Option<DisputeEnding> },
    #[error("dispute {0} is not decided yet")]
    DisputeNotDecided(DisputeId),
    #[error("dispute {0} ended with nothing for the buyer, so nothing has to be carried out")]
    NothingToPerform(DisputeId),
    #[error("the buyer objected to the statement that dispute {0} is carried out")]
    PerformanceContested(DisputeId),
    #[error("no seller states that the outcome of dispute {0} is carried out")]
    NothingStated(DisputeId),
    #[error("it was decided at {decided_at}, so it was carried out between then and {now}")]
    PerformanceMisdated { decided_at: Instant, now: Instant },
    #[error("the seller did not answer dispute {0} in time; the marketplace decides it")]
    SellerWasSilent(DisputeId),
    #[error("only the marketplace decides dispute {0}; a seller agrees, counters or declines")]
    MarketplaceDecides(DisputeId),
    #[error("{0} was sold by another seller, who alone acts in disputes about it")]
    NotYourSale(DeviceId),
    #[error("a dispute needs at least one photo of the defect")]
    PhotoRequired,
    #[error("the price of a repair is asked for with its scanned receipt")]
    ReceiptRequired,
    #[error("a receipt belongs to the requested remedy `repair`, and to no other")]
    ReceiptMisplaced,
    #[error(
        "a counter-offer says what is offered, with an amount if that is a part of the price or a \
         discount; no other answer offers anything"
    )]
    OfferMisplaced,
    #[error("{0} may not report the delivery of this order; only its buyer or marketplace may")]
    DeliveryNotAllowed(Principal),
    #[error("the receipt of order {0} is not confirmed yet")]
    ReceiptNotConfirmed(OrderId),
    #[error("the order was delivered at {latest} at the latest")]
    DeliveryAfterReceipt { latest: Instant },
    #[error("{}", amount_that_goes_with(*ending))]
    AmountMisplaced { ending: DisputeEnding },
    #[error("{amount} must be more than zero and at most the remaining price of {remaining}")]
    AmountOutOfBounds { amount: Money, remaining: Money },
}

fn how_it_ended(ending: Option<DisputeEnding>) -> String {
    ending.map_or_else(
        || "the buyer withdrew it".to_owned(),
        |ending| format!("it ended with {}", ending.name()),
    )
}

fn what_is_offered(offered: Option<&Offer>) -> String {
    match offered {
        None => "nothing".to_owned(),
        Some(Offer { kind, amount: Some(amount) }) => {
            format!("{} of {amount}", kind.ending().name())
        }
        Some(Offer { kind, amount: None }) => kind.ending().name().to_owned(),
    }
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
        DisputeEnding::FreeParts => "free parts must not have an amount",
        DisputeEnding::Discount => "a discount needs an amount",
        DisputeEnding::Nothing => "a dispute that ends with nothing must not have an amount",
    }
}
