//! Queries over the read model: SELECT with explicit columns only.

pub mod deadlines;
pub mod timeline;
