//! The writer over a real Kafka and a real PostgreSQL: joining, leaving, restarting, and what is on
//! the log.

#![allow(clippy::unwrap_used, reason = "tests")]

mod marketplace;
mod members;
mod records;
mod restarts;
#[path = "../support/mod.rs"]
mod support;
#[path = "../toy/mod.rs"]
mod toy;
