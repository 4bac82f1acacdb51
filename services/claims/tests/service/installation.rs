//! The service in a process of its own making, with topics, schemas and keys of its own.

use std::net::SocketAddr;
use std::time::Duration;

use recourse_kernel::{Decider as _, Principal, Role};
use recourse_runtime::edge::{self, Caller, DevelopmentIssuer, IdempotencyKey, Submit};
use recourse_runtime::service::{Node, Running};
use recourse_runtime::settings::Settings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::written::write;

type Decided = recourse_claims::Claims;
type Command = <Decided as recourse_kernel::Decider>::Command;

pub(crate) struct Installation {
    running: Option<Running>,
    client: reqwest::Client,
    address: SocketAddr,
    issuer: DevelopmentIssuer,
    shutdown: CancellationToken,
    folder: std::path::PathBuf,
}

/// An answer as its caller sees it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) position: String,
}

fn from_environment(name: &str) -> String {
    std::env::var(name).expect("run it as: deploy/local/with-stack cargo test")
}

impl Installation {
    pub(crate) async fn new() -> Self {
        let since = std::time::UNIX_EPOCH.elapsed().unwrap();
        let name = format!("{}_{}_{}", Decided::CONTEXT, std::process::id(), since.as_micros());
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
        let shutdown = CancellationToken::new();
        let node = Node::open(settings, shutdown.clone()).await.unwrap();
        let records = crate::terms_records();
        write(&node.settings.kafka.brokers, &node.topics.events("terms"), &records);
        let mut book = node.terms.watch();
        book.wait_for(|book| book.shop("wisetech-ru-moscow").is_some()).await.unwrap();
        let running = recourse_claims::start(&node).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(edge::serve(
            listener,
            running.router.clone(),
            shutdown.clone().cancelled_owned(),
        ));
        let issuer = DevelopmentIssuer::open(&node.settings).unwrap();
        let client = reqwest::Client::new();
        Self { running: Some(running), client, address, issuer, shutdown, folder }
    }

    pub(crate) async fn end(mut self) {
        self.shutdown.cancel();
        if let Some(running) = self.running.take() {
            running.ended().await;
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// Asks the writer for something that only another service's fact asks for; gives its position.
    pub(crate) async fn tell(&self, key: &str, name: &str, command: &Command) -> String {
        let caller = Caller { principal: Principal::new(Role::Operator, "test") };
        let accepted = self
            .running
            .as_ref()
            .unwrap()
            .edge
            .submit(Submit {
                caller: &caller,
                idempotency_key: &IdempotencyKey::new(name).unwrap(),
                key,
                command,
                asked: &json!(name),
                created: false,
            })
            .await
            .unwrap();
        accepted.position.expect("decided in time").to_string()
    }

    pub(crate) async fn post(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        idempotency_key: &str,
        body: &Value,
    ) -> Answer {
        let request = self.request(Method::POST, role, subject, path);
        Self::answer(request.header("Idempotency-Key", idempotency_key).json(body)).await
    }

    pub(crate) async fn post_photo(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        bytes: Vec<u8>,
    ) -> Answer {
        let request = self.request(Method::POST, role, subject, path);
        Self::answer(request.header("Content-Type", "image/jpeg").body(bytes)).await
    }

    pub(crate) async fn get(
        &self,
        (role, subject): (Role, &str),
        path: &str,
        position: &str,
    ) -> Answer {
        let request = self.request(Method::GET, role, subject, path);
        let at = !position.is_empty();
        let request = if at { request.header("recourse-position", position) } else { request };
        Self::answer(request).await
    }

    fn request(
        &self,
        method: Method,
        role: Role,
        subject: &str,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let token = self.issuer.issue(role, subject, Duration::from_mins(10)).unwrap();
        let url = format!("http://{}{path}", self.address);
        self.client.request(method, url).bearer_auth(token)
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status();
        let position = response.headers().get("recourse-position").cloned();
        let position = position.map_or(String::new(), |at| at.to_str().unwrap().to_owned());
        Answer { status, body: response.json().await.unwrap_or(Value::Null), position }
    }
}
