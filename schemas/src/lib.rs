//! The contracts on Kafka: topics, JSON Schemas, examples.
