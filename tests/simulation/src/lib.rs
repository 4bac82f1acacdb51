//! The simulation: the writer's and the projector's own logic over an in-memory log, state store
//! and read model, with every possible fault, all decided by a seed.
//!
//! A seed determines a [`actions::Plan`]: how many processes there are, and a list of actions and
//! faults. [`play::play`] carries it out and lets everything come to rest, and [`checks`] verifies
//! the invariants. A failing plan is reduced by [`shrink::shrink`] to the shortest one that still
//! fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

pub mod actions;
pub mod bank;
mod checks;
pub mod explore;
mod ledger;
pub mod play;
pub mod regressions;
pub mod shrink;
#[path = "../../../services/runtime/tests/toy/mod.rs"]
pub mod toy;
