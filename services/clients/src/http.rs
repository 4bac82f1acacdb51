//! An HTTP client as any external system would have: a token per principal, an Idempotency-Key per
//! command.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use recourse_edge::DevelopmentIssuer;
use recourse_kernel::Principal;
use recourse_runtime::settings::Settings;
use reqwest::{Method, StatusCode};
use serde_json::Value;

const TOKEN_FOR: Duration = Duration::from_secs(24 * 3600);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
const MOST_TRIES: u32 = 100;

/// A client of the edge. Cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    url: String,
    client: reqwest::Client,
    issuer: DevelopmentIssuer,
    tokens: Mutex<HashMap<Principal, String>>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    /// Its body; null if it is not JSON.
    pub body: Value,
}

impl Answer {
    /// The id of the created or changed resource.
    pub fn id(&self) -> &str {
        self.body["id"].as_str().unwrap_or_default()
    }

    /// The code of the refusal, if it is one.
    pub fn refusal(&self) -> Option<&str> {
        if self.status.is_success() {
            return None;
        }
        Some(self.body["code"].as_str().unwrap_or("no code"))
    }

    /// The refusal's sentence.
    pub fn detail(&self) -> &str {
        self.body["detail"].as_str().unwrap_or_default()
    }
}

impl Http {
    /// A client of the edge at this address, with tokens of the development issuer.
    pub fn new(url: &str, settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(Inner {
            url: url.to_owned(),
            client: reqwest::Client::builder().build()?,
            issuer: DevelopmentIssuer::open(settings)?,
            tokens: Mutex::default(),
        })))
    }

    /// The address of the edge.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    pub fn token(&self, who: &Principal) -> anyhow::Result<String> {
        let mut tokens = self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = tokens.get(who) {
            return Ok(token.clone());
        }
        let token = self.0.issuer.issue(who, TOKEN_FOR)?;
        tokens.insert(who.clone(), token.clone());
        Ok(token)
    }

    pub async fn get(&self, who: &Principal, path: &str) -> anyhow::Result<Answer> {
        self.send(who, |client, url| client.get(format!("{url}{path}"))).await
    }

    /// Sends a command under this idempotency key.
    pub async fn post(
        &self,
        who: &Principal,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        self.send(who, |client, url| {
            client.post(format!("{url}{path}")).header("idempotency-key", key).json(body)
        })
        .await
    }

    /// Uploads a photo under this idempotency key.
    pub async fn upload(
        &self,
        who: &Principal,
        path: &str,
        key: &str,
        photo: &[u8],
    ) -> anyhow::Result<Answer> {
        self.send(who, |client, url| {
            client
                .request(Method::POST, format!("{url}{path}"))
                .header("idempotency-key", key)
                .header("content-type", "image/jpeg")
                .body(photo.to_vec())
        })
        .await
    }

    /// Sends the request, and repeats it while the answer is 202 or 503.
    async fn send(
        &self,
        who: &Principal,
        request: impl Fn(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> anyhow::Result<Answer> {
        let token = self.token(who)?;
        let mut tries = 0;
        loop {
            let answer = request(&self.0.client, &self.0.url)
                .bearer_auth(&token)
                .send()
                .await
                .context("the edge does not answer")?;
            let status = answer.status();
            let waits = status == StatusCode::ACCEPTED || status == StatusCode::SERVICE_UNAVAILABLE;
            tries += 1;
            if waits && tries < MOST_TRIES {
                tokio::time::sleep(POLL_INTERVAL).await;
                continue;
            }
            let body = answer.json().await.unwrap_or_default();
            return Ok(Answer { status, body });
        }
    }
}
