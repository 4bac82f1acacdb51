//! The table `outcomes`: a row per command id.

use std::collections::HashMap;

use recourse_kernel::{Instant, Refusal};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use crate::projector::command_outcome::{CommandOutcome, OutcomeKind};

/// The outcome of a command, if this read model has it yet.
pub async fn outcome_of(pool: &PgPool, command_id: &str) -> sqlx::Result<Option<CommandOutcome>> {
    let mut connection = pool.acquire().await?;
    Ok(load(&mut connection, &[command_id.to_owned()]).await?.remove(command_id))
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
        "INSERT INTO outcomes (command_id, outcome, context, stream, subject, version, partition,
                               \"offset\", recorded, mac, refusal)
         SELECT * FROM UNNEST($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::bigint[], $7::integer[], $8::bigint[], $9::timestamptz[],
                              $10::text[], $11::jsonb[])
         ON CONFLICT (command_id) DO UPDATE SET
             outcome = EXCLUDED.outcome, subject = EXCLUDED.subject, version = EXCLUDED.version,
             \"offset\" = EXCLUDED.\"offset\", recorded = EXCLUDED.recorded,
             refusal = EXCLUDED.refusal",
    )
    .bind(rows.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind(text(|outcome| outcome.kind.name()))
    .bind(text(|outcome| &outcome.context))
    .bind(text(|outcome| &outcome.stream))
    .bind(text(|outcome| &outcome.subject))
    .bind(
        rows.iter()
            .map(|(_, to)| i64::try_from(to.version).unwrap_or(i64::MAX))
            .collect::<Vec<_>>(),
    )
    .bind(rows.iter().map(|(_, to)| to.partition).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, to)| to.offset).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, to)| to.recorded).collect::<Vec<_>>())
    .bind(text(|outcome| &outcome.mac))
    .bind(rows.iter().map(|(_, to)| to.refusal.as_ref().map(Json)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
