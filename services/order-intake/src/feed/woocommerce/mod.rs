//! WooCommerce's webhooks, and orders and refunds read from its REST API (v3).
//!
//! Only reads: a body becomes [`Report`](super::shop::Report)s. PHP writes what is empty as `""`,
//! `0` or `[]`, so all of these mean that nothing is said.
//!
//! | WooCommerce | here |
//! | --- | --- |
//! | `date_paid_gmt` | the order was paid, its total, at that time |
//! | status `completed` | everything was delivered, and the order is completed |
//! | status `cancelled` | cancelled, at the time of the order's last change |
//! | status `pending`, `on-hold`, `processing`, `failed` | nothing besides the order |
//! | status `checkout-draft`, `auto-draft`, `trash` | ignored |
//! | `order.deleted` | ignored: a shop deletes old orders too, and that undoes no sale |
//! | a refund's `line_items` | what was paid back for which units |
//! | a refund's `shipping_lines`, `fee_lines` | part of no device's price |
//! | a refund's `amount` above its lines | money for no line |
//! | an order's `fee_lines` below zero | a discount: it lowers what was paid for each line |
//! | an order's other `fee_lines` | part of no device's price |
//! | an order's `refunds` | ids and amounts only, see `refunds.rs` |
//!
//! The time of delivery is that of completion, which is never exact. If the shop keeps tracking
//! numbers (`_wc_shipment_tracking_items`), it is not before the last shipment.

mod bodies;
mod export;
mod fees;
mod orders;
mod refunds;
mod system;
mod values;
mod webhook;

pub use export::Export;
pub(crate) use export::named_shop;
pub use system::WooCommerce;
pub(crate) use system::{WOO_DELIVERY_ID, WOO_SOURCE, WOO_TOPIC};
pub use webhook::{Webhook, translate};
