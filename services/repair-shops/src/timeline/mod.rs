//! What people read of the events of repair jobs.

mod deadlines;
mod sentences;

use recourse_wiring::timeline::Timeline;

/// What people read of the events of repair jobs.
pub const TIMELINE: Timeline = Timeline {
    kinds: &["job"],
    sentence: sentences::sentence,
    deadlines: deadlines::changes,
    notes: &["job.chain_noted", "job.defect_noted"],
};
