//! Bad records on real Kafka, at each kind of input: every one is dead-lettered or refused with its
//! reason, its purchase is blocked, all others continue, and an operator resolves it in order.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod commands;
mod events;
mod feed;
mod http;
