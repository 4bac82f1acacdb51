//! The projector's thread: runs rounds until it is stopped, and restarts after recoverable
//! failures.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use sqlx::{Connection, PgConnection};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::batch::Target;
use super::feed::KafkaFeed;
use super::progress::Progress;
use super::reader::{Reader, Surveyor};
use super::rounds::{Ended, Rounds};
use super::table::Tables;
use super::taken::Source;
use super::view::{ProjectorState, View};
use crate::clock::Clock;
use crate::database::{CACHE_SESSION, Database, run};
use crate::kafka::background_drop::part_with;
use crate::metrics::ServiceMetrics;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How a projector, a rebuild or a verification reads the log.
#[derive(Debug, Clone)]
pub struct ProjectorSettings {
    /// Kafka's client settings: brokers and security.
    pub client: ClientConfig,
    /// The consumer group in which processes of one service share the work, such as
    /// `recourse.claims.projector`.
    pub group: String,
    /// The events topics of all contexts that the tables fold.
    pub sources: Vec<Source>,
    /// The most records in one transaction; 2000 is a good value.
    pub batch: usize,
}

/// A running projector: one thread, one consumer, one connection.
pub struct Projector {
    state: watch::Receiver<ProjectorState>,
    aside: watch::Receiver<Option<String>>,
    stop: CancellationToken,
    thread: JoinHandle<()>,
}

impl Projector {
    /// Starts projecting the sources into the database's tables, until `stop`. Must be called
    /// within the async runtime that is to run its queries.
    pub fn start(
        settings: ProjectorSettings,
        database: &Database,
        tables: Arc<Tables>,
        progress: Progress,
        metrics: ServiceMetrics,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let (report, state) = watch::channel(ProjectorState::CatchingUp);
        let (report_aside, aside) = watch::channel(None);
        let (database, handle, stopping) = (database.clone(), Handle::current(), stop.clone());
        let thread = std::thread::Builder::new().name("projector".to_owned()).spawn(move || {
            let ProjectorSettings { client, group, sources, batch } = settings;
            let view = View {
                sources,
                batch,
                tables,
                progress,
                metrics,
                report,
                report_aside,
                clock: Clock::system(),
            };
            let view = Arc::new(view);
            let shared = Shared { client, group, database, view, stop: stopping, handle };
            shared.keep_projecting();
        })?;
        Ok(Self { state, aside, stop, thread })
    }

    /// Its state, with notification of changes.
    pub fn state(&self) -> watch::Receiver<ProjectorState> {
        self.state.clone()
    }

    /// Describes the records that are not projected, if any: how many, and the first with its
    /// reason. Their purchases are paused; all others continue.
    pub fn set_aside(&self) -> watch::Receiver<Option<String>> {
        self.aside.clone()
    }

    /// Whether its thread has ended. Unless it was stopped, only a panic ends it.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Stops it, and waits until its thread has ended.
    pub async fn shut_down(self) {
        self.stop.cancel();
        if tokio::task::spawn_blocking(|| self.thread.join()).await.is_err() {
            tracing::error!("could not join the projector's thread");
        }
    }
}

/// What survives a failed attempt to project.
struct Shared {
    client: ClientConfig,
    group: String,
    database: Database,
    view: Arc<View>,
    stop: CancellationToken,
    handle: Handle,
}

impl Shared {
    fn keep_projecting(&self) {
        let mut pause = FIRST_PAUSE;
        while !self.stop.is_cancelled() {
            let began = Instant::now();
            let Err(error) = self.handle.block_on(self.project()) else { return };
            if began.elapsed() > LONGEST_PAUSE * 5 {
                pause = FIRST_PAUSE;
            }
            if !matches!(*self.view.report.borrow(), ProjectorState::Unavailable(_)) {
                tracing::warn!(group = self.group, %error, "projecting was interrupted; retrying");
            }
            self.view.change_to(ProjectorState::Unavailable(error.to_string()));
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One group membership with one connection, until either fails or the projector is stopped.
    async fn project(&self) -> Result<(), Ended> {
        // Start with what is cheap to retry.
        let connection = connect(&self.database, self.database.schema()).await?;
        let sources = self.view.sources.clone();
        let surveyor = Surveyor::new(&self.client, &self.group);
        let target = Target::survey(&self.view.tables, &sources, &surveyor)?;
        let reader = Reader::new(&self.client, &self.group, &sources)?;
        reader.subscribe()?;
        let feed = KafkaFeed::new(&self.client, sources, reader, surveyor);
        let mut rounds = Rounds::new(Arc::clone(&self.view), feed, connection, target);
        while !self.stop.is_cancelled() {
            if let Err(ended) = rounds.round().await {
                part_with(rounds);
                return Err(ended);
            }
        }
        Ok(())
    }
}

/// A connection whose commits need not reach the disk: lost ones are projected again.
pub(crate) async fn connect(database: &Database, schema: &str) -> sqlx::Result<PgConnection> {
    let mut connection = database.connect_to(schema).await?;
    connection.ping().await?;
    run(&mut connection, CACHE_SESSION.to_owned()).await?;
    Ok(connection)
}
