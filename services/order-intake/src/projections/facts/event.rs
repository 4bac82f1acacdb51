//! The part of an order's stream that says what became of facts, including the events that streams
//! of all services have.

use recourse_kernel::{Refusal, wire_format};
use serde::{Deserialize, Serialize};

use crate::domain::events::{FactKept, KeptFactRefused, Presumed};

wire_format! {
    /// What became of a fact.
    #[derive(Debug)]
    pub enum FactEvent {
        "recourse.order.placed.v1" => Placed(AnyBody),
        "recourse.order.paid.v1" => Paid(AnyBody),
        "recourse.order.cancelled.v1" => Cancelled(AnyBody),
        "recourse.order.delivered.v1" => Delivered(OfShipment),
        "recourse.order.delivery_corrected.v1" => DeliveryCorrected(OfShipment),
        "recourse.order.receipt_confirmed.v1" => ReceiptConfirmed(AnyBody),
        "recourse.order.completed.v1" => Completed(AnyBody),
        "recourse.order.returned.v1" => Returned(AnyBody),
        "recourse.order.line_refunded.v1" => LineRefunded(AnyBody),
        "recourse.order.warranty_refunded.v1" => WarrantyRefunded(AnyBody),
        "recourse.order.refund_announced.v1" => RefundAnnounced(AnyBody),
        "recourse.order.refund_paid.v1" => RefundPaid(AnyBody),
        "recourse.order.refund_unattributed.v1" => RefundUnattributed(AnyBody),
        "recourse.order.payment_added.v1" => PaymentAdded(AnyBody),
        "recourse.order.lines_added.v1" => LinesAdded(AnyBody),
        "recourse.order.units_removed.v1" => UnitsRemoved(AnyBody),
        "recourse.order.contact_corrected.v1" => ContactCorrected(AnyBody),
        "recourse.order.delivery_withdrawn.v1" => DeliveryWithdrawn(AnyBody),
        "recourse.order.shipment_noted.v1" => ShipmentNoted(OfShipment),
        "recourse.order.reported_again.v1" => ReportedAgain(AnyBody),
        "recourse.order.disregarded.v1" => Disregarded(AnyBody),
        "recourse.order.privacy_requested.v1" => PrivacyRequested(AnyBody),
        "recourse.order.fact_kept.v1" => Kept(FactKept),
        "recourse.order.kept_fact_refused.v1" => KeptRefused(KeptFactRefused),
        "recourse.order.command_refused.v1" => Refused(Refusal),
        "recourse.order.input_noted.v1" => Noted(Noted),
        "recourse.order.purchase_blocked.v1" => Blocked(InputPosition),
        "recourse.order.input_dead_lettered.v1" => DeadLettered(InputPosition),
        "recourse.order.input_redriven.v1" => Redriven(InputPosition),
        "recourse.order.input_discarded.v1" => Discarded(InputPosition),
    }
}

/// A body of which only the type matters here.
#[derive(Debug, Serialize, Deserialize)]
pub struct AnyBody {}

/// An event about a shipment.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct OfShipment {
    /// The marketplace's own id of the shipment, if it has one.
    #[serde(default, alias = "shipment", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why its delivery is presumed, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presumed: Option<Presumed>,
}

/// An input that changed nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Noted {
    /// The type of the command.
    pub input_type: String,
}

/// An input that was dead-lettered, redriven or discarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputPosition {
    /// The input's `topic/partition/offset`.
    pub dead_letter: String,
    /// Why it was dead-lettered or discarded.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl FactEvent {
    /// Whether it says what became of an input that could not be read or decided.
    pub(super) fn is_about_a_dead_letter(&self) -> bool {
        matches!(
            self,
            Self::Blocked(_) | Self::DeadLettered(_) | Self::Redriven(_) | Self::Discarded(_)
        )
    }
}

/// What a fact that became this event reports: `paid` for `recourse.order.paid.v1`.
pub(super) fn kind_of_event(type_name: &str) -> Option<&str> {
    type_name.strip_prefix("recourse.order.")?.strip_suffix(".v1")
}

/// What a fact that became this command reports; none for commands that no fact leads to.
pub(super) fn kind_of_command(type_name: &str) -> Option<&'static str> {
    Some(match type_name {
        "recourse.order.place.v1" => "placed",
        "recourse.order.pay.v1" => "paid",
        "recourse.order.cancel.v1" => "cancelled",
        "recourse.order.deliver.v1" => "delivered",
        "recourse.order.correct_delivery.v1" => "delivery_corrected",
        "recourse.order.confirm_receipt.v1" => "receipt_confirmed",
        "recourse.order.complete.v1" => "completed",
        "recourse.order.return.v1" => "returned",
        "recourse.order.refund_line.v1" => "line_refunded",
        "recourse.order.pay_refund.v1" => "refund_paid",
        "recourse.order.remove_units.v1" => "units_removed",
        "recourse.order.withdraw_delivery.v1" => "delivery_withdrawn",
        "recourse.order.note_shipment.v1" => "shipment_noted",
        "recourse.order.disregard.v1" => "disregarded",
        "recourse.order.request_privacy.v1" => "privacy_requested",
        _ => return None,
    })
}
