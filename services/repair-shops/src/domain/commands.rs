//! What can be asked of a repair job.
//!
//! The first group is told by shops, adjusters and buyers over HTTP and stands on
//! `recourse.jobs.commands.v1`: a format. The second group is made from other services' facts and never
//! leaves the process, but its type names stand in `input_noted` and `command_refused`. The arrival of a part
//! is told in the same words as it is recorded, so command and event are one type.

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, Instant, JobId, Money, Sealed, ShipmentId, wire_format};
use recourse_terms::{Cause, DeviceKind, Direction, Means, Party, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::events::{
    BeyondRepairBecause, HandedTo, Likeness, MovedBecause, Nature, PartsArrived, Remedy,
    RepairAgreed,
};
use crate::foreign::ClaimAccepted;

wire_format! {
    /// What can be asked.
    #[derive(Debug, Clone, PartialEq)]
    pub enum JobCommand {
        "recourse.job.move.v1" => Move(Move),
        "recourse.job.book_shipment.v1" => BookShipment(BookShipment),
        "recourse.job.pick_up_shipment.v1" => PickUpShipment(MoveShipment),
        "recourse.job.deliver_shipment.v1" => DeliverShipment(MoveShipment),
        "recourse.job.lose_shipment.v1" => LoseShipment(MoveShipment),
        "recourse.job.receive.v1" => Receive(Receive),
        "recourse.job.resolve_serial.v1" => ResolveSerial(ResolveSerial),
        "recourse.job.inspect.v1" => Inspect(Inspect),
        "recourse.job.await_parts.v1" => AwaitParts(AwaitParts),
        "recourse.job.parts_arrived.v1" => PartsArrived(PartsArrived),
        "recourse.job.repair.v1" => Repair(Repair),
        "recourse.job.declare_beyond_repair.v1" => DeclareBeyondRepair(DeclareBeyondRepair),
        "recourse.job.send_replacement.v1" => SendReplacement(SendReplacement),
        "recourse.job.hand_over.v1" => HandOver(HandOver),

        "recourse.job.open.v1" => Open(Box<ClaimAccepted>),
        "recourse.job.note_chain.v1" => NoteChain(NoteChain),
        "recourse.job.note_question.v1" => NoteQuestion(NoteQuestion),
        "recourse.job.note_answer.v1" => NoteAnswer(NoteQuestion),
        "recourse.job.note_remedy.v1" => NoteRemedy(NoteRemedy),
        "recourse.job.note_withdrawal.v1" => NoteWithdrawal(OfClaim),
        "recourse.job.note_payment.v1" => NotePayment(OfClaim),
        "recourse.job.note_buyers_payment.v1" => NoteBuyersPayment(OfClaim),
        "recourse.job.note_debt.v1" => NoteDebt(OfClaim),
        "recourse.job.note_abandonment.v1" => NoteAbandonment(NoteAbandonment),
        "recourse.job.note_agreed_repair.v1" => NoteAgreedRepair(RepairAgreed),
    }
}

/// Moves the job to another shop, because this one refuses or closes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// The job.
    pub job: JobId,
    /// Why.
    pub because: MovedBecause,
    /// The other shop, by its id; if not said, the country's main centre, or a branch where that is the one
    /// that gives the job up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<Instant>,
}

/// Books a transport.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookShipment {
    /// The job.
    pub job: JobId,
    /// To the shop or back.
    pub direction: Direction,
    /// Who books and bears the loss (M8). A buyer can only book for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_by: Option<Party>,
    /// Post or courier, where the terms do not name the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    /// The carrier.
    pub carrier: String,
    /// What the buyer pays the carrier; the provider's price comes from the tariffs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Where it starts; the buyer's or the shop's city if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where it ends; the shop's or the buyer's city if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When it was booked, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<Instant>,
}

/// Tells that a way was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveShipment {
    /// The way.
    pub shipment: ShipmentId,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// Tells that the device is in the shop's hands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receive {
    /// The job.
    pub job: JobId,
    /// The serial on the device.
    pub serial: Serial,
    /// The device's second IMEI, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_serial: Option<Serial>,
    /// What it looks like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The way on which it was damaged, where it shows damage that the buyer's photos do not; the condition
    /// then says which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged_on: Option<ShipmentId>,
    /// When it was received, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
}

/// Settles a doubt about a serial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolveSerial {
    /// The job.
    pub job: JobId,
    /// The serial that counts from now on.
    pub serial: Serial,
    /// How that was established.
    pub note: String,
}

/// Tells the inspection's verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspect {
    /// The job.
    pub job: JobId,
    /// What was found.
    pub verdict: Verdict,
    /// The cause, in the shop's code or words.
    pub cause: Cause,
    /// What kind of defect it is, where the shop says so; cover is for some kinds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Other defects that were found (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The inspector's notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// When it was inspected, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspected_at: Option<Instant>,
}

/// Tells that the bench waits for a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitParts {
    /// The job.
    pub job: JobId,
    /// Which part.
    pub part: String,
    /// When it was ordered, if not now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_at: Option<Instant>,
    /// The day on which it is expected, in the shop's zone.
    pub expected_on: NaiveDate,
}

/// Tells that the device is mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    /// The job.
    pub job: JobId,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired_at: Option<Instant>,
}

/// Declares that the device cannot be mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclareBeyondRepair {
    /// The job.
    pub job: JobId,
    /// Why.
    pub because: BeyondRepairBecause,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// Tells that a replacement went out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendReplacement {
    /// The job.
    pub job: JobId,
    /// The new device's serial.
    pub serial: Serial,
    /// What the new device is, where it is another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it compares with the old one; the same model if not said (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The way it goes; none in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Instant>,
}

/// Tells that the device left the shop for its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// The job.
    pub job: JobId,
    /// To whom.
    pub to: HandedTo,
    /// The way, with a carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When, if told late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// A claim continues an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteChain {
    /// The claim.
    pub claim: ClaimId,
    /// The chain's first claim.
    pub first: ClaimId,
    /// The claim's place in it, from 1.
    pub position: u32,
    /// How many repairs in a row went before and did not cure the defect, if that is told (T6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<u32>,
}

/// The buyer was asked, or answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteQuestion {
    /// The claim.
    pub claim: ClaimId,
    /// The question's number.
    pub question: u32,
    /// When it was asked or answered.
    pub at: Instant,
}

/// What the claim decided about the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteRemedy {
    /// The claim.
    pub claim: ClaimId,
    /// What the buyer gets.
    pub remedy: Remedy,
    /// When that was decided, if before it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// The buyer did not pay for so long that the device counts as abandoned (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteAbandonment {
    /// The claim.
    pub claim: ClaimId,
    /// Since when.
    pub at: Instant,
}

/// Something about a whole claim: it was withdrawn, or its settlement was paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfClaim {
    /// The claim.
    pub claim: ClaimId,
}
