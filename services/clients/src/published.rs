//! Terms, tariffs and shops from files, published over HTTP.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use recourse_kernel::Hash;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Where versions of terms are published.
const TERMS: &str = "/v1/terms";

/// One file, and what it is published as.
pub struct Document {
    pub path: PathBuf,
    route: &'static str,
    body: Value,
}

/// Documents that are published by one call: all versions of a line of terms, or one document.
pub struct Publication<'a> {
    /// The documents, versions in order.
    pub documents: &'a [Document],
}

/// The documents in the order in which they are published: shops, tariffs, terms by line and
/// version.
pub fn documents(terms: &Path, tariffs: &Path, shops: &Path) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    for path in json_files(shops)? {
        documents.push(Document::read(path, "/v1/shop-directories")?);
    }
    documents.push(Document::read(tariffs.to_owned(), "/v1/tariffs")?);
    let mut versions = Vec::new();
    for path in json_files(terms)? {
        versions.push(Document::read(path, TERMS)?);
    }
    versions.sort_by(|one, other| one.version().cmp(&other.version()));
    documents.extend(versions);
    Ok(documents)
}

/// The publications that these documents make up: the versions of a line go together, so that they
/// may start in the past if the first one does (S5).
pub fn publications(documents: &[Document]) -> impl Iterator<Item = Publication<'_>> {
    let is_one_line = |one: &Document, other: &Document| {
        one.line().is_some_and(|line| other.line() == Some(line))
    };
    documents.chunk_by(is_one_line).map(|documents| Publication { documents })
}

/// Publishes documents, and returns for each publication the refusal, if there was one.
pub async fn publish(
    url: &str,
    token: &str,
    documents: &[Document],
) -> anyhow::Result<Vec<Option<String>>> {
    let client = reqwest::Client::new();
    let mut reported = Vec::new();
    for publication in publications(documents) {
        reported.push(publication.publish(&client, url, token).await?);
    }
    Ok(reported)
}

impl Publication<'_> {
    /// Publishes all of it, or nothing; returns the refusal, if there was one.
    pub async fn publish(
        &self,
        client: &reqwest::Client,
        url: &str,
        token: &str,
    ) -> anyhow::Result<Option<String>> {
        let (path, body) = self.call();
        let body = body.to_string();
        let answer = client
            .post(format!("{url}{path}"))
            .bearer_auth(token)
            .header("content-type", "application/json")
            // The same documents are the same command.
            .header("idempotency-key", Hash::of_bytes(body.as_bytes()).to_string())
            .body(body)
            .send()
            .await
            .with_context(|| format!("calling {url} (is `recourse serve` running there?)"))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(None);
        }
        let problem: Value = answer.json().await.unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no reason was given").to_owned();
        match status {
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => Ok(Some(detail)),
            _ => bail!("{self}: {status}: {detail}"),
        }
    }

    fn call(&self) -> (String, Value) {
        match self.documents {
            [one] => (one.route.to_owned(), one.body.clone()),
            several => {
                let line = several.first().and_then(Document::line).unwrap_or_default();
                let versions: Vec<&Value> = several.iter().map(|document| &document.body).collect();
                (format!("{TERMS}/{line}/versions"), json!({ "versions": versions }))
            }
        }
    }
}

/// Its files.
impl fmt::Display for Publication<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, document) in self.documents.iter().enumerate() {
            let between = if number == 0 { "" } else { ", " };
            write!(f, "{between}{}", document.path.display())?;
        }
        Ok(())
    }
}

impl Document {
    fn read(path: PathBuf, route: &'static str) -> anyhow::Result<Self> {
        let body = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let body = serde_json::from_slice(&body)
            .with_context(|| format!("{} is not JSON", path.display()))?;
        Ok(Self { path, route, body })
    }

    /// The line of terms that it is a version of.
    fn line(&self) -> Option<&str> {
        self.body["line"].as_str().filter(|_| self.route == TERMS)
    }

    fn version(&self) -> (Option<&str>, Option<u64>) {
        (self.line(), self.body["version"].as_u64())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_a_line_are_published_together() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let (terms, tariffs) = (deploy.join("terms"), deploy.join("tariffs/2025.json"));
        let documents = documents(&terms, &tariffs, &deploy.join("shops")).unwrap();
        let all: Vec<_> = publications(&documents).collect();
        assert!(all.len() < documents.len());
        let paths: Vec<String> = all.iter().map(|publication| publication.call().0).collect();
        assert_eq!(paths[0], "/v1/shop-directories");
        let of_line = "/v1/terms/wisetech-repair/versions";
        let line = paths.iter().position(|path| path == of_line).unwrap();
        let versions = all[line].documents.iter().map(|document| document.body["version"].as_u64());
        assert_eq!(versions.collect::<Vec<_>>(), [Some(1), Some(2)]);
    }
}
