//! What is asked of the policies of a purchase. All of it comes from the facts of its order and of its claims;
//! nobody sells or cancels a policy by hand. The names are internal: they are never on a topic.

use crate::foreign::{
    ClaimClosed, DisputeDecided, LineRefunded, OrderCancelled, OrderDelivered, OrderPaid,
    OrderPlaced, OrderReturned,
};

recourse_kernel::wire_format! {
    /// A fact of an order or of a claim that has a bearing on the order's policies.
    #[derive(Debug, Clone, PartialEq)]
    pub enum SalesCommand {
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
