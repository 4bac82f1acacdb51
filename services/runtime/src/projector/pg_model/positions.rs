//! The table `positions`: the next offset of each partition.

use sqlx::PgConnection;

use crate::projector::model::{Move, Position};

/// Moves the positions whose stored offset is the expected one, and returns how many did.
pub(super) async fn update(connection: &mut PgConnection, moves: &[Move<'_>]) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "UPDATE positions p SET \"offset\" = a.to_offset, log_id = a.log_id
         FROM UNNEST($1::text[], $2::integer[], $3::bigint[], $4::bigint[], $5::text[])
              AS a (topic, partition, from_offset, to_offset, log_id)
         WHERE p.topic = a.topic AND p.partition = a.partition AND p.\"offset\" = a.from_offset",
    )
    .bind(moves.iter().map(|to| to.topic).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.partition).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.from).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.to).collect::<Vec<_>>())
    .bind(moves.iter().map(|to| to.log_id).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// All stored positions, after inserting the new ones of `wanted`.
pub(super) async fn load(
    connection: &mut PgConnection,
    wanted: &[(&str, i32)],
) -> sqlx::Result<Vec<Position>> {
    if !wanted.is_empty() {
        sqlx::query(
            "INSERT INTO positions (topic, partition)
             SELECT * FROM UNNEST($1::text[], $2::integer[])
             ON CONFLICT (topic, partition) DO NOTHING",
        )
        .bind(wanted.iter().map(|(topic, _)| *topic).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(_, partition)| *partition).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await?;
    }
    let rows: Vec<(String, i32, i64, String)> =
        sqlx::query_as("SELECT topic, partition, \"offset\", log_id FROM positions")
            .fetch_all(connection)
            .await?;
    let read = |(topic, partition, offset, log_id)| Position { topic, partition, offset, log_id };
    Ok(rows.into_iter().map(read).collect())
}
