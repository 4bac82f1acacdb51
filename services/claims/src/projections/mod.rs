//! The read model: one file, one table, the only code that writes it.

pub mod claims;
pub mod coverages;
pub mod refusal_reviews;
