//! Why a command for a repair job is refused.
//!
//! Long because it lists all refusals with their codes, rules and facts.

use chrono::NaiveDate;
use recourse_kernel::{DisputeId, Hash, Instant, JobId, NextCall, Rejection, ShipmentId};
use recourse_terms::{Country, Direction, Provider, Serial};
use serde_json::{Map, Value, json};

use super::events::{Likeness, Nature, Remedy};

/// Why a command is refused. `Display` is the sentence for people to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobRejection {
    /// The job does not exist, or has not been read yet.
    #[error("there is no job {0}")]
    NotKnown(JobId),
    /// The shipment does not exist, or has not been read yet.
    #[error("there is no shipment {0}")]
    ShipmentNotKnown(ShipmentId),
    /// The terms of the claim have not been read yet.
    #[error("the terms {0} are not known here yet")]
    TermsNotKnown(Hash),
    /// The principal has no access to this job.
    #[error(
        "only the job's shop, the provider's adjusters and, for shipments, the buyer may do this"
    )]
    NotAllowed,
    /// The job belongs to another provider's adjusters.
    #[error("the job belongs to {provider}; only its own staff may do this")]
    AnotherProviders {
        /// The provider of the job.
        provider: Provider,
    },
    /// The reported time is in the future.
    #[error("{reported} is in the future; it is now {now}")]
    InTheFuture {
        /// The time that was reported.
        reported: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// The reported time is before something that must come first.
    #[error("{reported} is before {what} at {at}")]
    OutOfOrder {
        /// The time that was reported.
        reported: Instant,
        /// What must come first, such as `the receipt`.
        what: &'static str,
        /// When that happened.
        at: Instant,
    },
    /// The job is finished.
    #[error("the job is closed")]
    Closed,
    /// M8: the abandoned device belongs to the provider.
    #[error(
        "the device was abandoned on {since} because the amount due was not paid; it stays with the provider"
    )]
    IsAbandoned {
        /// Since when it counts as abandoned.
        since: Instant,
    },
    /// C7: the provider has no other shop there.
    #[error("{provider} lists no other shop {} in {country}", named.as_deref().unwrap_or("to take the job"))]
    NoOtherShop {
        /// The provider of the job.
        provider: Provider,
        /// The buyer's country.
        country: Country,
        /// The id of the requested shop, if one was named.
        named: Option<String>,
    },
    /// M8: damage in transit was reported without a description.
    #[error("damage in transit needs a description in `condition`")]
    DamageWithoutCondition,
    /// M8: the provider had booked the shipment and is liable for the damage.
    #[error(
        "the damage happened on the shipment {shipment}, which the provider had booked; the verdict must be `covered`"
    )]
    DamageIsTheProviders {
        /// The shipment on which it was damaged.
        shipment: ShipmentId,
    },
    /// The seller had agreed to the earlier repair.
    #[error(
        "the seller agreed to a repair elsewhere in the dispute {dispute}; it cannot be a reason for an exclusion"
    )]
    RepairWasAgreed {
        /// The dispute in which the seller agreed.
        dispute: DisputeId,
    },
    /// T9: a part arrived late without a reason.
    #[error(
        "the part `{part}` was expected on {expected_on} but arrived on {arrived_on}; give a reason"
    )]
    ReasonMissing {
        /// The part's name.
        part: String,
        /// When it was expected.
        expected_on: NaiveDate,
        /// When it arrived.
        arrived_on: NaiveDate,
    },
    /// S2: the replacement is of another kind.
    #[error(
        "a replacement must be the same model, or one of the same category and system with the same functions"
    )]
    ReplacementNotAlike {
        /// The likeness that was reported.
        likeness: Likeness,
    },
    /// S2: the replacement is newer or more expensive.
    #[error("under these terms a replacement must not be a newer or more expensive model")]
    ReplacementImproved,
    /// C5: neither terms nor tariffs have a price for the shipment.
    #[error("the terms and tariffs have no price for {carrier} from {from} to {to} on {on}")]
    NoTariff {
        /// The carrier's name.
        carrier: String,
        /// The city of departure.
        from: String,
        /// The city of destination.
        to: String,
        /// The day of the booking, in the shop's time zone.
        on: NaiveDate,
    },
    /// A shipment booked by the buyer has no price, or a negative one.
    #[error("a shipment booked by the buyer needs the price that was paid")]
    PriceMissing,
    /// M8: this party cannot book the shipment.
    #[error(
        "a shipment is booked by the buyer or the provider, and a buyer can book only for themselves"
    )]
    NotTheBooker,
    /// A name or note is empty, too long or contains control characters.
    #[error("{what} must have 1 to {most} characters, without control characters; it has {given}")]
    TextOutOfBounds {
        /// What it is, such as `a note`.
        what: &'static str,
        /// The maximum.
        most: usize,
        /// The number of characters.
        given: usize,
    },
    /// A photo is named by something else than its hash.
    #[error("the SHA-256 of a photo must have 64 hexadecimal digits")]
    NotASha256,
    /// A list has too many entries.
    #[error("at most {most} {what} can be reported at once, not {given}")]
    TooMany {
        /// What they are, such as `photos`.
        what: &'static str,
        /// The maximum.
        most: usize,
        /// The number of entries.
        given: usize,
    },
    /// The shipment is already past this step.
    #[error("the shipment was already {0}")]
    ShipmentAlready(&'static str),
    /// The shipment belongs to another job, goes the other direction, or is lost.
    #[error("the shipment {shipment} does not go {} for this job, or was lost", wanted.name())]
    ShipmentDoesNotFit {
        /// The shipment that was named.
        shipment: ShipmentId,
        /// The direction that is needed.
        wanted: Direction,
    },
    /// A carrier can take the device only with a shipment.
    #[error("a carrier needs a booked shipment")]
    ShipmentMissing,
    /// The shop already has the device.
    #[error("the device was already received")]
    AlreadyReceived,
    /// The shop does not have the device yet.
    #[error("the device has not been received yet")]
    NotReceived,
    /// C6: the device is not the claimed one.
    #[error(
        "the device has the serial {found}, not {expected}; it is in quarantine until this is resolved"
    )]
    Quarantined {
        /// The serial stated in the claim.
        expected: Serial,
        /// The serial read from the device.
        found: Serial,
    },
    /// C6: the device is not in quarantine.
    #[error("the serial is not in question")]
    SerialNotInQuestion,
    /// There is a verdict already.
    #[error("the device was already inspected")]
    AlreadyInspected,
    /// There is no verdict yet.
    #[error("the device has not been inspected yet")]
    NotInspected,
    /// C9: whether the policy had expired is decided when the claim is filed, never later.
    #[error(
        "whether the policy had expired was decided when the claim was filed; choose another verdict"
    )]
    ExpiredIsNotForTheShop,
    /// `outside_coverage`: the verdict must name this exclusion.
    #[error(
        "the terms do not cover this kind of defect; report `not_covered` with `outside_coverage`"
    )]
    NatureIsNotCovered {
        /// The kind of defect that was reported.
        nature: Nature,
    },
    /// `outside_coverage`: the verdict must not name this exclusion.
    #[error("the terms cover this kind of defect; name another exclusion or none")]
    NatureIsCovered {
        /// The kind of defect that was reported.
        nature: Nature,
    },
    /// T9: the expected date is before the order.
    #[error(
        "the part cannot be expected on {expected_on}, which is before its order on {ordered_on}"
    )]
    ExpectedBeforeOrdered {
        /// The expected date that was reported.
        expected_on: NaiveDate,
        /// The date of the order.
        ordered_on: NaiveDate,
    },
    /// T9: no such part is awaited.
    #[error("no part `{0}` is awaited")]
    PartNotAwaited(String),
    /// T9: a part is awaited.
    #[error("the part `{0}` is still awaited")]
    PartStillAwaited(String),
    /// The claim has not chosen a remedy yet.
    #[error("the claim has not chosen a remedy yet")]
    RemedyNotChosen,
    /// M2: the claim chose another remedy.
    #[error("the claim's remedy is {}, not {needed}", remedy.name())]
    RemedyIsAnother {
        /// The remedy that the claim chose.
        remedy: Remedy,
        /// The remedy that is needed, such as `a repair`.
        needed: &'static str,
    },
    /// M3: the buyer pays before a repair at their cost, and before the device is returned.
    #[error("the buyer has not paid the amount due yet")]
    NotPaid,
    /// The device was repaired already.
    #[error("the device was already repaired")]
    AlreadyRepaired,
    /// The device is not repaired yet.
    #[error("the device has not been repaired yet")]
    NotRepaired,
    /// The device cannot be repaired.
    #[error("the device was declared beyond repair")]
    IsBeyondRepair,
    /// T5: the device has not been on the bench long enough.
    #[error("{}", bench_days_not_over(*counted_days, *limit))]
    BenchDaysNotOver {
        /// The counted time, in whole days.
        counted_days: i64,
        /// The limit in the terms, if they have one.
        limit: Option<u32>,
    },
    /// T6: the device was not repaired often enough.
    #[error("{}", not_third_repair(*repairs, *limit))]
    NotThirdRepair {
        /// The number of earlier repairs of this defect.
        repairs: u32,
        /// The limit in the terms, if they have one.
        limit: Option<u32>,
    },
    /// S2: the replacement has the serial of the original device.
    #[error("the replacement must have a different serial than the original device")]
    SameDevice,
    /// A replacement was sent already.
    #[error("a replacement was already sent")]
    AlreadyReplaced,
    /// The device has left the shop.
    #[error("the device was already handed over")]
    AlreadyHandedOver,
    /// M9: after a replacement or cash the old device belongs to the provider.
    #[error("after a replacement or cash the device stays with the provider")]
    DeviceIsTheProviders,
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

impl Rejection for JobRejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotKnown(_) => "job.not_known",
            Self::ShipmentNotKnown(_) => "shipment.not_known",
            Self::TermsNotKnown(_) => "terms.not_known",
            Self::NotAllowed => "job.not_allowed",
            Self::AnotherProviders { .. } => "job.provider.not_allowed",
            Self::InTheFuture { .. } => "job.in_the_future",
            Self::OutOfOrder { .. } => "job.out_of_order",
            Self::Closed => "job.closed",
            Self::IsAbandoned { .. } => "job.abandoned",
            Self::NoOtherShop { .. } => "job.no_other_shop",
            Self::DamageWithoutCondition => "job.damage_without_condition",
            Self::DamageIsTheProviders { .. } => "job.damage_is_the_providers",
            Self::RepairWasAgreed { .. } => "job.repair_was_agreed",
            Self::ReasonMissing { .. } => "job.reason_missing",
            Self::ReplacementNotAlike { .. } => "job.replacement_not_alike",
            Self::ReplacementImproved => "job.replacement_too_good",
            Self::NoTariff { .. } => "shipment.no_tariff",
            Self::PriceMissing => "shipment.price_missing",
            Self::NotTheBooker => "shipment.booker_not_allowed",
            Self::TextOutOfBounds { .. } => "job.text_out_of_bounds",
            Self::NotASha256 => "job.not_a_sha256",
            Self::TooMany { .. } => "job.too_many_entries",
            Self::ShipmentAlready(_) => "shipment.over",
            Self::ShipmentDoesNotFit { .. } => "shipment.does_not_fit",
            Self::ShipmentMissing => "shipment.missing",
            Self::AlreadyReceived => "job.already_received",
            Self::NotReceived => "job.not_received",
            Self::Quarantined { .. } => "job.quarantined",
            Self::SerialNotInQuestion => "job.serial_not_in_question",
            Self::AlreadyInspected => "job.already_inspected",
            Self::NotInspected => "job.not_inspected",
            Self::ExpiredIsNotForTheShop => "job.expiry_is_judged_at_filing",
            Self::NatureIsNotCovered { .. } => "job.nature_is_not_covered",
            Self::NatureIsCovered { .. } => "job.nature_is_covered",
            Self::ExpectedBeforeOrdered { .. } => "job.expected_before_ordered",
            Self::PartNotAwaited(_) => "job.part_not_awaited",
            Self::PartStillAwaited(_) => "job.part_still_awaited",
            Self::RemedyNotChosen => "job.remedy_not_chosen",
            Self::RemedyIsAnother { .. } => "job.remedy_is_another",
            Self::NotPaid => "job.not_paid",
            Self::AlreadyRepaired => "job.already_repaired",
            Self::NotRepaired => "job.not_repaired",
            Self::IsBeyondRepair => "job.beyond_repair",
            Self::BenchDaysNotOver { .. } => "job.bench_days_not_over",
            Self::NotThirdRepair { .. } => "job.not_third_repair",
            Self::SameDevice => "job.same_device",
            Self::AlreadyReplaced => "job.already_replaced",
            Self::AlreadyHandedOver => "job.already_handed_over",
            Self::DeviceIsTheProviders => "job.device_is_the_providers",
        }
    }

    fn rules(&self) -> &'static [&'static str] {
        match self {
            Self::NoTariff { .. } => &["C5"],
            Self::PriceMissing
            | Self::NotTheBooker
            | Self::IsAbandoned { .. }
            | Self::DamageWithoutCondition
            | Self::DamageIsTheProviders { .. } => &["M8"],
            Self::NoOtherShop { .. } => &["C7"],
            Self::Quarantined { .. } | Self::SerialNotInQuestion => &["C6"],
            Self::ExpiredIsNotForTheShop => &["C9"],
            Self::ExpectedBeforeOrdered { .. }
            | Self::PartNotAwaited(_)
            | Self::ReasonMissing { .. }
            | Self::PartStillAwaited(_) => &["T9"],
            Self::RemedyIsAnother { .. } => &["M2"],
            Self::NotPaid => &["M3"],
            Self::BenchDaysNotOver { .. } => &["T5"],
            Self::NotThirdRepair { .. } => &["T6"],
            Self::SameDevice | Self::ReplacementNotAlike { .. } | Self::ReplacementImproved => {
                &["S2"]
            }
            Self::DeviceIsTheProviders => &["M9"],
            _ => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        let advice = match self {
            Self::InTheFuture { .. } => "Report it after it has happened.",
            Self::Quarantined { .. } => "Resolve the serial mismatch first.",
            Self::NotReceived => "Report the receipt first.",
            Self::NotInspected => "Report the verdict first.",
            Self::PartStillAwaited(_) => "Report its arrival first.",
            Self::RemedyNotChosen => "Wait for the claim's remedy; the job's topic reports it.",
            Self::NotPaid => "Wait until the settlement is paid; the job's topic reports it.",
            Self::ShipmentMissing => "Book a shipment first.",
            Self::NoTariff { .. } => "Name a carrier that has a tariff, or publish a tariff.",
            Self::NotRepaired => "Report the repair first.",
            Self::ReasonMissing { .. } => "Report the arrival again, with a reason.",
            Self::NoOtherShop { .. } => {
                "Name another shop in the buyer's country from the provider's directory, or publish one."
            }
            Self::ReplacementNotAlike { .. } => {
                "State its kind, and whether it has the same functions or is an improved model."
            }
            Self::ReplacementImproved => "Send the same model, or one with the same functions.",
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn instead_call(&self) -> Option<NextCall> {
        let path = match self {
            Self::NoOtherShop { .. } => return Some(NextCall::get("/v1/shops")),
            Self::Quarantined { .. } => "/v1/jobs/{job}/serial-resolved",
            Self::NotReceived => "/v1/jobs/{job}/received",
            Self::NotInspected => "/v1/jobs/{job}/inspected",
            Self::PartStillAwaited(_) => "/v1/jobs/{job}/parts-arrived",
            Self::ShipmentMissing => "/v1/jobs/{job}/shipments",
            Self::NotRepaired => "/v1/jobs/{job}/repaired",
            _ => return None,
        };
        Some(NextCall::post(path))
    }

    fn facts(&self) -> Map<String, Value> {
        let facts = match self {
            Self::InTheFuture { reported, now } => json!({ "reported": reported, "now": now }),
            Self::OutOfOrder { reported, at, .. } => json!({ "reported": reported, "at": at }),
            Self::NatureIsNotCovered { nature } | Self::NatureIsCovered { nature } => {
                json!({ "nature": nature, "exclusion": "outside_coverage" })
            }
            Self::Quarantined { expected, found } => {
                json!({ "expected": expected, "found": found })
            }
            Self::ExpectedBeforeOrdered { expected_on, ordered_on } => {
                json!({ "expected_on": expected_on, "ordered_on": ordered_on })
            }
            Self::BenchDaysNotOver { counted_days, limit } => {
                json!({ "counted_days": counted_days, "limit": limit })
            }
            Self::NotThirdRepair { repairs, limit } => {
                json!({ "repairs": repairs, "limit": limit })
            }
            Self::IsAbandoned { since } => json!({ "since": since }),
            Self::RepairWasAgreed { dispute } => json!({ "dispute": dispute }),
            Self::DamageIsTheProviders { shipment } => json!({ "shipment": shipment }),
            Self::ReasonMissing { expected_on, arrived_on, .. } => {
                json!({ "expected_on": expected_on, "arrived_on": arrived_on })
            }
            Self::RemedyIsAnother { remedy, .. } => json!({ "remedy": remedy }),
            _ => return Map::new(),
        };
        match facts {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }

    fn not_known_yet(&self) -> bool {
        matches!(
            self,
            Self::NotKnown(_)
                | Self::ShipmentNotKnown(_)
                | Self::TermsNotKnown(_)
                | Self::RemedyNotChosen
                | Self::NotPaid
        )
    }
}
