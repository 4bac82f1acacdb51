//! What was measured, and what did not hold.

use std::time::Duration;

/// What was measured, for one kind of fault.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Processes, brokers and databases ended by force.
    pub(crate) kills: usize,
    /// How often the fault was injected.
    pub(crate) injected: usize,
    /// From each fault's end until everything was back at work.
    pub(crate) recoveries: Vec<Duration>,
    pub(crate) acknowledged: usize,
    pub(crate) retried: usize,
    pub(crate) events: usize,
    pub(crate) peak_memory: u64,
    /// What did not hold.
    pub(crate) broken: Vec<String>,
    /// More to tell.
    pub(crate) notes: Vec<String>,
    /// Why it was not tried, if it was not.
    pub(crate) skipped: Option<String>,
}

impl Figures {
    pub(crate) fn longest(&self) -> Duration {
        self.recoveries.iter().max().copied().unwrap_or_default()
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Something must hold; if not, it is told with the rest.
    pub(crate) fn must(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.broken.push(what.into());
        }
    }
}
