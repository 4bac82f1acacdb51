//! Wiring: what the services of a process share ([`Node`]), what a service is made of ([`ServiceSpec`]),
//! and what runs ([`Running`]).

mod clock_feed;
mod guard;
#[cfg(feature = "failpoints")]
mod next_release;
mod process;
mod settled;
mod spec;
mod writer_thread;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use prometheus_client::registry::Registry;
use recourse_kernel::OrderKeys;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_util::sync::CancellationToken;

pub use guard::Guard;
pub use process::{asked_to_stop, main};
pub use settled::{FeedPositions, Unsettled, settled};
pub use spec::ServiceSpec;
pub use writer_thread::WriterHandle;

use crate::clock::Clock;
use crate::database::Database;
use crate::edge::{CommandMac, Commands, Edge, EdgeParts, Health, Replies, Tokens};
use crate::kafka::Connection;
use crate::metrics::Metrics;
use crate::photos::Photos;
use crate::projector::{Progress, Projector, ProjectorSettings, Source, Standing};
use crate::sealing::{self, Sealer};
use crate::settings::{ClockSource, Settings};
use crate::terms_feed::TermsFeed;
use crate::topics::{self, Topics};

/// How many connections each service's queries share.
const QUERY_CONNECTIONS: u32 = 4;
const KEY_CONNECTIONS: u32 = 4;
const PROJECTOR_BATCH: usize = 2_000;

/// What all services of a process share. Cheap to clone.
#[derive(Clone)]
pub struct Node {
    /// The settings.
    pub settings: Arc<Settings>,
    /// How to reach Kafka.
    pub connection: Connection,
    /// Topic names.
    pub topics: Topics,
    /// The clock.
    pub clock: Clock,
    /// Terms, tariffs and shops.
    pub terms: TermsFeed,
    /// Sends commands.
    pub commands: Arc<Commands>,
    /// Hears replies.
    pub replies: Replies,
    /// Makes keyed hashes of commands.
    pub mac: CommandMac,
    /// Believes tokens, or not.
    pub tokens: Tokens,
    /// Seals personal data.
    pub sealer: Sealer,
    /// Derives the keys of orders.
    pub order_keys: OrderKeys,
    /// Keeps photos.
    pub photos: Photos,
    /// Counts.
    pub metrics: Metrics,
    /// Tells how the parts are.
    pub health: Health,
    /// Ends everything.
    pub shutdown: CancellationToken,
}

/// A service that runs.
pub struct Running {
    /// Its name: `claims`.
    pub name: &'static str,
    /// Its routes, behind all limits.
    pub router: Router,
    /// Its edge, for what is neither a route nor a writer: feeds and imports.
    pub edge: Edge,
    /// Its part of the database.
    pub database: Database,
    /// Its writers.
    pub writers: Vec<WriterHandle>,
    /// How far its read model is.
    pub progress: Progress,
    /// The contexts that its read model is projected from.
    pub projected: Vec<&'static str>,
    /// How far it has read topics that are not ours.
    pub feeds: Vec<FeedPositions>,
    projector: Projector,
}

impl Running {
    /// Waits until its threads have ended; tell them first, through [`Node::shutdown`].
    pub async fn ended(self) {
        self.projector.shut_down().await;
        for writer in self.writers {
            writer.ended().await;
        }
    }
}

impl Node {
    /// Connects to everything, making what is missing, and reads the terms to their end.
    pub async fn open(settings: Settings, shutdown: CancellationToken) -> anyhow::Result<Self> {
        settings.check()?;
        let settings = Arc::new(settings);
        let connection = settings.kafka.connection();
        let topics = Topics::new(&settings.topic_prefix);
        let (partitions, replication) = (settings.partitions, settings.kafka.replication);
        let order_keys = settings.order_keys()?;
        // A moved clock is only read once its topic is there.
        let origin = topics::Origin { order_keys: order_keys.clone(), now: Clock::system().now() };
        topics::ensure(&connection, &topics, partitions, replication, origin).await?;
        let health = Health::new();
        let clock = match settings.clock {
            ClockSource::System => Clock::system(),
            ClockSource::Topic => {
                clock_feed::follow(&connection, &topics, &health, shutdown.clone()).await?
            }
        };
        let terms =
            TermsFeed::follow(connection.clone(), &topics, &health, shutdown.clone()).await?;
        let master = settings.master_key()?;
        let sealer = Sealer::new(key_pool(&settings).await?, &master);
        Ok(Self {
            // Given up while its caller still waits: librdkafka looks about once a second.
            commands: Arc::new(Commands::new(&connection, settings.http.reply_wait() * 3 / 5)?),
            replies: Replies::listen(&connection, &topics, &settings.instance).await?,
            mac: CommandMac::new(&master),
            tokens: Tokens::of(&settings).await?,
            photos: Photos::in_folder(&settings, sealer.clone())?,
            metrics: Metrics::new(Registry::default()),
            health,
            settings,
            connection,
            topics,
            clock,
            terms,
            sealer,
            order_keys,
            shutdown,
        })
    }

    /// Starts a service: its database, its writers, its projector, its routes.
    pub async fn start(
        &self,
        spec: ServiceSpec,
        routes: impl FnOnce(Edge) -> Router,
    ) -> anyhow::Result<Running> {
        let ServiceSpec { name, migrations, tables, projected, writers, .. } = spec;
        let database = self.database(name, migrations).await?;
        let progress = Progress::new();
        let projector = self.project(name, &database, tables, &projected, progress.clone())?;
        let writers = writers
            .into_iter()
            .map(|start| start(self, &database))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let edge = Edge::new(EdgeParts {
            settings: Arc::clone(&self.settings),
            service: name,
            contexts: writers.iter().map(|writer| writer.context).collect(),
            projected: projected.iter().map(|&context| context.to_owned()).collect(),
            topics: self.topics.clone(),
            clock: self.clock.clone(),
            pool: database.pool().clone(),
            progress: progress.clone(),
            terms: self.terms.watch(),
            commands: Arc::clone(&self.commands),
            replies: self.replies.clone(),
            mac: self.mac.clone(),
            tokens: self.tokens.clone(),
            sealer: self.sealer.clone(),
            photos: self.photos.clone(),
            metrics: self.metrics.of(name),
        });
        Ok(Running {
            name,
            router: edge.router(routes(edge.clone())),
            edge,
            database,
            writers,
            progress,
            projected,
            feeds: Vec::new(),
            projector,
        })
    }

    /// A service's part of the database.
    pub async fn database(
        &self,
        name: &'static str,
        migrations: &'static sqlx::migrate::Migrator,
    ) -> anyhow::Result<Database> {
        let settings = &self.settings;
        Database::open(
            &settings.database_url,
            &settings.schema_prefix,
            name,
            QUERY_CONNECTIONS,
            migrations,
        )
        .await
        .with_context(|| format!("opening the database of {name}"))
    }

    /// What a service's projector reads, and how.
    pub fn projector_settings(&self, name: &str, projected: &[&str]) -> ProjectorSettings {
        ProjectorSettings {
            client: self.connection.projecting(),
            group: self.topics.named(&format!("recourse.{name}.projector")),
            sources: projected
                .iter()
                .map(|&context| Source {
                    context: context.to_owned(),
                    topic: self.topics.events(context),
                })
                .collect(),
            batch: PROJECTOR_BATCH,
        }
    }

    fn project(
        &self,
        name: &'static str,
        database: &Database,
        tables: crate::projector::Tables,
        projected: &[&str],
        progress: Progress,
    ) -> anyhow::Result<Projector> {
        let settings = self.projector_settings(name, projected);
        let stop = self.shutdown.child_token();
        let metrics = self.metrics.of(name);
        let (request, shutdown) = (stop.clone(), self.shutdown.clone());
        let projector =
            Projector::start(settings, database, Arc::new(tables), progress, metrics, stop)?;
        let (health, part, mut standing, mut aside) = (
            self.health.clone(),
            format!("{name}.projector"),
            projector.standing(),
            projector.set_aside(),
        );
        health.expect(&part);
        tokio::spawn(async move {
            loop {
                let check = check_of(&standing.borrow_and_update());
                let check = match aside.borrow_and_update().as_deref() {
                    Some(reported) => check.with("set_aside", reported),
                    None => check,
                };
                health.set(&part, check);
                let changed = tokio::select! {
                    changed = standing.changed() => changed,
                    changed = aside.changed() => changed,
                };
                if changed.is_err() {
                    break;
                }
            }
            // A process that reads on from a model that stands still would lie: it ends, and is started anew.
            if !request.is_cancelled() {
                health.died(&part, &"its thread has ended unasked");
                shutdown.cancel();
            }
        });
        Ok(projector)
    }
}

fn check_of(standing: &Standing) -> crate::edge::Check {
    let check = crate::edge::Check::new(*standing == Standing::CaughtUp);
    match standing {
        Standing::CaughtUp => check.with("caught_up", true),
        Standing::CatchingUp => check.with("caught_up", false),
        Standing::Stopped(why) => check.with("stopped", why),
        Standing::Unavailable(why) => check.with("unavailable", why),
    }
}

/// Connections to the schema of keys and photos, which is made if it is not there.
async fn key_pool(settings: &Settings) -> anyhow::Result<sqlx::PgPool> {
    let schema = format!("{}keys", settings.schema_prefix);
    let options: PgConnectOptions = settings.database_url.parse()?;
    let mut connection = options.clone().connect().await.context("connecting to PostgreSQL")?;
    sealing::prepare(&mut connection, &schema).await?;
    connection.close().await?;
    let options = options.options([("search_path", schema.as_str())]);
    let pool = PgPoolOptions::new()
        .min_connections(1)
        .max_connections(KEY_CONNECTIONS)
        .connect_with(options)
        .await?;
    Ok(pool)
}
