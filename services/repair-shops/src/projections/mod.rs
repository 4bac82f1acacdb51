//! Read models: one file, one table, the only code that writes it.

pub mod claim_notes;
pub mod jobs;
pub mod shipments;
