//! The projector on a real Kafka and a real PostgreSQL: committed records are projected exactly
//! once, whichever process does it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod projecting;
mod rebuilding;
mod setting_aside;
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use recourse_runtime::database::Database;
use recourse_runtime::projector::{Progress, Projector, Source};
use support::{Writer, eventually};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);

struct Setting {
    name: String,
    source: Source,
    database: Database,
    writer: Writer,
}

async fn setting() -> Setting {
    let name = support::unique();
    let source = support::topic(&name).await;
    let database = support::database(&name).await;
    let writer = Writer::new(&name, &source);
    writer.genesis("the first log");
    Setting { name, source, database, writer }
}

impl Setting {
    fn projector(&self, progress: &Progress) -> Projector {
        Projector::start(
            support::settings(&self.name, &self.source),
            &self.database,
            support::tables(),
            progress.clone(),
            support::metrics(),
            CancellationToken::new(),
        )
        .unwrap()
    }

    async fn tallies(&self) -> Vec<(String, i64, Vec<String>)> {
        sqlx::query_as("SELECT thing, counted, words FROM tallies ORDER BY thing")
            .fetch_all(self.database.pool())
            .await
            .unwrap()
    }

    async fn counted(&self, thing: &str) -> i64 {
        let tallies = self.tallies().await;
        tallies.iter().find(|(name, ..)| name == thing).map_or(0, |(_, counted, _)| *counted)
    }

    async fn has_counted(&self, thing: &str, count: i64) {
        let what = format!("{thing} is counted to {count}");
        eventually(&what, async || self.counted(thing).await == count).await;
    }

    async fn ask(&self, statement: &'static str) {
        sqlx::query(statement).execute(self.database.pool()).await.unwrap();
    }
}

fn row(thing: &str, counted: i64, words: &[&str]) -> (String, i64, Vec<String>) {
    (thing.to_owned(), counted, words.iter().map(|&word| word.to_owned()).collect())
}
