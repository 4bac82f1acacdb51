//! All checks in one pass over the records.

use super::answers::Answers;
use super::approval::Approvals;
use super::chain::Chains;
use super::folding::Folds;
use super::money::Settlements;
use super::versions::Versions;
use super::{Break, Entry, routing};

/// Runs every check that needs only records.
#[derive(Default)]
pub struct Verifier {
    partitions: i32,
    chains: Chains,
    versions: Versions,
    answers: Answers,
    pub folds: Folds,
    settlements: Settlements,
    approvals: Approvals,
    events: u64,
}

/// Counts of what was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub events: u64,
    pub streams: usize,
    /// Settlements that were opened.
    pub settlements: usize,
    pub settlements_closed: usize,
}

impl Verifier {
    /// A verifier for keyed topics with this many partitions.
    pub fn new(partitions: i32) -> Self {
        Self { partitions, ..Self::default() }
    }

    /// Checks one record, and returns every violation.
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

    /// Violations across records, once all have been taken.
    pub fn finish(&self) -> Vec<Break> {
        self.approvals.breaks()
    }

    pub fn tally(&self) -> Tally {
        Tally {
            events: self.events,
            streams: self.chains.streams(),
            settlements: self.settlements.count(),
            settlements_closed: self.settlements.closed_count(),
        }
    }
}
