//! An installation with the settings of production.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Monotonic};

use chrono::{SecondsFormat, TimeDelta};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use recourse_clients::published::{documents, publish};
use recourse_edge::DevelopmentIssuer;
use recourse_kernel::master_key::MasterKey;
use recourse_kernel::{Instant, OrderKeys, Principal, Role};
use recourse_process::ServiceName;
use recourse_runtime::settings::{ClockSource, Mode, Settings};
use recourse_tests::test_marketplace::{self, PATIENCE, TestMarketplace};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

/// Every shop system signs its webhooks with this.
pub(crate) const SECRET: &str = "hush";

pub(crate) struct Production {
    market: TestMarketplace,
    issuer: DevelopmentIssuer,
    client: reqwest::Client,
    /// When the test began; events are dated in days before it.
    now: Instant,
    folder: PathBuf,
}

/// The answer to a call.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Value,
}

impl Answer {
    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

/// An issuer of its own, whose public keys the services read from a file.
fn issuer(folder: &Path) -> DevelopmentIssuer {
    let mut elsewhere = Settings::default();
    folder.clone_into(&mut elsewhere.jwt.dev_keys);
    DevelopmentIssuer::open(&elsewhere).unwrap()
}

fn settings(folder: &Path) -> Settings {
    let mut settings = test_marketplace::settings();
    settings.mode = Mode::Production;
    settings.clock = ClockSource::System;
    settings.master_key = Some(MasterKey::from_bytes([7; 32]));
    settings.order_keys = Some(OrderKeys::from_bytes([8; 32]));
    settings.jwt.jwks_file = Some(issuer(&folder.join("issuer")).jwks_file());
    let access = folder.join("buyer-access");
    issuer(&access);
    settings.buyer_access.key_file = Some(access.join("issuer-es256.p8"));
    settings.photos.folder = folder.join("photos");
    settings.check().unwrap();
    settings
}

impl Production {
    /// Starts every service for a shop with these settings.
    pub(crate) async fn open(shop: Value) -> Self {
        let name = test_marketplace::settings().instance;
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut settings = settings(&folder);
        settings.service.insert("shops".to_owned(), json!([shop]));
        let market = TestMarketplace::with(settings, &ServiceName::ALL).await;
        let now = market.process.node.clock.now();
        let issuer = issuer(&folder.join("issuer"));
        let at = Self { market, issuer, client: reqwest::Client::new(), now, folder };
        at.publish_terms().await;
        at
    }

    /// The provider's first version for the United States, sold since 90 days ago, with the shops
    /// and tariffs that come with the project.
    async fn publish_terms(&self) {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
        let bundled = deploy.join("terms/warranty-group-exchange-1.json");
        let mut terms: Value = serde_json::from_slice(&std::fs::read(bundled).unwrap()).unwrap();
        terms["line"] = json!("warranty-group-shops");
        terms["sold_from"] = json!(self.days_ago(90));
        terms.as_object_mut().unwrap().remove("sold_until");
        terms["sources"].as_object_mut().unwrap().remove("sold_until");
        let folder = self.folder.join("terms");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("terms.json"), terms.to_string()).unwrap();
        let (shops, calendars) = (deploy.join("shops"), deploy.join("calendars"));
        let tariffs = deploy.join("tariffs/2025.json");
        let all = documents(&folder, &tariffs, &shops, &calendars);
        let operator = self.token(&Principal::new(Role::Operator, "publish"));
        for refusal in publish(&self.market.url(""), &operator, &all.unwrap()).await.unwrap() {
            assert_eq!(refusal, None);
        }
        self.settled().await;
    }

    /// Shuts the services down, and deletes the folder.
    pub(crate) async fn end(self) {
        self.market.end().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// RFC 3339 of the instant this many days before the test, in whole seconds.
    pub(crate) fn days_ago(&self, days: i64) -> String {
        (self.now - TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// The time of the services.
    pub(crate) fn clock(&self) -> Instant {
        self.market.process.node.clock.now()
    }

    /// A token of the issuer.
    pub(crate) fn token(&self, who: &Principal) -> String {
        self.issuer.issue(who, Duration::from_mins(10)).unwrap()
    }

    /// Waits until all input has been decided and projected.
    pub(crate) async fn settled(&self) {
        self.market.settled().await;
    }

    /// Sends a webhook with these headers and the signature of its body in `signed`; every command
    /// that it leads to must be taken.
    pub(crate) async fn webhook(
        &self,
        path: &str,
        signed: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) {
        let body = body.to_string();
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
        let signature = BASE64.encode(&mac.chain_update(&body).finalize().into_bytes());
        let mut call = self.request(Method::POST, path).header(signed, signature);
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        let call = call.header("content-type", "application/json").body(body);
        let taken = answered(call).await.expect(StatusCode::OK);
        assert_eq!(taken["dead_letter"], json!(0), "{headers:?}: {taken}");
        self.settled().await;
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        answered(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, key: &str, body: &Value) -> Answer {
        let call = self.request(Method::POST, path).bearer_auth(token);
        answered(call.header("idempotency-key", key).json(body)).await
    }

    /// Uploads a photo, and returns its hash.
    pub(crate) async fn photo(&self, token: &str, path: &str) -> Value {
        let call = self.request(Method::POST, path).bearer_auth(token);
        let call = call.header("content-type", "image/jpeg").header("idempotency-key", "photo");
        let uploaded = answered(call.body(recourse_tests::photo::jpeg())).await;
        uploaded.expect(StatusCode::CREATED)["sha256"].clone()
    }

    /// Reads again until the body satisfies a condition.
    pub(crate) async fn until(
        &self,
        what: &str,
        token: &str,
        path: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Monotonic::now() + PATIENCE;
        loop {
            let Answer { status, body } = self.get(token, path).await;
            if status == StatusCode::OK && holds(&body) {
                return body;
            }
            assert!(Monotonic::now() < deadline, "timed out waiting until {what}: {body}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.market.url(path))
    }
}

async fn answered(call: RequestBuilder) -> Answer {
    let answer = call.send().await.unwrap();
    let (status, bytes) = (answer.status(), answer.bytes().await.unwrap());
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { status, body }
}
