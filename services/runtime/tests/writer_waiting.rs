//! A fact of one context that refers to something another context has not published yet waits, and
//! so do later facts of its source; other sources continue. Over the in-memory log and store.

#![allow(clippy::unwrap_used, reason = "tests")]

mod toy;

use std::sync::Arc;
use std::time::Duration;

use recourse_kernel::{
    Context, Decider, Event, Folded, Instant, Reason, Record, Rejection, WireError,
};
use recourse_runtime::clock::Clock;
use recourse_runtime::topics::partition_of;
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer};
use recourse_simulated::{Cluster, SimulatedLog, SimulatedStore};
use recourse_terms::TermsBook;
use serde::{Deserialize, Serialize};
use toy::{Nothing, event_of, noon};

/// A job can be opened for a known claim; its payment is recorded in any case.
struct Workshop;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Bench {
    claim: bool,
    jobs: u32,
    payments: u32,
}

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    enum Ask {
        "recourse.settlement.note_claim.v1" => Claim(Nothing),
        "recourse.settlement.note_job.v1" => Job(Nothing),
        "recourse.settlement.note_payment.v1" => Payment(Nothing),
    }
}

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    enum Happened {
        "recourse.settlement.claim_noted.v1" => Claim(Nothing),
        "recourse.settlement.job_noted.v1" => Job(Nothing),
        "recourse.settlement.payment_noted.v1" => Payment(Nothing),
    }
}

impl Event for Happened {
    fn subject(&self) -> String {
        "workshop".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown claim")]
struct NoClaim;

impl Rejection for NoClaim {
    fn reason(&self) -> Reason {
        Reason::new("workshop.claim_not_known", &[]).not_known_yet()
    }
}

impl Decider for Workshop {
    const CONTEXT: &'static str = "settlements";
    const TYPE_PREFIX: &'static str = "recourse.settlement";
    const FOLD_VERSION: u32 = 1;
    const FOREIGN: &'static [&'static str] = &["jobs", "claims"];
    type State = Bench;
    type Command = Ask;
    type Event = Happened;
    type Rejection = NoClaim;
    type Reference = TermsBook;

    fn decide(
        bench: &Bench,
        ask: &Ask,
        _: &Context<'_, TermsBook>,
    ) -> Result<Vec<Happened>, NoClaim> {
        match ask {
            Ask::Claim(_) => Ok(vec![Happened::Claim(Nothing {})]),
            Ask::Payment(_) => Ok(vec![Happened::Payment(Nothing {})]),
            Ask::Job(_) if bench.claim => Ok(vec![Happened::Job(Nothing {})]),
            Ask::Job(_) => Err(NoClaim),
        }
    }

    fn evolve(bench: &mut Bench, event: &Happened, _: Instant) {
        match event {
            Happened::Claim(_) => bench.claim = true,
            Happened::Job(_) => bench.jobs += 1,
            Happened::Payment(_) => bench.payments += 1,
        }
    }

    fn translate(record: &Record) -> Result<Option<Ask>, WireError> {
        Ok(match record.type_name.as_str() {
            "recourse.job.opened.v1" => Some(Ask::Job(Nothing {})),
            "recourse.job.paid.v1" => Some(Ask::Payment(Nothing {})),
            "recourse.claim.filed.v1" => Some(Ask::Claim(Nothing {})),
            _ => None,
        })
    }

    fn wake_at(_: &Bench) -> Option<Instant> {
        None
    }

    fn wake(_: &Bench, _: &Context<'_, TermsBook>) -> Vec<Happened> {
        Vec::new()
    }
}

const JOBS: usize = 0;
const CLAIMS: usize = 1;
const ANNA: &str = "anna";

struct TestMarketplace {
    cluster: Cluster,
    writer: Writer<Workshop, SimulatedLog, SimulatedStore>,
}

impl TestMarketplace {
    fn new() -> Self {
        let cluster = Cluster::new(2, 2);
        let book = Arc::new(TermsBook::default());
        let limits =
            Limits { gap: Duration::ZERO, flush_every: Duration::ZERO, ..Limits::default() };
        let writer = Writer::new(
            cluster.join(),
            cluster.store(),
            Clock::moved(noon(0)),
            move || (Arc::clone(&book), 0),
            2,
            limits,
            Arc::new(WriterStatus::default()),
        );
        let mut market = Self { cluster, writer };
        market.runs();
        market
    }

    fn runs(&mut self) {
        for _ in 0..10 {
            self.writer.step().unwrap();
        }
    }

    /// A foreign service publishes a fact, the n-th of that purchase.
    fn reports(&self, source: usize, key: &str, version: u64, type_name: &str) {
        let context = Workshop::FOREIGN[source];
        let (headers, body) = event_of(context, key, version, type_name);
        self.cluster.write(Some(source), key, headers, body);
    }

    fn story(&self, key: &str) -> Vec<String> {
        let mut fold = Folded::<Bench>::default();
        let mut reported = Vec::new();
        for event in self.cluster.events() {
            let record =
                Record::read(&event.key.unwrap(), &event.headers, &event.value.unwrap()).unwrap();
            if record.key == key {
                fold.replay::<Workshop>(&record).unwrap();
                reported
                    .push(record.type_name.trim_start_matches("recourse.settlement.").to_owned());
            }
        }
        reported
    }
}

/// Another purchase in the same partition, and one in the other.
fn neighbours() -> (String, String) {
    let home = partition_of(ANNA.as_bytes(), 2);
    let named = |same: bool| {
        (0..99)
            .map(|n| format!("key{n}"))
            .find(|key| (partition_of(key.as_bytes(), 2) == home) == same)
            .unwrap()
    };
    (named(true), named(false))
}

#[test]
fn a_fact_that_refers_to_another_unread_fact_waits_for_it() {
    let mut market = TestMarketplace::new();
    // Both are available at once, and the job is read first.
    market.reports(JOBS, ANNA, 1, "recourse.job.opened.v1");
    market.reports(CLAIMS, ANNA, 1, "recourse.claim.filed.v1");
    market.runs();
    assert_eq!(market.story(ANNA), ["claim_noted.v1", "job_noted.v1"]);
}

#[test]
fn later_facts_wait_in_order_and_the_other_partition_continues() {
    let mut market = TestMarketplace::new();
    let (later, elsewhere) = neighbours();
    // The claims of this partition cannot be read to their end in one step.
    for number in 0..30 {
        market.reports(CLAIMS, &format!("other{number}"), 1, "recourse.claim.filed.v1");
    }
    market.reports(JOBS, ANNA, 1, "recourse.job.opened.v1");
    market.reports(JOBS, ANNA, 2, "recourse.job.paid.v1");
    market.reports(JOBS, &later, 1, "recourse.job.paid.v1");
    market.reports(JOBS, &elsewhere, 1, "recourse.job.paid.v1");
    market.reports(CLAIMS, ANNA, 1, "recourse.claim.filed.v1");
    market.runs();
    // Later facts of its source were decided after it, although they did not depend on it.
    assert_eq!(market.story(ANNA), ["claim_noted.v1", "job_noted.v1", "payment_noted.v1"]);
    assert_eq!(market.story(&later), ["payment_noted.v1"]);
    assert_eq!(market.story(&elsewhere), ["payment_noted.v1"]);
    let events = market.cluster.events();
    let at = |key: &str, last: &str| {
        let is = |event: &&recourse_runtime::writer::log::Incoming| {
            event.key.as_deref() == Some(key.as_bytes())
                && recourse_kernel::record::header(&event.headers, "ce_type")
                    .is_some_and(|name| name.ends_with(last))
        };
        events.iter().find(is).unwrap().offset
    };
    assert!(at(&later, "payment_noted.v1") > at(ANNA, "job_noted.v1"));
}

#[test]
fn a_fact_whose_reference_never_comes_is_refused_on_the_log() {
    let mut market = TestMarketplace::new();
    market.reports(JOBS, ANNA, 1, "recourse.job.opened.v1");
    market.reports(JOBS, ANNA, 2, "recourse.job.paid.v1");
    market.runs();
    // Everything available has been read, so the wait ends; that is on the log.
    assert_eq!(market.story(ANNA), ["command_refused.v1", "payment_noted.v1"]);
    let refused = market.cluster.events().remove(0);
    let body: serde_json::Value = serde_json::from_slice(&refused.value.unwrap()).unwrap();
    assert_eq!(body["code"], "workshop.claim_not_known");
    let input = recourse_kernel::record::header(&refused.headers, "ce_input").unwrap().to_owned();
    assert!(input.starts_with("recourse.jobs.events.v1/"), "{input}");

    market.reports(CLAIMS, ANNA, 1, "recourse.claim.filed.v1");
    market.runs();
    assert_eq!(market.story(ANNA).last().unwrap(), "claim_noted.v1");
}
