//! All checks in one pass over the records.

use std::collections::HashMap;

use chrono::TimeDelta;
use recourse_kernel::Instant;
use serde_json::Value;

use super::answers::Answers;
use super::approval::Approvals;
use super::chain::Chains;
use super::folding::Folds;
use super::money::Settlements;
use super::versions::Versions;
use super::waits::{Plain, violations};
use super::{Break, Check, Entry, routing};
use crate::timelines::name_of;

/// How long after its date a deadline may be handled: services may be down for some time.
const HANDLED_WITHIN: TimeDelta = TimeDelta::days(1);

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
    /// By stream.
    plain: HashMap<String, Plain>,
    /// The last time at which anything was recorded.
    recorded: Option<Instant>,
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
        self.note(entry);
        found
    }

    /// Keeps what the events alone say about open matters.
    fn note(&mut self, entry: &Entry) {
        let record = &entry.record;
        self.recorded = self.recorded.max(Some(record.recorded));
        // A body that cannot be read is reported by the folding check.
        let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
        let plain = self.plain.entry(record.stream.clone()).or_default();
        plain.take(name_of(&record.type_name), &body, record.time);
    }

    /// T11: every open matter has an owner and a date.
    fn sleeping(&self) -> Vec<Break> {
        let Some(now) = self.recorded.and_then(|at| at.checked_sub_signed(HANDLED_WITHIN)) else {
            return Vec::new();
        };
        let nothing = Plain::default();
        let mut breaks = Vec::new();
        for (stream, waiting) in self.folds.waiting() {
            let plain = self.plain.get(&stream).unwrap_or(&nothing);
            let whys = violations(plain, &waiting, now).into_iter();
            let location = |why| Break { check: Check::Waits, location: stream.clone(), why };
            breaks.extend(whys.map(location));
        }
        breaks.sort_by(|one, other| one.location.cmp(&other.location));
        breaks
    }

    /// Violations across records, once all have been taken.
    pub fn finish(&self) -> Vec<Break> {
        let mut breaks = self.approvals.breaks();
        breaks.extend(self.sleeping());
        breaks
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
