//! Shopify's webhooks, and orders exported from Shopify, for every API version from 2025-01 on.
//!
//! Only the fields that are needed are read, and leniently: a field that is missing, null or from
//! another version matters only if nothing can be said without it. `warranty.rs` describes how a
//! shop names a warranty on a line.

mod bodies;
mod export;
mod lines;
mod values;
mod warranty;
mod webhook;

pub use export::{Exported, exported, exported_bytes};
pub use webhook::{TOPICS, Webhook, translate};
