//! From events to tables. Each file owns one table and is the only code that writes it.

pub mod policies;
pub mod terms;

pub use policies::{Policies, PolicyRow, PolicyStage};
pub use terms::{PublishedTerms, TermsRow};
