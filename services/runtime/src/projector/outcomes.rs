//! The outcome of each command, for callers that received no reply: a row per command id, from the
//! attributes of the records that answer it.

use std::collections::HashMap;

use recourse_kernel::folded::common_kind_of;
use recourse_kernel::{Instant, Refusal};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use super::model::Model;
use super::reader::{Source, Taken};

/// How a command ended. Stored by name, so the names are a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It was carried out, or recorded.
    Accepted,
    /// It was refused, with a reason.
    Refused,
    /// It was dead-lettered, because it could not be decided, or because its purchase is blocked.
    DeadLetter,
}

impl OutcomeKind {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::DeadLetter => "dead_letter",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "refused" => Self::Refused,
            "dead_letter" => Self::DeadLetter,
            _ => Self::Accepted,
        }
    }
}

/// The outcome of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandOutcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// The context that answered, such as `claims`.
    pub context: String,
    /// The stream that answered, such as `claims/K`.
    pub stream: String,
    /// The subject of its first event, such as `clm_K-1.2-3`.
    pub subject: String,
    /// The version of the last event that answered it.
    pub version: u64,
    /// The partition of that event.
    pub partition: i32,
    /// The offset of that event.
    pub offset: i64,
    /// When that event was written.
    pub recorded: Instant,
    /// The keyed hash of the command's content.
    pub mac: String,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
}

/// The outcome of a command, if this read model has it yet.
pub async fn outcome_of(pool: &PgPool, command_id: &str) -> sqlx::Result<Option<CommandOutcome>> {
    let mut connection = pool.acquire().await?;
    Ok(load(&mut connection, &[command_id.to_owned()]).await?.remove(command_id))
}

/// Folds the records into `outcomes`.
pub(super) async fn apply<M: Model>(
    model: &mut M,
    sources: &[Source],
    records: &[&Taken],
) -> sqlx::Result<()> {
    let mut ids: Vec<_> = records
        .iter()
        .map(|taken| taken.record.command_id.clone())
        .filter(|id| !id.is_empty())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let mut outcomes = model.outcomes(&ids).await?;
    for taken in records.iter().filter(|taken| !taken.record.command_id.is_empty()) {
        let context =
            sources.get(taken.topic_partition.0).map_or("", |source| source.context.as_str());
        let before = outcomes.remove(&taken.record.command_id);
        if let Some(after) = evolve(before, context, taken) {
            outcomes.insert(taken.record.command_id.clone(), after);
        }
    }
    model.keep_outcomes(&ids, &outcomes).await
}

/// Like the kernel's fold of answers, but includes what is dead-lettered.
fn evolve(before: Option<CommandOutcome>, context: &str, taken: &Taken) -> Option<CommandOutcome> {
    let record = &taken.record;
    let common = common_kind_of(&record.type_name);
    let kind = match common {
        Some("command_refused.v1") => OutcomeKind::Refused,
        Some("purchase_blocked.v1" | "input_dead_lettered.v1") => OutcomeKind::DeadLetter,
        // They accompany the answer, and do not answer anything themselves.
        Some("input_redriven.v1" | "purchase_released.v1") => before.as_ref()?.kind,
        _ => OutcomeKind::Accepted,
    };
    let (subject, refused_before) = match before {
        Some(before) if before.kind != OutcomeKind::DeadLetter => (before.subject, before.refusal),
        _ => (record.subject.clone(), None),
    };
    let refusal = match common {
        Some("command_refused.v1") => serde_json::from_slice(&record.body).ok(),
        // What is released after a refusal does not change it.
        _ => refused_before.filter(|_| kind == OutcomeKind::Refused),
    };
    Some(CommandOutcome {
        kind,
        context: context.to_owned(),
        stream: record.stream.clone(),
        subject,
        version: record.version,
        partition: taken.topic_partition.1,
        offset: taken.offset,
        recorded: record.recorded,
        mac: record.command_mac.clone(),
        refusal,
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    command_id: String,
    outcome: String,
    context: String,
    stream: String,
    subject: String,
    version: i64,
    partition: i32,
    offset: i64,
    recorded: Instant,
    mac: String,
    refusal: Option<Json<Refusal>>,
}

pub(super) async fn load(
    connection: &mut PgConnection,
    ids: &[String],
) -> sqlx::Result<HashMap<String, CommandOutcome>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT found.* FROM UNNEST($1::text[]) AS wanted (command_id) CROSS JOIN LATERAL (
             SELECT o.command_id, o.outcome, o.context, o.stream, o.subject, o.version, o.partition,
                    o.\"offset\", o.recorded, o.mac, o.refusal
             FROM outcomes o WHERE o.command_id = wanted.command_id LIMIT 1) AS found",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    let read = |row: Row| {
        let outcome = CommandOutcome {
            kind: OutcomeKind::named(&row.outcome),
            context: row.context,
            stream: row.stream,
            subject: row.subject,
            version: u64::try_from(row.version).unwrap_or_default(),
            partition: row.partition,
            offset: row.offset,
            recorded: row.recorded,
            mac: row.mac,
            refusal: row.refusal.map(|Json(refusal)| refusal),
        };
        (row.command_id, outcome)
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn save(
    connection: &mut PgConnection,
    ids: &[String],
    outcomes: &HashMap<String, CommandOutcome>,
) -> sqlx::Result<()> {
    let rows: Vec<_> = ids.iter().filter_map(|id| Some((id.as_str(), outcomes.get(id)?))).collect();
    let text = |of: fn(&CommandOutcome) -> &str| -> Vec<&str> {
        rows.iter().map(|(_, outcome)| of(outcome)).collect()
    };
    sqlx::query(
        "INSERT INTO outcomes (command_id, outcome, context, stream, subject, version, partition, \"offset\",
                               recorded, mac, refusal)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                              $7::integer[], $8::bigint[], $9::timestamptz[], $10::text[], $11::jsonb[])
         ON CONFLICT (command_id) DO UPDATE SET
             outcome = EXCLUDED.outcome, subject = EXCLUDED.subject, version = EXCLUDED.version,
             \"offset\" = EXCLUDED.\"offset\", recorded = EXCLUDED.recorded, refusal = EXCLUDED.refusal",
    )
    .bind(rows.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(text(|outcome| outcome.kind.name()))
    .bind(text(|outcome| &outcome.context))
    .bind(text(|outcome| &outcome.stream))
    .bind(text(|outcome| &outcome.subject))
    .bind(rows.iter().map(|(_, to)| i64::try_from(to.version).unwrap_or(i64::MAX)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, to)| to.partition).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, to)| to.offset).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, to)| to.recorded).collect::<Vec<_>>())
    .bind(text(|outcome| &outcome.mac))
    .bind(rows.iter().map(|(_, to)| to.refusal.as_ref().map(Json)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
