//! Bad records on real Kafka, at each kind of input: every one is dead-lettered or refused with its
//! reason, its purchase is blocked, all others continue, and an operator resolves it in order.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "bad_records/commands.rs"]
mod commands;
#[path = "bad_records/events.rs"]
mod events;
#[path = "bad_records/feed.rs"]
mod feed;
#[path = "bad_records/http.rs"]
mod http;
