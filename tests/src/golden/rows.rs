//! The rows that a log projects to, on real Kafka and PostgreSQL: its records are copied to
//! separate topics, and every read model is built from them.

use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_audit::verification::readmodels::{ReadModel, connection};
use recourse_process::ServiceName;
use recourse_runtime::clock::Clock;
use recourse_runtime::kafka::owned;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{self, Topics};
use serde_json::Value;

use super::{Line, Row};
use crate::test_marketplace::PATIENCE;

/// Every row of every read model, ordered by key.
pub async fn rows(settings: &Settings, lines: &[Line]) -> anyhow::Result<Vec<Row>> {
    let (names, kafka) = (Topics::new(&settings.topic_prefix), connection(settings));
    let origin = topics::Origin { order_keys: settings.order_keys()?, now: Clock::system().now() };
    topics::ensure(&kafka, &names, settings.partitions, 1, origin).await?;
    let producer: BaseProducer = kafka.producer().create()?;
    for line in lines {
        let context = line.record()?.stream.split('/').next().unwrap_or_default().to_owned();
        let topic = names.events(&context);
        let headers = line.headers();
        let headers = owned(&headers);
        let record = BaseRecord::to(&topic).key(&line.key).payload(&line.body).headers(headers);
        producer.send(record).map_err(|(error, _)| error)?;
    }
    producer.flush(PATIENCE)?;
    let mut rows = Vec::new();
    for service in ServiceName::ALL {
        let model = ReadModel::of(settings, service.spec()).await?;
        model.rebuild(|_| {}).await?;
        for (table, dumped) in model.dumped().await? {
            // The bookkeeping tables of every read model contain nothing of the bodies.
            if ["outcomes", "streams"].contains(&table) {
                continue;
            }
            let table = format!("{}.{table}", service.name());
            for row in dumped {
                let row: Value = serde_json::from_str(&row)?;
                rows.push(Row { table: table.clone(), row });
            }
        }
    }
    Ok(rows)
}
