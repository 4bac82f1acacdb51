//! `recourse audit verify` on a real broker: the log that the services wrote passes, and every
//! forged copy is detected at the position of the forgery.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_audit::verification::log::{contexts, entry, read_whole, verify};
use recourse_audit::verification::readmodels;
use recourse_audit::verification::visibility;
use recourse_audit::verification::{Break, Check};
use recourse_installation::command_line::recourse;
use recourse_installation::written::write_to;
use recourse_kernel::{Event as _, Principal, Record, Role, Wire as _};
use recourse_process::ServiceName;
use recourse_refunds::domain::SettlementEvent;
use recourse_refunds::domain::events::SettlementReason;
use recourse_runtime::kafka::Connection;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{Topics, partition_of};
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::task::JoinSet;

/// A record with the context of its topic and its partition.
#[derive(Clone)]
struct Positioned {
    context: &'static str,
    partition: i32,
    record: Record,
}

fn connection(settings: &Settings) -> Connection {
    readmodels::connection(settings)
}

/// Two purchases whose policies' prices are refunded, and a third that continues.
async fn journey(market: &TestMarketplace) {
    for number in ["1", "2", "3"] {
        market.buys(number, "repair", "wisetech-service", "2025-02-01T09:00:00Z");
    }
    market.settled().await;
    for number in ["1", "2"] {
        let cancelled = json!({
            "specversion": "1.0", "id": format!("{number}-cancelled"), "source": "bazaar",
            "type": "marketplace.order.cancelled", "time": "2025-02-01T09:00:00Z",
            "data": {"order": number, "at": "2025-02-01T09:00:00Z", "reason": "buyer"},
        });
        market.publishes(number, &cancelled.to_string());
    }
    market.settled().await;
    let gateway = (Role::Gateway, "gateway-1");
    let payments = market.get(gateway.0, gateway.1, "/v1/payments?state=owed").await.expect(200);
    let payments = payments.body["items"].as_array().unwrap().clone();
    assert_eq!(payments.len(), 2, "{payments:?}");
    for payment in payments {
        let id = payment["payment"].as_str().unwrap();
        let paid = json!({
            "amount": payment["amount"], "reference": format!("pay-{id}"),
            "paid_at": "2025-02-01T09:00:00Z",
        });
        market
            .post(gateway.0, gateway.1, &format!("/v1/payments/{id}/paid"), id, &paid)
            .await
            .expect(200);
    }
    market.settled().await;
}

/// Everything that the services wrote, in log order.
fn log_of(settings: &Settings) -> Vec<Positioned> {
    let topics = Topics::new(&settings.topic_prefix);
    let mut all = Vec::new();
    for context in contexts() {
        read_whole(&connection(settings), &topics.events(context), None, |fetched| {
            if let Some(entry) = entry(context, &fetched).unwrap() {
                all.push(Positioned { context, partition: entry.partition, record: entry.record });
            }
        })
        .unwrap();
    }
    all
}

/// Writes a log to separate topics with a plain producer, as anyone with access to the broker
/// could.
async fn forge(settings: &Settings, log: &[Positioned]) -> Settings {
    let forged =
        Settings { topic_prefix: test_marketplace::settings().topic_prefix, ..settings.clone() };
    let topics = Topics::new(&forged.topic_prefix);
    let admin: AdminClient<DefaultClientContext> = connection(&forged).client().create().unwrap();
    let names: Vec<String> = contexts().map(|context| topics.events(context)).collect();
    let new: Vec<_> =
        names.iter().map(|name| NewTopic::new(name, 2, TopicReplication::Fixed(1))).collect();
    let options = AdminOptions::new().operation_timeout(Some(test_marketplace::PATIENCE));
    assert!(admin.create_topics(&new, &options).await.unwrap().iter().all(Result::is_ok));
    for context in contexts() {
        let of_topic: Vec<_> = log
            .iter()
            .filter(|positioned| positioned.context == context)
            .map(|positioned| (Some(positioned.partition), &positioned.record))
            .collect();
        write_to(&forged.kafka.brokers, &topics.events(context), &of_topic);
    }
    forged
}

async fn breaks(settings: &Settings) -> Vec<Break> {
    let settings = settings.clone();
    tokio::task::spawn_blocking(move || verify(&settings, false)).await.unwrap().unwrap().0
}

fn at(log: &[Positioned], type_name: &str) -> usize {
    log.iter().position(|positioned| positioned.record.type_name == type_name).expect(type_name)
}

/// A competent forger: the whole stream from here on gets new links and new hashes.
fn reseal(log: &mut [Positioned], stream: &str) {
    let mut head = recourse_kernel::Hash::default();
    for positioned in log.iter_mut().filter(|positioned| positioned.record.stream == stream) {
        positioned.record.previous_hash = head;
        positioned.record.hash = positioned.record.computed_hash();
        head = positioned.record.hash;
    }
}

/// Appends this event to the stream, with a valid hash.
fn append(log: &mut Vec<Positioned>, stream: &str, event: &SettlementEvent) {
    let last =
        log.iter().rev().find(|positioned| positioned.record.stream == stream).unwrap().clone();
    let mut record = last.record;
    record.version += 1;
    record.id = format!("{stream}/{}", record.version);
    event.type_name().clone_into(&mut record.type_name);
    record.subject = event.subject();
    record.body = event.encode().unwrap();
    record.previous_hash = record.hash;
    record.hash = record.computed_hash();
    log.push(Positioned { record, ..last });
}

const OPENED: &str = "recourse.settlement.opened.v1";
const PAID: &str = "recourse.settlement.payment_paid.v1";
const CLOSED: &str = "recourse.settlement.closed.v1";

/// A forgery and what must be found: name, check, text, change.
type Forgery = (&'static str, Check, &'static str, fn(&mut Vec<Positioned>));

const FORGERIES: [Forgery; 13] = [
    ("a record with an impossible time", Check::Reading, "ce_time", |log| {
        let paid = at(log, PAID);
        log[paid].record.time = recourse_kernel::Instant::MAX_UTC;
    }),
    ("another body under the old hash", Check::Chain, "was altered", |log| {
        let paid = at(log, PAID);
        log[paid].record.body.push(b' ');
    }),
    ("another body under its own hash", Check::Chain, "does not follow", |log| {
        let paid = at(log, PAID);
        log[paid].record.body.push(b' ');
        log[paid].record.hash = log[paid].record.computed_hash();
    }),
    ("another principal", Check::Chain, "was altered", |log| {
        let paid = at(log, PAID);
        log[paid].record.principal = Principal::new(Role::Gateway, "gateway-2");
    }),
    ("a version is left out, and the rest is resealed", Check::Versions, "has a gap", |log| {
        let gone = log.remove(at(log, PAID));
        reseal(log, &gone.record.stream);
    }),
    ("a record is repeated", Check::Chain, "does not follow", |log| {
        let paid = log[at(log, PAID)].clone();
        log.insert(at(log, PAID) + 1, paid);
    }),
    ("a version is repeated, and linked", Check::Versions, "is repeated or late", |log| {
        let paid = log[at(log, PAID)].clone();
        let stream = paid.record.stream.clone();
        log.insert(at(log, PAID) + 1, paid);
        reseal(log, &stream);
    }),
    ("a purchase in another partition", Check::Routing, "belongs in partition", |log| {
        let stream = log[at(log, CLOSED)].record.stream.clone();
        for positioned in log.iter_mut().filter(|positioned| positioned.record.stream == stream) {
            let belongs = partition_of(positioned.record.key.as_bytes(), 2);
            positioned.partition = 1 - belongs;
        }
    }),
    ("a record under another purchase's key", Check::Reading, "contradict each other", |log| {
        let closed = at(log, CLOSED);
        let own = log[closed].record.key.clone();
        let other = log.iter().find(|it| it.context == "orders" && it.record.key != own);
        let other = other.unwrap().record.key.clone();
        log[closed].partition = partition_of(other.as_bytes(), 2);
        log[closed].record.key = other;
    }),
    ("a payment is made twice", Check::Money, "was paid twice", |log| {
        let paid = log[at(log, PAID)].record.clone();
        let event = SettlementEvent::decode(PAID, &paid.body).unwrap();
        append(log, &paid.stream, &event);
    }),
    ("a claim that was never settled is paid", Check::Money, "no claim approved it", |log| {
        let opened = at(log, OPENED);
        let opened = &mut log[opened];
        let event = SettlementEvent::decode(OPENED, &opened.record.body).unwrap();
        let SettlementEvent::Opened(mut event) = event else { panic!("{event:?}") };
        event.reason = SettlementReason::ClaimSettled;
        event.claim = Some(event.policy.claim(1));
        opened.record.body = SettlementEvent::Opened(event).encode().unwrap();
        let stream = opened.record.stream.clone();
        reseal(log, &stream);
    }),
    ("an input is decided a second time", Check::Answers, "was already answered", |log| {
        let paid = log[at(log, PAID)].record.clone();
        let event = SettlementEvent::decode(PAID, &paid.body).unwrap();
        append(log, &paid.stream, &event);
        if let Some(again) = log.last_mut() {
            again.record.input = paid.input;
            again.record.recorded += chrono::TimeDelta::seconds(1);
        }
        reseal(log, &paid.stream);
    }),
    ("a settlement is closed unpaid", Check::Money, "was closed with", |log| {
        let gone = log.remove(at(log, PAID));
        let stream = gone.record.stream;
        let mut version = 0;
        for positioned in log.iter_mut().filter(|positioned| positioned.record.stream == stream) {
            version += 1;
            positioned.record.version = version;
            positioned.record.id = format!("{stream}/{version}");
        }
        reseal(log, &stream);
    }),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_forged_copy_of_a_log_is_detected() {
    let opened = TestMarketplace::open("2025-01-01T00:00:00Z").await;
    opened.move_clock("2025-02-01T09:00:00Z").await;
    let settings = Settings::clone(&opened.process.node.settings);
    journey(&opened).await;

    // The original log passes, and the command reports it.
    let audit = |settings: &Settings, arguments: &[&str]| {
        let output = recourse(settings, arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (holds, reported) = audit(&settings, &["audit", "verify"]);
    assert!(holds && reported.ends_with("all checks passed\n"), "{reported}");

    let log = log_of(&settings);
    let copy = forge(&settings, &log).await;
    assert_eq!(breaks(&copy).await, []);
    let mut found_out = JoinSet::new();
    for (name, check, why, forgery) in FORGERIES {
        let (mut forged, settings) = (log.clone(), settings.clone());
        found_out.spawn(async move {
            forgery(&mut forged);
            let forged = forge(&settings, &forged).await;
            let found = breaks(&forged).await;
            let reported =
                found.iter().any(|found| found.check == check && found.why.contains(why));
            assert!(reported, "{name}: {found:?}");
            (name, check, forged)
        });
    }
    for (name, check, forged) in found_out.join_all().await {
        if check == Check::Money {
            let (holds, reported) = audit(&forged, &["audit", "verify", "--log-only"]);
            assert!(!holds && reported.starts_with("BROKEN  money"), "{name}: {reported}");
        }
    }

    an_answer_to_an_aborted_record_is_found(&settings, log.clone()).await;
    a_changed_row_is_found(&settings).await;
    opened.end().await;
}

/// A service has reacted to a record that was never committed.
async fn an_answer_to_an_aborted_record_is_found(settings: &Settings, log: Vec<Positioned>) {
    let forged = forge(settings, &log).await;
    let topic = Topics::new(&forged.topic_prefix).events("orders");
    let at = log[at(&log, PAID)].record.clone();
    let partition = partition_of(at.key.as_bytes(), 2);
    // The aborted record comes after every offset that an event answers: the copy has no markers,
    // so its offsets are not those of the log.
    let inputs = format!("recourse.orders.events.v1/{partition}/");
    let answered = log.iter().filter_map(|event| event.record.input.strip_prefix(&inputs));
    let last = answered.filter_map(|offset| offset.parse::<i64>().ok()).max().unwrap_or(0);
    let padding: BaseProducer = connection(&forged).producer().create().unwrap();
    for _ in 0..=last {
        let record = BaseRecord::to(&topic).partition(partition).key("none").payload("nothing");
        padding.send(record).map_err(|(error, _)| error).unwrap();
    }
    padding.flush(test_marketplace::PATIENCE).unwrap();
    let mut producer = connection(&forged).client();
    producer.set("transactional.id", format!("{}forger", forged.topic_prefix));
    let producer: BaseProducer = producer.create().unwrap();
    let aborted = tokio::task::spawn_blocking(move || {
        producer.init_transactions(test_marketplace::PATIENCE).unwrap();
        producer.begin_transaction().unwrap();
        let record = BaseRecord::to(&topic).partition(partition).key("none").payload("nothing");
        producer.send(record).map_err(|(error, _)| error).unwrap();
        producer.flush(test_marketplace::PATIENCE).unwrap();
        // An open transaction holds back the last stable offset: its first record is there.
        let end = producer
            .client()
            .fetch_watermarks(&topic, partition, test_marketplace::PATIENCE)
            .unwrap()
            .1;
        producer.abort_transaction(test_marketplace::PATIENCE).unwrap();
        end
    })
    .await
    .unwrap();
    let verified = async |settings: &Settings| {
        let settings = settings.clone();
        tokio::task::spawn_blocking(move || visibility::verify(&settings)).await.unwrap().unwrap()
    };
    assert_eq!(verified(&forged).await, []);
    let mut more = log.clone();
    let event = SettlementEvent::decode(PAID, &at.body).unwrap();
    append(&mut more, &at.stream, &event);
    let mut answer = more.pop().unwrap();
    answer.record.input = format!("recourse.orders.events.v1/{partition}/{aborted}");
    let topic = Topics::new(&forged.topic_prefix).events("settlements");
    write_to(&forged.kafka.brokers, &topic, &[(Some(answer.partition), &answer.record)]);
    let found = verified(&forged).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].check == Check::Visibility && found[0].why.contains("was aborted"));
    let output = recourse(&forged, &["audit", "verify", "--log-only", "--all"]).output().unwrap();
    let reported = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && reported.contains("BROKEN  visibility"), "{reported}");
}

/// A policy's buyer is changed directly in the database.
async fn a_changed_row_is_found(settings: &Settings) {
    let service = ServiceName::Refunds;
    assert_eq!(readmodels::verify(settings, service.spec(), |_| {}).await.unwrap(), None);
    let mut database = PgConnection::connect(&settings.database_url).await.unwrap();
    let table = format!("{}refunds.settlements", settings.schema_prefix);
    let change = format!("update {table} set buyer = 'b-2' where buyer = 'b-1'");
    sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut database).await.unwrap();
    let found =
        readmodels::verify(settings, service.spec(), |_| {}).await.unwrap().expect("a break");
    assert_eq!(
        (found.check, found.location.as_str()),
        (Check::ReadModels, "refunds, table settlements")
    );
    let output = recourse(settings, &["audit", "verify"]).output().unwrap();
    let reported = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success() && reported.contains("BROKEN  read models"), "{reported}");
}
