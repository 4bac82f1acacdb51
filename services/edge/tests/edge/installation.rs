//! One edge on its own port, with its own topics, schemas and folders, and a writer that does what
//! the command's body requests.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Json, Router};
use prometheus_client::registry::Registry;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use recourse_edge::{
    Accepted, Body, Call, Command, CommandMac, Commands, DevelopmentIssuer, Edge, EdgeParts, List,
    Problem, Replies, Tokens, health, serve, with_fallbacks,
};
use recourse_kernel::{Principal, Role};
use recourse_runtime::clock::Clock;
use recourse_runtime::database::Database;
use recourse_runtime::health::Health;
use recourse_runtime::kafka::Connection;
use recourse_runtime::metrics::Metrics;
use recourse_runtime::projector::Progress;
use recourse_runtime::settings::Settings;
use recourse_runtime::terms_feed::TermsFeed;
use recourse_runtime::topics::Topics;
use recourse_sealing::Sealer;
use recourse_sealing::photos::{Photo, Photos};
use recourse_terms::TermsBook;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::support;
use crate::thing::{PARTITIONS, ThingCommand};
use crate::writer::Writer;

pub(crate) const CONCURRENCY: usize = 60;
/// How long the route of a photo takes: longer than other calls may.
const SLOW_PHOTO: Duration = Duration::from_secs(5);

pub(crate) struct Installation {
    pub(crate) client: reqwest::Client,
    pub(crate) health: Health,
    pub(crate) progress: Progress,
    pub(crate) photos: Photos,
    pub(crate) sealer: Sealer,
    pub(crate) writer: Writer,
    address: std::net::SocketAddr,
    issuer: DevelopmentIssuer,
    database: Database,
    topics: Topics,
    folder: PathBuf,
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.writer.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A response as seen by the caller.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) text: String,
    headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        Some(self.headers.get(name)?.to_str().unwrap().to_owned())
    }
}

impl Installation {
    pub(crate) async fn new() -> Self {
        Self::with_commands_over(&brokers()).await
    }

    pub(crate) async fn without_kafka_for_commands() -> Self {
        Self::with_commands_over("127.0.0.1:1").await
    }

    async fn with_commands_over(command_brokers: &str) -> Self {
        let name = support::unique();
        let folder = std::env::temp_dir().join(&name);
        let settings = settings(&name, &folder);
        let connection = Connection { brokers: brokers(), ..Connection::default() };
        let topics = Topics::new(&settings.topic_prefix);
        make_topics(&connection, &topics).await;
        let database = support::database(&name).await;
        let master = settings.master_key().unwrap();
        let sealer = Sealer::new(key_pool(&settings).await, &master);
        let photos = Photos::in_folder(
            &settings.photos.folder,
            sealer.clone(),
            settings.http.photo_limit,
            settings.photos.per_owner,
        )
        .unwrap();
        let commands = Connection { brokers: command_brokers.to_owned(), ..Connection::default() };
        let metrics = Metrics::new(Registry::default());
        let (progress, health_of) = (Progress::new(), Health::new());
        let edge = Edge::new(EdgeParts {
            service: "tally-keeper",
            contexts: vec!["claims"],
            projected: vec!["claims".to_owned()],
            topics: topics.clone(),
            clock: Clock::system(),
            pool: database.pool().clone(),
            progress: progress.clone(),
            terms: TermsFeed::fixed(TermsBook::default()).watch(),
            commands: Arc::new(Commands::new(&commands, settings.http.reply_wait() / 3).unwrap()),
            replies: Replies::listen(&connection, &topics, "edge-1").await.unwrap(),
            mac: CommandMac::new(&master),
            tokens: Tokens::of(&settings).await.unwrap(),
            sealer: sealer.clone(),
            photos: photos.clone(),
            metrics: metrics.of("tally-keeper"),
            settings: Arc::new(settings.clone()),
        });
        let routes = edge.router(routes(edge.clone()));
        let routes = with_fallbacks(routes.merge(health::routes(health_of.clone(), metrics)));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, routes, std::future::pending()));
        Self {
            client: reqwest::Client::new(),
            health: health_of,
            progress,
            photos,
            sealer,
            writer: Writer::start(&connection, &topics),
            address,
            issuer: DevelopmentIssuer::open(&settings).unwrap(),
            database,
            topics,
            folder,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn token(&self, role: Role, subject: &str) -> String {
        self.issuer.issue(&Principal::new(role, subject), Duration::from_mins(10)).unwrap()
    }

    pub(crate) fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token(Role::Buyer, "b-1"))
    }

    pub(crate) async fn call(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status, body, text, headers }
    }

    pub(crate) async fn post(&self, key: &str, idempotency_key: &str, body: Value) -> Answer {
        let request = self.authorized(self.client.post(self.url(&format!("/v1/things/{key}"))));
        self.call(request.header("Idempotency-Key", idempotency_key).json(&body)).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.authorized(self.client.get(self.url(path)));
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.call(request).await
    }

    pub(crate) async fn upload(&self, owner: &str, bytes: Vec<u8>) -> Answer {
        let request = self.authorized(self.client.post(self.url(&format!("/v1/photos/{owner}"))));
        self.call(request.body(bytes)).await
    }

    pub(crate) fn stored_files(&self) -> Vec<Vec<u8>> {
        let mut folders = vec![self.folder.join("photos")];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(std::fs::read(path).unwrap());
                }
            }
        }
        assert!(!files.is_empty());
        files
    }

    pub(crate) async fn project_outcome(&self, command_id: &str, mac: &str) {
        sqlx::query(
            "insert into outcomes (command_id, outcome, context, stream, subject, version,
                 partition, \"offset\", recorded, mac)
             values ($1, 'accepted', 'claims', 'claims/K1', 'thing_K1', 1, 1, 41, now(), $2)",
        )
        .bind(command_id)
        .bind(mac)
        .execute(self.database.pool())
        .await
        .unwrap();
    }

    pub(crate) async fn project_position(&self, partition: i32, next: i64) {
        sqlx::query("insert into positions (topic, partition, \"offset\") values ($1, $2, $3)")
            .bind(self.topics.events("claims"))
            .bind(partition)
            .bind(next)
            .execute(self.database.pool())
            .await
            .unwrap();
    }
}

/// Settings with short waits, for a test with this name.
fn settings(name: &str, folder: &std::path::Path) -> Settings {
    let mut settings = Settings {
        topic_prefix: format!("{name}."),
        schema_prefix: format!("{name}_"),
        partitions: PARTITIONS,
        database_url: std::env::var("DATABASE_URL").unwrap(),
        ..Settings::default()
    };
    settings.kafka.brokers = brokers();
    settings.jwt.dev_keys = folder.join("keys");
    settings.photos.folder = folder.join("photos");
    settings.http.reply_wait_ms = 3_000;
    settings.http.position_wait_ms = 500;
    settings.http.timeout_ms = 4_000;
    settings.http.concurrency = CONCURRENCY;
    settings
}

/// The two topics that an edge needs.
async fn make_topics(connection: &Connection, topics: &Topics) {
    let admin: AdminClient<DefaultClientContext> = connection.client().create().unwrap();
    let names = [topics.commands("claims"), topics.replies()];
    let new = names.iter().map(|name| NewTopic::new(name, PARTITIONS, TopicReplication::Fixed(1)));
    let options = AdminOptions::new().operation_timeout(Some(Duration::from_secs(20)));
    for made in admin.create_topics(&new.collect::<Vec<_>>(), &options).await.unwrap() {
        made.unwrap();
    }
}

fn brokers() -> String {
    support::client().get("bootstrap.servers").unwrap().to_owned()
}

pub(crate) async fn key_pool(settings: &Settings) -> sqlx::PgPool {
    let schema = format!("{}keys", settings.schema_prefix);
    let options: PgConnectOptions = settings.database_url.parse().unwrap();
    let mut connection = options.clone().connect().await.unwrap();
    recourse_sealing::prepare(&mut connection, &schema).await.unwrap();
    connection.close().await.unwrap();
    let options = options.options([("search_path", schema.as_str())]);
    PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap()
}

fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/things", get(async |_: List| Json(json!({"items": []}))))
        .route("/v1/things/{key}", post(ask))
        .route("/v1/photos/{owner}", edge.photo_route(post(upload)))
        .route(
            "/v1/slow-photo",
            edge.photo_route(get(async || tokio::time::sleep(SLOW_PHOTO).await)),
        )
        .route("/v1/slow", get(async || tokio::time::sleep(Duration::from_mins(1)).await))
        .route("/v1/panic", get(async || -> () { panic!("requested by the test") }))
        .with_state(edge)
}

async fn ask(call: Command<String>) -> Result<Accepted, Problem> {
    call.only(&[Role::Buyer])?;
    let command = ThingCommand::Ask(call.request.read()?);
    call.create(&call.path, &command, |id| format!("/v1/things/{id}")).await
}

async fn upload(
    call: Call<String>,
    Body(bytes): Body,
) -> Result<recourse_edge::Json<Photo>, Problem> {
    let (now, person) = (call.clock().now(), call.caller.person());
    Ok(recourse_edge::Json(call.photos().store(&call.path, &person, bytes, now).await?))
}

/// A small JPEG with an application segment.
pub(crate) fn jpeg(segment: &[u8]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(32, 32, |x, y| {
        image::Rgb([x, y, 7].map(|shade| shade.to_le_bytes()[0]))
    });
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let bytes = bytes.into_inner();
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&bytes[..2], &[0xFF, 0xE1], &length, segment, &bytes[2..]].concat()
}
