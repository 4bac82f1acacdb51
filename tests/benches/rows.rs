//! Benchmarks on real Kafka and PostgreSQL, each figure next to a limit or a comparison from the
//! same run.
//!
//! `make bench` (or `make bench ARGS="-- --orders 20000"`). The limits are what Kafka itself
//! achieves with the same bytes, partitions and arrival rate, driven as in `runtime/src/writer`.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a benchmark"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use recourse_edge::issue_token;
use recourse_kernel::{
    CommandRecord, Currency, Money, OrderId, OrderKey, OrderKeys, Principal, Role, Wire,
};
use recourse_order_intake::Orders;
use recourse_order_intake::domain::OrderCommand;
use recourse_order_intake::domain::commands::{Deliver, Place, Units};
use recourse_order_intake::domain::events::OrderLine;
use recourse_process::{Process, ServiceName};
use recourse_runtime::clock::Clock;
use recourse_runtime::settings::Settings;
use recourse_runtime::store::PgStore;
use recourse_runtime::writer::kafka_log::{KafkaLog, LogNames};
use recourse_runtime::writer::log::{Log, Outgoing, Source, Target};
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Writer};
use recourse_terms::{Category, DeviceKind, OperatingSystem, TermsBook};
use recourse_wiring::Node;
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(120);
/// Arrivals a second at low load.
const RATE: u32 = 40;
const LOW_LOAD: Duration = Duration::from_secs(10);
/// Number of calls over HTTP.
const ASKED: u32 = LOW_LOAD.as_secs() as u32 * RATE;

fn main() -> anyhow::Result<()> {
    let orders = argument("--orders").unwrap_or(50_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(bench(orders))
}

fn argument(name: &str) -> Option<usize> {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1)?.parse().ok()
}

async fn bench(orders: usize) -> anyhow::Result<()> {
    let settings = settings()?;
    let shutdown = CancellationToken::new();
    let node = Node::open(settings, shutdown.clone()).await?;
    println!("\n{orders} orders, {} partitions, {} cores", node.settings.partitions, cores());

    let sent = send_commands(&node, orders, placed)?;
    let decided = decide(&node, orders).await?;
    let sample = sample_event(&node)?;
    let limit = bare_throughput(&node, orders, &sample)?;
    println!("\n{:<58} {:>12} {:>9}", "throughput", "records/s", "of limit");
    row("Kafka alone: transactions of 2,000 of the same bytes", limit, limit);
    row("commands sent (idempotent, not transactional)", sent, limit);
    row("command topic to events: decided, committed, stored", decided, limit);

    let began = Instant::now();
    let process =
        Process::start(node.clone(), &[ServiceName::OrderIntake], |_| axum_none()).await?;
    let projected = project(&process, orders, began).await;
    row("projection into PostgreSQL, from offset 0", projected, limit);

    let mut bare = bare_latency(&node, &sample)?;
    send_commands(&node, ASKED as usize, delivered)?;
    let mut http = http_latency(&process, &node).await?;
    println!(
        "\n{:<58} {:>9} {:>9} {:>9}",
        "latency at 40 arrivals/s", "p50 ms", "p99 ms", "p50 ratio"
    );
    let limit = latency("Kafka alone: one record and its offset, one transaction", &mut bare, None);
    latency("HTTP: command sent, decided, committed, answered", &mut http, Some(limit));
    process.end().await?;
    Ok(())
}

fn axum_none() -> axum::Router {
    axum::Router::new()
}

fn settings() -> anyhow::Result<Settings> {
    let mut settings = Settings::load(recourse::DEFAULT_CONFIG, None)?;
    let run = format!("bench{}", std::process::id());
    settings.topic_prefix = format!("{run}.");
    settings.schema_prefix = format!("{run}_");
    settings.instance = run;
    settings.partitions = 12;
    settings.http.bind = "127.0.0.1:0".parse()?;
    Ok(settings)
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}

fn row(what: &str, rate: f64, limit: f64) {
    println!("{what:<58} {rate:>12.0} {:>8.1}%", 100.0 * rate / limit);
}

fn latency(what: &str, times: &mut [Duration], base: Option<f64>) -> f64 {
    times.sort_unstable();
    let at =
        |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    let ratio = base.map_or_else(|| "1.0".to_owned(), |base| format!("{:.1}", at(50) / base));
    println!("{what:<58} {:>9.1} {:>9.1} {ratio:>9}", at(50), at(99));
    at(50)
}

fn key(number: usize) -> OrderKey {
    OrderKeys::development().key_of("bench", &number.to_string())
}

fn placed(number: usize) -> OrderCommand {
    let key = key(number);
    let rub: Currency = "RUB".parse().expect("a currency");
    let at: DateTime<Utc> = "2025-03-01T10:00:00Z".parse().expect("a time");
    OrderCommand::Place(Box::new(Place {
        order: OrderId::new(key),
        marketplace: "bench".to_owned(),
        number: number.to_string(),
        placed_at: at,
        buyer: format!("b-{number}"),
        contact: None,
        contact_mark: None,
        country: "RU".parse().expect("a country"),
        region: None,
        city: Some("Moscow".to_owned()),
        shop: None,
        language: None,
        time_zone: None,
        complete_after_days: None,
        lines: vec![OrderLine {
            line: 1,
            title: "A phone with a fairly long name, 128 GB, black".to_owned(),
            quantity: 1,
            unit_price: Money::new(1_999_900, rub),
            unit_tax: None,
            requires_shipping: true,
            device: Some(DeviceKind {
                category: Category::Smartphone,
                operating_system: OperatingSystem::Android,
                brand: "Fairphone".to_owned(),
                model: "5".to_owned(),
            }),
            warranty: None,
            seller: None,
            serials: Vec::new(),
            reference: None,
        }],
        as_of: None,
        gone: Vec::new(),
        paid: None,
        history: false,
        reported: None,
    }))
}

/// A day ago, so that its receipt can be confirmed.
fn delivered(number: usize) -> OrderCommand {
    OrderCommand::Deliver(Deliver {
        order: OrderId::new(key(number)),
        delivered_at: Clock::system().now() - Duration::from_hours(24),

        exact: false,
        zone: None,
        units: Units::default(),
        by_shipment: false,
        reference: None,
        reported: None,
    })
}

fn record_of(number: usize, command: &OrderCommand) -> CommandRecord {
    let id = format!("bench-{number}-{}", command.type_name());
    CommandRecord {
        id: id.clone(),
        source: "/recourse/bench".to_owned(),
        type_name: command.type_name().to_owned(),
        time: Clock::system().now(),
        key: key(number).to_string(),
        mac: "0".repeat(64),
        principal: Principal::new(Role::Marketplace, "bench"),
        causation_id: id,
        reply_to: None,
        traceparent: None,
        body: command.encode().expect("a body"),
    }
}

fn kafka_headers(headers: &[recourse_kernel::record::Header]) -> OwnedHeaders {
    headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), |all, (key, value)| {
        all.insert(Header { key, value: Some(value) })
    })
}

fn send_commands(
    node: &Node,
    orders: usize,
    command: impl Fn(usize) -> OrderCommand,
) -> anyhow::Result<f64> {
    let producer: BaseProducer = node.connection.producer().create()?;
    let topic = node.topics.commands("orders");
    let began = Instant::now();
    for number in 0..orders {
        let record = record_of(number, &command(number));
        let mut message = BaseRecord::to(&topic)
            .key(&record.key)
            .payload(&record.body)
            .headers(kafka_headers(&record.headers()));
        while let Err((error, unsent)) = producer.send(message) {
            anyhow::ensure!(error.to_string().contains("Queue full"), "{error}");
            producer.poll(Duration::from_millis(1));
            message = unsent;
        }
    }
    producer.flush(PATIENCE)?;
    Ok(orders as f64 / began.elapsed().as_secs_f64())
}

/// From the command topic to committed events, with the writer alone.
async fn decide(node: &Node, orders: usize) -> anyhow::Result<f64> {
    let database = node.database("order-intake", &recourse_order_intake::MIGRATIONS).await?;
    let (node, handle) = (node.clone(), tokio::runtime::Handle::current());
    let deciding = std::thread::spawn(move || -> anyhow::Result<f64> {
        let names = LogNames { context: "orders", foreign: &[], instance: "bench" };
        let log = KafkaLog::open(&node.connection, &node.topics, &names)?;
        let store = PgStore::new(&handle, &database, "orders");
        let book = Arc::new(TermsBook::default());
        let status = Arc::new(WriterStatus::default());
        let mut writer = Writer::<Orders, _, _>::new(
            log,
            store,
            Clock::system(),
            move || (Arc::clone(&book), i64::MAX),
            node.settings.partitions,
            Limits::default(),
            Arc::clone(&status),
        );
        while status.report().partitions.is_empty() {
            writer.step()?;
        }
        let began = Instant::now();
        let mut decided = usize::try_from(status.report().events)?;
        while decided < orders {
            decided += writer.step()?.events;
            anyhow::ensure!(began.elapsed() < PATIENCE, "only {decided} events were decided");
        }
        writer.finish();
        Ok(orders as f64 / began.elapsed().as_secs_f64())
    });
    tokio::task::spawn_blocking(|| deciding.join().expect("a thread")).await?
}

struct Sample {
    headers: Vec<recourse_kernel::record::Header>,
    body: Vec<u8>,
}

/// An event as the writer wrote it, so that the limit is measured with the same bytes.
fn sample_event(node: &Node) -> anyhow::Result<Sample> {
    use recourse_runtime::kafka::poll::{Polled, poll};
    let reader: BaseConsumer = node.connection.reader().create()?;
    let mut list = rdkafka::TopicPartitionList::new();
    list.add_partition_offset(&node.topics.events("orders"), 1, rdkafka::Offset::Beginning)?;
    reader.assign(&list)?;
    let began = Instant::now();
    loop {
        if let Polled::Record(record) = poll(&reader, Duration::from_millis(100))? {
            return Ok(Sample { headers: record.headers, body: record.value.unwrap_or_default() });
        }
        anyhow::ensure!(began.elapsed() < PATIENCE, "no event was written");
    }
}

/// The log of a service that is not running, for transactions that no one reads.
fn bare_log(node: &Node) -> anyhow::Result<(KafkaLog, <KafkaLog as Log>::Membership)> {
    let names = LogNames { context: "settlements", foreign: &[], instance: "bare" };
    let mut log = KafkaLog::open(&node.connection, &node.topics, &names)?;
    let began = Instant::now();
    loop {
        let taken = log.take(Duration::from_millis(50), 1)?;
        if let (false, Some(membership)) = (taken.assigned.is_empty(), taken.membership) {
            return Ok((log, membership));
        }
        anyhow::ensure!(began.elapsed() < PATIENCE, "the group assigned no partitions");
    }
}

fn outgoing(node: &Node, sample: &Sample, number: usize) -> Outgoing {
    let partition = i32::try_from(number).unwrap_or(0) % node.settings.partitions;
    Outgoing {
        target: Target::Events,
        partition,
        key: key(number).as_str().as_bytes().to_vec(),
        headers: sample.headers.clone(),
        value: sample.body.clone(),
    }
}

fn bare_throughput(node: &Node, records: usize, sample: &Sample) -> anyhow::Result<f64> {
    let (mut log, membership) = bare_log(node)?;
    let batch: Vec<Outgoing> = (0..2_000).map(|number| outgoing(node, sample, number)).collect();
    let began = Instant::now();
    let mut written = 0;
    while written < records {
        written += log.transact(&batch, &vec![(Source::Commands, 0, 0)], &membership)?.len();
    }
    Ok(written as f64 / began.elapsed().as_secs_f64())
}

fn bare_latency(node: &Node, sample: &Sample) -> anyhow::Result<Vec<Duration>> {
    let (mut log, membership) = bare_log(node)?;
    let mut times = Vec::new();
    let began = Instant::now();
    for number in 0.. {
        let due = began + Duration::from_secs(1) * number / RATE;
        if due > began + LOW_LOAD {
            break;
        }
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let record = outgoing(node, sample, number as usize);
        let partition = record.partition;
        let before = Instant::now();
        log.transact(&[record], &vec![(Source::Commands, partition, 0)], &membership)?;
        times.push(before.elapsed());
    }
    Ok(times)
}

async fn project(process: &Process, orders: usize, began: Instant) -> f64 {
    let progress = &process.services()[0].progress;
    let partitions = process.node.settings.partitions;
    // These offsets include the genesis record and the commit markers, so at least this many are
    // reached.
    let reached = || -> i64 { (0..partitions).map(|p| progress.reached("orders", p).max(0)).sum() };
    while reached() < i64::try_from(orders).unwrap_or(i64::MAX) && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    orders as f64 / began.elapsed().as_secs_f64()
}

async fn http_latency(process: &Process, node: &Node) -> anyhow::Result<Vec<Duration>> {
    let wait = Instant::now();
    while !node.health.is_ready() {
        anyhow::ensure!(wait.elapsed() < PATIENCE, "not ready: {:?}", node.health.checks());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let client = reqwest::Client::new();
    let mut request = Vec::new();
    let began = Instant::now();
    for number in 0..ASKED {
        let due = began + Duration::from_secs(1) * number / RATE;
        tokio::time::sleep_until(due.into()).await;
        let order = OrderId::new(key(number as usize));
        let token = issue_token(
            &node.settings,
            &Principal::new(Role::Buyer, format!("b-{number}")),
            Duration::from_secs(600),
        )?;
        let url = format!("http://{}/v1/orders/{order}/receipt", process.address);
        let call = client
            .post(url)
            .bearer_auth(token)
            .header("idempotency-key", format!("bench-{number}"))
            .json(&serde_json::json!({}));
        request.push(tokio::spawn(async move {
            let before = Instant::now();
            let answer = call.send().await?;
            let took = before.elapsed();
            let (status, text) = (answer.status(), answer.text().await?);
            anyhow::ensure!(status.is_success(), "{status}: {text}");
            Ok(took)
        }));
    }
    let mut times = Vec::new();
    for call in request {
        times.push(call.await??);
    }
    Ok(times)
}
