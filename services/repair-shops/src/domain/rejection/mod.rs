//! Why a command for a repair job is refused. The message of each variant is the sentence that
//! people read; `reason.rs` has its code, rules, facts and advice.

mod reason;

use chrono::NaiveDate;
use recourse_kernel::{Currency, DisputeId, Hash, Instant, JobId, ShipmentId};
use recourse_terms::{Country, Direction, Provider, Serial};

use super::events::{Likeness, Nature, Remedy};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobRejection {
    #[error("there is no job {0}")]
    NotKnown(JobId),
    #[error("there is no shipment {0}")]
    ShipmentNotKnown(ShipmentId),
    #[error("the terms {0} are not known here yet")]
    TermsNotKnown(Hash),
    #[error(
        "only the job's shop, the provider's adjusters and, for shipments, the buyer may do this"
    )]
    NotAllowed,
    #[error("only the repair shop that the job is at may read the buyer's data here")]
    NotTheShopOfTheJob,
    #[error("the claim has no such photo")]
    PhotoNotKnown,
    #[error("the job belongs to {provider}; only its own staff may do this")]
    AnotherProviders { provider: Provider },
    #[error("{reported} is in the future; it is now {now}")]
    InTheFuture { reported: Instant, now: Instant },
    #[error("{reported} is before {what} at {at}")]
    OutOfOrder { reported: Instant, what: &'static str, at: Instant },
    #[error("the job is closed")]
    Closed,
    #[error(
        "the device was abandoned on {since} because the amount due was not paid; it stays with \
         the provider"
    )]
    IsAbandoned { since: Instant },
    #[error(
        "{provider} lists no other shop {} in {country}",
        named.as_deref().unwrap_or("to take the job")
    )]
    NoOtherShop { provider: Provider, country: Country, named: Option<String> },
    #[error("damage in transit needs a description in `condition`")]
    DamageWithoutCondition,
    #[error(
        "the damage happened on the shipment {shipment}, which the provider had booked; the \
         verdict must be `covered`"
    )]
    DamageIsTheProviders { shipment: ShipmentId },
    #[error(
        "the seller agreed to a repair elsewhere in the dispute {dispute}; it cannot be a reason \
         for an exclusion"
    )]
    RepairWasAgreed { dispute: DisputeId },
    #[error(
        "the part `{part}` was expected on {expected_on} but arrived on {arrived_on}; give a reason"
    )]
    ReasonMissing { part: String, expected_on: NaiveDate, arrived_on: NaiveDate },
    #[error(
        "a replacement must be the same model, or one of the same category and system with the \
         same functions"
    )]
    ReplacementNotAlike { likeness: Likeness },
    #[error("under these terms a replacement must not be a newer or more expensive model")]
    ReplacementImproved,
    #[error("the terms and tariffs have no price for {carrier} from {from} to {to} on {on}")]
    NoTariff { carrier: String, from: String, to: String, on: NaiveDate },
    #[error("a shipment booked by the buyer needs the price that was paid")]
    PriceMissing,
    #[error(
        "a shipment is booked by the buyer or the provider, and a buyer can book only for \
         themselves"
    )]
    NotTheBooker,
    #[error("{what} must have 1 to {most} characters, without control characters; it has {given}")]
    TextOutOfBounds { what: &'static str, most: usize, given: usize },
    #[error("the SHA-256 of a photo must have 64 hexadecimal digits")]
    NotASha256,
    #[error("at most {most} {what} can be reported at once, not {given}")]
    TooMany { what: &'static str, most: usize, given: usize },
    #[error("the shipment {shipment} is not over; cancel it first")]
    AnotherShipment { shipment: ShipmentId },
    #[error("the carrier has picked up the shipment {shipment}; it can no longer be cancelled")]
    ShipmentPickedUp { shipment: ShipmentId },
    #[error("the price is in {given}, but the tariff is in {wanted}")]
    AnotherCurrency { given: Currency, wanted: Currency },
    #[error("under these terms the provider books no courier; the buyer sends the device")]
    NoCourier,
    #[error("the courier was requested on {since}")]
    CourierRequested { since: Instant },
    #[error("the provider books the requested courier; from {until} on the buyer may book")]
    OnlyTheProviderBooks { until: Instant },
    #[error(
        "without the scans of the carrier, this is for another party to state: for a shipment for \
         which the provider is liable, the shop or the provider, and its buyer once asked"
    )]
    NotYoursToState,
    #[error("the receipt of this shipment is known")]
    ReceiptKnown,
    #[error("a receipt is for a shipment that the buyer paid, and its amount is not negative")]
    ReceiptMisplaced,
    #[error("the carrier has not picked the shipment up, so it cannot be lost")]
    NotPickedUp,
    #[error("no declaration waits for an approval")]
    NothingToApprove,
    #[error("the declaration waits for the approval of the provider")]
    WaitsForApproval,
    #[error("the shipment was already {0}")]
    ShipmentAlready(&'static str),
    #[error("the shipment {shipment} does not go {} for this job, or was lost", wanted.name())]
    ShipmentDoesNotFit { shipment: ShipmentId, wanted: Direction },
    #[error("a carrier needs a booked shipment")]
    ShipmentMissing,
    #[error("the device was already received")]
    AlreadyReceived,
    #[error("the device has not been received yet")]
    NotReceived,
    #[error(
        "the device has the serial {found}, not {expected}; it is in quarantine until this is \
         resolved"
    )]
    Quarantined { expected: Serial, found: Serial },
    #[error("the serial is not in question")]
    SerialNotInQuestion,
    #[error("the device was already inspected")]
    AlreadyInspected,
    #[error("the device has not been inspected yet")]
    NotInspected,
    #[error(
        "whether the policy had expired was decided when the claim was filed; choose another \
         verdict"
    )]
    ExpiredIsNotForTheShop,
    #[error(
        "the terms do not cover this kind of defect; report `not_covered` with `outside_coverage`"
    )]
    NatureIsNotCovered { nature: Nature },
    #[error("the terms cover this kind of defect; name another exclusion or none")]
    NatureIsCovered { nature: Nature },
    #[error(
        "the part cannot be expected on {expected_on}, which is before its order on {ordered_on}"
    )]
    ExpectedBeforeOrdered { expected_on: NaiveDate, ordered_on: NaiveDate },
    #[error(
        "the part was ordered on {ordered_at}, before the device was received on {received_at}"
    )]
    OrderedBeforeReceipt { ordered_at: Instant, received_at: Instant },
    #[error("the part `{part}` was promised for {promised}; a new date needs a reason")]
    NewDateWithoutReason { part: String, promised: NaiveDate },
    #[error("no awaited part is overdue")]
    PartsNotOverdue { expected_on: Option<NaiveDate> },
    #[error("{}", repair_not_overdue_enough(*free_from))]
    RepairNotOverdueEnough { free_from: Option<Instant> },
    #[error("no part `{0}` is awaited")]
    PartNotAwaited(String),
    #[error("the part `{0}` is still awaited")]
    PartStillAwaited(String),
    #[error("the claim has not chosen a remedy yet")]
    RemedyNotChosen,
    #[error("the claim's remedy is {}, not {needed}", remedy.name())]
    RemedyIsAnother { remedy: Remedy, needed: &'static str },
    #[error(
        "the buyer appealed against the verdict; until that is decided, the device stays at the \
         shop"
    )]
    AppealIsOpen,
    #[error("the buyer has not paid the amount due yet")]
    NotPaid,
    #[error("the device was already repaired")]
    AlreadyRepaired,
    #[error("the device has not been repaired yet")]
    NotRepaired,
    #[error("the device was declared beyond repair")]
    IsBeyondRepair,
    #[error("{}", bench_days_not_over(*counted_days, *limit))]
    BenchDaysNotOver { counted_days: i64, limit: Option<u32> },
    #[error("{}", not_third_repair(*repairs, *limit))]
    NotThirdRepair { repairs: u32, limit: Option<u32> },
    #[error("the replacement must have a different serial than the original device")]
    SameDevice,
    #[error("a replacement was already sent")]
    AlreadyReplaced,
    #[error("the device was already handed over")]
    AlreadyHandedOver,
    #[error("after a replacement or cash the device stays with the provider")]
    DeviceIsTheProviders,
}

fn repair_not_overdue_enough(free_from: Option<Instant>) -> String {
    match free_from {
        Some(from) => format!("the repair that was paid for can be cancelled from {from} on"),
        None => "the days of the repair that was paid for are not counted at present".to_owned(),
    }
}

fn bench_days_not_over(counted_days: i64, limit: Option<u32>) -> String {
    match limit {
        Some(limit) => format!(
            "the device is beyond repair after more than {limit} counted days on the bench; so \
             far it was there for {counted_days}"
        ),
        None => "under these terms no time on the bench makes a device beyond repair".to_owned(),
    }
}

fn not_third_repair(repairs: u32, limit: Option<u32>) -> String {
    match limit {
        Some(limit) => format!(
            "the device is beyond repair after {limit} earlier repairs of this defect; so far \
             there were {repairs}"
        ),
        None => "under these terms no number of repairs makes a device beyond repair".to_owned(),
    }
}
