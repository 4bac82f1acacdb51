//! Prometheus metrics of a process. The registry is passed in, so that ten instances in one test
//! process count separately.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// All metrics of one process. Cheap to clone; clones share their state.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Mutex<Registry>>,
    families: Arc<Families>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfService {
    service: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    service: String,
    kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPartition {
    service: String,
    context: String,
    partition: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
    service: String,
    method: String,
    route: String,
    status: u16,
}

/// Buckets from 0.5 ms to about 16 s.
#[derive(Clone, Copy)]
struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(exponential_buckets(0.0005, 2.0, 16))
    }
}

type Histograms<L> = Family<L, Histogram, Seconds>;

struct Families {
    http_calls: Family<OfCall, Counter>,
    http_seconds: Histograms<OfService>,
    http_refused: Family<OfKind, Counter>,
    commands: Family<OfKind, Counter>,
    command_seconds: Histograms<OfService>,
    writer_inputs: Family<OfKind, Counter>,
    writer_events: Family<OfService, Counter>,
    writer_transactions: Family<OfKind, Counter>,
    writer_seconds: Histograms<OfService>,
    writer_dead_letters: Family<OfService, Counter>,
    projector_events: Family<OfService, Counter>,
    projector_seconds: Histograms<OfService>,
    projector_position: Family<OfPartition, Gauge>,
    projector_lag: Family<OfPartition, Gauge>,
}

impl Metrics {
    /// Registers all metrics in `registry`, with the prefix `recourse`.
    pub fn new(mut registry: Registry) -> Self {
        let families = Families::registered(registry.sub_registry_with_prefix("recourse"));
        Self { registry: Arc::new(Mutex::new(registry)), families: Arc::new(families) }
    }

    /// Metrics with the label `service="…"`. All that are made with one name count together.
    pub fn of(&self, service: &str) -> ServiceMetrics {
        let families = &self.families;
        let of = OfService { service: service.to_owned() };
        ServiceMetrics {
            writer_events: families.writer_events.get_or_create_owned(&of),
            writer_seconds: families.writer_seconds.get_or_create_owned(&of),
            writer_dead_letters: families.writer_dead_letters.get_or_create_owned(&of),
            projector_events: families.projector_events.get_or_create_owned(&of),
            projector_seconds: families.projector_seconds.get_or_create_owned(&of),
            http_seconds: families.http_seconds.get_or_create_owned(&of),
            command_seconds: families.command_seconds.get_or_create_owned(&of),
            families: self.families.clone(),
            service: of.service,
        }
    }

    /// All metrics as text, in the `OpenMetrics` format.
    pub fn text(&self) -> String {
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }
}

impl Families {
    fn registered(registry: &mut Registry) -> Self {
        let http_calls = Family::default();
        registry.register("http_calls", "HTTP calls answered", http_calls.clone());
        let http_seconds = Histograms::new_with_constructor(Seconds);
        registry.register("http_seconds", "Time to answer an HTTP call", http_seconds.clone());
        let http_refused = Family::default();
        registry.register("http_refused", "Calls refused because of a limit", http_refused.clone());
        let commands = Family::default();
        registry.register("commands", "Commands sent, by outcome", commands.clone());
        let command_seconds = Histograms::new_with_constructor(Seconds);
        let help = "Time from sending a command to its reply";
        registry.register("command_seconds", help, command_seconds.clone());
        let writer_inputs = Family::default();
        registry.register("writer_inputs", "Inputs processed by the writer", writer_inputs.clone());
        let writer_events = Family::default();
        registry.register("writer_events", "Events written", writer_events.clone());
        let writer_transactions = Family::default();
        let help = "Kafka transactions, by result";
        registry.register("writer_transactions", help, writer_transactions.clone());
        let writer_seconds = Histograms::new_with_constructor(Seconds);
        registry.register("writer_seconds", "Duration of a transaction", writer_seconds.clone());
        let writer_dead_letters = Family::default();
        registry.register(
            "writer_dead_letters",
            "Inputs that were dead-lettered",
            writer_dead_letters.clone(),
        );
        let projector_events = Family::default();
        registry.register("projector_events", "Events projected", projector_events.clone());
        let projector_seconds = Histograms::new_with_constructor(Seconds);
        registry.register(
            "projector_seconds",
            "Time to project a batch",
            projector_seconds.clone(),
        );
        let projector_position = Family::default();
        let help = "The next offset to project";
        registry.register("projector_position", help, projector_position.clone());
        let projector_lag = Family::default();
        registry.register("projector_lag", "Offsets not yet projected", projector_lag.clone());
        Self {
            http_calls,
            http_seconds,
            http_refused,
            commands,
            command_seconds,
            writer_inputs,
            writer_events,
            writer_transactions,
            writer_seconds,
            writer_dead_letters,
            projector_events,
            projector_seconds,
            projector_position,
            projector_lag,
        }
    }
}

/// Counts and times what one service does: its writer, its projector, its HTTP calls. Made by
/// [`Metrics::of`].
#[derive(Clone)]
pub struct ServiceMetrics {
    families: Arc<Families>,
    service: String,
    writer_events: Counter,
    writer_seconds: Histogram,
    writer_dead_letters: Counter,
    projector_events: Counter,
    projector_seconds: Histogram,
    http_seconds: Histogram,
    command_seconds: Histogram,
}

impl ServiceMetrics {
    fn kind(&self, kind: &str) -> OfKind {
        OfKind { service: self.service.clone(), kind: kind.to_owned() }
    }

    /// Counts inputs processed by the writer, by kind: `command`, `fact`, `wake`, `redrive`.
    pub fn writer_took(&self, kind: &str, count: u64) {
        self.families.writer_inputs.get_or_create(&self.kind(kind)).inc_by(count);
    }

    /// Counts a transaction by its result: `committed`, `aborted`, `fenced`, `unknown`.
    pub fn transaction(&self, ended: &str, events: u64, took: Duration) {
        self.families.writer_transactions.get_or_create(&self.kind(ended)).inc();
        self.writer_seconds.observe(took.as_secs_f64());
        if ended == "committed" {
            self.writer_events.inc_by(events);
        }
    }

    /// Adds one to `recourse_writer_dead_letters_total`.
    pub fn dead_letter(&self) {
        self.writer_dead_letters.inc();
    }

    /// Counts the events of one batch, and the time that projecting the whole batch `took`.
    pub fn projected(&self, events: u64, took: Duration) {
        self.projector_events.inc_by(events);
        self.projector_seconds.observe(took.as_secs_f64());
    }

    /// Reports the projector's next offset in a partition, and its lag.
    pub fn position(&self, context: &str, partition: i32, position: i64, lag: i64) {
        let service = self.service.clone();
        let of = OfPartition { service, context: context.to_owned(), partition };
        self.families.projector_position.get_or_create(&of).set(position);
        self.families.projector_lag.get_or_create(&of).set(lag);
    }

    /// Counts an answered HTTP call. `route` is the route's pattern, never the path.
    pub fn call(&self, method: &str, route: &str, status: u16, took: Duration) {
        let of = OfCall {
            service: self.service.clone(),
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.families.http_calls.get_or_create(&of).inc();
        self.http_seconds.observe(took.as_secs_f64());
    }

    /// Counts a call refused by a limit: `concurrency`, `timeout`.
    pub fn refused(&self, limit: &str) {
        self.families.http_refused.get_or_create(&self.kind(limit)).inc();
    }

    /// Counts an answered command, by reply kind, `late` or `undelivered`.
    pub fn command(&self, became: &str, took: Duration) {
        self.families.commands.get_or_create(&self.kind(became)).inc();
        self.command_seconds.observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_services_count_separately_under_one_metric() {
        let metrics = Metrics::new(Registry::default());
        metrics.of("claims").transaction("committed", 3, Duration::from_millis(5));
        metrics.of("refunds").transaction("committed", 4, Duration::from_millis(5));
        let text = metrics.text();
        assert!(text.contains("recourse_writer_events_total{service=\"claims\"} 3"), "{text}");
        assert!(text.contains("recourse_writer_events_total{service=\"refunds\"} 4"), "{text}");
        assert_eq!(text.matches("# TYPE recourse_writer_events").count(), 1);
    }
}
