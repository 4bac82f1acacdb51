//! What a run may violate: the checks, and the invariant that each of them guards.

use std::fmt;

/// The guarantees of `services/RELIABILITY.md` that a simulation can check. I2 is about money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// An acknowledged command is never lost.
    I1,
    /// A stream counts 1, 2, 3, …, in one writer's order, and answers each input once.
    I3,
    /// A read model equals a replay of the log.
    I4,
    /// Every stream is one hash chain.
    I5,
    /// Nothing of an aborted transaction is visible.
    I6,
    /// A purchase's records are in its partition.
    I7,
    /// Everything works again once the faults stop.
    I8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Every command has an answer, and the log has what was acknowledged.
    Acknowledged,
    /// Repeated answers to a command are equal.
    SameAnswer,
    /// The events of a purchase can be folded in their order.
    Versions,
    /// No input is decided twice.
    DecidedOnce,
    /// Nothing bypasses the queue of a blocked purchase.
    Queue,
    /// No deadline is decided before an answer that was given in time.
    Deadlines,
    /// Nothing is refused for lack of a fact that was there before.
    Facts,
    /// The read model equals both the folds and a fresh projection.
    ReadModel,
    /// Each event has the hash of its predecessor.
    Chain,
    /// Every event answers something that was sent and not aborted.
    Aborted,
    /// Each record is in the partition of its key.
    Routing,
    /// Nothing panics, no writer stops for good, and everything comes to rest.
    Rest,
}

impl Check {
    /// The invariant that it guards.
    pub fn invariant(self) -> Invariant {
        match self {
            Self::Acknowledged | Self::SameAnswer => Invariant::I1,
            Self::Versions | Self::DecidedOnce | Self::Queue | Self::Deadlines | Self::Facts => {
                Invariant::I3
            }
            Self::ReadModel => Invariant::I4,
            Self::Chain => Invariant::I5,
            Self::Aborted => Invariant::I6,
            Self::Routing => Invariant::I7,
            Self::Rest => Invariant::I8,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub check: Check,
    /// How the invariant was violated.
    pub what: String,
}

impl Found {
    pub fn invariant(&self) -> Invariant {
        self.check.invariant()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({:?}): {}", self.invariant(), self.check, self.what)
    }
}

/// Fails with a violation unless the check holds.
pub(crate) fn must(holds: bool, check: Check, what: impl FnOnce() -> String) -> Result<(), Found> {
    if holds { Ok(()) } else { Err(Found { check, what: what() }) }
}
