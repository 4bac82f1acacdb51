//! What is read: SELECT statements with explicit column lists, and what follows from their rows.

pub mod claims;
pub mod explained;
pub mod refusal_reviews;
