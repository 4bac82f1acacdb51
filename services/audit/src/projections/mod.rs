//! Read models: one file per table, and no other code writes to it.

pub mod deadlines;
pub mod reasons;
pub mod timeline;
