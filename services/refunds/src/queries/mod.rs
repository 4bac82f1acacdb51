//! What is read from the tables: SELECT with column lists, only.

pub mod payments;
pub mod settlements;
