//! Everything that an installation has stored: its tables and its topics.

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::topic_partition_list::Offset;
use recourse_runtime::kafka::poll::{Polled, poll};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{Installation, PATIENCE};

/// Every column of every table of the installation's schemas with all its values, and every record
/// of its topics, each with the name of the place.
pub async fn everything(service: &Installation) -> Vec<(String, Vec<u8>)> {
    let mut contents = tables(service).await;
    contents.extend(records(service));
    contents
}

/// Every column of every table, with all its values.
async fn tables(service: &Installation) -> Vec<(String, Vec<u8>)> {
    let settings = &service.node.settings;
    let mut connection = PgConnection::connect(&settings.database_url).await.unwrap();
    let columns: Vec<(String, String, String, String)> = sqlx::query_as(
        "select n.nspname::text, c.relname::text, a.attname::text, t.typname::text
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         join pg_namespace n on n.oid = c.relnamespace join pg_type t on t.oid = a.atttypid
         where starts_with(n.nspname, $1) and c.relkind in ('r', 'p', 'm') and a.attnum > 0
           and not a.attisdropped",
    )
    .bind(&settings.schema_prefix)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut contents = Vec::with_capacity(columns.len());
    for (schema, table, column, kind) in columns {
        // A text that was stored as bytes stays a text.
        let value = match kind.as_str() {
            "bytea" => format!("encode(\"{column}\", 'escape')"),
            _ => format!("\"{column}\"::text"),
        };
        let query = format!("select {value} from \"{schema}\".\"{table}\"");
        let values: Vec<Option<String>> =
            sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        let content = values.into_iter().flatten().collect::<Vec<_>>().join("\n");
        contents.push((format!("{schema}.{table}.{column}"), content.into_bytes()));
    }
    contents
}

/// Every record of every topic of the installation: its key, headers and value.
fn records(service: &Installation) -> Vec<(String, Vec<u8>)> {
    let node = &service.node;
    let consumer: BaseConsumer = node.connection.reader().create().unwrap();
    let metadata = consumer.fetch_metadata(None, PATIENCE).unwrap();
    let mut all = TopicPartitionList::new();
    for topic in metadata.topics() {
        if !topic.name().starts_with(&node.settings.topic_prefix) {
            continue;
        }
        for partition in topic.partitions() {
            all.add_partition_offset(topic.name(), partition.id(), Offset::Beginning).unwrap();
        }
    }
    consumer.assign(&all).unwrap();
    let (mut records, mut ends) = (Vec::new(), 0);
    let deadline = Instant::now() + PATIENCE;
    while ends < all.count() {
        assert!(Instant::now() < deadline, "{ends} of {} partitions are read", all.count());
        match poll(&consumer, Duration::from_millis(100)).unwrap() {
            Polled::Record(record) => {
                let mut content = record.key.unwrap_or_default();
                for (name, value) in record.headers {
                    content.extend([b"\n", name.as_bytes(), b": ", &value[..]].concat());
                }
                content.push(b'\n');
                content.extend(record.value.unwrap_or_default());
                records.push((record.topic, content));
            }
            Polled::End { .. } => ends += 1,
            Polled::Nothing => {}
        }
    }
    records
}
