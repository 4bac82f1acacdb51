//! What the clock decides: sellers who did not answer in time (T8), and orders that complete by
//! themselves (T10).

use recourse_kernel::{DisputeId, Instant};

use super::delivery::completed;
use crate::domain::events::{DisputeDeadlinePassed, OrderEvent};
use crate::domain::rules::completion;
use crate::domain::state::Order;

/// The next instant at which something is due.
pub(crate) fn wake_at(order: &Order) -> Option<Instant> {
    let completes_at = completion::by_itself(order).map(|completion| completion.at);
    order.unanswered().map(|(_, answer_by)| answer_by).chain(completes_at).min()
}

/// Everything that is due, in the order of its time.
pub(crate) fn deadlines_passed(order: &Order, now: Instant) -> Vec<OrderEvent> {
    let mut passed = silent_sellers(order, now);
    passed.extend(completes_by_itself(order, now));
    passed.sort_by_key(|(due, _)| *due);
    passed.into_iter().map(|(_, event)| event).collect()
}

/// T8: reports the disputes whose seller did not answer in time. From then on only the marketplace
/// decides.
fn silent_sellers(order: &Order, now: Instant) -> Vec<(Instant, OrderEvent)> {
    let mut silent: Vec<_> = order.unanswered().filter(|(_, due)| *due <= now).collect();
    silent.sort_by_key(|(dispute, due)| (*due, *dispute));
    let passed = |(dispute, due): (DisputeId, Instant)| {
        let escalated_to = order.placed.marketplace.clone();
        let device = dispute.device();
        let passed = DisputeDeadlinePassed { dispute, device, due, escalated_to };
        (due, OrderEvent::DisputeDeadlinePassed(passed))
    };
    silent.into_iter().map(passed).collect()
}

/// T10: an order completes by itself when its days after the delivery have passed.
fn completes_by_itself(order: &Order, now: Instant) -> Option<(Instant, OrderEvent)> {
    let completion = completion::by_itself(order).filter(|completion| completion.at <= now)?;
    Some((completion.at, completed(order, completion)))
}
