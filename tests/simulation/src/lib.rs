//! The simulation: the writer's and the projector's own logic over a log, a state store and a read model in
//! memory, with everything that can go wrong, decided by a seed.
//!
//! A seed gives a [`actions::Plan`]: how many processes there are, and the list of all that is done and all that
//! goes wrong. [`play::play`] carries it out, lets everything come to rest, and [`checks`] holds what came of it
//! against the invariants. A list that fails is cut down by [`shrink::shrink`] to the shortest story it can be.

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
