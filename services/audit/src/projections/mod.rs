//! Read models: one file, one table, the only code that writes it.

pub mod deadlines;
pub mod reasons;
pub mod timeline;
