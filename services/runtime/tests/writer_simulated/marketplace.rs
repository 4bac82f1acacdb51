//! A small marketplace whose claims are decided by writers over the in-memory log and store.

use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::record::Header;
use recourse_kernel::{Decider, Folded, Instant, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::reply::Reply;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{DISCARD_HEADER, Limits, Writer};
use recourse_simulated::{Cluster, SimulatedLog, SimulatedStore};
use recourse_terms::TermsBook;

use crate::toy::{Ask, Bank, PiggyBank, command, noon, policy_event, put};

pub(crate) type SimulatedWriter = Writer<PiggyBank, SimulatedLog, SimulatedStore>;

pub(crate) const PARTITIONS: i32 = 3;
pub(crate) const ANNA: &str = "anna";
pub(crate) const BERT: &str = "bert";

pub(crate) struct TestMarketplace {
    pub(crate) cluster: Cluster,
    pub(crate) clock: Clock,
}

impl TestMarketplace {
    pub(crate) fn new() -> Self {
        Self { cluster: Cluster::new(PARTITIONS, 1), clock: Clock::moved(noon(0)) }
    }

    pub(crate) fn writer(&self) -> SimulatedWriter {
        self.writer_over(self.cluster.join())
    }

    pub(crate) fn writer_over(&self, log: SimulatedLog) -> SimulatedWriter {
        self.writer_of(log, Limits::default(), Arc::default())
    }

    /// A writer of any release, that is, of any fold version.
    pub(crate) fn writer_of<D: Decider<Reference = TermsBook>>(
        &self,
        log: SimulatedLog,
        limits: Limits,
        status: Arc<WriterStatus>,
    ) -> Writer<D, SimulatedLog, SimulatedStore> {
        let book = Arc::new(TermsBook::default());
        let limits = Limits { gap: Duration::ZERO, flush_every: Duration::ZERO, ..limits };
        let (store, clock) = (self.cluster.store(), self.clock.clone());
        Writer::new(log, store, clock, move || (Arc::clone(&book), 0), PARTITIONS, limits, status)
    }

    pub(crate) fn ask(&self, key: &str, id: &str, ask: &Ask) {
        self.ask_at(key, id, noon(0), ask);
    }

    pub(crate) fn ask_at(&self, key: &str, id: &str, at: Instant, ask: &Ask) {
        let record = command(key, id, at, ask);
        self.cluster.write(None, key, record.headers(), record.body);
    }

    pub(crate) fn policy(&self, key: &str, version: u64, type_name: &str) {
        let (headers, body) = policy_event(key, version, type_name);
        self.cluster.write(Some(0), key, headers, body);
    }

    pub(crate) fn insure(&self, key: &str) {
        self.policy(key, 1, "recourse.policy.sold.v1");
    }

    /// The types of all events of a key, without the common prefix.
    pub(crate) fn story(&self, key: &str) -> Vec<String> {
        self.records(key)
            .into_iter()
            .map(|record| record.type_name.trim_start_matches("recourse.claim.").to_owned())
            .collect()
    }

    pub(crate) fn records(&self, key: &str) -> Vec<Record> {
        let events = self.cluster.events();
        let read = events.into_iter().map(|event| {
            Record::read(&event.key.unwrap(), &event.headers, &event.value.unwrap()).unwrap()
        });
        read.filter(|record| record.key == key).collect()
    }

    /// The replayed state; replaying checks versions and hash chain.
    pub(crate) fn replayed(&self, key: &str) -> Folded<Bank> {
        let mut fold = Folded::<Bank>::default();
        for record in self.records(key) {
            fold.replay::<PiggyBank>(&record).unwrap();
        }
        fold
    }

    pub(crate) fn replies(&self, id: &str) -> Vec<Reply> {
        let replies = self.cluster.replies().into_iter().map(|(_, reply)| reply);
        replies.filter(|reply| reply.command_id == id).collect()
    }

    /// A person discards the head of a queue.
    pub(crate) fn discard(&self, key: &str, dead_letter: &str, why: &str) {
        let mut order = command(key, &format!("discard {dead_letter}"), noon(0), &put(1));
        order.reply_to = None;
        order.body = serde_json::json!({ "reason": why }).to_string().into_bytes();
        let mut headers = order.headers();
        headers.push(marker(DISCARD_HEADER, dead_letter));
        self.cluster.write(None, key, headers, order.body);
    }
}

pub(crate) fn run<D: Decider<Reference = TermsBook>>(
    writer: &mut Writer<D, SimulatedLog, SimulatedStore>,
) {
    for _ in 0..20 {
        writer.step().unwrap();
    }
}

/// Anna is insured and has put in five; this is stored, and the writer has stopped.
pub(crate) fn five_are_stored() -> TestMarketplace {
    let market = TestMarketplace::new();
    market.insure(ANNA);
    let mut writer = market.writer();
    market.ask(ANNA, "c1", &put(5));
    run(&mut writer);
    writer.finish();
    market
}

/// Another purchase in the same partition.
pub(crate) fn neighbour(of: &str) -> String {
    let home = partition_of(of.as_bytes(), PARTITIONS);
    let mut names = (0..99).map(|n| format!("neighbour{n}"));
    names.find(|name| partition_of(name.as_bytes(), PARTITIONS) == home).unwrap()
}

pub(crate) fn marker(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}
