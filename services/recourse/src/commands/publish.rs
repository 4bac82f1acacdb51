//! `recourse publish`: terms, tariffs and shops, over HTTP.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use recourse_edge::issue_token;
use recourse_kernel::{Hash, Principal, Role};
use recourse_runtime::settings::Settings;
use reqwest::StatusCode;
use serde_json::Value;

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

/// One file, and the path it is published to.
pub struct Document {
    path: PathBuf,
    route: &'static str,
    body: Vec<u8>,
}

/// The documents in the order in which they are published: shops, tariffs, terms by line and
/// version.
pub fn documents(terms: &Path, tariffs: &Path, shops: &Path) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    for path in json_files(shops)? {
        documents.push(Document::read(path, "/v1/shop-directories")?);
    }
    documents.push(Document::read(tariffs.to_owned(), "/v1/tariffs")?);
    for path in json_files(terms)? {
        documents.push(Document::read(path, "/v1/terms")?);
    }
    Ok(documents)
}

/// Publishes documents, and returns for each the refusal, if there was one.
pub async fn publish(
    url: &str,
    token: &str,
    documents: &[Document],
) -> anyhow::Result<Vec<Option<String>>> {
    let client = reqwest::Client::new();
    let mut reported = Vec::new();
    for document in documents {
        let answer = client
            .post(format!("{url}{}", document.route))
            .bearer_auth(token)
            .header("content-type", "application/json")
            .header("idempotency-key", Hash::of_bytes(&document.body).to_string())
            .body(document.body.clone())
            .send()
            .await
            .with_context(|| format!("calling {url} (is `recourse serve` running there?)"))?;
        let status = answer.status();
        if status.is_success() {
            reported.push(None);
            continue;
        }
        let problem: Value = answer.json().await.unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no reason was given").to_owned();
        match status {
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => reported.push(Some(detail)),
            _ => bail!("{}: {status}: {detail}", document.path.display()),
        }
    }
    Ok(reported)
}

impl Document {
    fn read(path: PathBuf, route: &'static str) -> anyhow::Result<Self> {
        let body = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        Ok(Self { path, route, body })
    }
}

/// The JSON files of a folder, sorted by name.
fn json_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    anyhow::ensure!(!files.is_empty(), "no JSON files in {}", folder.display());
    Ok(files)
}
