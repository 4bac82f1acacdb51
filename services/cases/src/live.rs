//! Cases on a running system, through public interfaces only: facts go to the marketplace's topic,
//! everything else over HTTP, the clock of development mode is moved, and events are read from
//! their topics.
//!
//! All cases are played at once, each with its own purchase, on one calendar: the clock stops
//! whenever any case has an action or a deadline, and moves on once everything is decided.

mod calls;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use recourse_audit::causal_order::in_causal_order;
use recourse_audit::replay::row;
use recourse_kernel::record::format_time;
use recourse_kernel::{Instant, OrderKeys, Principal, Record, Role};
use recourse_process::{Process, Watch};
use recourse_runtime::kafka::Connection;
use recourse_runtime::reachable::{self, Needs};
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{PURCHASE_CONTEXTS, TERMS_CONTEXT, Topics};
use serde_json::json;

use super::answer::Answer;
use super::calls::Sent;
use super::documents::{Added, Documents};
use super::file::Case;
use super::playing::{Playing, Report, beginning};
use super::purchase::MARKETPLACE;
use super::seen::Reported;
use super::{NOT_PLAYED, play};
use recourse_clients::clock::MovedClock;
use recourse_clients::http::Http;
use recourse_clients::inbox::Inbox;
use recourse_clients::installation;
use recourse_clients::market::Market;
use recourse_clients::published::{publish, shipped};

const SETTLED_WITHIN: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Is called with the time that the clock moves to, and how many of its stops are done, of how
/// many.
pub type OnProgress<'a> = &'a (dyn Fn(Instant, usize, usize) + Send + Sync);

/// Plays cases on a system that is started for them under a fresh prefix, and deleted afterwards.
pub async fn play_all(
    cases: &[Case],
    documents: &Documents,
    base: &Settings,
    deploy: &Path,
    on_progress: OnProgress<'_>,
) -> anyhow::Result<Vec<Report>> {
    let mut settings = installation::settings(base, 0, false)?;
    // There are few purchases, and every check for settled work visits every partition.
    settings.partitions = 1;
    reachable::check(&settings, Needs::Both).await?;
    let process = match installation::start(settings.clone()).await {
        Ok(process) => process,
        Err(error) => {
            // Nothing else will delete what was created before the failure.
            let _ = installation::clear(&settings).await;
            return Err(error.context("starting the services"));
        }
    };
    let played = on_a_system(cases, documents, &process, deploy, on_progress).await;
    let ended = process.end().await;
    let cleared = installation::clear(&settings).await;
    let played = played?;
    ended?;
    cleared?;
    Ok(played)
}

/// Plays cases on an existing installation, in development mode and with the topic clock.
/// `settings` are its own (Kafka, prefix, development keys), and every service answers at `url`.
/// Existing data is left alone, and the played data stays: its purchases have unique names.
pub async fn play_at(
    cases: &[Case],
    documents: &Documents,
    settings: &Settings,
    deploy: &Path,
    url: &str,
    on_progress: OnProgress<'_>,
) -> anyhow::Result<Vec<Report>> {
    let mut random = [0; 4];
    getrandom::fill(&mut random)?;
    let run = format!("-{:08x}", u32::from_le_bytes(random));
    let connection = settings.kafka.connection();
    let topics = Topics::new(&settings.topic_prefix);
    let mut system = System::open(settings, &connection, &topics, url, &run, Settling::Remote)?;
    system.play(cases, documents, deploy, &run, on_progress).await
}

async fn on_a_system(
    cases: &[Case],
    documents: &Documents,
    process: &Process,
    deploy: &Path,
    on_progress: OnProgress<'_>,
) -> anyhow::Result<Vec<Report>> {
    let node = &process.node;
    let url = format!("http://{}", process.address);
    let watch = Settling::Here(Box::new(process.watch().clone()));
    let mut system = System::open(&node.settings, &node.connection, &node.topics, &url, "", watch)?;
    system.play(cases, documents, deploy, "", on_progress).await
}

/// Records by key.
#[derive(Default)]
struct Routed(HashMap<String, Vec<Record>>);

impl Routed {
    fn keep(&mut self, records: Vec<Record>) {
        for record in records {
            self.0.entry(record.key.clone()).or_default().push(record);
        }
    }

    /// The events with one of these keys, in log order.
    fn take(&mut self, keys: &[String]) -> Vec<Reported> {
        let records: Vec<Record> =
            keys.iter().filter_map(|key| self.0.remove(key)).flatten().collect();
        let rows = records.iter().map(|record| (record.id.clone(), row(record))).collect();
        let by_id: HashMap<&str, &Record> =
            records.iter().map(|record| (record.id.as_str(), record)).collect();
        let reported = in_causal_order(rows);
        reported
            .iter()
            .filter_map(|(id, _)| by_id.get(id.as_str()).map(|r| Reported::of(r)))
            .collect()
    }
}

/// How to find out whether all input is decided and projected.
enum Settling {
    /// The process that was started for the run.
    Here(Box<Watch>),
    /// An existing installation, over HTTP.
    Remote,
}

/// A running system, as its clients see it.
struct System {
    order_keys: OrderKeys,
    settling: Settling,
    http: Http,
    market: Market,
    clock: MovedClock,
    inboxes: Option<Vec<Inbox>>,
    /// Events of deadlines between moves, which are compared with the next move.
    left_over: Routed,
    photos: AtomicU64,
}

impl System {
    /// `run` distinguishes this run from others on the same system.
    fn open(
        settings: &Settings,
        connection: &Connection,
        topics: &Topics,
        url: &str,
        run: &str,
        settling: Settling,
    ) -> anyhow::Result<Self> {
        let purchases = PURCHASE_CONTEXTS.iter().map(|context| (*context, settings.partitions));
        let mut inboxes = Vec::new();
        for (context, partitions) in purchases.chain([(TERMS_CONTEXT, 1)]) {
            let listener = format!("casebook{run}.{context}");
            inboxes.push(Inbox::open(connection, topics, context, &listener, partitions)?);
        }
        Ok(Self {
            settling,
            http: Http::new(url, settings)?,
            order_keys: settings.order_keys()?,
            market: Market::open(connection, topics, MARKETPLACE)?,
            clock: MovedClock::open(connection, topics)?,
            inboxes: Some(inboxes),
            left_over: Routed::default(),
            photos: AtomicU64::new(0),
        })
    }

    /// Plays all cases on one calendar.
    async fn play(
        &mut self,
        cases: &[Case],
        documents: &Documents,
        deploy: &Path,
        run: &str,
        on_progress: OnProgress<'_>,
    ) -> anyhow::Result<Vec<Report>> {
        self.move_to(beginning()).await?;
        let documents_shipped = shipped(deploy)?;
        let token = self.http.token(&Principal::new(Role::Operator, "publish"))?;
        let refused = publish(self.http.url(), &token, &documents_shipped).await?;
        if let Some(refusal) = refused.into_iter().flatten().next() {
            anyhow::bail!("a bundled document was refused: {refusal}");
        }
        let (mut playing, mut stops) = (Vec::new(), BTreeSet::new());
        for case in cases {
            // Deadlines that fall due on their own are known from memory; the clock stops there
            // too.
            stops.extend(play(case, documents)?.stops);
            let ready = Playing::new(case, documents, run, &self.order_keys)?;
            if let Some(added) = &ready.added {
                self.publish(added).await?;
            }
            playing.push(ready);
        }
        self.settled(beginning()).await?;
        self.heard().await?;
        let all = stops.len();
        for (done, stop) in stops.into_iter().enumerate() {
            on_progress(stop, done, all);
            self.move_to(stop).await?;
            let mut reported = Routed::default();
            while playing.iter().any(|case| case.next_at().is_some_and(|at| at <= stop)) {
                self.round(&mut playing, stop, documents, &mut reported).await?;
            }
            reported.keep(self.heard().await?);
            self.left_over.keep(reported.0.into_values().flatten().collect());
        }
        Ok(playing.into_iter().map(Playing::report).collect())
    }

    async fn move_to(&self, instant: Instant) -> anyhow::Result<()> {
        self.clock.move_to(instant)?;
        self.settled(instant).await
    }

    async fn settled(&self, instant: Instant) -> anyhow::Result<()> {
        match &self.settling {
            Settling::Here(watch) => watch.settled(instant, SETTLED_WITHIN).await,
            Settling::Remote => self.settled_there(instant).await,
        }
    }

    /// Polls until everything is settled. A clock that is already past `instant` never settles.
    async fn settled_there(&self, instant: Instant) -> anyhow::Result<()> {
        let who = Principal::new(Role::Operator, "casebook");
        let path = format!("/v1/settled?at={}", format_time(instant));
        let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
        loop {
            let answer = self.http.get(&who, &path).await?;
            if answer.status.is_success() {
                return Ok(());
            }
            anyhow::ensure!(
                answer.status != reqwest::StatusCode::NOT_FOUND,
                "the installation does not report when it is settled: run every service in one \
                 process, in development mode, with the topic clock"
            );
            anyhow::ensure!(
                tokio::time::Instant::now() < deadline,
                "not settled at {instant} within {} s: {}; cases begin at {}, and the clock cannot \
                 go back",
                SETTLED_WITHIN.as_secs(),
                answer.body["waits_for"],
                beginning()
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Every event since the last call.
    async fn heard(&mut self) -> anyhow::Result<Vec<Record>> {
        let Some(mut inboxes) = self.inboxes.take() else { return Ok(Vec::new()) };
        let (inboxes, heard) = tokio::task::spawn_blocking(move || {
            let mut heard = Vec::new();
            let mut all = || -> anyhow::Result<()> {
                for inbox in &mut inboxes {
                    heard.extend(inbox.records()?);
                }
                Ok(())
            };
            let listened = all();
            (inboxes, listened.map(|()| heard))
        })
        .await?;
        self.inboxes = Some(inboxes);
        heard
    }

    /// All cases whose next move is due make it concurrently; then everything is decided and read.
    async fn round(
        &mut self,
        playing: &mut [Playing],
        now: Instant,
        documents: &Documents,
        reported: &mut Routed,
    ) -> anyhow::Result<()> {
        let mut acting = Vec::new();
        for (index, case) in playing.iter().enumerate() {
            if case.next_at().is_some_and(|at| at <= now) {
                let sends = case.sends(documents);
                acting.push(async move { (index, sends) });
            }
        }
        let acting = futures::future::join_all(acting.into_iter().map(|act| async {
            let (index, sends) = act.await;
            let (mut answers, mut keys) = (Vec::new(), Vec::new());
            match sends {
                Ok(sends) => {
                    for sent in sends {
                        if let Sent::Call(call) = &sent {
                            keys.push(call.key.clone());
                        }
                        answers.push(self.send(&sent).await?);
                    }
                }
                Err(error) => answers.push(Answer::refused(NOT_PLAYED, &error.to_string())),
            }
            anyhow::Ok((index, answers, keys))
        }))
        .await;
        self.market.flush()?;
        self.settled(now).await?;
        let left_over = std::mem::take(&mut self.left_over);
        reported.keep(left_over.0.into_values().flatten().collect());
        reported.keep(self.heard().await?);
        for acted in acting {
            let (index, answers, mut keys) = acted?;
            let case = &mut playing[index];
            keys.push(case.purchase.order.key.to_string());
            keys.sort();
            keys.dedup();
            let reported = reported.take(&keys);
            let mut read = Vec::new();
            for wanted in case.hear(&reported) {
                let answer = self.http.get(&wanted.who, &wanted.path()).await?;
                read.push((wanted.what, wanted.part(answer.body)));
            }
            case.take(answers, reported, &read);
        }
        Ok(())
    }

    async fn publish(&self, added: &Added) -> anyhow::Result<()> {
        let who = Principal::new(Role::Operator, "publish");
        for (path, body) in
            [("/v1/shop-directories", json!(added.directory)), ("/v1/terms", json!(added.terms))]
        {
            let key = format!("{path}/{}", added.terms.line);
            let answer = self.http.post(&who, path, &key, &body).await?;
            if let Some(code) = answer.refusal() {
                anyhow::bail!("the changed terms were refused: {code}: {}", answer.detail());
            }
        }
        Ok(())
    }

    async fn send(&self, sent: &Sent) -> anyhow::Result<Answer> {
        match sent {
            Sent::Fact { kind, id, data } => {
                let order = data["order"].as_str().unwrap_or_default();
                self.market.publish(order, kind, id, data, false)?;
                Ok(Answer::Accepted)
            }
            Sent::Call(call) => self.call(call).await,
        }
    }
}
