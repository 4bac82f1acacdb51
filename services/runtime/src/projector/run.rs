//! The loop: read what has come, write it, tell how far we are.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError;
use sqlx::{Connection, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::batch::Target;
use super::progress::Progress;
use super::reader::{Gathered, Place, Reader, Source, Surveyor, Taken, Unreadable};
use super::sink::{Sink, Trouble};
use super::table::Tables;
use crate::database::{Database, OF_A_CACHE, run};
use crate::metrics::ServiceMetrics;
use crate::telemetry;

/// How long a round waits for the first record.
const ROUND: Duration = Duration::from_millis(100);
/// How often positions and lag are counted.
const COUNTED_EVERY: Duration = Duration::from_secs(5);
/// Positions that only moved over commit markers are stored this often.
const MARKERS_EVERY: Duration = Duration::from_millis(500);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a projector reads, and how.
#[derive(Debug, Clone)]
pub struct ProjectorSettings {
    /// Brokers and security.
    pub client: ClientConfig,
    /// The consumer group, by which processes of one service share the work: `recourse.claims.projector`.
    pub group: String,
    /// The topics.
    pub sources: Vec<Source>,
    /// At most so many records in one transaction; 2000 is a good number.
    pub batch: usize,
}

/// How a projector stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It has not read as far as its topics went when it was given its partitions.
    CatchingUp,
    /// It has.
    CaughtUp,
    /// It cannot read a record, or its log; a person has to look. The text says where and why.
    Stopped(String),
    /// The database or Kafka does not answer; it tries on.
    Unavailable(String),
}

/// A running projector: one thread, one consumer, one connection.
pub struct Projector {
    standing: watch::Receiver<Standing>,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Projector {
    /// Starts to project the sources into the database's tables, until `stop`. To be called within the
    /// runtime that is to carry its queries.
    pub fn start(
        settings: ProjectorSettings,
        database: &Database,
        tables: Arc<Tables>,
        progress: Progress,
        metrics: ServiceMetrics,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let (tell, standing) = watch::channel(Standing::CatchingUp);
        let (database, handle, stopping) = (database.clone(), Handle::current(), stop.clone());
        let thread = std::thread::Builder::new().name("projector".to_owned()).spawn(move || {
            let shared = Shared {
                settings,
                database,
                tables,
                progress,
                metrics,
                tell,
                stop: stopping,
                handle,
            };
            shared.keep_projecting();
        })?;
        Ok(Self { standing, stop, thread })
    }

    /// How it stands, and whenever that changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Whether its thread has ended.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Stops it, and waits until its thread has ended.
    pub async fn shut_down(self) {
        self.stop.cancel();
        if tokio::task::spawn_blocking(|| self.thread.join()).await.is_err() {
            tracing::error!("the projector's thread could not be waited for");
        }
    }
}

/// What outlives a failed attempt to project.
struct Shared {
    settings: ProjectorSettings,
    database: Database,
    tables: Arc<Tables>,
    progress: Progress,
    metrics: ServiceMetrics,
    tell: watch::Sender<Standing>,
    stop: CancellationToken,
    handle: Handle,
}

/// Why an attempt to project ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("Kafka: {0}")]
    Kafka(#[from] KafkaError),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Shared {
    fn keep_projecting(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_cancelled() {
            let began = Instant::now();
            let Err(error) = Attempt::begin(self).and_then(|mut attempt| attempt.project()) else {
                return;
            };
            if began.elapsed() > LONGEST_PAUSE * 5 {
                pause = FIRST_PAUSE;
            }
            if !matches!(*self.tell.borrow(), Standing::Unavailable(_)) {
                tracing::warn!(group = self.settings.group, %error, "projecting was interrupted; trying on");
            }
            self.stand(Standing::Unavailable(error.to_string()));
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn stand(&self, standing: Standing) {
        self.tell.send_if_modified(|now| {
            let differs = *now != standing;
            *now = standing;
            differs
        });
    }
}

/// One membership of the group, with one connection, until either fails.
struct Attempt<'a> {
    shared: &'a Shared,
    reader: Reader,
    surveyor: Surveyor,
    connection: PgConnection,
    sink: Sink<'a>,
    /// Where the partitions ended when we were given them, as far as we are not there yet.
    ends: Option<HashMap<Place, i64>>,
    markers_stored: Instant,
    counted: Instant,
}

impl<'a> Attempt<'a> {
    fn begin(shared: &'a Shared) -> Result<Self, Ended> {
        let ProjectorSettings { client, group, sources, .. } = &shared.settings;
        // First what is cheap to ask again.
        let connection =
            shared.handle.block_on(connect(&shared.database, shared.database.schema()))?;
        let surveyor = Surveyor::new(client, group)?;
        let sink = Sink::new(Target::survey(&shared.tables, sources, &surveyor)?);
        let reader = Reader::new(client, group, sources)?;
        reader.subscribe()?;
        let (ends, markers_stored, counted) = (None, Instant::now(), Instant::now());
        Ok(Self { shared, reader, surveyor, connection, sink, ends, markers_stored, counted })
    }

    /// Until told to stop.
    fn project(&mut self) -> Result<(), Ended> {
        while !self.shared.stop.is_cancelled() {
            let settings = &self.shared.settings;
            let gathered = self.reader.gather(&self.shared.tables, settings.batch, ROUND)?;
            if let Some(given) = self.reader.rebalanced() {
                self.take_on(&given)?;
                continue;
            }
            self.write(gathered)?;
            self.tell();
            self.count();
        }
        Ok(())
    }

    /// Begins to read what the group has given, from where it was projected to.
    fn take_on(&mut self, given: &[Place]) -> Result<(), Ended> {
        let Self { shared, sink, connection, .. } = self;
        let stored = shared.handle.block_on(sink.target.positions(connection, given))?;
        for (place, stored) in &stored {
            let log_id = &self.sink.target.log_ids[place.0];
            if !stored.log_id.is_empty() && stored.log_id != *log_id {
                let why =
                    "the topic is another than the one projected so far: rebuild the read model";
                let (place, offset) = (*place, stored.offset);
                self.sink.stop(Unreadable { place, offset, why: why.to_owned() });
            }
        }
        let mut ends = HashMap::new();
        for place in given {
            let topic = &self.shared.settings.sources[place.0].topic;
            ends.insert(*place, self.surveyor.end(topic, place.1)?);
        }
        self.ends = Some(ends);
        self.sink.own(stored.into_iter().map(|(place, stored)| (place, stored.offset)).collect());
        self.read_on()
    }

    /// Reads from the stored positions on, except where we have stopped.
    fn read_on(&self) -> Result<(), Ended> {
        let positions = self.sink.positions().iter().map(|(place, offset)| (*place, *offset));
        let going = positions.filter(|(place, _)| !self.sink.is_stopped(*place));
        Ok(self.reader.read_from(going)?)
    }

    fn write(&mut self, gathered: Gathered) -> Result<(), Ended> {
        for unreadable in gathered.unreadable {
            self.sink.stop(unreadable);
        }
        let records: Vec<Taken> = gathered.records;
        let reached = self.reader.positions()?;
        let due = self.markers_stored.elapsed() >= MARKERS_EVERY;
        if !records.is_empty() || due {
            let began = Instant::now();
            self.markers_stored = began;
            let Self { shared, sink, connection, .. } = self;
            let sources = &shared.settings.sources;
            let _traced = telemetry::processing_together(records.iter().filter_map(|taken| {
                Some((
                    sources.get(taken.place.0)?.topic.as_str(),
                    taken.record.traceparent.as_deref(),
                ))
            }));
            match shared.handle.block_on(sink.write(connection, &records, &reached)) {
                Ok(()) if records.is_empty() => {}
                Ok(()) => shared.metrics.projected(records.len() as u64, began.elapsed()),
                Err(Trouble::Moved) => return self.read_positions_anew(),
                Err(Trouble::Unavailable(error)) => return Err(error.into()),
            }
            for stop in self.sink.stopped() {
                self.reader.pause(stop.place)?;
            }
        }
        self.advance(&reached);
        Ok(())
    }

    /// Somebody else has projected here, or the database lost its last moments.
    fn read_positions_anew(&mut self) -> Result<(), Ended> {
        tracing::info!(
            group = self.shared.settings.group,
            "positions have moved; reading from there"
        );
        let places: Vec<_> = self.sink.positions().keys().copied().collect();
        self.take_on(&places)
    }

    /// What is written, and the markers behind it, count as read.
    fn advance(&self, reached: &HashMap<Place, i64>) {
        for (place, stored) in self.sink.positions() {
            let stopped = self.sink.is_stopped(*place);
            let to = reached.get(place).filter(|_| !stopped).map_or(*stored, |to| *to.max(stored));
            self.note(*place, to);
        }
    }

    fn note(&self, (source, partition): Place, offset: i64) {
        if let Some(source) = self.shared.settings.sources.get(source) {
            self.shared.progress.advance(&source.context, partition, offset);
        }
    }

    /// How far we are, and how far behind, now and then.
    fn count(&mut self) {
        if self.counted.elapsed() < COUNTED_EVERY {
            return;
        }
        self.counted = Instant::now();
        for ((source, partition), offset) in self.sink.positions() {
            let Source { context, topic } = &self.shared.settings.sources[*source];
            let reached = self.shared.progress.reached(context, *partition).max(*offset);
            // Of no use to anyone who waits: without an answer, the next round tries again.
            let Ok(end) = self.surveyor.end(topic, *partition) else { return };
            self.shared.metrics.position(context, *partition, reached, (end - reached).max(0));
        }
    }

    fn tell(&mut self) {
        if let Some(Unreadable { place, offset, why }) = self.sink.stopped().next() {
            let topic = &self.shared.settings.sources[place.0].topic;
            let partition = place.1;
            self.shared.stand(Standing::Stopped(format!("{topic}/{partition}/{offset}: {why}")));
            return;
        }
        let Some(ends) = &mut self.ends else { return };
        let (progress, sources) = (&self.shared.progress, &self.shared.settings.sources);
        ends.retain(|(source, partition), end| {
            progress.reached(&sources[*source].context, *partition) < *end
        });
        // A member without partitions has nothing to catch up with.
        let caught_up = ends.is_empty();
        self.shared.stand(if caught_up { Standing::CaughtUp } else { Standing::CatchingUp });
    }
}

/// A connection whose commits need not reach the disk: what is lost is projected again.
pub(crate) async fn connect(database: &Database, schema: &str) -> sqlx::Result<PgConnection> {
    let mut connection = database.connect_to(schema).await?;
    connection.ping().await?;
    run(&mut connection, OF_A_CACHE.to_owned()).await?;
    Ok(connection)
}
