//! All checks in one pass over the records.

use super::answers::Answers;
use super::approval::Approvals;
use super::chain::Chains;
use super::folding::Folds;
use super::money::Settlements;
use super::versions::Versions;
use super::{Break, Entry, routing};

/// Runs every check that looks at records alone.
#[derive(Default)]
pub struct Verifier {
    partitions: i32,
    chains: Chains,
    versions: Versions,
    answers: Answers,
    /// What the streams fold to.
    pub folds: Folds,
    settlements: Settlements,
    approvals: Approvals,
    events: u64,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// Streams.
    pub streams: usize,
    /// Settlements that were opened.
    pub settlements: usize,
    /// Settlements that are closed.
    pub settlements_closed: usize,
}

impl Verifier {
    /// For keyed topics of so many partitions.
    pub fn new(partitions: i32) -> Self {
        Self { partitions, ..Self::default() }
    }

    /// Takes one record, and gives everything that is wrong with it.
    pub fn take(&mut self, entry: &Entry) -> Vec<Break> {
        self.events += 1;
        let mut found: Vec<Break> = [
            self.chains.take(entry),
            self.versions.take(entry),
            self.answers.take(entry),
            routing::check(entry, self.partitions),
            self.folds.take(entry),
        ]
        .into_iter()
        .flatten()
        .collect();
        found.extend(self.settlements.take(entry));
        self.approvals.take(entry);
        found
    }

    /// What is wrong between one record and others, once all have been taken.
    pub fn finish(&self) -> Vec<Break> {
        self.approvals.breaks()
    }

    /// What was looked at so far.
    pub fn tally(&self) -> Tally {
        Tally {
            events: self.events,
            streams: self.chains.streams(),
            settlements: self.settlements.count(),
            settlements_closed: self.settlements.closed_count(),
        }
    }
}
