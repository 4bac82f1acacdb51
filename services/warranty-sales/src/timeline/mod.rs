//! What people read of the events of policies.

mod catalogue;
mod deadlines;
mod sentences;

use recourse_wiring::timeline::Timeline;

/// What people read of the events of policies.
pub const TIMELINE: Timeline = Timeline {
    kinds: &["policy"],
    sentence: sentences::sentence,
    deadlines: deadlines::changes,
    notes: &["policy.delivery_noted"],
};

/// What people read of what providers publish.
pub const CATALOGUE: Timeline = Timeline {
    kinds: &["terms", "tariffs", "shops", "calendar"],
    sentence: catalogue::sentence,
    deadlines: |_, _| Vec::new(),
    notes: &[],
};
