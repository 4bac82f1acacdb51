//! The table `set_aside`: records that are not projected.

use sqlx::PgConnection;

use crate::projector::model::Aside;

/// A record that is already there keeps its first reason.
pub(super) async fn save(connection: &mut PgConnection, aside: &[Aside<'_>]) -> sqlx::Result<()> {
    // PostgreSQL cannot store NUL in text.
    let why = |record: &Aside<'_>| record.why.replace('\0', "");
    sqlx::query(
        "INSERT INTO set_aside (topic, partition, \"offset\", stream, why)
         SELECT * FROM UNNEST($1::text[], $2::integer[], $3::bigint[], $4::text[], $5::text[])
         ON CONFLICT (topic, partition, \"offset\") DO NOTHING",
    )
    .bind(aside.iter().map(|record| record.topic).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.partition).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.offset).collect::<Vec<_>>())
    .bind(aside.iter().map(|record| record.stream).collect::<Vec<_>>())
    .bind(aside.iter().map(why).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many records were set aside, which pauses their streams, and the reason of the first.
pub(super) async fn describe(connection: &mut PgConnection) -> sqlx::Result<Option<String>> {
    let found: Option<(i64, String, i32, i64, String)> = sqlx::query_as(
        "SELECT count(*) OVER (), topic, partition, \"offset\", why FROM set_aside
         ORDER BY topic, partition, \"offset\" LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(records, topic, partition, offset, why)| {
        format!(
            "{records} records are not projected and their purchases are paused; the first is \
             {topic}/{partition}/{offset}: {why}. Fix the cause, then run `recourse rebuild`"
        )
    }))
}
