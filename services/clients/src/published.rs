//! Terms, tariffs and shops from files, published over HTTP.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use recourse_kernel::Hash;
use reqwest::StatusCode;
use serde_json::Value;

/// One file, and the path it is published to.
pub struct Document {
    pub path: PathBuf,
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
