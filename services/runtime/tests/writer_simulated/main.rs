//! The writer's own logic over the in-memory log and store: one guarantee per test.

#![allow(clippy::unwrap_used, reason = "tests")]

mod answers;
mod dead_letters;
mod deadlines;
mod marketplace;
mod starting;
#[path = "../toy/mod.rs"]
mod toy;
mod transactions;
