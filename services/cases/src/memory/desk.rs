//! One service in memory: its real writer on a simulated log and store.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use recourse_audit::verification::waits::Waiting;
use recourse_kernel::{CommandRecord, Decider, Folded, Instant, Record, Wait, Wire as _};
use recourse_runtime::clock::Clock;
use recourse_runtime::reply::ReplyKind;
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer};
use recourse_simulated::{Cluster, SimulatedLog, SimulatedStore};
use recourse_terms::TermsBook;

use super::Book;
use crate::answer::Answer;

/// No other writer ever takes over, so a store is needed only when the writer itself asks for it.
const NEVER: Duration = Duration::from_secs(24 * 3600);
/// Each service has one partition.
const PARTITION: i32 = 0;

/// One service's writer with its log.
pub(super) trait Desk {
    fn context(&self) -> &'static str;
    fn is_asked(&self, type_name: &str) -> bool;
    fn ask(&self, record: &CommandRecord);
    /// Passes in an event of another service; returns whether this service reads it.
    fn hear(&self, context: &str, record: &Record) -> bool;
    /// Runs the writer once: its new events, and whether it had anything to do.
    fn step(&mut self) -> anyhow::Result<(Vec<Record>, bool)>;
    fn wakes_at(&self) -> Option<Instant>;
    /// Everything that this service waits for.
    fn waits(&self) -> Vec<Wait>;
    /// What each stream waits for, by the stream's name.
    fn waiting(&self) -> Vec<(String, Waiting)>;
    fn answer(&self, command: &str) -> Option<Answer>;
    fn dead_letter(&self) -> usize;
}

/// The writer of a service, and a fold of its own of each stream.
pub(super) struct Writing<D: Decider> {
    cluster: Cluster,
    writer: Writer<D, SimulatedLog, SimulatedStore>,
    /// The offset after the last event passed on.
    taken: i64,
    folds: BTreeMap<String, Folded<D::State>>,
    /// The next deadline of all streams.
    wakes_at: Option<Instant>,
}

impl<D: Decider<Reference = TermsBook>> Writing<D> {
    pub(super) fn boxed(clock: &Clock, book: &Book) -> Box<dyn Desk> {
        let cluster = Cluster::new(1, D::FOREIGN.len());
        let limits = Limits { gap: Duration::ZERO, flush_every: NEVER, ..Limits::default() };
        let book = Arc::clone(book);
        let reference = move || book.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let status = Arc::new(WriterStatus::default());
        let (log, store) = (cluster.join(), cluster.store());
        let writer = Writer::new(log, store, clock.clone(), reference, 1, limits, status);
        Box::new(Self { cluster, writer, taken: 0, folds: BTreeMap::new(), wakes_at: None })
    }
}

impl<D: Decider<Reference = TermsBook>> Desk for Writing<D> {
    fn context(&self) -> &'static str {
        D::CONTEXT
    }

    fn is_asked(&self, type_name: &str) -> bool {
        D::Command::type_names().contains(&type_name)
    }

    fn ask(&self, record: &CommandRecord) {
        self.cluster.write(None, &record.key, record.headers(), record.body.clone());
    }

    fn hear(&self, context: &str, record: &Record) -> bool {
        let index = D::FOREIGN.iter().position(|foreign| *foreign == context);
        if index.is_some() {
            self.cluster.write(index, &record.key, record.headers(), record.body.clone());
        }
        index.is_some()
    }

    fn step(&mut self) -> anyhow::Result<(Vec<Record>, bool)> {
        let stepped = self.writer.step()?;
        let busy = stepped.events > 0 || stepped.inputs > 0;
        if stepped.events == 0 {
            return Ok((Vec::new(), busy));
        }
        let mut written = Vec::new();
        for event in self.cluster.events_from(PARTITION, self.taken) {
            self.taken = event.offset + 1;
            let (key, body) = (event.key.unwrap_or_default(), event.value.unwrap_or_default());
            let record = Record::read(&key, &event.headers, &body)?;
            // A separate fold finds the next deadline, and checks versions and hash chain.
            self.folds.entry(record.key.clone()).or_default().replay::<D>(&record)?;
            written.push(record);
        }
        self.wakes_at = self.folds.values().filter_map(Folded::wake_at::<D>).min();
        Ok((written, busy))
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.wakes_at
    }

    fn waits(&self) -> Vec<Wait> {
        self.folds.values().flat_map(|fold| D::waits(&fold.state)).collect()
    }

    fn waiting(&self) -> Vec<(String, Waiting)> {
        let waiting = |(key, fold): (&String, &Folded<D::State>)| {
            let waiting = Waiting { open: D::open(&fold.state), waits: D::waits(&fold.state) };
            (format!("{}/{key}", D::CONTEXT), waiting)
        };
        self.folds.iter().map(waiting).collect()
    }

    fn answer(&self, command: &str) -> Option<Answer> {
        let reply = self.cluster.reply_to(command)?;
        Some(match (reply.kind, reply.refusal) {
            (_, Some(refusal)) => refusal.into(),
            (ReplyKind::Accepted, None) => Answer::Accepted,
            (kind, None) => Answer::refused(kind.name(), "the writer did not decide it"),
        })
    }

    fn dead_letter(&self) -> usize {
        self.cluster.dead_letter().len()
    }
}
