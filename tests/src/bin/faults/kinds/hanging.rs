//! Kinds 9, 10 and 12: transactions that hang, that leave only a marker, and that always fail.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_audit::verification::log::{contexts, count};
use recourse_audit::verification::readmodels::connection;
use recourse_runtime::topics::{TERMS_CONTEXT, Topics};
use tokio_util::sync::CancellationToken;

use super::Plan;
use crate::load::{order, placed};
use crate::scene::Scene;

const CALL: Duration = Duration::from_secs(20);
/// How long the foreign transaction may stay open.
const HANGS_FOR: Duration = Duration::from_secs(15);
/// The largest event, in bytes, that the broker accepts in this kind; the poison record exceeds it,
/// and is more than half as long as the largest command.
const LONGEST_EVENT: &str = "300000";
const POISON: usize = 800_000;

/// A transactional producer that does not belong to Recourse.
fn foreign(scene: &Scene<'_>) -> anyhow::Result<BaseProducer> {
    let timeout = HANGS_FOR.as_millis().to_string();
    let mut config = connection(&scene.settings).client();
    config
        .set("transactional.id", format!("{}foreign", scene.settings.topic_prefix))
        .set("transaction.timeout.ms", &timeout)
        .set("message.timeout.ms", &timeout);
    let producer: BaseProducer = config.create()?;
    producer.init_transactions(CALL)?;
    Ok(producer)
}

/// Kind 9. Records after the open transaction cannot be read until the broker has ended it.
pub(super) async fn open_transaction(scene: &mut Scene<'_>, _: &Plan<'_>) -> anyhow::Result<()> {
    let topics = Topics::new(&scene.settings.topic_prefix);
    let producer = foreign(scene)?;
    producer.begin_transaction()?;
    for topic in [topics.events("orders"), topics.commands("claims")] {
        let record = BaseRecord::to(&topic).partition(0).key("unknown").payload("foreign");
        producer.send(record).map_err(|(error, _)| error)?;
    }
    let began = Instant::now();
    while producer.in_flight_count() > 0 && began.elapsed() < CALL {
        producer.poll(Duration::from_millis(10));
    }
    scene.figures.injected += 1;
    let (began, mut most) = (Instant::now(), 0);
    while began.elapsed() < HANGS_FOR + Duration::from_secs(2) {
        most = most.max(lag(scene).await?);
        scene.wait(Duration::from_millis(500)).await;
    }
    scene.figures.must(most > 0, "the metrics do not show the lag of an open transaction");
    scene.figures.note(format!("/metrics showed a lag of {most} offsets while it was open"));
    scene.back_at_work().await?;
    let began = Instant::now();
    while lag(scene).await? > most.max(50) {
        ensure!(began.elapsed() < CALL, "the lag does not go down");
        scene.wait(Duration::from_millis(500)).await;
    }
    drop(producer);
    Ok(())
}

/// How many offsets of the first partition of orders are not projected yet, according to the
/// metrics.
async fn lag(scene: &Scene<'_>) -> anyhow::Result<i64> {
    let mut most = 0;
    for member in scene.fleet.members.values() {
        let url = format!("http://{}/metrics", member.address);
        let text = scene.client.http.get(url).send().await?.text().await?;
        let lines = text.lines().filter(|line| line.starts_with("recourse_projector_lag{"));
        let of_partition = lines
            .filter(|line| line.contains("context=\"orders\"") && line.contains("partition=\"0\""));
        let lags = of_partition.filter_map(|line| line.rsplit(' ').next()?.parse::<i64>().ok());
        most = most.max(lags.max().unwrap_or(0));
    }
    Ok(most)
}

/// Kind 10. A transaction that is aborted on every partition: the last offset of each is a marker,
/// which consumers never see; then every process restarts.
pub(super) async fn markers_at_the_end(scene: &mut Scene<'_>, _: &Plan<'_>) -> anyhow::Result<()> {
    scene.end_load().await?;
    scene.back_at_work().await?;
    let names: Vec<String> = scene.fleet.members.keys().cloned().collect();
    for name in &names {
        scene.fleet.end(name, nix::sys::signal::Signal::SIGTERM)?;
    }
    let topics = Topics::new(&scene.settings.topic_prefix);
    let producer = foreign(scene)?;
    producer.begin_transaction()?;
    for context in contexts() {
        let partitions = if context == TERMS_CONTEXT { 1 } else { scene.settings.partitions };
        for topic in [topics.events(context), topics.commands(context)] {
            for partition in 0..partitions {
                let record =
                    BaseRecord::to(&topic).partition(partition).key("unknown").payload("foreign");
                producer.send(record).map_err(|(error, _)| error)?;
            }
        }
    }
    let began = Instant::now();
    while producer.in_flight_count() > 0 {
        producer.poll(Duration::from_millis(10));
        ensure!(began.elapsed() < CALL, "the foreign records were not delivered");
    }
    producer.abort_transaction(CALL)?;
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    scene.begin_load().await
}

/// Kind 12. A command whose event is too large for the broker: every transaction with it is
/// aborted.
pub(super) async fn poison(scene: &mut Scene<'_>, plan: &Plan<'_>) -> anyhow::Result<()> {
    let topics = Topics::new(&scene.settings.topic_prefix);
    let events = topics.events("orders");
    let admin: AdminClient<DefaultClientContext> = connection(&scene.settings).client().create()?;
    let config = AlterConfig::new(ResourceSpecifier::Topic(&events))
        .set("max.message.bytes", LONGEST_EVENT)
        .set("retention.ms", "-1");
    let options = AdminOptions::new().operation_timeout(Some(CALL));
    for altered in admin.alter_configs([&config], &options).await? {
        altered.map_err(|(_, code)| anyhow::anyhow!("the topic's settings: {code}"))?;
    }
    scene.wait(Duration::from_secs(2)).await;
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    // Random, so that it cannot be compressed.
    let title: String = (0..POISON).map(|_| char::from(random.random_range(b'!'..b'~'))).collect();
    let title = title.replace(['"', '\\'], "x");
    let number = "poison";
    let key = order(number).key.to_string();
    let at = "2025-03-03T09:00:00Z".parse()?;
    let stop = CancellationToken::new();
    scene.client.direct("orders", &key, ("poison", at), &placed(number, &title)?, &stop).await?;
    scene.figures.injected += 1;
    scene.back_at_work().await?;
    let (connection, dead_letter) = (connection(&scene.settings), topics.dead_letters("orders"));
    let began = Instant::now();
    loop {
        let (connection, dead_letter) = (connection.clone(), dead_letter.clone());
        let records =
            tokio::task::spawn_blocking(move || count(&connection, &dead_letter)).await??;
        if records > 0 {
            scene
                .figures
                .must(records == 1, format!("{records} records were dead-lettered, not one"));
            break;
        }
        ensure!(began.elapsed() < CALL * 2, "nothing was dead-lettered");
        scene.wait(Duration::from_millis(500)).await;
    }
    let context = "dead-lettered after single-record transactions were aborted; all other \
        purchases continued";
    scene.figures.note(context);
    scene.wait(Duration::from_secs(3)).await;
    Ok(())
}
