//! The commands of a repair job.
//!
//! Shops, adjusters and buyers send the first group over HTTP. These commands are written to
//! `recourse.jobs.commands.v1`, so their format is fixed. The second group is derived from other
//! services' facts and never leaves the process, but its type names appear in `input_noted` and
//! `command_refused`. The arrival of a part has the same fields as a command and as an event, so
//! both share one type.

use chrono::NaiveDate;
use recourse_kernel::{Instant, JobId, Money, Sealed, ShipmentId, wire_format};
use recourse_terms::{Cause, DeviceKind, Direction, Means, Party, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::events::{
    Acknowledgement, BeyondRepairBecause, DefectFound, HandedTo, Likeness, MovedBecause, Nature,
    PartsArrived, PhotoReference, PostageReceipt, RepairAgreed, Scan, Work,
};
pub use super::facts::{
    NoteAbandonment, NoteAppeal, NoteChain, NoteDefect, NoteOffer, NoteOverturned, NoteQuestion,
    NoteRemedy, NoteReversal, OfClaim,
};
use crate::foreign::ClaimAccepted;

wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum JobCommand {
        "recourse.job.move.v1" => Move(Move),
        "recourse.job.book_shipment.v1" => BookShipment(BookShipment),
        "recourse.job.pick_up_shipment.v1" => PickUpShipment(MoveShipment),
        "recourse.job.deliver_shipment.v1" => DeliverShipment(MoveShipment),
        "recourse.job.lose_shipment.v1" => LoseShipment(MoveShipment),
        "recourse.job.cancel_shipment.v1" => CancelShipment(CancelShipment),
        "recourse.job.add_receipt.v1" => AddReceipt(AddReceipt),
        "recourse.job.request_courier.v1" => RequestCourier(RequestCourier),
        "recourse.job.receive.v1" => Receive(Receive),
        "recourse.job.resolve_serial.v1" => ResolveSerial(ResolveSerial),
        "recourse.job.inspect.v1" => Inspect(Inspect),
        "recourse.job.await_parts.v1" => AwaitParts(AwaitParts),
        "recourse.job.parts_arrived.v1" => PartsArrived(PartsArrived),
        "recourse.job.repair.v1" => Repair(Repair),
        "recourse.job.declare_beyond_repair.v1" => DeclareBeyondRepair(DeclareBeyondRepair),
        "recourse.job.approve_beyond_repair.v1" => ApproveBeyondRepair(ApproveBeyondRepair),
        "recourse.job.decline_beyond_repair.v1" => DeclineBeyondRepair(DeclineBeyondRepair),
        "recourse.job.cancel_repair.v1" => CancelRepair(CancelRepair),
        "recourse.job.send_replacement.v1" => SendReplacement(SendReplacement),
        "recourse.job.hand_over.v1" => HandOver(HandOver),
        "recourse.job.disclose.v1" => Disclose(Disclose),

        "recourse.job.open.v1" => Open(Box<ClaimAccepted>),
        "recourse.job.note_chain.v1" => NoteChain(NoteChain),
        "recourse.job.note_defect.v1" => NoteDefect(NoteDefect),
        "recourse.job.note_question.v1" => NoteQuestion(NoteQuestion),
        "recourse.job.note_answer.v1" => NoteAnswer(NoteQuestion),
        "recourse.job.note_offer.v1" => NoteOffer(NoteOffer),
        "recourse.job.note_appeal.v1" => NoteAppeal(NoteAppeal),
        "recourse.job.note_overturned.v1" => NoteOverturned(NoteOverturned),
        "recourse.job.note_remedy.v1" => NoteRemedy(NoteRemedy),
        "recourse.job.note_withdrawal.v1" => NoteWithdrawal(OfClaim),
        "recourse.job.note_payment.v1" => NotePayment(OfClaim),
        "recourse.job.note_buyers_payment.v1" => NoteBuyersPayment(OfClaim),
        "recourse.job.note_debt.v1" => NoteDebt(OfClaim),
        "recourse.job.note_reversal.v1" => NoteReversal(NoteReversal),
        "recourse.job.note_end.v1" => NoteEnd(OfClaim),
        "recourse.job.note_abandonment.v1" => NoteAbandonment(NoteAbandonment),
        "recourse.job.note_agreed_repair.v1" => NoteAgreedRepair(RepairAgreed),
    }
}

/// Moves the job to another shop because this one refuses it or closes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    pub job: JobId,
    /// Why this shop does not keep the job.
    pub because: MovedBecause,
    /// The id of the other shop. By default the country's main centre, or a branch if the main
    /// centre itself passes the job on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was moved; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<Instant>,
}

/// Reports that the shop received the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receive {
    pub job: JobId,
    /// The serial read from the device.
    pub serial: Serial,
    /// The device's second IMEI, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_serial: Option<Serial>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The shipment on which the device was damaged, if it has damage that is not on the buyer's
    /// photos; `condition` then describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damaged_on: Option<ShipmentId>,
    /// When it was received; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Instant>,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolveSerial {
    pub job: JobId,
    /// The serial that is valid from now on.
    pub serial: Serial,
    /// How the serial was established.
    pub note: String,
}

/// Reports the verdict of the inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspect {
    pub job: JobId,
    pub verdict: Verdict,
    /// The cause, as the shop's code or description.
    pub cause: Cause,
    /// The kind of defect, if the shop states it; coverage is limited to some kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<Nature>,
    /// Further defects that were found (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_found: Vec<Cause>,
    /// The verdicts of single defects, if they differ (C4).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectFound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Sealed>,
    /// When it was inspected; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspected_at: Option<Instant>,
}

/// Reports that the repair waits for a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitParts {
    pub job: JobId,
    pub part: String,
    /// When it was ordered; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_at: Option<Instant>,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
    /// Why there is a new expected date, if the part is awaited already (T9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Reports that the device was repaired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repair {
    pub job: JobId,
    /// When it was repaired; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired_at: Option<Instant>,
    /// What was done, in codes, and the parts used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclareBeyondRepair {
    pub job: JobId,
    pub because: BeyondRepairBecause,
    /// When it was declared; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
}

/// Reports that a replacement was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendReplacement {
    pub job: JobId,
    /// The new device's serial.
    pub serial: Serial,
    /// The kind of the new device, if it is another model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it compares with the old one; the same model by default (S2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<Likeness>,
    /// The shipment that it is sent with; none if it is handed over in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was sent; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Instant>,
}

/// Reports that the device was handed over for return to its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    pub job: JobId,
    /// To the carrier or to the buyer.
    pub to: HandedTo,
    /// The shipment, if a carrier takes the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentId>,
    /// When it was handed over; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// Photos taken then, in the provider's own store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<PhotoReference>,
    /// The other party's confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledgement>,
}

/// The provider approves that a device is beyond repair, as a partner shop declared (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApproveBeyondRepair {
    /// The job of the declaration.
    pub job: JobId,
}

/// The provider declines it, and the repair continues (T11).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclineBeyondRepair {
    /// The job of the declaration.
    pub job: JobId,
    /// Why, for the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The buyer cancels a repair that was paid for and not done, or whose parts are late (M11, T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelRepair {
    /// The job of the repair.
    pub job: JobId,
}

/// Asks for the personal data of the claim, as its shop (A2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disclose {
    /// The job that the shop holds.
    pub job: JobId,
    /// The SHA-256 of the photo to be seen; none for the defect and the contact data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookShipment {
    pub job: JobId,
    /// To the shop or to the buyer.
    pub direction: Direction,
    /// Who books it and is liable for its loss (M8). A buyer can book only for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_by: Option<Party>,
    /// Post or courier, if the terms do not name the carrier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub means: Option<Means>,
    pub carrier: String,
    /// The carrier's number for the parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// What the buyer pays the carrier; the provider's price comes from the terms or the tariffs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// The city of departure; defaults to the buyer's or the shop's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The city of destination; defaults to the shop's or the buyer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When it was booked; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<Instant>,
    /// The receipt of what the buyer paid; it can also be added later (M13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<PostageReceipt>,
}

/// Adds the receipt of a shipment that the buyer paid (M13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddReceipt {
    pub shipment: ShipmentId,
    pub receipt: PostageReceipt,
}

/// Reports that a shipment was picked up, delivered or lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoveShipment {
    pub shipment: ShipmentId,
    /// When it happened; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// The carrier's scans of the parcel so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}

/// The buyer requests the courier of the provider (M3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestCourier {
    /// The job whose device is to be picked up.
    pub job: JobId,
}

/// Cancels a booking before the carrier has picked anything up (M13).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelShipment {
    pub shipment: ShipmentId,
    /// The carrier's scans, if its courier came and the device was not handed over: then it is the
    /// buyer's turn again. Otherwise the provider owes the requested courier again (T11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<Scan>,
}
