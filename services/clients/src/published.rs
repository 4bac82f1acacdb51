//! Terms, tariffs, shops and calendars from files, published over HTTP.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::keys;

/// Where versions of terms are published.
const TERMS: &str = "/v1/terms";
/// How long a publication may wait for its decision.
const DECIDED_WITHIN: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(200);

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

/// The documents of a folder laid out like `deploy` in the repository.
pub fn shipped(deploy: &Path) -> anyhow::Result<Vec<Document>> {
    let [terms, shops, calendars] = ["terms", "shops", "calendars"].map(|name| deploy.join(name));
    documents(&terms, &deploy.join("tariffs/2025.json"), &shops, &calendars)
}

/// The documents in the order in which they are published: calendars, shops, tariffs, terms by line
/// and version.
pub fn documents(
    terms: &Path,
    tariffs: &Path,
    shops: &Path,
    calendars: &Path,
) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    for path in json_files(calendars)? {
        documents.push(Document::read(path, "/v1/calendars")?);
    }
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
    /// Publishes all of it, or nothing, and waits for the decision; returns the refusal, if there
    /// was one. Documents that are published already stay as they are.
    pub async fn publish(
        &self,
        client: &reqwest::Client,
        url: &str,
        token: &str,
    ) -> anyhow::Result<Option<String>> {
        let (path, body) = self.call();
        let call = client
            .post(format!("{url}{path}"))
            // What was refused may be accepted today.
            .header("idempotency-key", keys::fresh()?)
            .json(&body);
        let mut answer = Answer::of(call, url, token).await?;
        let deadline = tokio::time::Instant::now() + DECIDED_WITHIN;
        while let Some(outcome) = answer.is_pending_at() {
            if tokio::time::Instant::now() > deadline {
                bail!("{self}: not decided yet; `recourse call GET '{outcome}'` shows the outcome");
            }
            tokio::time::sleep(ASK_AGAIN).await;
            answer = Answer::of(client.get(format!("{url}{outcome}")), url, token).await?;
        }
        if answer.status.is_success() {
            return Ok(answer.blocked());
        }
        match answer.refusal() {
            Some(detail) => Ok(Some(detail)),
            None => bail!("{self}: {}: {}", answer.status, answer.detail()),
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

/// What an installation answers.
struct Answer {
    status: StatusCode,
    /// Null if it is not JSON.
    body: Value,
}

impl Answer {
    async fn of(call: reqwest::RequestBuilder, url: &str, token: &str) -> anyhow::Result<Self> {
        let answer = call.bearer_auth(token).send().await;
        let answer = answer
            .with_context(|| format!("calling {url} (is `recourse serve` running there?)"))?;
        Ok(Self { status: answer.status(), body: answer.json().await.unwrap_or_default() })
    }

    /// Where to ask again, if it is accepted and not decided yet.
    fn is_pending_at(&self) -> Option<&str> {
        let waits = self.status == StatusCode::ACCEPTED && self.body["status"] == "pending";
        self.body["outcome"].as_str().filter(|_| waits)
    }

    /// Why it is not decided before a person does something, if so.
    fn blocked(&self) -> Option<String> {
        (self.status == StatusCode::ACCEPTED).then(|| {
            "it could not be decided, and waits for a person (`recourse dead-letters list`)"
                .to_owned()
        })
    }

    /// The refusal of this publication, which says nothing about the next one. Whatever else fails,
    /// such as the token or the path, fails for all of them.
    fn refusal(&self) -> Option<String> {
        let code = self.body["code"].as_str()?;
        let is_of_all = self.status == StatusCode::UNAUTHORIZED || code.starts_with("route.");
        (self.status.is_client_error() && !is_of_all).then(|| self.detail())
    }

    /// The sentence of a problem.
    fn detail(&self) -> String {
        self.body["detail"].as_str().unwrap_or("no reason was given").to_owned()
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
        let documents = shipped(&deploy).unwrap();
        let all: Vec<_> = publications(&documents).collect();
        assert!(all.len() < documents.len());
        let paths: Vec<String> = all.iter().map(|publication| publication.call().0).collect();
        assert_eq!(paths[0], "/v1/calendars");
        let of_line = "/v1/terms/wisetech-repair/versions";
        let line = paths.iter().position(|path| path == of_line).unwrap();
        let versions = all[line].documents.iter().map(|document| document.body["version"].as_u64());
        assert_eq!(versions.collect::<Vec<_>>(), [Some(1), Some(2)]);
    }
}
