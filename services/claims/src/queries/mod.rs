//! What is read: SELECT with column lists, only.

pub mod claims;
