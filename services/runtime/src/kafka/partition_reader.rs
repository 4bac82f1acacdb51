//! A consumer of one partition, outside any group.

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::background_drop::BackgroundDrop;

/// A reader of one partition, starting at `from`.
pub fn read(
    config: &ClientConfig,
    topic: &str,
    partition: i32,
    from: Offset,
) -> KafkaResult<BackgroundDrop<BaseConsumer>> {
    let reader: BaseConsumer = config.create()?;
    let mut assigned = TopicPartitionList::new();
    assigned.add_partition_offset(topic, partition, from)?;
    reader.assign(&assigned)?;
    Ok(BackgroundDrop::from(reader))
}
