//! What people read of the events of claims.

mod deadlines;
mod sentences;

use recourse_wiring::timeline::Timeline;

/// What people read of the events of claims.
pub const TIMELINE: Timeline = Timeline {
    kinds: &["claim"],
    sentence: sentences::sentence,
    deadlines: deadlines::changes,
    notes: &[
        "claim.coverage_noted",
        "claim.order_noted",
        "claim.dispute_noted",
        "claim.job_noted",
        "claim.settlement_noted",
    ],
};
