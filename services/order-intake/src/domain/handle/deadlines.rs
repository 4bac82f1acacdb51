//! T8: sellers who did not answer in time.

use recourse_kernel::{DisputeId, Instant};

use crate::domain::events::{DisputeDeadlinePassed, OrderEvent};
use crate::domain::state::Order;

/// The next instant at which a seller's answer is due.
pub(crate) fn wake_at(order: &Order) -> Option<Instant> {
    order.unanswered().map(|(_, answer_by)| answer_by).min()
}

/// T8: reports the disputes whose seller did not answer in time. From then on only the marketplace
/// decides.
pub(crate) fn deadlines_passed(order: &Order, now: Instant) -> Vec<OrderEvent> {
    let mut silent: Vec<_> = order.unanswered().filter(|(_, due)| *due <= now).collect();
    silent.sort_by_key(|(dispute, due)| (*due, *dispute));
    let passed = |(dispute, due): (DisputeId, Instant)| {
        OrderEvent::DisputeDeadlinePassed(DisputeDeadlinePassed {
            dispute,
            device: dispute.device(),
            due,
            escalated_to: order.placed.marketplace.clone(),
        })
    };
    silent.into_iter().map(passed).collect()
}
