//! Programs, terms, offers and policies.

pub mod domain;
pub mod foreign;
pub mod reactions;
