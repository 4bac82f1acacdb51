//! Logs, quiet by default, and one trace per call, from HTTP through Kafka to the projection.
//!
//! Spans follow the OpenTelemetry messaging conventions: `send TOPIC`, `process TOPIC`, with the
//! destination and `messaging.system`. The trace context travels in `traceparent`, over HTTP and in
//! every record, even without an exporter: an incoming context is passed on, otherwise a new one is
//! generated.

use std::fmt::Write as _;
use std::future::Future;

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, Registry};

use crate::settings::{LogFormat, TelemetrySettings};

/// Why telemetry could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `telemetry.filter` is not a filter in the syntax of `tracing`.
    #[error(
        "`telemetry.filter` must be a filter such as `info` or `recourse_runtime=debug,warn`: {0}"
    )]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// No OTLP/HTTP client could be made from `telemetry.otlp_endpoint`.
    #[error("cannot send traces to `telemetry.otlp_endpoint`: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// The process already has a `tracing` subscriber: [`start`] may be called only once.
    #[error("logging is already set up in this process")]
    AlreadyStarted,
}

/// Flushes remaining traces when dropped. Keep it until the process ends.
#[must_use = "traces stop when this is dropped"]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(provider) = &self.provider
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be exported");
        }
    }
}

/// From the Kafka client, log only errors that keep it from working, such as a refused connection
/// or a failed login, unless more is configured. Its wrapper would log the end of every partition
/// as an error.
const KAFKA_CLIENT: &str = "rdkafka=off,librdkafka=error";

/// Sets up logs and traces for the whole process. Only `main` calls this, once and outside any
/// async runtime, because the exporter uses a blocking client.
pub fn start(service: &str, settings: &TelemetrySettings) -> Result<Telemetry, TelemetryError> {
    let provider = match &settings.otlp_endpoint {
        Some(endpoint) => {
            let exporter = opentelemetry_otlp::SpanExporter::builder()
                .with_http()
                .with_endpoint(endpoint)
                .build()?;
            Some(provider(service, exporter))
        }
        None => None,
    };
    // Colours only on a terminal; files and pipes get plain text.
    let is_seen = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let logs = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_seen);
    // Where standard error is closed, it would print that there, and panic.
    let logs = logs.log_internal_errors(false);
    let filter = EnvFilter::try_new(format!("{KAFKA_CLIENT},{}", settings.filter))?;
    let logs: Box<dyn Layer<Registry> + Send + Sync> = match settings.format {
        LogFormat::Text => Box::new(logs.with_filter(filter)),
        LogFormat::Json => Box::new(logs.json().flatten_event(true).with_filter(filter)),
    };
    let spans = provider.as_ref().map(spans);
    tracing_subscriber::registry()
        .with(logs)
        .with(spans)
        .try_init()
        .map_err(|_| TelemetryError::AlreadyStarted)?;
    Ok(Telemetry { provider })
}

/// A tracer provider that exports in batches, as the service `recourse-{service}`.
pub fn provider(service: &str, exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
    let resource = Resource::builder().with_service_name(format!("recourse-{service}")).build();
    SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()
}

/// The layer that turns our own spans into traces at level `info`, independently of the log filter.
pub fn spans<S>(provider: &SdkTracerProvider) -> impl Layer<S> + Send + Sync + use<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a> + Send + Sync,
{
    let only_ours = Targets::new().with_target("recourse", LevelFilter::INFO);
    tracing_opentelemetry::layer().with_tracer(provider.tracer("recourse")).with_filter(only_ours)
}

tokio::task_local! {
    /// The trace context of the current call, used when no exporter gives spans one.
    static CARRIED: String;
}

/// Runs a future within a trace context, which [`current_traceparent`] then returns.
pub async fn carry<F: Future>(traceparent: String, future: F) -> F::Output {
    CARRIED.scope(traceparent, future).await
}

/// The trace context to pass on: the current span's, otherwise the one set by [`carry`], otherwise
/// `None`.
pub fn current_traceparent() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    if span.is_valid() { Some(written(span)) } else { CARRIED.try_with(Clone::clone).ok() }
}

/// A span `METHOD ROUTE` for a call to the edge, with the caller's `traceparent` as parent. `route`
/// is the route's pattern, never the path.
pub fn serving(method: &str, route: &str, traceparent: Option<&str>) -> Span {
    let span = tracing::info_span!(
        target: "recourse",
        "call",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = tracing::field::Empty,
    );
    with_parent(span, traceparent)
}

/// A span for sending a record to a topic, as a child of the current span.
pub fn sending(topic: &str) -> Span {
    tracing::info_span!(
        target: "recourse",
        "send",
        otel.name = %format_args!("send {topic}"),
        otel.kind = "producer",
        messaging.system = "kafka",
        messaging.operation.name = "send",
        messaging.operation.type = "send",
        messaging.destination.name = topic,
    )
}

/// A span for processing a record, with the record's `traceparent` as parent. `position` is a
/// topic, or `topic/partition/offset`.
pub fn processing(position: &str, traceparent: Option<&str>) -> Span {
    let mut parts = position.split('/');
    let topic = parts.next().unwrap_or_default();
    let span = tracing::info_span!(
        target: "recourse",
        "process",
        otel.name = %format_args!("process {topic}"),
        otel.kind = "consumer",
        messaging.system = "kafka",
        messaging.operation.name = "process",
        messaging.operation.type = "process",
        messaging.destination.name = topic,
        messaging.destination.partition.id = parts.next(),
        messaging.kafka.offset = parts.next(),
    );
    with_parent(span, traceparent)
}

/// Spans for processing many records at once, each within its own trace. Keep them until processing
/// ends. Returns none if traces are not exported.
pub fn processing_together<'a>(
    records: impl Iterator<Item = (&'a str, Option<&'a str>)>,
) -> Vec<Span> {
    if !tracing::enabled!(target: "recourse", tracing::Level::INFO) {
        return Vec::new();
    }
    let sampled = |traceparent: &&str| read(traceparent).is_some_and(|span| span.is_sampled());
    records
        .filter_map(|(topic, traceparent)| Some((topic, traceparent.filter(sampled)?)))
        .map(|(topic, traceparent)| processing(topic, Some(traceparent)))
        .collect()
}

/// A span's own trace context, to be written into the records it causes; `None` if it has none.
pub fn traceparent_of(span: &Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    span.span_context().is_valid().then(|| written(span.span_context()))
}

/// A new trace context for a call that carries none. It is not sampled.
pub fn new_traceparent() -> Option<String> {
    let mut random = [0; 24];
    getrandom::fill(&mut random).ok()?;
    let (trace, span) = random.split_at(16);
    Some(format!("00-{}-{}-00", hex::encode(trace), hex::encode(span)))
}

/// Whether a text is a trace context that may be passed on.
pub fn is_traceparent(text: &str) -> bool {
    read(text).is_some()
}

fn with_parent(span: Span, traceparent: Option<&str>) -> Span {
    if let Some(parent) = traceparent.and_then(read)
        && !span.is_disabled()
    {
        let context = opentelemetry::Context::new().with_remote_span_context(parent);
        // Fails only without the tracing layer, and then there is nothing to set.
        let _ = span.set_parent(context);
    }
    span
}

/// Parses W3C's `00-TRACE-SPAN-FLAGS`; later versions may append more.
fn read(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let exact = |part: &str, length| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let well_formed = exact(version, 2) && exact(trace, 32) && exact(span, 16) && exact(flags, 2);
    if !well_formed || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

fn written(span: &SpanContext) -> String {
    let mut text = format!("00-{}-{}-", span.trace_id(), span.span_id());
    let _ = write!(text, "{:02x}", span.trace_flags().to_u8());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_context_round_trips() {
        assert_eq!(written(&read(PARENT).unwrap()), PARENT);
        assert!(is_traceparent(&new_traceparent().unwrap()));
    }

    #[test]
    fn an_invalid_trace_context_is_not_passed_on() {
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }

    #[test]
    fn without_an_exporter_no_spans_are_created() {
        let records = [("t", Some(PARENT))];
        assert!(processing_together(records.into_iter()).is_empty());
    }

    #[tokio::test]
    async fn without_an_exporter_the_carried_context_is_passed_on() {
        assert_eq!(current_traceparent(), None);
        let seen = carry(PARENT.to_owned(), async { current_traceparent() }).await;
        assert_eq!(seen.as_deref(), Some(PARENT));
    }

    #[test]
    fn a_processed_record_continues_the_trace_that_sent_it() {
        let exporter = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
        let subscriber = tracing_subscriber::registry().with(spans(&exporter));
        tracing::subscriber::with_default(subscriber, || {
            let span = processing("recourse.claims.commands.v1", Some(PARENT));
            let parent = traceparent_of(&span).unwrap();
            assert_eq!(parent[..35], PARENT[..35]);
            assert_ne!(parent, PARENT);
            let records = [("t", Some(PARENT)), ("t", None), ("t", Some("nonsense"))];
            assert_eq!(processing_together(records.into_iter()).len(), 1);
            let inside = span.in_scope(|| sending("recourse.claims.events.v1"));
            assert_eq!(traceparent_of(&inside).unwrap()[..35], PARENT[..35]);
        });
    }
}
