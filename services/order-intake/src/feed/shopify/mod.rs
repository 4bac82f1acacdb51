//! Shopify's webhooks, and orders exported from Shopify, for every API version from 2025-01 on.
//!
//! Only reads: a body becomes [`Report`](super::shop::Report)s. Only the fields that are needed are
//! read, and leniently: a field that is missing, null or from another version matters only if
//! nothing can be said without it. An answer of GraphQL may lack a field because its query did not
//! ask for it, so there more is needed (`queried.rs`).
//!
//! An order's body says the same in every webhook that has it: the order as it is now, with its
//! shipments and refunds. Only the time of a payment comes from the webhook about it.

mod bodies;
pub mod bulk;
mod export;
mod graphql;
mod orders;
mod pages;
mod privacy;
mod queried;
mod refunds;
mod shipments;
mod stored;
mod system;
mod topics;
mod totals;
mod values;
mod webhook;

pub use export::Export;
pub(crate) use pages::{is_of_a_record, wraps_records};
pub use pages::{is_record, records};
pub use privacy::{is_about_privacy, may_be_about_privacy};
pub(crate) use stored::named_shop;
pub use system::Shopify;
pub(crate) use system::{SHOP, TEST, TOPIC, WEBHOOK_ID};
pub use topics::TOPICS;
pub use values::domain_of;
pub use webhook::{Webhook, translate};
