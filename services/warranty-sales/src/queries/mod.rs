//! Queries on the tables: only SELECT statements, each with a column list.

pub mod policies;
pub mod terms;
