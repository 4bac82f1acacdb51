//! Commands about the policies of a purchase. All but one come from facts about its order and its
//! claims: no one sells a policy by hand, but the buyer can cancel it (S7). The names of the
//! commands for facts are internal and never appear on a topic.

use recourse_kernel::PolicyId;
use serde::{Deserialize, Serialize};

use super::events::Receipt;
use crate::foreign::{
    ClaimClosed, DisputePerformed, LineRefunded, OrderCancelled, OrderDelivered, OrderPaid,
    OrderPlaced, OrderReturned, UnitsRemoved, WarrantyAdded, WarrantyRefunded, WarrantyRemoved,
};

recourse_kernel::wire_format! {
    /// A request by the buyer, or a fact about an order or a claim that affects the order's
    /// policies.
    #[derive(Debug, Clone, PartialEq)]
    pub enum SalesCommand {
        "recourse.policy.cancel.v1" => Cancel(CancelPolicy),
        "recourse.policy.note_placed.v1" => NotePlaced(OrderPlaced),
        "recourse.policy.note_paid.v1" => NotePaid(OrderPaid),
        "recourse.policy.note_cancelled.v1" => NoteCancelled(OrderCancelled),
        "recourse.policy.note_delivered.v1" => NoteDelivered(OrderDelivered),
        "recourse.policy.note_delivery_corrected.v1" => NoteDeliveryCorrected(OrderDelivered),
        "recourse.policy.note_returned.v1" => NoteReturned(OrderReturned),
        "recourse.policy.note_line_refunded.v1" => NoteLineRefunded(LineRefunded),
        "recourse.policy.note_removed.v1" => NoteRemoved(UnitsRemoved),
        "recourse.policy.note_warranty_added.v1" => NoteWarrantyAdded(Box<WarrantyAdded>),
        "recourse.policy.note_warranty_removed.v1" => NoteWarrantyRemoved(WarrantyRemoved),
        "recourse.policy.note_warranty_refunded.v1" => NoteWarrantyRefunded(WarrantyRefunded),
        "recourse.policy.note_dispute_performed.v1" => NoteDisputePerformed(DisputePerformed),
        "recourse.policy.note_claim_closed.v1" => NoteClaimClosed(ClaimClosed),
    }
}

/// S7: the buyer cancels only the warranty, and keeps the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelPolicy {
    pub policy: PolicyId,
    /// The dated receipt of the purchase; needed once coverage has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}
