//! Settlements and their legs of money.

pub mod domain;
pub mod foreign;
pub mod reactions;
