//! What is asked of the policies of a purchase. All but one thing comes from the facts of its order and of its claims:
//! nobody sells a policy by hand, but its buyer may cancel it (S7). The names of the facts' commands are internal:
//! they are never on a topic.

use recourse_kernel::PolicyId;
use serde::{Deserialize, Serialize};

use crate::foreign::{
    ClaimClosed, DisputeDecided, LineRefunded, OrderCancelled, OrderDelivered, OrderPaid,
    OrderPlaced, OrderReturned,
};

recourse_kernel::wire_format! {
    /// What the buyer wants, or a fact of an order or of a claim that has a bearing on the order's policies.
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
        "recourse.policy.note_dispute_decided.v1" => NoteDisputeDecided(DisputeDecided),
        "recourse.policy.note_claim_closed.v1" => NoteClaimClosed(ClaimClosed),
    }
}

/// S7: the buyer wants out of the warranty alone, and keeps the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CancelPolicy {
    /// The policy.
    pub policy: PolicyId,
}
