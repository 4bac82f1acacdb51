//! What happened to an order. These are stable formats, stored and published permanently on
//! `recourse.orders.events.v1`. Amounts are in whole minor units, times are UTC.

mod access;
mod delivery;
mod disputes;
mod edits;
mod kept;
mod placing;
mod privacy;
mod refunds;
mod returns;
mod shipments;

use recourse_kernel::{Event, Instant, wire_format};

pub use access::BuyerAccessGranted;
pub use delivery::{
    CompletedBecause, Delivery, DeliveryCorrected, OrderCompleted, OrderDelivered, Presumed,
    ReceiptConfirmed,
};
pub use disputes::{
    DeadlinePassed, DecidedBy, DisputeAnswer, DisputeAnswered, DisputeDecided, DisputeEnding,
    DisputeOfferDeclined, DisputeOpened, DisputePerformanceContested, DisputePerformanceStated,
    DisputePerformed, DisputeWithdrawn, Offer, OfferKind, PhotoReference, Receipt, RequestedRemedy,
};
pub use edits::{
    ContactCorrected, DeliveryWithdrawn, LinesAdded, PaymentAdded, ReportedAgain, UnitsRemoved,
    WarrantyAdded, WarrantyRemoved,
};
pub use kept::{FactKept, KeptFactRefused, MissingFact};
pub use placing::{
    OrderCancelled, OrderDisregarded, OrderLine, OrderPaid, OrderPlaced, WarrantyBought,
};
pub use privacy::{
    PrivacyOutcome, PrivacyRequestKind, PrivacyRequestResolved, PrivacyRequested, PrivacyScope,
};
pub use refunds::{
    RefundAnnounced, RefundPaid, RefundUnattributed, Unattributed, WarrantyRefunded,
};
pub use returns::{DevicesReturned, LineRefunded};
pub use shipments::{LineUnits, ShipmentNoted};

wire_format! {
    /// Events of an order and of the disputes about its devices.
    #[derive(Debug, Clone, PartialEq)]
    pub enum OrderEvent {
        "recourse.order.placed.v1" => Placed(Box<OrderPlaced>),
        "recourse.order.paid.v1" => Paid(OrderPaid),
        "recourse.order.cancelled.v1" => Cancelled(OrderCancelled),
        "recourse.order.delivered.v1" => Delivered(OrderDelivered),
        "recourse.order.delivery_corrected.v1" => DeliveryCorrected(DeliveryCorrected),
        "recourse.order.receipt_confirmed.v1" => ReceiptConfirmed(ReceiptConfirmed),
        "recourse.order.completed.v1" => Completed(OrderCompleted),
        "recourse.order.returned.v1" => Returned(DevicesReturned),
        "recourse.order.line_refunded.v1" => LineRefunded(LineRefunded),
        "recourse.order.buyer_access_granted.v1" => BuyerAccessGranted(BuyerAccessGranted),
        "recourse.order.warranty_refunded.v1" => WarrantyRefunded(WarrantyRefunded),
        "recourse.order.refund_announced.v1" => RefundAnnounced(Box<RefundAnnounced>),
        "recourse.order.refund_paid.v1" => RefundPaid(RefundPaid),
        "recourse.order.refund_unattributed.v1" => RefundUnattributed(RefundUnattributed),
        "recourse.order.payment_added.v1" => PaymentAdded(PaymentAdded),
        "recourse.order.lines_added.v1" => LinesAdded(LinesAdded),
        "recourse.order.units_removed.v1" => UnitsRemoved(UnitsRemoved),
        "recourse.order.warranty_added.v1" => WarrantyAdded(Box<WarrantyAdded>),
        "recourse.order.warranty_removed.v1" => WarrantyRemoved(WarrantyRemoved),
        "recourse.order.contact_corrected.v1" => ContactCorrected(Box<ContactCorrected>),
        "recourse.order.delivery_withdrawn.v1" => DeliveryWithdrawn(DeliveryWithdrawn),
        "recourse.order.shipment_noted.v1" => ShipmentNoted(ShipmentNoted),
        "recourse.order.reported_again.v1" => ReportedAgain(ReportedAgain),
        "recourse.order.disregarded.v1" => Disregarded(OrderDisregarded),
        "recourse.order.fact_kept.v1" => FactKept(FactKept),
        "recourse.order.kept_fact_refused.v1" => KeptFactRefused(KeptFactRefused),
        "recourse.order.privacy_requested.v1" => PrivacyRequested(PrivacyRequested),
        "recourse.order.privacy_request_resolved.v1" =>
            PrivacyRequestResolved(PrivacyRequestResolved),
        "recourse.order.dispute_opened.v1" => DisputeOpened(DisputeOpened),
        "recourse.order.dispute_answered.v1" => DisputeAnswered(DisputeAnswered),
        "recourse.order.dispute_offer_declined.v1" => DisputeOfferDeclined(DisputeOfferDeclined),
        "recourse.order.dispute_withdrawn.v1" => DisputeWithdrawn(DisputeWithdrawn),
        "recourse.order.dispute_decided.v1" => DisputeDecided(DisputeDecided),
        "recourse.order.dispute_performance_stated.v1" =>
            DisputePerformanceStated(DisputePerformanceStated),
        "recourse.order.dispute_performance_contested.v1" =>
            DisputePerformanceContested(DisputePerformanceContested),
        "recourse.order.dispute_performed.v1" => DisputePerformed(DisputePerformed),
        "recourse.order.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
    }
}

impl Event for OrderEvent {
    fn subject(&self) -> String {
        match self {
            Self::Placed(event) => event.order.to_string(),
            Self::Paid(event) => event.order.to_string(),
            Self::Cancelled(event) => event.order.to_string(),
            Self::Delivered(event) => event.order.to_string(),
            Self::DeliveryCorrected(event) => event.order.to_string(),
            Self::ReceiptConfirmed(event) => event.order.to_string(),
            Self::Completed(event) => event.order.to_string(),
            Self::Returned(event) => event.order.to_string(),
            Self::LineRefunded(event) => event.order.to_string(),
            Self::BuyerAccessGranted(event) => event.order.to_string(),
            Self::WarrantyRefunded(event) => event.order.to_string(),
            Self::RefundAnnounced(event) => event.order.to_string(),
            Self::RefundPaid(event) => event.order.to_string(),
            Self::RefundUnattributed(event) => event.order.to_string(),
            Self::PaymentAdded(event) => event.order.to_string(),
            Self::LinesAdded(event) => event.order.to_string(),
            Self::UnitsRemoved(event) => event.order.to_string(),
            Self::WarrantyAdded(event) => event.order.to_string(),
            Self::WarrantyRemoved(event) => event.order.to_string(),
            Self::ContactCorrected(event) => event.order.to_string(),
            Self::DeliveryWithdrawn(event) => event.order.to_string(),
            Self::ShipmentNoted(event) => event.order.to_string(),
            Self::ReportedAgain(event) => event.order.to_string(),
            Self::Disregarded(event) => event.order.to_string(),
            Self::FactKept(event) => event.order.to_string(),
            Self::KeptFactRefused(event) => event.order.to_string(),
            Self::PrivacyRequested(event) => event.request.to_string(),
            Self::PrivacyRequestResolved(event) => event.request.to_string(),
            Self::DisputeOpened(event) => event.dispute.to_string(),
            Self::DisputeAnswered(event) => event.dispute.to_string(),
            Self::DisputeOfferDeclined(event) => event.dispute.to_string(),
            Self::DisputeWithdrawn(event) => event.dispute.to_string(),
            Self::DisputeDecided(event) => event.dispute.to_string(),
            Self::DisputePerformanceStated(event) => event.dispute.to_string(),
            Self::DisputePerformanceContested(event) => event.dispute.to_string(),
            Self::DisputePerformed(event) => event.dispute.to_string(),
            Self::DeadlinePassed(event) => event.dispute.to_string(),
        }
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::Placed(event) => Some(event.placed_at),
            Self::Paid(event) => Some(event.paid_at),
            Self::Cancelled(event) => Some(event.cancelled_at),
            Self::Delivered(event) => Some(event.delivered_at),
            Self::ReceiptConfirmed(event) => Some(event.confirmed_at),
            Self::Completed(event) => Some(event.completed_at),
            Self::Returned(event) => Some(event.returned_at),
            Self::LineRefunded(event) => Some(event.refunded_at),
            Self::WarrantyRefunded(event) => Some(event.refunded_at),
            Self::RefundAnnounced(event) => Some(event.announced_at),
            Self::RefundPaid(event) => Some(event.paid_at),
            Self::RefundUnattributed(event) => Some(event.refunded_at),
            Self::PaymentAdded(event) => Some(event.paid_at),
            Self::LinesAdded(event) => Some(event.added_at),
            Self::UnitsRemoved(event) => Some(event.removed_at),
            Self::WarrantyAdded(event) => Some(event.added_at),
            Self::WarrantyRemoved(event) => Some(event.removed_at),
            Self::ContactCorrected(event) => Some(event.corrected_at),
            Self::DeliveryWithdrawn(event) => Some(event.withdrawn_at),
            Self::ReportedAgain(event) => Some(event.as_of),
            Self::PrivacyRequested(event) => Some(event.received_at),
            Self::PrivacyRequestResolved(event) => Some(event.resolved_at),
            // The deadline passed when it was due, even if the timer fired later.
            Self::DeadlinePassed(event) => Some(event.due),
            Self::DisputePerformed(event) => Some(event.at),
            // A correction happens when it is reported; the time of the delivery is in its body.
            Self::DeliveryCorrected(_)
            | Self::BuyerAccessGranted(_)
            | Self::ShipmentNoted(_)
            | Self::Disregarded(_)
            | Self::FactKept(_)
            | Self::KeptFactRefused(_)
            | Self::DisputeOpened(_)
            | Self::DisputeAnswered(_)
            | Self::DisputeOfferDeclined(_)
            | Self::DisputeWithdrawn(_)
            | Self::DisputePerformanceStated(_)
            | Self::DisputePerformanceContested(_)
            | Self::DisputeDecided(_) => None,
        }
    }
}
