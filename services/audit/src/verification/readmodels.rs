//! Every read model equals its rebuild from offset 0, byte for byte.

use std::sync::Arc;

use futures::TryStreamExt as _;
use recourse_runtime::database::Database;
use recourse_runtime::kafka::Connection;
use recourse_runtime::projector::{
    self, Difference, ProjectorSettings, RebuildError, RebuildProgress, Source, Tables, dump_table,
};
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;
use recourse_wiring::ServiceSpec;

use super::{Break, Check};

const CONNECTIONS: u32 = 2;
const BATCH: usize = 2_000;

/// What defines a service's read model.
pub struct ReadModel {
    settings: ProjectorSettings,
    database: Database,
    tables: Arc<Tables>,
}

impl ReadModel {
    /// The read model of a service, in the database of these settings.
    pub async fn of(settings: &Settings, spec: ServiceSpec) -> anyhow::Result<Self> {
        let topics = Topics::new(&settings.topic_prefix);
        let connection = connection(settings);
        let database = Database::open(
            &settings.database_url,
            &settings.schema_prefix,
            spec.name,
            CONNECTIONS,
            spec.migrations,
        )
        .await?;
        let sources = spec
            .projected
            .iter()
            .map(|&context| Source { context: context.to_owned(), topic: topics.events(context) });
        let settings = ProjectorSettings {
            client: connection.projecting(),
            group: topics.named(&format!("recourse.{}.projector", spec.name)),
            sources: sources.collect(),
            batch: BATCH,
        };
        Ok(Self { settings, database, tables: Arc::new(spec.tables) })
    }

    /// Rebuilds it and replaces the live one.
    pub async fn rebuild(
        &self,
        on_progress: impl FnMut(RebuildProgress) + Send + 'static,
    ) -> Result<(), RebuildError> {
        let (settings, tables) = (self.settings.clone(), Arc::clone(&self.tables));
        projector::rebuild(settings, &self.database, tables, on_progress).await
    }

    /// The rows of each table as JSON, ordered by key.
    pub async fn dumped(&self) -> anyhow::Result<Vec<(&'static str, Vec<String>)>> {
        let mut connection = self.database.connect().await?;
        let mut all = Vec::new();
        for (name, key) in self.tables.dumped() {
            let rows = dump_table(&mut connection, name, key).try_collect().await?;
            all.push((name, rows));
        }
        Ok(all)
    }
}

pub fn connection(settings: &Settings) -> Connection {
    settings.kafka.connection()
}

/// Rebuilds a service's read model next to the live one and compares the two at the same positions.
/// The live one is left untouched and may keep running.
pub async fn verify(
    settings: &Settings,
    spec: ServiceSpec,
    on_progress: impl FnMut(RebuildProgress) + Send + 'static,
) -> anyhow::Result<Option<Break>> {
    let service = spec.name;
    let model = ReadModel::of(settings, spec).await?;
    if let Some(aside) = set_aside(&model.database, service).await? {
        return Ok(Some(aside));
    }
    let difference =
        projector::verify(model.settings, &model.database, model.tables, on_progress).await?;
    Ok(difference.map(|difference| found(service, &difference)))
}

/// Events that the read model could not apply. A rebuild could not apply them either, so the tables
/// would be equal, yet not match the log.
async fn set_aside(database: &Database, service: &str) -> anyhow::Result<Option<Break>> {
    let mut connection = database.connect().await?;
    let (count, first): (i64, Option<String>) = sqlx::query_as(
        "SELECT count(*), min(topic || '/' || partition || '/' || \"offset\" || ': ' || why)
         FROM set_aside",
    )
    .fetch_one(&mut connection)
    .await?;
    Ok(first.map(|first| Break {
        check: Check::ReadModels,
        location: format!("{service}, table set_aside"),
        why: format!("{count} events are not projected, for example {first}"),
    }))
}

fn found(service: &str, difference: &Difference) -> Break {
    let Difference { table, left, right } = difference;
    let row = |row: &Option<String>| row.clone().unwrap_or_else(|| "no such row".to_owned());
    Break {
        check: Check::ReadModels,
        location: format!("{service}, table {table}"),
        why: format!("it has {}, but the log gives {}", row(left), row(right)),
    }
}
