//! What happened to repair jobs and their ways.
//!
//! This is a format: these types are stored and published for ever (`recourse.jobs.events.v1`). A field is
//! never renamed or taken away; a new need is a new optional field, or a new version of the type.
//!
//! Long because a format is read as a whole.

use chrono::NaiveDate;
use recourse_kernel::{
    ClaimId, DeviceId, DisputeId, Event, Findings, Instant, JobId, Money, OrderId, PolicyId,
    Sealed, ShipmentId, wire_format,
};
use recourse_terms::terms::ClockStops;
use recourse_terms::{
    Cause, Country, DeviceKind, Direction, Means, Party, Program, Provider, Serial, TermsRef,
    Verdict,
};
use serde::{Deserialize, Serialize};

wire_format! {
    /// What happened to a repair job.
    #[derive(Debug, Clone, PartialEq)]
    pub enum JobEvent {
        "recourse.job.opened.v1" => Opened(Box<Opened>),
        "recourse.job.routing_failed.v1" => RoutingFailed(RoutingFailed),
        "recourse.job.moved.v1" => Moved(Box<Moved>),
        "recourse.job.chain_noted.v1" => ChainNoted(ChainNoted),
        "recourse.job.repair_agreed.v1" => RepairAgreed(RepairAgreed),
        "recourse.job.answer_awaited.v1" => AnswerAwaited(AnswerAwaited),
        "recourse.job.answer_noted.v1" => AnswerNoted(AnswerNoted),
        "recourse.job.shipment_booked.v1" => ShipmentBooked(ShipmentBooked),
        "recourse.job.shipment_picked_up.v1" => ShipmentPickedUp(ShipmentMoved),
        "recourse.job.shipment_delivered.v1" => ShipmentDelivered(ShipmentMoved),
        "recourse.job.shipment_lost.v1" => ShipmentLost(ShipmentMoved),
        "recourse.job.shipment_damaged.v1" => ShipmentDamaged(ShipmentDamaged),
        "recourse.job.received.v1" => Received(Received),
        "recourse.job.serial_resolved.v1" => SerialResolved(SerialResolved),
        "recourse.job.inspected.v1" => Inspected(Inspected),
        "recourse.job.parts_awaited.v1" => PartsAwaited(PartsAwaited),
        "recourse.job.parts_arrived.v1" => PartsArrived(PartsArrived),
        "recourse.job.remedy_noted.v1" => RemedyNoted(RemedyNoted),
        "recourse.job.payment_noted.v1" => PaymentNoted(PaymentNoted),
        "recourse.job.payment_awaited.v1" => PaymentAwaited(PaymentAwaited),
        "recourse.job.repaired.v1" => Repaired(Repaired),
        "recourse.job.declared_beyond_repair.v1" => DeclaredBeyondRepair(DeclaredBeyondRepair),
        "recourse.job.duty_raised.v1" => DutyRaised(DutyRaised),
        "recourse.job.replacement_sent.v1" => ReplacementSent(ReplacementSent),
        "recourse.job.handed_over.v1" => HandedOver(HandedOver),
        "recourse.job.abandoned.v1" => Abandoned(Abandoned),
        "recourse.job.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
        "recourse.job.closed.v1" => Closed(Closed),
    }
}

/// The shop that a job was routed to, as the directory had it then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobShop {
    /// The shop's id, which is also the subject of its principal.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its city, as the directory spells it.
    pub city: String,
    /// Its address, where parcels go (C7).
    pub address: String,
    /// Its telephone.
    pub phone: String,
    /// Its time zone, by IANA name.
    pub zone: String,
    /// Whether it is the country's main centre.
    pub main_centre: bool,
}

/// A claim was accepted: a job was opened and routed to a shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The job.
    pub job: JobId,
    /// The claim that it serves.
    pub claim: ClaimId,
    /// The policy that the claim is made under.
    pub policy: PolicyId,
    /// The order that the device was bought in.
    pub order: OrderId,
    /// The device.
    pub device: DeviceId,
    /// Who stands behind the policy.
    pub provider: Provider,
    /// The kind of warranty.
    pub program: Program,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// What kind of device to expect.
    pub kind: DeviceKind,
    /// The serial that the claim names.
    pub serial: Serial,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// Where the device goes.
    pub shop: JobShop,
    /// Why there.
    pub routed_because: String,
    /// The terms that the policy was sold under.
    pub terms: TermsRef,
    /// Counted days from receipt in which the repair is promised (T4), if the terms count from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_within_days: Option<u32>,
    /// Counted days over which the provider must declare the device beyond repair (T5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_days: Option<u32>,
    /// Unsuccessful repairs after which the device is beyond repair (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_repairs: Option<u32>,
    /// To the end of which day after the one on which it is owed the declaration is in time (T5, T8); 3 where
    /// it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u32>,
    /// Days of 24 hours after its choice in which a replacement is sent in time, and after its repair a device mended
    /// under an exchange policy (T3, T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_within_days: Option<u32>,
    /// Counted days after its choice in which a repair under an exchange policy is done in time (T3, T8), if the policy
    /// is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_under_exchange_within_days: Option<u32>,
    /// Whether the old device goes back to the buyer after cash, as the terms can say (M9).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_device_goes_back: bool,
    /// What the counted days leave out (T4).
    #[serde(default)]
    pub clock_stops: ClockStops,
    /// When the claim was accepted.
    pub opened_at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// A claim was accepted, but no shop could be found for its device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingFailed {
    /// The job that could not be opened.
    pub job: JobId,
    /// The claim that it would have served.
    pub claim: ClaimId,
    /// Why, as a sentence for a person.
    pub detail: String,
}

/// Why a job goes to another shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedBecause {
    /// The shop does not take it on.
    Refused,
    /// The shop closes.
    ShopCloses,
    /// The shop lacks what the work needs.
    CannotDoIt,
}

/// The job went to another shop of the provider. That costs the buyer nothing: the way between the shops is
/// the provider's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// The shop that had it, by its id.
    pub from: String,
    /// Where the device goes now.
    pub shop: JobShop,
    /// Why it was moved.
    pub because: MovedBecause,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The city in which the device waits to be forwarded, if the first shop had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_in: Option<String>,
    /// When.
    pub moved_at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// The seller agreed in a dispute to a repair elsewhere: that one is no reason to exclude the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepairAgreed {
    /// The dispute.
    pub dispute: DisputeId,
    /// The device.
    pub device: DeviceId,
}

/// A claim continues an earlier one about the same defect (T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainNoted {
    /// The claim.
    pub claim: ClaimId,
    /// The first claim of its chain.
    pub first: ClaimId,
    /// The claim's place in the chain, from 1.
    pub position: u32,
    /// How many repairs in a row went before and did not cure the defect, here and elsewhere, as the claims desk
    /// counts them (T6); absent where it was not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
}

/// The buyer was asked something; the clock may stand still (T4, C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerAwaited {
    /// The claim.
    pub claim: ClaimId,
    /// The question's number in the claim.
    pub question: u32,
    /// When it was asked.
    pub since: Instant,
}

/// The buyer answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerNoted {
    /// The claim.
    pub claim: ClaimId,
    /// The question's number in the claim.
    pub question: u32,
    /// When it was answered.
    pub at: Instant,
}

/// A transport was booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBooked {
    /// The job.
    pub job: JobId,
    /// The way.
    pub shipment: ShipmentId,
    /// To the shop or back.
    pub direction: Direction,
    /// Who booked it, and so bears its loss (M8).
    pub booked_by: Party,
    /// Post or courier, where the terms or the booker say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    /// The carrier.
    pub carrier: String,
    /// The tariff that gave the price, for one that the provider booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff: Option<String>,
    /// What it costs, as far as it is the claim's.
    pub price: Money,
    /// The most that is made good of a way that the buyer booked, where it is made good; none where that is what the
    /// receipt shows (M3, C5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reimbursement_cap: Option<Money>,
    /// What the provider pays for a way from one of its shops to another; nobody else bears that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between_shops: Option<Money>,
    /// Where it starts: a city.
    pub from: String,
    /// Where it ends: a city.
    pub to: String,
    /// When it was booked.
    pub booked_at: Instant,
    /// The rules tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// A transport was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentMoved {
    /// The way.
    pub shipment: ShipmentId,
    /// The job.
    pub job: JobId,
    /// When.
    pub at: Instant,
}

/// The device came damaged from a transport, seen at the receipt against the buyer's photos: that falls on
/// whoever booked the way (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentDamaged {
    /// The way.
    pub shipment: ShipmentId,
    /// The job.
    pub job: JobId,
    /// Who booked the way, and so bears the damage.
    pub falls_on: Party,
    /// What is damaged, in the shop's words.
    pub condition: String,
    /// When it was seen.
    pub at: Instant,
}

/// The shop has a device in its hands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The job.
    pub job: JobId,
    /// The shop's id.
    pub shop: String,
    /// The serial that the device bears.
    pub serial: Serial,
    /// The device's second IMEI, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_serial: Option<Serial>,
    /// Whether one of them is the claimed one. If not, the device is in quarantine.
    pub serial_matches: bool,
    /// What it looked like, in the shop's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// When it was received.
    pub received_at: Instant,
    /// When the repair is due if nothing makes the clock stand still (T4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
}

/// A device in quarantine was found to be the right one after all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SerialResolved {
    /// The job.
    pub job: JobId,
    /// The serial that counts from now on.
    pub serial: Serial,
    /// How that was established.
    pub note: String,
}

/// What kind of defect it is. Cover is for electrical and mechanical ones from normal use, and for visible
/// manufacturing defects where the terms say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// Electrical.
    Electrical,
    /// Mechanical.
    Mechanical,
    /// A manufacturing defect that can be seen.
    Visible,
    /// None of these.
    Other,
}

/// The inspection's verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspected {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// What was found.
    pub verdict: Verdict,
    /// The defect's cause, in the shop's code or words.
    pub cause: Cause,
    /// What kind of defect it is, where the shop says so; cover is for some kinds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Other defects that were found on the bench; they join the claim (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The inspector's notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// When it was inspected.
    pub inspected_at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// The bench waits for a part, or waits longer than was said (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsAwaited {
    /// The job.
    pub job: JobId,
    /// Which part.
    pub part: String,
    /// When it was ordered.
    pub ordered_at: Instant,
    /// The day on which it is expected, in the shop's zone.
    pub expected_on: NaiveDate,
}

/// A part arrived (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsArrived {
    /// The job.
    pub job: JobId,
    /// Which part.
    pub part: String,
    /// When it arrived.
    pub arrived_at: Instant,
    /// Why it came later than it was expected, if it did (T9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the buyer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The device is mended at the provider's cost.
    Repair,
    /// The device is swapped.
    Replacement,
    /// Money; the device stays with the provider (M9).
    Cash,
    /// The device is mended at the buyer's cost.
    PaidRepair,
    /// The device goes back as it came.
    ReturnUnrepaired,
}

/// What the shop is to do with the device, taken from the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedyNoted {
    /// The job.
    pub job: JobId,
    /// What the buyer gets.
    pub remedy: Remedy,
    /// Whether the device stays until the buyer has paid what is owed (M3).
    pub must_be_paid_first: bool,
    /// When it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_at: Option<Instant>,
    /// Until when a replacement is sent in time (T3, T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// When a repair under an exchange policy is due if nothing makes the clock stand still (T3, T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
}

/// Everything owed in the claim's settlement has been paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentNoted {
    /// The job.
    pub job: JobId,
    /// Whether it is the buyer's part that was paid, whatever others still owe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_buyer: bool,
}

/// Something more is owed by the buyer after everything was paid, for a way that was booked later (M3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAwaited {
    /// The job.
    pub job: JobId,
}

/// The device was mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// When it was done.
    pub repaired_at: Instant,
    /// Seconds on the bench that count (T4).
    pub counted_seconds: i64,
    /// Until when a device that was mended under an exchange policy leaves the shop in time (T3, T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
}

/// Why a device is beyond repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondRepairBecause {
    /// Too many counted days on the bench (T5).
    CountedDays,
    /// Repaired as often as the terms say without a cure (T6).
    ThirdRepair,
    /// The inspection found that it cannot be mended.
    FoundSo,
}

/// The provider declared that the device cannot be mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredBeyondRepair {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// Why.
    pub because: BeyondRepairBecause,
    /// When it was declared.
    pub at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// What a provider owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// To declare the device beyond repair.
    DeclareBeyondRepair,
}

/// The log raises a duty of the provider (T5, T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DutyRaised {
    /// The job.
    pub job: JobId,
    /// What is owed.
    pub duty: Duty,
    /// The rule that raises it: `T5` or `T6`.
    pub rule: String,
    /// Since when it is owed.
    pub at: Instant,
    /// Until when, excluded, it can be kept; silence until then is a missed deadline (T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_by: Option<Instant>,
}

/// How a replacement compares with the device (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same model.
    SameModel,
    /// Another model with the same functions, neither newer nor dearer.
    SameFunctions,
    /// A newer or dearer model.
    Improved,
}

/// A replacement went out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplacementSent {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// The new device's serial.
    pub serial: Serial,
    /// What the new device is, where it is another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it compares with the old one; the same model if not said (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The way it goes; none when it was given in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was sent.
    pub sent_at: Instant,
    /// The rules tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// To whom the shop gave the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedTo {
    /// A carrier, on a booked way.
    Carrier,
    /// The buyer, in person.
    Buyer,
}

/// The device left the shop for its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// To whom.
    pub to: HandedTo,
    /// The way, with a carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When.
    pub at: Instant,
}

/// Which promise had a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobDeadline {
    /// The repair within counted days (T4), under an exchange policy from its choice (T3).
    Remedy,
    /// An awaited part on its expected day (T9).
    Parts,
    /// The declaration that the device is beyond repair, once it is owed (T5, T6).
    Declaration,
    /// A replacement on its way, or a device that was mended under an exchange policy (T3).
    Dispatch,
}

/// The buyer did not pay for so long that the device counts as abandoned, and is the provider's (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Abandoned {
    /// The job.
    pub job: JobId,
    /// The claim.
    pub claim: ClaimId,
    /// Since when.
    pub at: Instant,
    /// The rules tried.
    pub findings: Findings,
}

/// A deadline passed (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// The job.
    pub job: JobId,
    /// Which one.
    pub deadline: JobDeadline,
    /// The part, where a part is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// When it was due.
    pub due: Instant,
    /// Who is told.
    pub escalated_to: Provider,
}

/// Nothing is left to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The job.
    pub job: JobId,
}

impl Event for JobEvent {
    fn subject(&self) -> String {
        match self {
            Self::Opened(event) => event.job.to_string(),
            Self::RoutingFailed(event) => event.job.to_string(),
            Self::Moved(event) => event.job.to_string(),
            Self::RepairAgreed(event) => event.dispute.to_string(),
            Self::ShipmentDamaged(event) => event.shipment.to_string(),
            Self::Abandoned(event) => event.job.to_string(),
            Self::ChainNoted(event) => event.claim.to_string(),
            Self::AnswerAwaited(event) => event.claim.to_string(),
            Self::AnswerNoted(event) => event.claim.to_string(),
            Self::ShipmentBooked(event) => event.shipment.to_string(),
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => event.shipment.to_string(),
            Self::Received(event) => event.job.to_string(),
            Self::SerialResolved(event) => event.job.to_string(),
            Self::Inspected(event) => event.job.to_string(),
            Self::PartsAwaited(event) => event.job.to_string(),
            Self::PartsArrived(event) => event.job.to_string(),
            Self::RemedyNoted(event) => event.job.to_string(),
            Self::PaymentNoted(event) => event.job.to_string(),
            Self::PaymentAwaited(event) => event.job.to_string(),
            Self::Repaired(event) => event.job.to_string(),
            Self::DeclaredBeyondRepair(event) => event.job.to_string(),
            Self::DutyRaised(event) => event.job.to_string(),
            Self::ReplacementSent(event) => event.job.to_string(),
            Self::HandedOver(event) => event.job.to_string(),
            Self::DeadlinePassed(event) => event.job.to_string(),
            Self::Closed(event) => event.job.to_string(),
        }
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::AnswerAwaited(event) => Some(event.since),
            Self::AnswerNoted(event) => Some(event.at),
            Self::ShipmentBooked(event) => Some(event.booked_at),
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => Some(event.at),
            Self::Moved(event) => Some(event.moved_at),
            Self::ShipmentDamaged(event) => Some(event.at),
            Self::Abandoned(event) => Some(event.at),
            Self::Received(event) => Some(event.received_at),
            Self::Inspected(event) => Some(event.inspected_at),
            Self::PartsAwaited(event) => Some(event.ordered_at),
            Self::PartsArrived(event) => Some(event.arrived_at),
            Self::Repaired(event) => Some(event.repaired_at),
            Self::DeclaredBeyondRepair(event) => Some(event.at),
            Self::DutyRaised(event) => Some(event.at),
            Self::ReplacementSent(event) => Some(event.sent_at),
            Self::HandedOver(event) => Some(event.at),
            Self::DeadlinePassed(event) => Some(event.due),
            _ => None,
        }
    }

    fn terms(&self) -> Option<String> {
        match self {
            Self::Opened(event) => Some(event.terms.digest.to_string()),
            _ => None,
        }
    }
}
