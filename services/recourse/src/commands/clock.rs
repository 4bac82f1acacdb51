//! `recourse clock`: the test clock of an installation in development mode.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use recourse_kernel::Instant;
use recourse_runtime::settings::Settings;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::duration::duration;
use super::installation::{Answer, Installation};
use super::output::either;
use super::progress::Progress;

/// The path of the test clock.
const PATH: &str = "/v1/test-clock";
/// How long an installation may take to do what became due.
const SETTLED_WITHIN: Duration = Duration::from_secs(600);
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Show or move the test clock, so that days pass in seconds.
///
/// The installation has to run in development mode with the test clock: `recourse serve
/// --test-clock`. Its time stops until it is moved, and only moves forward. `set` and `advance`
/// return once everything that became due has been decided and projected. Over HTTP: `GET` and
/// `POST /v1/test-clock`.
#[derive(Args)]
pub(super) struct Clock {
    #[command(subcommand)]
    what: What,
    /// Address of the installation; by default the address in the settings.
    #[arg(long, value_name = "URL", global = true)]
    url: Option<String>,
    /// Print a JSON object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Print the time.
    Show,
    /// Set the clock to a later time.
    Set {
        /// The time in UTC: 2026-03-02, or 2026-03-02T09:00:00Z.
        #[arg(value_parser = instant)]
        time: Instant,
    },
    /// Advance the clock.
    Advance {
        /// By how much, such as 90s, 30m, 12h, 16d or 2w.
        #[arg(value_parser = checked)]
        by: String,
    },
}

impl Clock {
    pub(super) async fn perform(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let installation = Installation::at(self.url, settings)?;
        let answer = match &self.what {
            What::Show => {
                installation.send(|client, url| client.get(format!("{url}{PATH}"))).await?
            }
            What::Set { time } => moved(&installation, &json!({ "now": time })).await?,
            What::Advance { by } => moved(&installation, &json!({ "advance": by })).await?,
        };
        if answer.status == StatusCode::NOT_FOUND {
            bail!("{} has no test clock: it runs in production mode", installation.url());
        }
        ensure!(answer.status.is_success(), "{}", answer.refusal());
        let body = answer.json()?;
        let now = body["now"].as_str().unwrap_or("not set yet; set it with `recourse clock set`");
        either(self.json, body, now);
        Ok(ExitCode::SUCCESS)
    }
}

/// Moves the clock, and waits until what became due is done.
async fn moved(installation: &Installation, body: &Value) -> anyhow::Result<Answer> {
    let mut answer =
        installation.send(|client, url| client.post(format!("{url}{PATH}")).json(body)).await?;
    let progress = Progress::of("waiting", "until everything due is done");
    let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
    while answer.status == StatusCode::ACCEPTED {
        let body = answer.json()?;
        let waits_for = body["waits_for"].as_str().unwrap_or_default();
        progress.reached(0, 1, waits_for);
        ensure!(
            tokio::time::Instant::now() < deadline,
            "the clock has moved, but not everything due is done: {waits_for}"
        );
        tokio::time::sleep(ASK_AGAIN).await;
        let again = json!({ "now": body["now"] });
        answer = installation
            .send(|client, url| client.post(format!("{url}{PATH}")).json(&again))
            .await?;
    }
    progress.finish();
    Ok(answer)
}

/// Reads a time; a day begins at midnight UTC.
fn instant(text: &str) -> Result<Instant, String> {
    let day = format!("{text}T00:00:00Z");
    text.parse()
        .or_else(|_| day.parse())
        .map_err(|_| format!("invalid time `{text}`: use 2026-03-02, or 2026-03-02T09:00:00Z"))
}

fn checked(text: &str) -> Result<String, String> {
    duration(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_an_instant() {
        assert_eq!(instant("2026-03-02"), instant("2026-03-02T00:00:00Z"));
        assert_eq!(instant("2026-03-02T12:00:00+03:00"), instant("2026-03-02T09:00:00Z"));
        for wrong in ["", "tomorrow", "2026-13-01", "16d"] {
            assert!(instant(wrong).is_err(), "{wrong}");
        }
    }
}
