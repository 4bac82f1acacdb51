//! The events of repair jobs and their shipments.
//!
//! These types are stored and published permanently (`recourse.jobs.events.v1`), so their format is
//! fixed. A field is never renamed or removed; add an optional field or a new version of the type
//! instead.

mod bench;
mod claim;
mod deadlines;
mod disclosure;
mod endings;
mod evidence;
mod opening;
mod shipments;

use recourse_kernel::{Event, Instant, JobId, wire_format};

pub use bench::{
    Approval, BeyondRepairBecause, BeyondRepairDeclined, BeyondRepairProposed, CancelledBecause,
    DeclaredBeyondRepair, DefectFound, GoesBack, Inspected, Nature, PartsArrived, PartsAwaited,
    Received, RepairCancelled, Repaired, SerialResolved,
};
pub use claim::{
    AnswerAwaited, AnswerNoted, AppealNoted, AppealOf, ChainNoted, OfferNoted, PaymentAwaited,
    PaymentNoted, Remedy, RemedyNoted, RepairAgreed, VerdictOverturned,
};
pub use deadlines::{DeadlinePassed, Duty, DutyRaised, ReminderSent};
pub use disclosure::{DefectNoted, Disclosed, Personal};
pub use endings::{Abandoned, Closed, HandedOver, HandedTo, Likeness, ReplacementSent};
pub use evidence::{Acknowledgement, PhotoReference, PostageReceipt, Scan, UsedPart, Work};
pub use opening::{JobShop, Moved, MovedBecause, Opened, RoutingFailed};
pub use shipments::{
    CourierDue, CourierRequested, DeliveryAsked, Due, EndReported, ReceiptAdded, ShipmentBooked,
    ShipmentCancelled, ShipmentCorrected, ShipmentDamaged, ShipmentMoved,
};

wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum JobEvent {
        "recourse.job.opened.v1" => Opened(Box<Opened>),
        "recourse.job.routing_failed.v1" => RoutingFailed(RoutingFailed),
        "recourse.job.moved.v1" => Moved(Box<Moved>),
        "recourse.job.chain_noted.v1" => ChainNoted(ChainNoted),
        "recourse.job.defect_noted.v1" => DefectNoted(DefectNoted),
        "recourse.job.repair_agreed.v1" => RepairAgreed(RepairAgreed),
        "recourse.job.answer_awaited.v1" => AnswerAwaited(AnswerAwaited),
        "recourse.job.answer_noted.v1" => AnswerNoted(AnswerNoted),
        "recourse.job.offer_noted.v1" => OfferNoted(OfferNoted),
        "recourse.job.appeal_noted.v1" => AppealNoted(AppealNoted),
        "recourse.job.verdict_overturned.v1" => VerdictOverturned(VerdictOverturned),
        "recourse.job.shipment_booked.v1" => ShipmentBooked(ShipmentBooked),
        "recourse.job.shipment_picked_up.v1" => ShipmentPickedUp(ShipmentMoved),
        "recourse.job.shipment_delivered.v1" => ShipmentDelivered(ShipmentMoved),
        "recourse.job.shipment_lost.v1" => ShipmentLost(ShipmentMoved),
        "recourse.job.receipt_added.v1" => ReceiptAdded(ReceiptAdded),
        "recourse.job.courier_requested.v1" => CourierRequested(CourierRequested),
        "recourse.job.shipment_cancelled.v1" => ShipmentCancelled(ShipmentCancelled),
        "recourse.job.delivery_asked.v1" => DeliveryAsked(DeliveryAsked),
        "recourse.job.shipment_corrected.v1" => ShipmentCorrected(ShipmentCorrected),
        "recourse.job.reminder_sent.v1" => ReminderSent(ReminderSent),
        "recourse.job.beyond_repair_proposed.v1" => BeyondRepairProposed(BeyondRepairProposed),
        "recourse.job.beyond_repair_declined.v1" => BeyondRepairDeclined(BeyondRepairDeclined),
        "recourse.job.repair_cancelled.v1" => RepairCancelled(RepairCancelled),
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
        "recourse.job.disclosed.v1" => Disclosed(Disclosed),
        "recourse.job.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
        "recourse.job.closed.v1" => Closed(Closed),
    }
}

impl JobEvent {
    /// The job that the event belongs to; none if it concerns a claim.
    pub fn job(&self) -> Option<JobId> {
        Some(match self {
            Self::Opened(event) => event.job,
            Self::RoutingFailed(event) => event.job,
            Self::ChainNoted(_)
            | Self::DefectNoted(_)
            | Self::AnswerAwaited(_)
            | Self::AnswerNoted(_)
            | Self::OfferNoted(_)
            | Self::RepairAgreed(_) => return None,
            Self::AppealNoted(event) => event.job,
            Self::VerdictOverturned(event) => event.job,
            Self::Moved(event) => event.job,
            Self::ShipmentDamaged(event) => event.job,
            Self::Abandoned(event) => event.job,
            Self::ShipmentBooked(event) => event.job,
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => event.job,
            Self::CourierRequested(event) => event.job,
            Self::ShipmentCancelled(event) => event.job,
            Self::ReceiptAdded(event) => event.job,
            Self::DeliveryAsked(event) => event.job,
            Self::ShipmentCorrected(event) => event.job,
            Self::ReminderSent(event) => event.job,
            Self::BeyondRepairProposed(event) => event.job,
            Self::BeyondRepairDeclined(event) => event.job,
            Self::RepairCancelled(event) => event.job,
            Self::Received(event) => event.job,
            Self::SerialResolved(event) => event.job,
            Self::Inspected(event) => event.job,
            Self::PartsAwaited(event) => event.job,
            Self::PartsArrived(event) => event.job,
            Self::RemedyNoted(event) => event.job,
            Self::PaymentNoted(event) => event.job,
            Self::PaymentAwaited(event) => event.job,
            Self::Repaired(event) => event.job,
            Self::DeclaredBeyondRepair(event) => event.job,
            Self::DutyRaised(event) => event.job,
            Self::ReplacementSent(event) => event.job,
            Self::HandedOver(event) => event.job,
            Self::Disclosed(event) => event.job,
            Self::DeadlinePassed(event) => event.job,
            Self::Closed(event) => event.job,
        })
    }
}

impl Event for JobEvent {
    fn subject(&self) -> String {
        match self {
            Self::RepairAgreed(event) => event.dispute.to_string(),
            Self::ChainNoted(event) => event.claim.to_string(),
            Self::DefectNoted(event) => event.claim.to_string(),
            Self::AnswerAwaited(event) => event.claim.to_string(),
            Self::AnswerNoted(event) => event.claim.to_string(),
            Self::OfferNoted(event) => event.claim.to_string(),
            Self::ShipmentBooked(event) => event.shipment.to_string(),
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => event.shipment.to_string(),
            Self::ShipmentDamaged(event) => event.shipment.to_string(),
            Self::ShipmentCancelled(event) => event.shipment.to_string(),
            Self::ReceiptAdded(event) => event.shipment.to_string(),
            Self::DeliveryAsked(event) => event.shipment.to_string(),
            Self::ShipmentCorrected(event) => event.shipment.to_string(),
            event => event.job().map(|job| job.to_string()).unwrap_or_default(),
        }
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::DefectNoted(event) => Some(event.at),
            Self::Disclosed(event) => Some(event.at),
            Self::AnswerAwaited(event) => Some(event.since),
            Self::AnswerNoted(event) => Some(event.at),
            Self::OfferNoted(event) => Some(event.at),
            Self::AppealNoted(event) => Some(event.at),
            Self::VerdictOverturned(event) => Some(event.at),
            Self::PaymentAwaited(event) => Some(event.at),
            Self::ShipmentBooked(event) => Some(event.booked_at),
            Self::ShipmentPickedUp(event)
            | Self::ShipmentDelivered(event)
            | Self::ShipmentLost(event) => Some(event.at),
            Self::CourierRequested(event) => Some(event.at),
            Self::ShipmentCancelled(event) => Some(event.at),
            Self::ReceiptAdded(event) => Some(event.at),
            Self::DeliveryAsked(event) => Some(event.at),
            Self::ShipmentCorrected(event) => Some(event.at),
            Self::ReminderSent(event) => Some(event.at),
            Self::BeyondRepairProposed(event) => Some(event.at),
            Self::BeyondRepairDeclined(event) => Some(event.at),
            Self::RepairCancelled(event) => Some(event.at),
            Self::PaymentNoted(event) => Some(event.at),
            Self::Moved(event) => Some(event.moved_at),
            Self::ShipmentDamaged(event) => Some(event.at),
            Self::Abandoned(event) => Some(event.at),
            Self::Received(event) => Some(event.received_at),
            Self::Inspected(event) => Some(event.inspected_at),
            Self::PartsAwaited(event) => Some(event.reported_at),
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
