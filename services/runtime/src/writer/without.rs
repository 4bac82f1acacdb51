//! Protections that a simulation takes away one at a time, to show that each is missed. Release builds have them
//! all: there is nothing to take away.

/// What keeps exactly-once true when things break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safeguard {
    /// A transaction of a generation that is over is not committed (KIP-447).
    GroupFencing,
    /// After an unknown outcome, the tail of the log is read again.
    RereadTail,
    /// Commands answered, and facts seen, are in the state.
    Answered,
    /// A flush counts only from the position and in the epoch that its owner knows.
    StoreGuard,
    /// A projector's batch counts only from the position that it knows.
    ProjectorGuard,
    /// States are restored to the high watermark, and not to the last stable offset.
    HighWatermark,
    /// What refers to something unknown waits for foreign facts before it is refused.
    WaitForFacts,
    /// A deadline fires only once the inputs have been read to watermarks taken after it.
    DeadlineGate,
    /// What comes for a held purchase queues behind what holds it.
    BlockedQueue,
}

impl Safeguard {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::GroupFencing,
        Self::RereadTail,
        Self::Answered,
        Self::StoreGuard,
        Self::ProjectorGuard,
        Self::HighWatermark,
        Self::WaitForFacts,
        Self::DeadlineGate,
        Self::BlockedQueue,
    ];
}

/// Which protection is missing; in a release build, none.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisabledSafeguards {
    #[cfg(debug_assertions)]
    missing: Option<Safeguard>,
}

impl DisabledSafeguards {
    /// Without this one, in a simulation.
    #[cfg(debug_assertions)]
    pub fn safeguard(missing: Safeguard) -> Self {
        Self { missing: Some(missing) }
    }

    /// Whether this one is missing.
    #[cfg(debug_assertions)]
    pub(crate) fn is_without(self, safeguard: Safeguard) -> bool {
        self.missing == Some(safeguard)
    }

    /// Whether this one is missing.
    #[cfg(not(debug_assertions))]
    #[expect(clippy::unused_self, reason = "a release build is without nothing")]
    pub(crate) const fn is_without(self, _: Safeguard) -> bool {
        false
    }
}
