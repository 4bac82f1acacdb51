//! Measurements and violations.

use std::time::Duration;

/// The results of one kind of fault.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Number of processes, brokers and databases that were killed.
    pub(crate) kills: usize,
    /// How often the fault was injected.
    pub(crate) injected: usize,
    /// Recovery times: from each fault's end until everything worked again.
    pub(crate) recoveries: Vec<Duration>,
    pub(crate) acknowledged: usize,
    pub(crate) retried: usize,
    pub(crate) events: usize,
    pub(crate) peak_memory: u64,
    /// Violations.
    pub(crate) broken: Vec<String>,
    pub(crate) notes: Vec<String>,
    /// Why it was skipped, if it was.
    pub(crate) skipped: Option<String>,
}

impl Figures {
    pub(crate) fn longest(&self) -> Duration {
        self.recoveries.iter().max().copied().unwrap_or_default()
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Records a violation if the condition does not hold.
    pub(crate) fn must(&mut self, holds: bool, what: impl Into<String>) {
        if !holds {
            self.broken.push(what.into());
        }
    }
}
