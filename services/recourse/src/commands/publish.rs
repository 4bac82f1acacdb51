//! `recourse publish`: terms, tariffs and shops, over HTTP.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use recourse_clients::published::{documents, publish};
use recourse_edge::issue_token;
use recourse_kernel::{Principal, Role};
use recourse_runtime::settings::Settings;

const TOKEN_FOR: Duration = Duration::from_secs(600);

/// Publish terms, tariffs and shops to a running installation.
///
/// Publishes shops first, then tariffs, then terms, which need both. Running it again publishes
/// nothing twice: the same file gives the same Idempotency-Key. Terms cannot start in the past;
/// files whose terms do are reported as refused.
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
    /// Address of the installation; by default the address in the settings.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A token of role provider or operator; in development mode one is issued.
    #[arg(long, env = "RECOURSE_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Publish {
    pub(super) async fn perform(self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let url = self.url.unwrap_or_else(|| format!("http://{}", settings.http.bind));
        let token = match self.token {
            Some(token) => token,
            None => issue_token(settings, &Principal::new(Role::Operator, "publish"), TOKEN_FOR)?,
        };
        let documents = documents(&self.terms, &self.tariffs, &self.shops)?;
        let reported = publish(&url, &token, &documents).await?;
        let mut refused = 0;
        for (document, refusal) in documents.iter().zip(reported) {
            match refusal {
                None => println!("published  {}", document.path.display()),
                Some(why) => {
                    refused += 1;
                    println!("refused    {}: {why}", document.path.display());
                }
            }
        }
        Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
