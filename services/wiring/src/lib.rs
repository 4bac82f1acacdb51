//! Wiring: what the services of a process share ([`Node`]), what a service consists of
//! ([`ServiceSpec`]), and a running service ([`Running`]).

#![warn(missing_docs)]

#[cfg(feature = "failpoints")]
mod next_release;
mod process;
mod settled;
mod spec;
pub mod timeline;
mod writer_thread;

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use prometheus_client::registry::Registry;
use recourse_edge::{CommandMac, Commands, Edge, EdgeParts, Replies, Tokens};
use recourse_kernel::OrderKeys;
use recourse_runtime::clock::Clock;
use recourse_runtime::clock_feed;
use recourse_runtime::database::Database;
use recourse_runtime::health::{Check, Health};
use recourse_runtime::instance_name::InstanceNames;
use recourse_runtime::kafka::Connection;
use recourse_runtime::metrics::Metrics;
use recourse_runtime::projector::{
    Progress, Projector, ProjectorSettings, ProjectorState, Source, Tables,
};
use recourse_runtime::settings::{ClockSource, Settings};
use recourse_runtime::terms_feed::TermsFeed;
use recourse_runtime::topics::{self, Topics};
use recourse_sealing::Sealer;
use recourse_sealing::photos::Photos;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio_util::sync::CancellationToken;

pub use process::{listen, main, shutdown_signal};
pub use settled::{FeedPositions, Unsettled, settled};
pub use spec::ServiceSpec;
pub use writer_thread::WriterHandle;

/// The size of each service's pool for queries.
const QUERY_CONNECTIONS: u32 = 4;
const KEY_CONNECTIONS: u32 = 4;
const PROJECTOR_BATCH: usize = 2_000;

/// What all services of a process share. Cheap to clone.
#[derive(Clone)]
pub struct Node {
    /// As passed to [`Node::open`], which has checked them; they never change.
    pub settings: Arc<Settings>,
    /// The brokers and security settings from which every Kafka client is created.
    pub connection: Connection,
    /// Topic names with the installation's prefix.
    pub topics: Topics,
    /// The system clock, or in development one that the topic `recourse.clock.v1` moves.
    pub clock: Clock,
    /// Terms, tariffs and shops, as read from the terms topic.
    pub terms: TermsFeed,
    /// The producer with which every edge sends its commands.
    pub commands: Arc<Commands>,
    /// Passes a writer's reply to the call that waits for it, in any of the services.
    pub replies: Replies,
    /// Computes the keyed hash that distinguishes a repeat from another command with the same id.
    pub mac: CommandMac,
    /// Knows the issuer's keys, against which every edge verifies tokens.
    pub tokens: Tokens,
    /// Seals and opens personal data, each person's with a key of their own.
    pub sealer: Sealer,
    /// Derives an order's key from the marketplace's name and order number.
    pub order_keys: OrderKeys,
    /// Stores photos, sealed, and outside the log so that they can be erased.
    pub photos: Photos,
    /// Served at `/metrics`; [`Metrics::of`] gives those of one service.
    pub metrics: Metrics,
    /// Collects the state of each part for `/live` and `/ready`.
    pub health: Health,
    /// Holds the process's name, once for each service.
    pub names: InstanceNames,
    /// Cancelled to stop every part of the process.
    pub shutdown: CancellationToken,
}

/// A service started with [`Node::start`]; it runs until [`Node::shutdown`] is cancelled.
pub struct Running {
    /// The service's name, such as `claims`.
    pub name: &'static str,
    /// Its routes, within all limits.
    pub router: Router,
    /// Its edge, for what is neither a route nor a writer, such as feeds and imports.
    pub edge: Edge,
    /// Its schemas, their role, and the pool for queries of the read model.
    pub database: Database,
    /// One for each context that it decides, the main one first.
    pub writers: Vec<WriterHandle>,
    /// How far its read model has been projected.
    pub progress: Progress,
    /// The contexts its read model is projected from.
    pub projected: Vec<&'static str>,
    /// How far it has read external topics.
    pub feeds: Vec<FeedPositions>,
    projector: Projector,
}

impl Running {
    /// Waits until its threads have ended; stop them first through [`Node::shutdown`].
    pub async fn ended(self) {
        self.projector.shut_down().await;
        for writer in self.writers {
            writer.ended().await;
        }
    }
}

impl Node {
    /// Connects to everything, creates what is missing, and reads the terms to their end.
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
            // Shorter than the reply wait, so that the caller still gets the error: librdkafka
            // checks for timeouts about once a second.
            commands: Arc::new(Commands::new(&connection, settings.http.reply_wait() * 3 / 5)?),
            replies: Replies::listen(&connection, &topics, &settings.instance).await?,
            mac: CommandMac::new(&master),
            tokens: Tokens::of(&settings).await?,
            photos: Photos::in_folder(
                &settings.photos.folder,
                sealer.clone(),
                settings.http.photo_limit,
                settings.photos.per_owner,
            )?,
            metrics: Metrics::new(Registry::default()),
            names: InstanceNames::new(&settings),
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

    /// Starts a service: its database, its writers, its projector, its routes. Fails if another
    /// process runs it under the same instance name.
    pub async fn start(
        &self,
        spec: ServiceSpec,
        routes: impl FnOnce(Edge) -> Router,
    ) -> anyhow::Result<Running> {
        let ServiceSpec { name, migrations, tables, projected, writers, .. } = spec;
        self.names.hold(name, &self.shutdown).await?;
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

    /// Connects as a service, and creates its role, schemas and tables if they are missing.
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
        .with_context(|| format!("cannot open the database of {name}"))
    }

    /// For the projector of service `name`, which reads the events of these contexts in the group
    /// `recourse.NAME.projector`.
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
        tables: Tables,
        projected: &[&str],
        progress: Progress,
    ) -> anyhow::Result<Projector> {
        let settings = self.projector_settings(name, projected);
        let stop = self.shutdown.child_token();
        let metrics = self.metrics.of(name);
        let (request, shutdown) = (stop.clone(), self.shutdown.clone());
        let projector =
            Projector::start(settings, database, Arc::new(tables), progress, metrics, stop)?;
        let (health, part, mut state, mut aside) = (
            self.health.clone(),
            format!("{name}.projector"),
            projector.state(),
            projector.set_aside(),
        );
        health.expect(&part);
        tokio::spawn(async move {
            loop {
                let check = check_of(&state.borrow_and_update());
                let check = match aside.borrow_and_update().as_deref() {
                    Some(reported) => check.with("set_aside", reported),
                    None => check,
                };
                health.set(&part, check);
                let changed = tokio::select! {
                    changed = state.changed() => changed,
                    changed = aside.changed() => changed,
                };
                if changed.is_err() {
                    break;
                }
            }
            // Serving reads from a stalled read model would mislead callers: end the process so
            // that it is restarted.
            if !request.is_cancelled() {
                health.died(&part, &"its thread ended unexpectedly");
                shutdown.cancel();
            }
        });
        Ok(projector)
    }
}

fn check_of(state: &ProjectorState) -> Check {
    let check = Check::new(*state == ProjectorState::CaughtUp);
    match state {
        ProjectorState::CaughtUp => check.with("caught_up", true),
        ProjectorState::CatchingUp => check.with("caught_up", false),
        ProjectorState::Stopped(why) => check.with("stopped", why),
        ProjectorState::Unavailable(why) => check.with("unavailable", why),
    }
}

/// A pool for the schema of keys and photos, which is created if missing.
async fn key_pool(settings: &Settings) -> anyhow::Result<sqlx::PgPool> {
    let schema = format!("{}keys", settings.schema_prefix);
    let options: PgConnectOptions = settings.database_url.parse()?;
    let mut connection = options.clone().connect().await.context("cannot connect to PostgreSQL")?;
    recourse_sealing::prepare(&mut connection, &schema).await?;
    connection.close().await?;
    let options = options.options([("search_path", schema.as_str())]);
    let pool = PgPoolOptions::new()
        .min_connections(1)
        .max_connections(KEY_CONNECTIONS)
        .connect_with(options)
        .await?;
    Ok(pool)
}
