//! The table `streams`: the head of each stream.

use sqlx::PgConnection;

use crate::projector::model::Heads;

pub(super) async fn load(connection: &mut PgConnection, streams: &[&str]) -> sqlx::Result<Heads> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT found.* FROM UNNEST($1::text[]) AS wanted (stream) CROSS JOIN LATERAL (
             SELECT s.stream, s.version, s.hash FROM streams s WHERE s.stream = wanted.stream
             LIMIT 1) AS found",
    )
    .bind(streams)
    .fetch_all(connection)
    .await?;
    let read = |(stream, version, hash): (String, i64, String)| {
        let version = u64::try_from(version).unwrap_or_default();
        (stream, (version, hash.parse().unwrap_or_default()))
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn save(connection: &mut PgConnection, heads: &Heads) -> sqlx::Result<()> {
    let (mut streams, mut versions, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for (stream, (version, hash)) in heads {
        streams.push(stream.as_str());
        versions.push(i64::try_from(*version).unwrap_or(i64::MAX));
        hashes.push(hash.to_string());
    }
    sqlx::query(
        "INSERT INTO streams (stream, version, hash)
         SELECT * FROM UNNEST($1::text[], $2::bigint[], $3::text[])
         ON CONFLICT (stream) DO UPDATE SET version = EXCLUDED.version, hash = EXCLUDED.hash",
    )
    .bind(streams)
    .bind(versions)
    .bind(hashes)
    .execute(connection)
    .await?;
    Ok(())
}
