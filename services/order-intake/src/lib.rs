//! Orders and disputes, as the marketplace tells them.

pub mod domain;
pub mod feed;
