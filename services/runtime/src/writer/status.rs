//! A writer's progress, for health, metrics, and a player that moves the clock.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use recourse_kernel::{Decider, Instant};
use recourse_terms::TermsBook;
use serde::Serialize;

use super::Writer;
use super::log::{Log, Source};
use crate::store::Store;

/// The progress of one service's writer, shared with its readers.
#[derive(Debug, Default)]
pub struct WriterStatus {
    inner: Mutex<Report>,
}

/// A snapshot of a writer's progress.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Whether it is a member of its group; a member may own no partition.
    pub is_member: bool,
    /// The partitions it owns, by number.
    pub partitions: BTreeMap<i32, PartitionStatus>,
    /// The clock at its last step; `None` before the first.
    pub clock: Option<Instant>,
    /// Events committed since the start.
    pub events: u64,
    /// Records dead-lettered since the start.
    pub dead_letter: u64,
    /// Transactions committed since the start.
    pub transactions: u64,
    /// Transactions that failed since the start.
    pub failed: u64,
}

/// How far an owned partition was read, written and stored, as of the last step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartitionStatus {
    /// One past the partition's last event.
    pub next_event: i64,
    /// The next input of each source: the commands, then each foreign context in order.
    pub reached: Vec<i64>,
    /// Whether an input waits for other topics, or a deadline is due and has not fired.
    pub waiting: bool,
    /// How many states the store does not have yet.
    pub unflushed: usize,
}

impl WriterStatus {
    /// A copy of what the writer last reported; [`Report::default`] before its first step.
    pub fn report(&self) -> Report {
        self.lock().clone()
    }

    pub(super) fn partitions(
        &self,
        is_member: bool,
        partitions: impl Iterator<Item = (i32, PartitionStatus)>,
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

    /// Clears the partitions: the writer is restarting.
    pub fn lost(&self) {
        let mut report = self.lock();
        report.is_member = false;
        report.partitions.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Report> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// Reports the progress after a step.
    pub(super) fn report(&self, is_member: bool) {
        let now = self.clock.now();
        let partitions = self.owned.iter().map(|(&partition, owned)| {
            let reached = Source::inputs(D::FOREIGN.len())
                .map(|source| self.log.reached(source, partition))
                .collect();
            (partition, owned.status(now, reached))
        });
        self.status.partitions(is_member, partitions);
        self.status.at(now);
    }
}
