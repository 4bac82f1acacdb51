//! What people read of the events of orders and disputes.

mod deadlines;
mod sentences;

use recourse_wiring::timeline::Timeline;

/// What people read of the events of orders and disputes.
pub const TIMELINE: Timeline = Timeline {
    kinds: &["order"],
    sentence: sentences::sentence,
    deadlines: deadlines::changes,
    notes: &["order.fact_kept", "order.kept_fact_refused"],
};
