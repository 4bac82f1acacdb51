//! The simulation: the writer's and the projector's own logic over an in-memory log, state store
//! and read model, with every possible fault, all decided by a seed.
//!
//! A seed determines a [`actions::Plan`]: how many processes there are, and a list of actions and
//! faults. [`play::play`] carries it out, lets everything come to rest, and runs the checks of
//! [`found::Check`]. A failing plan is reduced by [`shrink::shrink`] to the shortest one that still
//! fails.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

pub mod actions;
pub mod bank;
mod checks;
pub mod explore;
pub mod found;
mod ledger;
pub mod play;
mod reading;
pub mod regressions;
pub mod safeguards;
mod scene;
pub mod shrink;
#[path = "../../../services/runtime/tests/toy/mod.rs"]
pub mod toy;
