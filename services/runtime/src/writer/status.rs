//! Where a writer stands, for health, metrics, and a player that moves the clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use recourse_kernel::Instant;
use serde::Serialize;

/// Where the writer of one service stands, shared with whoever asks.
#[derive(Debug, Default)]
pub struct WriterStatus {
    inner: Mutex<Report>,
}

/// A picture of a writer.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Whether it is a member of its group, which may have no partition for it.
    pub is_member: bool,
    /// The partitions that it owns.
    pub partitions: BTreeMap<i32, Standing>,
    /// The clock at its last step.
    pub clock: Option<Instant>,
    /// Events committed since the start.
    pub events: u64,
    /// Records parked since the start.
    pub dead_letter: u64,
    /// Transactions committed since the start.
    pub transactions: u64,
    /// Transactions that did not go through since the start.
    pub failed: u64,
}

/// Where one partition stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// One past the partition's last event.
    pub next_event: i64,
    /// The next input of each source: the commands, then each foreign context in order.
    pub reached: Vec<i64>,
    /// Whether a command waits for foreign facts, or a deadline is due and has not fired.
    pub waiting: bool,
    /// How many states the store does not have yet.
    pub unflushed: usize,
}

impl WriterStatus {
    /// The picture now.
    pub fn report(&self) -> Report {
        self.lock().clone()
    }

    pub(super) fn partitions(
        &self,
        is_member: bool,
        partitions: impl Iterator<Item = (i32, Standing)>,
    ) {
        let mut report = self.lock();
        report.is_member = is_member;
        report.partitions = partitions.collect();
    }

    pub(super) fn at(&self, clock: Instant) {
        self.lock().clock = Some(clock);
    }

    pub(super) fn committed(&self, events: usize, dead_letter: usize) {
        let mut report = self.lock();
        report.transactions += 1;
        report.events += events as u64;
        report.dead_letter += dead_letter as u64;
    }

    pub(super) fn failed(&self) {
        self.lock().failed += 1;
    }

    /// Forgets the partitions: the writer is starting afresh.
    pub(crate) fn lost(&self) {
        let mut report = self.lock();
        report.is_member = false;
        report.partitions.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Report> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
