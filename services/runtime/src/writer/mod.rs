//! The writer: takes inputs, decides them, and commits events and input offsets in one transaction.
//!
//! A plain synchronous state machine over two narrow traits, [`Log`] and [`Store`], so that the
//! same code runs over Kafka and PostgreSQL and over the seeded in-memory ones. [`Writer::step`]
//! has four steps: take records, get the states of their purchases, decide, commit. `README.md`
//! says why it is built like this, and which file does what.

mod answering;
mod batch;
mod bisection;
mod cache;
mod committing;
mod dead_lettering;
mod error;
mod excerpt;
mod fencing;
mod flushing;
mod folding;
mod following;
mod foreign_writers;
mod guarded;
pub mod kafka_log;
mod limits;
pub mod log;
mod owned;
mod positions;
mod reading;
mod recovery;
mod restoring;
mod resuming;
mod settling;
mod staging;
mod stalling;
mod stalls;
pub mod status;
mod takeover;
#[cfg(test)]
#[path = "../../tests/toy/mod.rs"]
mod toy;
mod wakes;
mod waking;
mod watermarks;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

pub use error::WriterError;
pub use limits::Limits;
pub use reading::{DISCARD_HEADER, ORIGIN_HEADER, REDRIVE_HEADER};

use crate::clock::Clock;
use crate::failpoint::failpoint;
use crate::safeguards::{self as without, DisabledSafeguards};
use crate::store::{Store, StoreError};
use batch::Batch;
use bisection::Bisection;
use fencing::Fencings;
use log::{Incoming, Log, Taken};
use owned::Owned;
use settling::Settling;
use status::WriterStatus;

/// What one [`Writer::step`] did, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stepped {
    /// Events committed, without dead letters; 0 if the transaction failed.
    pub events: usize,
    /// Records read, including those that must wait or ask for nothing.
    pub inputs: usize,
}

/// The currently known terms, tariffs and shops, and the next offset of their topic.
type Terms = Box<dyn Fn() -> (Arc<TermsBook>, i64) + Send>;

/// The writer of one service: the only one that appends to the partitions it owns.
pub struct Writer<D: Decider, L: Log, S: Store> {
    log: L,
    store: S,
    clock: Clock,
    terms: Terms,
    partitions: i32,
    limits: Limits,
    status: Arc<WriterStatus>,
    owned: BTreeMap<i32, Owned<D::State>>,
    settling: Settling,
    bisection: Bisection,
    fencings: Fencings,
    /// By [`Clock::elapsed`], like all times here.
    last_commit: Duration,
    without: DisabledSafeguards,
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    /// A writer over this log and store. `terms` returns the currently known terms, tariffs and
    /// shops, and the next offset of their topic.
    pub fn new(
        log: L,
        store: S,
        clock: Clock,
        terms: impl Fn() -> (Arc<TermsBook>, i64) + Send + 'static,
        partitions: i32,
        limits: Limits,
        status: Arc<WriterStatus>,
    ) -> Self {
        let last_commit = clock.elapsed();
        Self {
            log,
            store,
            clock,
            terms: Box::new(terms),
            partitions,
            limits,
            status,
            owned: BTreeMap::new(),
            settling: Settling::default(),
            bisection: Bisection::new(&limits),
            fencings: Fencings::default(),
            last_commit,
            without: DisabledSafeguards::default(),
        }
    }

    /// The same writer with one safeguard disabled.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn without(mut self, without: DisabledSafeguards) -> Self {
        self.without = without;
        self
    }

    /// Reads, decides and commits one batch; waits at most [`Limits::wait`] for input. A failed
    /// transaction is recovered from; after an error, start a new writer.
    pub fn step(&mut self) -> Result<Stepped, WriterError> {
        let stepped = self.one_step();
        if let Err(WriterError::Store(StoreError::Damaged { partition, .. })) = &stepped {
            self.forget(*partition)?;
        }
        stepped
    }

    fn one_step(&mut self) -> Result<Stepped, WriterError> {
        let taken = self.take()?;
        let inputs = taken.records.len();
        self.load_states(&taken.records)?;
        let batch = self.decide_all(taken.records)?;
        let is_member = taken.membership.is_some() && !self.settling.is_fenced();
        let events = match taken.membership {
            Some(membership) => self.commit(batch, &membership)?,
            None => 0,
        };
        self.read_gaps()?;
        self.flush_changed()?;
        self.report(is_member);
        Ok(Stepped { events, inputs })
    }

    /// Takes records, and gives up and takes over partitions.
    fn take(&mut self) -> Result<Taken<L::Membership>, WriterError> {
        self.limit_unflushed();
        let taken = self.log.take(self.limits.wait, self.bisection.limit())?;
        failpoint!("writer.after_poll" if !taken.records.is_empty());
        for partition in &taken.revoked {
            self.owned.remove(partition);
        }
        if !taken.assigned.is_empty() {
            self.take_over(&taken.assigned)?;
            self.settling.assigned();
        }
        self.settling.check(taken.membership.is_some(), self.clock.elapsed())?;
        self.settle_flushes()?;
        Ok(taken)
    }

    /// Decides inputs, stalled inputs and deadlines on staged copies of their states.
    fn decide_all(&mut self, records: Vec<Incoming>) -> Result<Batch<D::State>, WriterError> {
        let (terms, terms_read) = (self.terms)();
        let mut batch = Batch::default();
        for incoming in records {
            failpoint!("writer.before_decide");
            self.answer(incoming, &terms, &mut batch)?;
        }
        self.answer_stalled(&terms, terms_read, &mut batch)?;
        self.wake_due(&terms, &mut batch)?;
        self.dead_letter_strays(&terms, &mut batch);
        Ok(batch)
    }
}
