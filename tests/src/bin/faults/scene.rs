//! One fault's installation: services under load, and the invariants once the fault is over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant as Monotonic};

use anyhow::{Context as _, bail, ensure};
use futures::future::try_join_all;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, Producer as _};
use recourse_audit::verification::log::read_events;
use recourse_audit::verification::readmodels::connection;
use recourse_clients::published::publish;
use recourse_edge::issue_token;
use recourse_installation::command_line::with_settings;
use recourse_kernel::{Principal, Role};
use recourse_runtime::clock::ClockMoved;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{PURCHASE_CONTEXTS, Topics};
use recourse_tests::ledger::{Logged, differences};
use recourse_tests::test_marketplace;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::canaries::{PARTITIONS, canaries};
use crate::client::{Call, Client};
use crate::figures::Figures;
use crate::fleet::{CREWS, Fleet, Life};
use crate::load::Load;
use crate::stack::Stack;

/// Every service must have recovered this long after a fault's end (I8).
pub(crate) const BACK_WITHIN: Duration = Duration::from_secs(10);
/// After this long, recovery has failed.
const PATIENCE: Duration = Duration::from_secs(90);
/// A process that uses more memory than this has a leak (I8), in MiB.
const MEMORY: u64 = 700;
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Load per processor above which other programs must be using the machine.
const OVERLOADED: f64 = 5.0;
const CALL: Duration = Duration::from_secs(20);
const REPORTED: Duration = Duration::from_secs(3600);

/// An installation under load.
pub(crate) struct Scene<'a> {
    pub(crate) stack: &'a Stack,
    pub(crate) settings: Settings,
    pub(crate) fleet: Fleet,
    pub(crate) client: Arc<Client>,
    pub(crate) figures: Figures,
    /// The `recourse` binary without failpoints, for the audit.
    auditor: PathBuf,
    load: Option<Load>,
    runs: usize,
    canaries: usize,
    clock: Option<JoinHandle<()>>,
    /// The log was deleted on purpose: there is nothing left to check.
    is_lost: bool,
}

impl<'a> Scene<'a> {
    /// Four processes with published terms, on separate topics and schemas; no load yet.
    pub(crate) async fn open(
        stack: &'a Stack,
        programs: &Path,
        folder: &Path,
        name: &str,
    ) -> anyhow::Result<Self> {
        let mut settings = test_marketplace::settings();
        settings.kafka.brokers.clone_from(&stack.brokers);
        settings.database_url.clone_from(&stack.database_url);
        settings.topic_prefix = format!("{name}.");
        settings.schema_prefix = format!("{}_", name.replace('-', "_"));
        settings.partitions = PARTITIONS;
        settings.http.reply_wait_ms = 2_000;
        settings.http.timeout_ms = 10_000;
        let logs = folder.join("logs").join(name);
        let _ = std::fs::remove_dir_all(&logs);
        let fleet = Fleet::new(&settings, &programs.join("recourse-with-failpoints"), &logs)?;
        let client = Arc::new(Client::new(&settings)?);
        let mut scene = Self {
            stack,
            settings,
            fleet,
            client,
            figures: Figures::default(),
            auditor: programs.join("recourse"),
            load: None,
            runs: 0,
            canaries: 0,
            clock: None,
            is_lost: false,
        };
        for (crew, services) in CREWS {
            for one in ["a", "b"] {
                let address = scene.fleet.register(&format!("{crew}-{one}"))?;
                scene.client.add(services, address);
            }
        }
        scene.fleet.start_all()?;
        scene.all_ready(PATIENCE).await?;
        scene.move_clock("2025-01-01T00:00:00Z")?;
        scene.publish().await?;
        scene.move_clock("2025-03-03T09:00:00Z")?;
        Ok(scene)
    }

    fn move_clock(&self, instant: &str) -> anyhow::Result<()> {
        let producer: BaseProducer = connection(&self.settings).producer().create()?;
        let topic = Topics::new(&self.settings.topic_prefix).clock();
        ClockMoved { now: instant.parse()? }.send(&producer, &topic)?;
        producer.flush(CALL).context("the clock record was not delivered")
    }

    async fn publish(&self) -> anyhow::Result<()> {
        let address = self.fleet.members["front-a"].address;
        let token =
            issue_token(&self.settings, &Principal::new(Role::Operator, "publish"), REPORTED)?;
        // Once its terms may start on the clock's day, the process has read the clock.
        let began = Monotonic::now();
        loop {
            let reported =
                publish(&format!("http://{address}"), &token, &test_marketplace::shipped()).await?;
            match reported.into_iter().flatten().next() {
                None => return Ok(()),
                Some(refusal) if began.elapsed() > PATIENCE => {
                    bail!("terms were refused: {refusal}")
                }
                Some(_) => tokio::time::sleep(POLL_INTERVAL * 10).await,
            }
        }
    }

    /// Starts the load, and waits for the first purchase to finish.
    pub(crate) async fn begin_load(&mut self) -> anyhow::Result<()> {
        self.runs += 1;
        self.load = Some(Load::start(&self.client, self.runs));
        let (before, began) = (self.client.acknowledged(), Monotonic::now());
        while self.client.acknowledged() < before + 60 {
            let last = self.client.last();
            ensure!(began.elapsed() < PATIENCE, "the load makes no progress: {last}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Stops the load, after waiting for calls in progress.
    pub(crate) async fn end_load(&mut self) -> anyhow::Result<()> {
        if let Some(load) = self.load.take() {
            load.stop().await?;
        }
        Ok(())
    }

    /// Lets the load run for a while.
    pub(crate) async fn wait(&self, how_long: Duration) {
        tokio::time::sleep(how_long).await;
    }

    /// Waits until every running process reports that it is ready.
    pub(crate) async fn all_ready(&mut self, within: Duration) -> anyhow::Result<()> {
        let began = Monotonic::now();
        let names: Vec<String> = self.fleet.members.keys().cloned().collect();
        for name in names {
            loop {
                if let Life::Ended(status) = self.fleet.life(&name) {
                    let log = self.fleet.log_of(&name);
                    bail!("{name} has exited ({status}); see {}", log.display());
                }
                let reported = self.fleet.readiness(&name, &self.client.http).await;
                if matches!(reported, Some((true, _))) {
                    break;
                }
                if began.elapsed() > within {
                    bail!("{name} is not ready: {}", reported.unwrap_or_default().1);
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
        Ok(())
    }

    /// The time from the fault's end until every process is ready and every partition decides.
    pub(crate) async fn back_at_work(&mut self) -> anyhow::Result<Duration> {
        let began = Monotonic::now();
        self.fleet.start_all()?;
        self.every_partition_decides().await?;
        let decides = began.elapsed().as_secs_f64();
        self.all_ready(PATIENCE).await?;
        let took = began.elapsed();
        self.figures.recoveries.push(took);
        let (secs, number) = (took.as_secs_f64(), self.figures.recoveries.len());
        let late = format!(
            "recovery {number}: ready only after {secs:.1} s, every partition decided after \
             {decides:.1} s"
        );
        if took > BACK_WITHIN && machine_is_overloaded() {
            self.figures.note(format!("{late}, on a machine kept busy by other programs"));
        } else {
            self.figures.must(took <= BACK_WITHIN, format!("I8: {late}"));
        }
        Ok(took)
    }

    /// Sends a command about an unknown purchase to every partition: each must commit a refusal.
    async fn every_partition_decides(&mut self) -> anyhow::Result<()> {
        self.canaries += 1;
        let round = self.canaries;
        let stop = CancellationToken::new();
        let calls = (0..PARTITIONS).flat_map(|partition| {
            canaries(partition, round).into_iter().map(move |canary| (partition, canary))
        });
        let request = calls.map(|(partition, (context, service, who, path, body, key))| {
            let (client, stop) = (&self.client, &stop);
            async move {
                let call = Call {
                    service,
                    context,
                    who,
                    key: &key,
                    path: path.clone(),
                    idempotency_key: format!("canary-{round}"),
                    body,
                };
                let answer = tokio::time::timeout(PATIENCE, client.command(&call, stop)).await;
                anyhow::Ok(((context, partition), answer.ok().transpose()?))
            }
        });
        let answers = try_join_all(request).await?;
        let silent = answers.iter().filter(|(_, answer)| answer.is_none());
        let silent: Vec<_> = silent.map(|(partition, _)| partition).collect();
        let last = self.client.last();
        ensure!(silent.is_empty(), "these partitions do not decide: {silent:?}; {last}");
        for answer in answers.into_iter().filter_map(|(_, answer)| answer) {
            ensure!(
                matches!(answer, crate::client::Outcome::Refused(_)),
                "an unknown purchase got the answer {answer:?}"
            );
        }
        Ok(())
    }

    /// Stops the load, waits until everything is settled, and checks the invariants.
    pub(crate) async fn check(&mut self) -> anyhow::Result<()> {
        if self.is_lost {
            return Ok(());
        }
        self.end_load().await?;
        self.settled().await?;
        let peak = self.fleet.peak_memory();
        self.figures.peak_memory = self.figures.peak_memory.max(peak);
        self.figures.must(peak <= MEMORY, format!("I8: a process uses {peak} MiB"));
        let wrong = self.client.wrong();
        self.figures.broken.extend(wrong.into_iter().map(|wrong| format!("HTTP: {wrong}")));
        let panics = self.fleet.panics();
        self.figures.broken.extend(panics.into_iter().map(|panic| format!("I8: {panic}")));
        self.check_ledger().await?;
        self.audit().await
    }

    /// Waits until all input is decided and nothing more is written.
    async fn settled(&mut self) -> anyhow::Result<()> {
        self.all_ready(PATIENCE).await?;
        self.every_partition_decides().await?;
        let settings = self.settings.clone();
        tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
            let consumer: BaseConsumer =
                connection(&settings).client().set("group.id", "recourse.unused").create()?;
            let topics = Topics::new(&settings.topic_prefix);
            let (began, mut still_since, mut before) =
                (Monotonic::now(), Monotonic::now(), Vec::new());
            loop {
                let mut ends = Vec::new();
                for context in PURCHASE_CONTEXTS {
                    for partition in 0..PARTITIONS {
                        for topic in [topics.events(context), topics.commands(context)] {
                            ends.push(consumer.fetch_watermarks(&topic, partition, CALL)?.1);
                        }
                    }
                }
                if ends != before {
                    (still_since, before) = (Monotonic::now(), ends);
                }
                // A read-only writer commits its offsets once a second, without events.
                if still_since.elapsed() > Duration::from_secs(2) {
                    return Ok(());
                }
                ensure!(began.elapsed() < PATIENCE, "the topics keep growing");
                std::thread::sleep(POLL_INTERVAL);
            }
        })
        .await?
    }

    /// I1: the answers to the clients match the log.
    async fn check_ledger(&mut self) -> anyhow::Result<()> {
        let (settings, ledger) = (self.settings.clone(), self.client.ledger());
        let (events, found) = tokio::task::spawn_blocking(move || {
            let log = logged(&settings)?;
            anyhow::Ok((log.len(), differences(&ledger, &log)))
        })
        .await??;
        self.figures.events = events;
        self.figures.broken.extend(found.into_iter().map(|found| format!("I1: {found}")));
        Ok(())
    }

    /// I2 to I7: `recourse audit verify --all`, as an operator would run it.
    async fn audit(&mut self) -> anyhow::Result<()> {
        let mut command: Command = with_settings(&self.auditor, &self.settings);
        command.args(["audit", "verify", "--all"]);
        let output = tokio::task::spawn_blocking(move || command.output()).await??;
        let reported = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let broken: BTreeSet<&str> =
            reported.lines().filter(|line| line.starts_with("BROKEN")).collect();
        self.figures.broken.extend(broken.iter().map(|line| (*line).to_owned()));
        let holds = output.status.success() && reported.ends_with("all checks passed\n");
        self.figures.must(
            holds || !broken.is_empty(),
            format!("the audit could not run: {reported}{complaint}"),
        );
        Ok(())
    }

    /// Starts moving the clock by a minute a second, so that deadlines keep passing.
    pub(crate) fn let_time_pass(&mut self) -> anyhow::Result<()> {
        let producer: BaseProducer = connection(&self.settings).producer().create()?;
        let topic = Topics::new(&self.settings.topic_prefix).clock();
        let start: recourse_kernel::Instant = "2025-03-03T09:00:00Z".parse()?;
        self.clock = Some(tokio::spawn(async move {
            for minute in 1.. {
                tokio::time::sleep(Duration::from_secs(1)).await;
                let instant = start + chrono::TimeDelta::minutes(minute);
                // A minute that is lost during a fault is caught up by the next one.
                let _ = ClockMoved { now: instant }.send(&producer, &topic);
                producer.poll(Duration::ZERO);
            }
        }));
        Ok(())
    }

    pub(crate) fn stop_the_clock(&mut self) {
        if let Some(clock) = self.clock.take() {
            clock.abort();
        }
    }

    /// The log was deleted on purpose: there is nothing left to check.
    pub(crate) fn is_lost(&mut self) {
        self.is_lost = true;
    }

    /// Shuts everything down and returns the measurements.
    pub(crate) async fn close(mut self) -> Figures {
        if let Err(error) = self.end_load().await {
            self.figures.broken.push(format!("the load: {error:#}"));
        }
        self.stop_the_clock();
        self.figures.acknowledged = self.client.acknowledged();
        self.figures.retried = self.client.retried();
        std::mem::take(&mut self.figures)
    }
}

/// Whether other programs overload the machine, so that times say nothing about the services.
fn machine_is_overloaded() -> bool {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let waiting: f64 = text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    u32::try_from(processors).is_ok_and(|processors| waiting > f64::from(processors) * OVERLOADED)
}

/// Every event, as a `read_committed` reader sees it.
pub(crate) fn logged(settings: &Settings) -> anyhow::Result<Vec<Logged>> {
    let topics = Topics::new(&settings.topic_prefix);
    let mut log = Vec::new();
    read_events(&connection(settings), &topics, |read| {
        // The audit reports unreadable records.
        let Ok(entry) = read else { return };
        let offset = entry.location.rsplit('/').next().unwrap_or_default().to_owned();
        let record = entry.record;
        log.push(Logged {
            position: format!("{}/{}/{offset}", entry.context, entry.partition),
            context: entry.context,
            type_name: record.type_name,
            subject: record.subject,
            input: record.input,
            command_id: record.command_id,
        });
    })?;
    Ok(log)
}
