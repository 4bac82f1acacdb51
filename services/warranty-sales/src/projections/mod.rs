//! From events to tables: one file, one table, the only code that writes it.

pub mod policies;
pub mod terms;

pub use policies::{Policies, PolicyRow, PolicyStage};
pub use terms::{PublishedTerms, TermsRow};
