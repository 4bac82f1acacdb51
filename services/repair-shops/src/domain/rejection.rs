//! Why a repair job refuses something.
//!
//! Long because it is the list of all refusals, with their codes, rules and facts.

use chrono::NaiveDate;
use recourse_kernel::{DisputeId, Hash, Instant, JobId, Rejection, ShipmentId};
use recourse_terms::{Country, Direction, Provider, Serial};
use serde_json::{Map, Value, json};

use super::events::{Likeness, Nature, Remedy};

/// Why a command is refused. `Display` is the sentence that a person reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobRejection {
    /// No such job.
    #[error("there is no job {0}")]
    NotKnown(JobId),
    /// No such way.
    #[error("there is no way {0}")]
    ShipmentNotKnown(ShipmentId),
    /// The terms of the claim have not been read.
    #[error("the terms {0} are not known here")]
    TermsNotKnown(Hash),
    /// The principal has no business with this job.
    #[error(
        "only the shop that has the job, the provider's adjusters and, for ways, the buyer may do this"
    )]
    NotAllowed,
    /// Another provider's staff.
    #[error("the job is worked by {provider}; let its own staff do this")]
    AnotherProviders {
        /// Whose job it is.
        provider: Provider,
    },
    /// Told before it happened.
    #[error("{reported} is still to come; it is {now} now")]
    InTheFuture {
        /// The moment that was told.
        reported: Instant,
        /// The moment of the decision.
        now: Instant,
    },
    /// Told to have happened before what it follows from.
    #[error("{reported} is before {what}, which was at {at}")]
    OutOfOrder {
        /// The moment that was told.
        reported: Instant,
        /// What came first.
        what: &'static str,
        /// When.
        at: Instant,
    },
    /// Nothing more can be done.
    #[error("the job is closed")]
    Closed,
    /// M8: the device is the provider's.
    #[error(
        "the device counts as abandoned since {since}, because what is owed was not paid; it stays with the provider"
    )]
    IsAbandoned {
        /// Since when.
        since: Instant,
    },
    /// C7: there is nowhere else to go.
    #[error("{provider} lists no other shop {} in {country}", named.as_deref().unwrap_or("that could take it"))]
    NoOtherShop {
        /// The provider.
        provider: Provider,
        /// The buyer's country.
        country: Country,
        /// The shop that was named, if one was.
        named: Option<String>,
    },
    /// M8: damage that nobody describes.
    #[error("damage that came on a way is described in the condition")]
    DamageWithoutCondition,
    /// M8: the damage is the provider's, who had booked the way.
    #[error(
        "the damage came on the way {shipment}, which the provider had booked, and is made good: the verdict is `covered`"
    )]
    DamageIsTheProviders {
        /// The way.
        shipment: ShipmentId,
    },
    /// The seller had agreed to the repair.
    #[error(
        "the seller agreed to a repair elsewhere in the dispute {dispute}; such a repair does not exclude the claim"
    )]
    RepairWasAgreed {
        /// The dispute.
        dispute: DisputeId,
    },
    /// T9: a late part without a word of why.
    #[error(
        "the part `{part}` was expected on {expected_on} and came on {arrived_on}; a reason is told with it"
    )]
    ReasonMissing {
        /// The part.
        part: String,
        /// When it was expected.
        expected_on: NaiveDate,
        /// When it came.
        arrived_on: NaiveDate,
    },
    /// S2: another kind of device.
    #[error(
        "a replacement is the same model, or one of the same category and system with the same functions"
    )]
    ReplacementNotAlike {
        /// What was said of it.
        likeness: Likeness,
    },
    /// S2: a newer or dearer model.
    #[error("under these terms a replacement is never a newer or dearer model")]
    ReplacementTooGood,
    /// A way with no known price.
    #[error("the terms and tariffs name no price of {carrier} from {from} to {to} on {on}")]
    NoTariff {
        /// The carrier.
        carrier: String,
        /// From where.
        from: String,
        /// To where.
        to: String,
        /// The day of the booking.
        on: NaiveDate,
    },
    /// A way that the buyer booked, without a price or with a negative one.
    #[error("a way that the buyer booked needs the price that was paid")]
    PriceMissing,
    /// Only a buyer or the provider can book.
    #[error(
        "a way is booked by the buyer or by the provider, and a buyer books only for themselves"
    )]
    NotTheBooker,
    /// A carrier, part or note without a word in it, or with too many.
    #[error("{0} is 1 to {1} characters")]
    NotAText(&'static str, usize),
    /// The way cannot do this any more.
    #[error("the way was already {0}")]
    ShipmentAlready(&'static str),
    /// The named way goes elsewhere, or is lost.
    #[error("the way {shipment} does not go {wanted:?} for this job, or is over")]
    ShipmentDoesNotFit {
        /// The way.
        shipment: ShipmentId,
        /// The direction that is needed.
        wanted: Direction,
    },
    /// A carrier needs a way.
    #[error("what goes with a carrier needs a booked way")]
    ShipmentMissing,
    /// The device is here.
    #[error("the device was already received")]
    AlreadyReceived,
    /// The device is not here.
    #[error("the device was not received yet")]
    NotReceived,
    /// The device is another one than the claimed one (C6).
    #[error(
        "the device bears the serial {found}, not {expected}; it is in quarantine until that is resolved"
    )]
    Quarantined {
        /// The serial of the claim.
        expected: Serial,
        /// The serial on the device.
        found: Serial,
    },
    /// There is no doubt about the serial.
    #[error("the serial is not in question")]
    SerialNotInQuestion,
    /// There is a verdict.
    #[error("the device was already inspected")]
    AlreadyInspected,
    /// There is no verdict.
    #[error("the device was not inspected yet")]
    NotInspected,
    /// C9: whether the policy had ended is judged when the claim is filed, never later.
    #[error("whether the policy had ended was judged when the claim was filed, and never is later")]
    ExpiredIsNotForTheShop,
    /// `outside_coverage`
    #[error("the terms cover no such kind of defect; find `not_covered` with `outside_coverage`")]
    NatureIsNotCovered {
        /// The kind.
        nature: Nature,
    },
    /// `outside_coverage`
    #[error("the terms cover this kind of defect; another exclusion is to be named, or none")]
    NatureIsCovered {
        /// The kind.
        nature: Nature,
    },
    /// T9: a day before the order.
    #[error("the part cannot be expected on {expected_on}, before it was ordered on {ordered_on}")]
    ExpectedBeforeOrdered {
        /// The day named.
        expected_on: NaiveDate,
        /// The day of the order.
        ordered_on: NaiveDate,
    },
    /// No such part is awaited.
    #[error("no part `{0}` is awaited")]
    PartNotAwaited(String),
    /// T9: a part is awaited.
    #[error("the part `{0}` is still awaited")]
    PartStillAwaited(String),
    /// The claim has not said what the buyer gets.
    #[error("the claim has not decided yet what the buyer gets")]
    RemedyNotChosen,
    /// The buyer gets something else.
    #[error("the claim's remedy is {0:?}, which does not ask for this")]
    RemedyIsAnother(Remedy),
    /// M3: the buyer pays before the device is mended at their cost, or sent back.
    #[error("what the buyer owes was not paid yet")]
    NotPaid,
    /// The device is mended.
    #[error("the device was already repaired")]
    AlreadyRepaired,
    /// The device is not mended.
    #[error("the device was not repaired yet")]
    NotRepaired,
    /// The device cannot be mended.
    #[error("the device was declared beyond repair")]
    IsBeyondRepair,
    /// T5: not long enough on the bench.
    #[error("{counted_days} counted days on the bench are not over the limit")]
    BenchDaysNotOver {
        /// Whole counted days.
        counted_days: i64,
        /// The terms' limit, if they have one.
        limit: Option<u32>,
    },
    /// T6: not repaired often enough.
    #[error("{repairs} earlier repairs of this defect are not enough")]
    NotThirdRepair {
        /// Repairs in the chain of claims.
        repairs: u32,
        /// The terms' limit, if they have one.
        limit: Option<u32>,
    },
    /// S2: a replacement is another device.
    #[error("a replacement has another serial than the device itself")]
    SameDevice,
    /// A replacement is on its way.
    #[error("a replacement was already sent")]
    AlreadyReplaced,
    /// The device has left.
    #[error("the device was already handed over")]
    AlreadyHandedOver,
    /// M9: after a replacement or cash the old device is the provider's.
    #[error("after a replacement or cash the device stays with the provider")]
    DeviceIsTheProviders,
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
            Self::ReplacementTooGood => "job.replacement_too_good",
            Self::NoTariff { .. } => "shipment.no_tariff",
            Self::PriceMissing => "shipment.price_missing",
            Self::NotTheBooker => "shipment.booker_not_allowed",
            Self::NotAText(..) => "job.text_out_of_bounds",
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
            Self::RemedyIsAnother(_) => "job.remedy_is_another",
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
            Self::RemedyIsAnother(_) => &["M2"],
            Self::NotPaid => &["M3"],
            Self::BenchDaysNotOver { .. } => &["T5"],
            Self::NotThirdRepair { .. } => &["T6"],
            Self::SameDevice | Self::ReplacementNotAlike { .. } | Self::ReplacementTooGood => {
                &["S2"]
            }
            Self::DeviceIsTheProviders => &["M9"],
            _ => &[],
        }
    }

    fn instead(&self) -> Option<String> {
        let advice = match self {
            Self::InTheFuture { .. } => "Tell it once it has happened.",
            Self::Quarantined { .. } => {
                "Settle the doubt first: POST /v1/jobs/{job}/serial-resolved."
            }
            Self::NotReceived => "Report the receipt first: POST /v1/jobs/{job}/received.",
            Self::NotInspected => "Report the verdict first: POST /v1/jobs/{job}/inspected.",
            Self::PartStillAwaited(_) => {
                "Report its arrival first: POST /v1/jobs/{job}/parts-arrived."
            }
            Self::RemedyNotChosen => "Wait for the claim's remedy; the job's topic tells it.",
            Self::NotPaid => "Wait until the settlement is paid; the job's topic tells it.",
            Self::ShipmentMissing => "Book one first: POST /v1/jobs/{job}/shipments.",
            Self::NoTariff { .. } => "Name a carrier that the tariffs know, or publish a tariff.",
            Self::NotRepaired => "Report the repair first: POST /v1/jobs/{job}/repaired.",
            Self::ReasonMissing { .. } => "Tell the arrival again, with the reason.",
            Self::NoOtherShop { .. } => {
                "Name a shop of the provider's directory in the buyer's country, or publish one."
            }
            Self::ReplacementNotAlike { .. } => {
                "Name its kind, and whether it has the same functions or is an improved model."
            }
            Self::ReplacementTooGood => "Send the same model, or one with the same functions.",
            _ => return None,
        };
        Some(advice.to_owned())
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
            Self::RemedyIsAnother(remedy) => json!({ "remedy": remedy }),
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
