//! One service in this process, with separate topics, schemas and keys, for the tests of that
//! service; and records as another service would write them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

pub mod command_line;
pub mod contents;
pub mod written;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use recourse_edge::{Caller, Command, DevelopmentIssuer, IdempotencyKey, RequestBody, serve};
use recourse_kernel::{Principal, Role, Wire};
use recourse_runtime::settings::Settings;
use recourse_wiring::{Node, Running};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running service. Shut it down with [`Installation::end`].
pub struct Installation {
    /// The node that the service runs on.
    pub node: Node,
    running: Option<Running>,
    client: reqwest::Client,
    address: SocketAddr,
    issuer: DevelopmentIssuer,
    folder: PathBuf,
}

/// An answer as its caller sees it.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// The body; null if it is not JSON.
    pub body: Value,
    /// The header `recourse-position`; empty if there is none.
    pub position: String,
    /// The header `Location`; empty if there is none.
    pub location: String,
}

fn from_environment(name: &str) -> String {
    std::env::var(name).expect("run: deploy/local/with-stack cargo test")
}

/// Settings of a separate installation: two partitions, unique names, its own folder.
pub fn settings(context: &str) -> Settings {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let name = format!("{context}_{}_{}", std::process::id(), since.as_micros());
    let folder = std::env::temp_dir().join(&name);
    let mut settings = Settings {
        topic_prefix: format!("{name}."),
        schema_prefix: format!("{name}_"),
        partitions: 2,
        database_url: from_environment("DATABASE_URL"),
        ..Settings::default()
    };
    settings.kafka.brokers = from_environment("KAFKA_BROKERS");
    settings.jwt.dev_keys = folder.join("keys");
    settings.photos.folder = folder.join("photos");
    settings
}

impl Installation {
    /// A node with these [`settings`]; a test may prepare topics before it starts its service.
    pub async fn node(settings: Settings) -> Node {
        Node::open(settings, CancellationToken::new()).await.unwrap()
    }

    /// Serves a service that was started on this node, on any free port.
    pub async fn serving(node: Node, running: Running) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(
            listener,
            running.router.clone(),
            node.shutdown.clone().cancelled_owned(),
        ));
        let issuer = DevelopmentIssuer::open(&node.settings).unwrap();
        let client = reqwest::Client::new();
        let folder = node.settings.jwt.dev_keys.parent().unwrap().to_owned();
        std::fs::create_dir_all(&folder).unwrap();
        Self { running: Some(running), client, address, issuer, folder, node }
    }

    /// Shuts the service down and deletes its folder.
    pub async fn end(mut self) {
        self.node.shutdown.cancel();
        if let Some(running) = self.running.take() {
            running.ended().await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// Writes a file in the installation's folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Sends the writer a command that only another service's fact leads to; returns its position.
    pub async fn report<C: Wire>(&self, key: &str, name: &str, command: &C) -> String {
        let caller = Caller::new(Principal::new(Role::Operator, "test"));
        let running = self.running();
        let (once, request) =
            (IdempotencyKey::new(name).unwrap(), RequestBody::new(vec![name.to_owned()], None));
        let call = Command::new(running.edge.clone(), caller, once, request);
        let accepted = call.submit(key, command).await.unwrap();
        accepted.position.expect("decided in time").to_string()
    }

    pub async fn post(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        idempotency_key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(self.token(role, subject));
        Answer::to(request.header("Idempotency-Key", idempotency_key).json(body)).await
    }

    pub async fn post_photo(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        bytes: Vec<u8>,
    ) -> Answer {
        let request = self.request(Method::POST, path).bearer_auth(self.token(role, subject));
        Answer::to(request.header("Content-Type", "image/jpeg").body(bytes)).await
    }

    /// Sends a GET request that waits for the read model to reach this position, unless it is
    /// empty.
    pub async fn get(&self, (role, subject): (Role, &str), path: &str, position: &str) -> Answer {
        let request = self.request(Method::GET, path).bearer_auth(self.token(role, subject));
        let at = !position.is_empty();
        Answer::to(if at { request.header("recourse-position", position) } else { request }).await
    }

    /// Reads what a 201 created, where its `Location` says.
    pub async fn get_created(&self, who: (Role, &str), created: &Answer) -> Answer {
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        let read = self.get(who, &created.location, &created.position).await;
        assert_eq!(read.status, StatusCode::OK, "{}: {read:?}", created.location);
        read
    }

    /// Repeats a request until the answer satisfies a condition.
    pub async fn get_until(
        &self,
        who: (Role, &str),
        path: &str,
        wanted: impl Fn(&Answer) -> bool,
    ) -> Answer {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let answer = self.get(who, path, "").await;
            if wanted(&answer) {
                return answer;
            }
            assert!(tokio::time::Instant::now() < deadline, "{path} is still {answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The running service: its edge, its database.
    pub fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// The address it listens on, for raw connections.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request without credentials.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    /// A token for requests that are sent without [`Installation::get`] and its like.
    pub fn token(&self, role: Role, subject: &str) -> String {
        self.issuer.issue(&Principal::new(role, subject), Duration::from_mins(10)).unwrap()
    }
}

impl Answer {
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        let (position, location) = (header("recourse-position"), header("location"));
        Self { status, body: response.json().await.unwrap_or(Value::Null), position, location }
    }
}
