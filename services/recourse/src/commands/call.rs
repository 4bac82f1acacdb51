//! `recourse call`: one call to a running installation, as one of its users.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use recourse_clients::keys;
use recourse_edge::issue_token;
use recourse_kernel::Principal;
use recourse_runtime::settings::Settings;
use recourse_terms::Provider;
use reqwest::{Method, StatusCode};

use super::installation::{Body, Installation};
use super::output::{body, data, note};

const TOKEN_FOR: Duration = Duration::from_secs(600);
/// How long to wait for what a call led to, if the installation can say when it is done.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Call a running installation over HTTP, with a token of the development issuer.
///
/// For example: `recourse call GET /v1/claims --as auditor:me`. Prints the body of the answer: JSON
/// with line breaks, anything else as it is. The status is 1 if the call is refused. Each POST is a
/// new command, with a random Idempotency-Key; to repeat one whose answer was lost, name its key
/// with --key. Where the installation has the test clock, a POST returns once everything that it
/// led to is done.
#[derive(Args)]
pub(super) struct Call {
    /// GET or POST.
    method: Method,
    /// The path: /v1/claims.
    path: String,
    /// Whom to call as, role and id: buyer:b-81, adjuster:a-1, shop:SHOP.
    #[arg(long = "as", value_name = "ROLE:ID")]
    who: Principal,
    /// The provider that employs an adjuster: wisetech-service.
    #[arg(long)]
    provider: Option<Provider>,
    /// The body, as JSON.
    #[arg(long, value_name = "JSON", conflicts_with = "file")]
    body: Option<String>,
    /// A file with the body.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The Idempotency-Key of a POST: under the same key the same call takes effect once, and
    /// permanently gets the same answer, also if it was refused. By default a random one.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Address of the installation; by default the address in the settings.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print the body as one line of JSON; fail if it is not JSON.
    #[arg(long)]
    json: bool,
}

impl Call {
    pub(super) async fn perform(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let installation = Installation::at(self.url, settings)?;
        let provider = self.provider.as_ref().map(ToString::to_string);
        let token = issue_token(settings, &Principal { provider, ..self.who }, TOKEN_FOR)?;
        let sent = match (self.body, self.file) {
            (Some(body), _) => body,
            (None, Some(file)) => std::fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?,
            (None, None) => String::new(),
        };
        let is_command = self.method != Method::GET;
        let key = self.key.map_or_else(keys::fresh, Ok)?;
        let answered = installation
            .send(|client, url| {
                let call = client.request(self.method.clone(), format!("{url}{}", self.path));
                let call = call.bearer_auth(&token);
                if !is_command {
                    return call;
                }
                let call = call.header("idempotency-key", &key);
                if sent.is_empty() {
                    return call;
                }
                call.header("content-type", "application/json").body(sent.clone())
            })
            .await;
        let answer = match answered {
            // Unlike one that found nothing at the address.
            Err(error) if is_command && error.is::<reqwest::Error>() => {
                return Err(error.context(format!(
                    "it is not known whether the call took effect; send it again with --key {key}"
                )));
            }
            answered => answered?,
        };
        let is_printed = print(&answer.body, self.json);
        if !answer.status.is_success() {
            note(format_args!("recourse: {}: {}", answer.status, answer.refusal()));
            if is_command && answer.status.is_server_error() {
                note(format_args!("the key of the call: --key {key}"));
            }
            return Ok(ExitCode::FAILURE);
        }
        if is_command {
            settles(&installation).await?;
        }
        Ok(if is_printed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Prints the body; false if it should be JSON and is not.
fn print(printed: &Body, json: bool) -> bool {
    match printed {
        Body::Json(value) if json => data(value),
        Body::Json(value) => data(format_args!("{value:#}")),
        Body::Other { kind, .. } if json => {
            note(format_args!(
                "recourse: the answer is {kind}, not JSON; without --json it is printed as it is"
            ));
            return false;
        }
        Body::Other { bytes, .. } => body(bytes),
    }
    true
}

/// Waits until everything is decided and projected, where the installation can say so.
async fn settles(installation: &Installation) -> anyhow::Result<()> {
    let get =
        |path: String| installation.send(move |client, url| client.get(format!("{url}{path}")));
    let clock = get("/v1/test-clock".to_owned()).await?;
    let Body::Json(clock) = clock.body else { return Ok(()) };
    let Some(now) = clock["now"].as_str().filter(|_| clock["is_test_clock"] == true) else {
        return Ok(());
    };
    let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
    loop {
        let settled = get(format!("/v1/settled?at={now}")).await?;
        let waits = settled.status == StatusCode::CONFLICT;
        if !waits || tokio::time::Instant::now() > deadline {
            if waits {
                note(format_args!("still pending: {}", settled.json()?["waits_for"]));
            }
            return Ok(());
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        call: Call,
    }

    #[test]
    fn a_caller_is_a_role_and_an_id() {
        let line = |who| Line::try_parse_from(["call", "POST", "/v1/claims", "--as", who]);
        let read = line("shop:wisetech-ru-kazan").unwrap().call;
        assert_eq!(
            (read.method, read.who.to_string().as_str()),
            (Method::POST, "shop:wisetech-ru-kazan")
        );
        assert!(line("somewhere").is_err());
    }
}
