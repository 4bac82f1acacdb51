//! `recourse publish`: terms, tariffs, shops and calendars, over HTTP.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use recourse_clients::published::{Publication, documents, publications};
use recourse_edge::issue_token;
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::Settings;
use serde_json::json;

use super::NOT_ALL_USED;
use super::installation::Installation;
use super::output::{either, note};

const TOKEN_FOR: Duration = Duration::from_secs(600);

/// Publish terms, tariffs, shops and calendars to a running installation.
///
/// Publishes calendars and shops first, then tariffs, then terms, which need all of them. Running
/// it again publishes nothing twice. All versions of a line of terms are published together: if the
/// line is new, they may start in the past, and are recorded as backdated (S5). A later version has
/// to be published before it starts. What is refused is listed with the reason, and the exit status
/// is then 2.
#[derive(Args)]
pub(super) struct Publish {
    /// Folder of the terms, one version per file.
    #[arg(long, value_name = "DIR", default_value = "deploy/terms")]
    terms: PathBuf,
    /// The tariff sheet.
    #[arg(long, value_name = "FILE", default_value = "deploy/tariffs/2025.json")]
    tariffs: PathBuf,
    /// Folder of the shop directories, one provider per file.
    #[arg(long, value_name = "DIR", default_value = "deploy/shops")]
    shops: PathBuf,
    /// Folder of the calendars of business days, which terms name.
    #[arg(long, value_name = "DIR", default_value = "deploy/calendars")]
    calendars: PathBuf,
    /// Address of the installation; by default the address in the settings.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A token of role provider or operator; in development mode one is issued.
    #[arg(long, env = "RECOURSE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Print one JSON object per publication.
    #[arg(long)]
    json: bool,
}

impl Publish {
    pub(super) async fn perform(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let documents = documents(&self.terms, &self.tariffs, &self.shops, &self.calendars)?;
        let installation = Installation::at(self.url, settings)?;
        let token = match self.token {
            Some(token) => token,
            None => issue_token(settings, &Principal::new(Role::Operator, "publish"), TOKEN_FOR)?,
        };
        installation.has_started().await?;
        let (mut published, mut refused) = (0, 0);
        for publication in publications(&documents) {
            let (client, url) = (installation.client(), installation.url());
            let refusal = publication.publish(client, url, &token).await?;
            match &refusal {
                None => published += publication.documents.len(),
                Some(_) => refused += publication.documents.len(),
            }
            print(self.json, &publication, refusal.as_deref());
        }
        note(format_args!("{published} documents are published, {refused} refused"));
        if refused > 0 {
            return Ok(ExitCode::from(NOT_ALL_USED));
        }
        note(
            "Next: send an order with a warranty, such as\n  \
             recourse import orders --format native deploy/quickstart/orders.jsonl",
        );
        Ok(ExitCode::SUCCESS)
    }
}

fn print(json: bool, publication: &Publication<'_>, refusal: Option<&str>) {
    let files: Vec<_> = publication.documents.iter().map(|document| &document.path).collect();
    let value = json!({ "files": files, "published": refusal.is_none(), "refusal": refusal });
    match refusal {
        None => either(json, &value, format_args!("published  {publication}")),
        Some(why) => either(json, &value, format_args!("refused    {publication}: {why}")),
    }
}
