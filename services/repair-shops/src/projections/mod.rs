//! Read models: one file per table, and no other code writes to it.

pub mod claim_notes;
pub mod jobs;
pub mod shipments;
