//! The events of repair jobs and their shipments.
//!
//! These types are stored and published permanently (`recourse.jobs.events.v1`), so their format is
//! fixed. A field is never renamed or removed; add an optional field or a new version of the type
//! instead.
//!
//! Long because a format is read as a whole.

use super::evidence::{Acknowledgement, PhotoReference, Scan, Work};
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
    /// An event of a repair job.
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

/// A snapshot of the shop that a job was routed to, taken from the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobShop {
    /// The shop's id, which is also the subject of its principal.
    pub id: String,
    /// The shop's name.
    pub name: String,
    /// The shop's city, as spelled in the directory.
    pub city: String,
    /// The address for parcels (C7).
    pub address: String,
    /// The shop's phone number.
    pub phone: String,
    /// The shop's time zone, as an IANA name.
    pub zone: String,
    /// Whether it is the country's main centre.
    pub main_centre: bool,
}

/// A claim was accepted, so a job was opened and routed to a shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The policy that the claim is made under.
    pub policy: PolicyId,
    /// The order in which the device was bought.
    pub order: OrderId,
    /// The id of the device.
    pub device: DeviceId,
    /// The provider of the policy.
    pub provider: Provider,
    /// Repair or exchange.
    pub program: Program,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
    /// The kind of device to expect.
    pub kind: DeviceKind,
    /// The serial stated in the claim.
    pub serial: Serial,
    /// The buyer's country.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The shop that the device goes to.
    pub shop: JobShop,
    /// Why this shop was chosen, as text.
    pub routed_because: String,
    /// The terms that the policy was sold under.
    pub terms: TermsRef,
    /// T4: the number of counted days after receipt within which the repair is promised, if the
    /// terms count from receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_within_days: Option<u32>,
    /// T5: the number of counted days after which the provider must declare the device beyond
    /// repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_days: Option<u32>,
    /// T6: the number of unsuccessful repairs after which the device is beyond repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_after_repairs: Option<u32>,
    /// T5, T8: the number of days to make the declaration, up to the end of the last one; 3 if
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_within_days: Option<u32>,
    /// T3, T8: the number of 24-hour days to send a replacement after it was chosen, or a device
    /// after its repair under an exchange policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_within_days: Option<u32>,
    /// T3, T8: the number of counted days for a repair under an exchange policy after it was
    /// chosen; absent for other policies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_under_exchange_within_days: Option<u32>,
    /// M9: whether the buyer gets the old device back in addition to cash, if the terms allow it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_device_goes_back: bool,
    /// T4: what pauses the clock.
    #[serde(default)]
    pub clock_stops: ClockStops,
    /// When the claim was accepted.
    pub opened_at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// A claim was accepted, but no shop was found for its device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutingFailed {
    /// The job that could not be opened.
    pub job: JobId,
    /// The claim that it would have served.
    pub claim: ClaimId,
    /// Why, as a sentence for people to read.
    pub detail: String,
}

/// Why a job moves to another shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovedBecause {
    /// The shop refuses the job.
    Refused,
    /// The shop closes.
    ShopCloses,
    /// The shop lacks the means for the repair.
    CannotDoIt,
}

/// The job moved to another shop of the provider, at no cost to the buyer: the provider pays for
/// the shipment between the shops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The id of the previous shop.
    pub from: String,
    /// The new shop.
    pub shop: JobShop,
    /// Why it was moved.
    pub because: MovedBecause,
    /// A note with details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The city where the device waits for forwarding, if the previous shop had received it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_in: Option<String>,
    /// When it was moved.
    pub moved_at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// The seller agreed to a repair elsewhere in a dispute, so that repair is no reason for an
/// exclusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepairAgreed {
    /// The dispute in which the seller agreed.
    pub dispute: DisputeId,
    /// The device that was repaired.
    pub device: DeviceId,
}

/// A claim continues an earlier one about the same defect (T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainNoted {
    /// The claim that continues the chain.
    pub claim: ClaimId,
    /// The first claim of the chain.
    pub first: ClaimId,
    /// The claim's position in the chain, starting with 1.
    pub position: u32,
    /// T6: the number of consecutive earlier repairs, here and elsewhere, that did not cure the
    /// defect, as counted by the claims service; absent if not reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
}

/// The buyer was asked a question; this may pause the clock (T4, C3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerAwaited {
    /// The claim that the question belongs to.
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
    /// When it was asked.
    pub since: Instant,
}

/// The buyer answered a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerNoted {
    /// The claim that the question belongs to.
    pub claim: ClaimId,
    /// The question's number within the claim.
    pub question: u32,
    /// When it was answered.
    pub at: Instant,
}

/// A shipment was booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentBooked {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The shipment.
    pub shipment: ShipmentId,
    /// To the shop or to the buyer.
    pub direction: Direction,
    /// Who booked it and is therefore liable for its loss (M8).
    pub booked_by: Party,
    /// Post or courier, if the terms or the booking state it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    /// The carrier's name.
    pub carrier: String,
    /// The carrier's number for the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// The tariff that set the price, if the provider booked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff: Option<String>,
    /// The price, as far as it counts towards the claim.
    pub price: Money,
    /// M3, C5: the maximum reimbursement for a shipment booked by the buyer. Absent if the provider
    /// booked it, or if the receipt is reimbursed in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reimbursement_cap: Option<Money>,
    /// The price of a shipment between two shops, which the provider alone pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between_shops: Option<Money>,
    /// The city of departure.
    pub from: String,
    /// The city of destination.
    pub to: String,
    /// When it was booked.
    pub booked_at: Instant,
    /// The rules that were checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// A shipment was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentMoved {
    /// The shipment.
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    /// When it happened.
    pub at: Instant,
    /// The carrier's scans of the parcel so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}

/// M8: the device was damaged in transit, as its receipt and the buyer's photos show. The party
/// that booked the shipment is liable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipmentDamaged {
    /// The shipment on which it was damaged.
    pub shipment: ShipmentId,
    /// The job that the event belongs to.
    pub job: JobId,
    /// Who booked the shipment and is therefore liable.
    pub falls_on: Party,
    /// The damage, as described by the shop.
    pub condition: String,
    /// When the damage was seen.
    pub at: Instant,
}

/// The shop received a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The shop's id.
    pub shop: String,
    /// The serial read from the device.
    pub serial: Serial,
    /// The device's second IMEI, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_serial: Option<Serial>,
    /// Whether one of the serials is the claimed one. If not, the device is in quarantine.
    pub serial_matches: bool,
    /// The device's condition, as described by the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// When it was received.
    pub received_at: Instant,
    /// T4: when the repair is due if the clock is never paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// A device in quarantine turned out to be the claimed one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SerialResolved {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The serial that is valid from now on.
    pub serial: Serial,
    /// How the serial was established.
    pub note: String,
}

/// The kind of a defect. Coverage includes electrical and mechanical defects from normal use, and
/// visible manufacturing defects if the terms say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// An electrical defect.
    Electrical,
    /// A mechanical defect.
    Mechanical,
    /// A visible manufacturing defect.
    Visible,
    /// Any other kind.
    Other,
}

/// The device was inspected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspected {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The verdict.
    pub verdict: Verdict,
    /// The cause of the defect, as the shop's code or description.
    pub cause: Cause,
    /// The kind of defect, if the shop states it; coverage is limited to some kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Further defects found during the inspection; they join the claim (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The inspector's notes, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// When it was inspected.
    pub inspected_at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// The repair waits for a part, or waits longer than announced (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsAwaited {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The part's name.
    pub part: String,
    /// When it was ordered.
    pub ordered_at: Instant,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
}

/// A part arrived (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartsArrived {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The part's name.
    pub part: String,
    /// When it arrived.
    pub arrived_at: Instant,
    /// Why it arrived late, if it did (T9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the buyer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// The device is repaired at the provider's cost.
    Repair,
    /// The device is replaced.
    Replacement,
    /// The buyer gets money; the device stays with the provider (M9).
    Cash,
    /// The device is repaired at the buyer's cost.
    PaidRepair,
    /// The device is returned as it came.
    ReturnUnrepaired,
}

impl Remedy {
    /// Name for people, as used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repair => "a repair",
            Self::Replacement => "a replacement",
            Self::Cash => "cash",
            Self::PaidRepair => "a repair at the buyer's cost",
            Self::ReturnUnrepaired => "the return of the device as it is",
        }
    }
}

/// The remedy to carry out, as decided by the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemedyNoted {
    /// The job that the event belongs to.
    pub job: JobId,
    /// What the buyer gets.
    pub remedy: Remedy,
    /// Whether the device is kept until the buyer has paid what is owed (M3).
    pub must_be_paid_first: bool,
    /// When it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen_at: Option<Instant>,
    /// T3, T8: by when a replacement must be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// T3, T8: when a repair under an exchange policy is due if the clock is never paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_by: Option<Instant>,
}

/// The claim's settlement was paid in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentNoted {
    /// The job that the event belongs to.
    pub job: JobId,
    /// Whether only the buyer's share was paid, whatever others still owe.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_buyer: bool,
}

/// The buyer owes a further amount after everything was paid, for a shipment that was booked later
/// (M3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentAwaited {
    /// The job that the event belongs to.
    pub job: JobId,
}

/// The device was repaired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repaired {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// When the repair was finished.
    pub repaired_at: Instant,
    /// T4: the counted time on the bench, in seconds.
    pub counted_seconds: i64,
    /// T3, T8: by when a device repaired under an exchange policy must be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_by: Option<Instant>,
    /// What was done, in codes, and the parts used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
}

/// Why a device is beyond repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BeyondRepairBecause {
    /// Too many counted days on the bench (T5).
    CountedDays,
    /// Repaired as often as the terms require, without a cure (T6).
    ThirdRepair,
    /// The inspection found that it cannot be repaired.
    FoundSo,
}

/// The provider declared the device beyond repair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredBeyondRepair {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// Why it is beyond repair.
    pub because: BeyondRepairBecause,
    /// When it was declared.
    pub at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// A duty of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// To declare the device beyond repair.
    DeclareBeyondRepair,
}

/// The log raised a duty of the provider (T5, T6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DutyRaised {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The duty.
    pub duty: Duty,
    /// The rule that raises it: `T5` or `T6`.
    pub rule: String,
    /// Since when the duty exists.
    pub at: Instant,
    /// The first instant at which the declaration is late; a missing declaration is then a missed
    /// deadline (T8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declare_by: Option<Instant>,
}

/// How a replacement compares with the original device (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same model.
    SameModel,
    /// Another model with the same functions, neither newer nor more expensive.
    SameFunctions,
    /// A newer or more expensive model.
    Improved,
}

/// A replacement was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplacementSent {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// The new device's serial.
    pub serial: Serial,
    /// The kind of the new device, if it is another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it compares with the old one; the same model by default (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The shipment that it was sent with; none if it was handed over in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was sent.
    pub sent_at: Instant,
    /// The rules that were checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
}

/// Who the shop handed the device to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedTo {
    /// A carrier, with a booked shipment.
    Carrier,
    /// The buyer, in person.
    Buyer,
}

/// The device was handed over for return to its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// To the carrier or to the buyer.
    pub to: HandedTo,
    /// The shipment, if a carrier took the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was handed over.
    pub at: Instant,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// What a job's deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobDeadline {
    /// The repair within counted days (T4); under an exchange policy they start when it is chosen
    /// (T3).
    Remedy,
    /// An awaited part, on its expected date (T9).
    Parts,
    /// The declaration that the device is beyond repair, once the duty was raised (T5, T6).
    Declaration,
    /// Sending a replacement, or a device repaired under an exchange policy (T3).
    Dispatch,
}

/// The buyer has not paid for so long that the device counts as abandoned and belongs to the
/// provider (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Abandoned {
    /// The job that the event belongs to.
    pub job: JobId,
    /// The claim that the job serves.
    pub claim: ClaimId,
    /// Since when it counts as abandoned.
    pub at: Instant,
    /// The rules that were checked.
    pub findings: Findings,
}

/// A deadline was missed (T8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadlinePassed {
    /// The job that the event belongs to.
    pub job: JobId,
    /// Which deadline was missed.
    pub deadline: JobDeadline,
    /// The part, if a part is late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// When it was due.
    pub due: Instant,
    /// The provider that the missed deadline is escalated to.
    pub escalated_to: Provider,
}

/// The job is finished.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The job that the event belongs to.
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
