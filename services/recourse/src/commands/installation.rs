//! A running installation, called over HTTP.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use recourse_runtime::settings::Settings;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// How long to wait until the address is listened on: `recourse serve` may just have been started.
const LISTENS_WITHIN: Duration = Duration::from_secs(4);
const TRY_AGAIN: Duration = Duration::from_millis(100);
/// How long one connection may take: an address may drop packets. With the above: less than 5 s.
const CONNECTED_WITHIN: Duration = Duration::from_millis(800);
/// How long a call may take: an installation that is starting answers when it has started.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);

/// A running installation.
pub(super) struct Installation {
    url: String,
    /// The option that names another one.
    option: &'static str,
    client: reqwest::Client,
}

/// What it answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Body,
}

/// The body of an answer.
pub(super) enum Body {
    Json(Value),
    /// Metrics, a photo, or what another program or a proxy answers.
    Other {
        /// What it is called, such as `text/plain`.
        kind: String,
        bytes: Vec<u8>,
    },
}

impl Installation {
    /// The one at this URL, or at the address of the settings.
    pub(super) fn at(url: Option<String>, settings: &Settings) -> anyhow::Result<Self> {
        let url = url.unwrap_or_else(|| {
            let mut bind = settings.http.bind;
            // Listening everywhere includes here.
            if bind.ip().is_unspecified() {
                bind.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
            }
            format!("http://{bind}")
        });
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECTED_WITHIN)
            .timeout(ANSWERS_WITHIN)
            .build()?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), option: "--url", client })
    }

    /// The same one, for a command in which this option names it.
    #[cfg(feature = "cases")]
    pub(super) fn named_with(self, option: &'static str) -> Self {
        Self { option, ..self }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Waits until it has started. Fails within 5 seconds if nothing listens there.
    pub(super) async fn has_started(&self) -> anyhow::Result<()> {
        self.send(|client, url| client.get(format!("{url}/live"))).await.map(|_| ())
    }

    /// Sends a request. The connection is tried again for a few seconds.
    pub(super) async fn send(
        &self,
        request: impl Fn(&reqwest::Client, &str) -> RequestBuilder,
    ) -> anyhow::Result<Answer> {
        let deadline = tokio::time::Instant::now() + LISTENS_WITHIN;
        loop {
            match request(&self.client, &self.url).send().await {
                Ok(response) => {
                    let answer = Answer::read(response).await;
                    return answer.with_context(|| format!("calling {}", self.url));
                }
                Err(error) if error.is_connect() => {
                    if tokio::time::Instant::now() > deadline {
                        bail!(
                            "nothing answers at {}: start it with `recourse serve`, or name \
                             another address with {}",
                            self.url,
                            self.option
                        );
                    }
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("calling {}", self.url));
                }
            }
        }
    }
}

impl Answer {
    /// Fails if the connection ends before the body does.
    async fn read(response: Response) -> reqwest::Result<Self> {
        let status = response.status();
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("of an unknown type").to_owned();
        let bytes = response.bytes().await?.to_vec();
        let body = match serde_json::from_slice(&bytes) {
            Ok(value) => Body::Json(value),
            Err(_) => Body::Other { kind, bytes },
        };
        Ok(Self { status, body })
    }

    /// The body, which every call of the test clock answers with. Another program's is an error.
    pub(super) fn json(&self) -> anyhow::Result<&Value> {
        match &self.body {
            Body::Json(value) => Ok(value),
            Body::Other { kind, .. } => bail!(
                "the answer ({}) is {kind}, not JSON: does another program listen at this \
                 address? Name another with --url",
                self.status
            ),
        }
    }

    /// The sentence of a problem, with what to do instead.
    pub(super) fn refusal(&self) -> String {
        let text = |name: &str| match &self.body {
            Body::Json(body) => body[name].as_str(),
            Body::Other { .. } => None,
        };
        let detail = text("detail").unwrap_or("no reason was given");
        match text("instead") {
            Some(instead) => format!("{detail}. {instead}"),
            None => detail.to_owned(),
        }
    }
}
