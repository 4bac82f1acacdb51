//! Disputes with the seller, as far as claims need them (C8).

use recourse_kernel::{DeviceId, Instant};
use serde::{Deserialize, Serialize};

use crate::domain::events::DisputeState;

/// A dispute, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    pub state: DisputeState,
    /// When it was opened, if known.
    pub opened_at: Option<Instant>,
    pub decided_at: Option<Instant>,
}

impl Dispute {
    /// Whether the dispute was undecided at that time.
    pub(crate) fn was_open_at(&self, at: Instant) -> bool {
        self.opened_at.is_some_and(|opened| opened <= at)
            && self.decided_at.is_none_or(|decided| at < decided)
    }
}
