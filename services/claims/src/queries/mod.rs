//! What is read: SELECT with column lists, only.

pub mod claims;
pub mod refusal_reviews;
