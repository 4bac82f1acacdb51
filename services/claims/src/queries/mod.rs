//! Read queries: only SELECT statements with explicit column lists.

pub mod claims;
pub mod refusal_reviews;
