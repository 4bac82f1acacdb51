//! Queries over the tables: SELECT with explicit columns only.

pub mod payments;
pub mod settlements;
