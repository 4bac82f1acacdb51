//! What people read of the events of settlements.

mod deadlines;
mod sentences;

use recourse_wiring::timeline::Timeline;

/// What people read of the events of settlements.
pub const TIMELINE: Timeline = Timeline {
    kinds: &["settlement"],
    sentence: sentences::sentence,
    deadlines: deadlines::changes,
    notes: &[],
};
