//! The read model: each file is the only writer of one table.

pub mod claims;
pub mod coverages;
pub mod refusal_reviews;
