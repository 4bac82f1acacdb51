//! Safeguards that a simulation disables one at a time, to show that each is needed. In release
//! builds, none can be disabled.
//!
//! Each is disabled where its code is. What Kafka or PostgreSQL does itself ([`GroupFencing`],
//! [`ReadCommitted`], [`StoreGuard`]) is disabled in the simulated log and store.
//!
//! [`GroupFencing`]: Safeguard::GroupFencing
//! [`ReadCommitted`]: Safeguard::ReadCommitted
//! [`StoreGuard`]: Safeguard::StoreGuard

/// A safeguard of exactly-once processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safeguard {
    /// A transaction of a past group generation is not committed (KIP-447). Kafka's group
    /// coordinator checks it.
    GroupFencing,
    /// Inputs of open and aborted transactions are not read. Kafka's client checks it
    /// (`isolation.level`).
    ReadCommitted,
    /// After an unknown outcome, the tail of the log is reread.
    RereadTail,
    /// The state contains which commands were answered and which facts were seen.
    Answered,
    /// A flush is applied only to the position and epoch that its owner knows, which PostgreSQL
    /// checks in one statement (`store/flusher.rs`); and stored states are read only in that epoch
    /// (`store/epochs.rs`): later ones are a successor's.
    StoreGuard,
    /// A projector's batch is applied only to the position that it knows.
    ProjectorGuard,
    /// States are restored to the high watermark, not to the last stable offset.
    HighWatermark,
    /// An input that refers to something unknown waits for foreign facts before it is refused.
    WaitForFacts,
    /// A deadline fires only after the inputs have been read to watermarks taken after it.
    DeadlineGate,
    /// Inputs for a blocked purchase queue after the one that blocks it.
    BlockedQueue,
}

impl Safeguard {
    /// Every safeguard, for a simulation that disables each in turn.
    pub const ALL: [Self; 10] = [
        Self::GroupFencing,
        Self::ReadCommitted,
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

/// The disabled safeguard, if any; always none in a release build.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisabledSafeguards {
    #[cfg(debug_assertions)]
    missing: Option<Safeguard>,
}

impl DisabledSafeguards {
    /// All safeguards but `missing`, for a simulation.
    #[cfg(debug_assertions)]
    pub fn safeguard(missing: Safeguard) -> Self {
        Self { missing: Some(missing) }
    }

    /// Whether a simulation has disabled `safeguard`, so that its code must have no effect.
    #[cfg(debug_assertions)]
    pub fn is_without(self, safeguard: Safeguard) -> bool {
        self.missing == Some(safeguard)
    }

    /// Always false: a release build disables nothing.
    #[cfg(not(debug_assertions))]
    #[expect(clippy::unused_self, reason = "a release build disables nothing")]
    pub const fn is_without(self, _: Safeguard) -> bool {
        false
    }
}
