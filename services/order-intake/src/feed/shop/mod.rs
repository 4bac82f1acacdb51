//! What a shop system reports, in one form for all of them.
//!
//! A module for a shop system reads bodies into [`Report`]s and decides nothing. What a report
//! means is said here, once: prices with tax, amounts per unit, which plan covers which device,
//! what a refund paid back, in which zone a day is counted, and the id of each fact.

mod device_words;
mod devices;
mod domain;
mod form;
mod lines;
mod plans;
mod privacy;
mod refunds;
mod secrets;
mod settings;
mod system;
mod translation;
mod units;

pub use domain::domain_of;
pub use form::{
    Address, Buyer, Cancellation, Completion, Contents, Delivery, Line, Misdelivery, Order,
    Payment, PaymentState, PrivacyRequest, Refund, RefundPaid, RefundPayment, RefundedLine, Report,
    Restock, Shipment,
};
pub use secrets::{InvalidSecrets, Secrets};
pub use settings::{InvalidShops, Plan, ShopSettings, Shops, TestOrders};
pub use system::{Received, ShopSystem};
pub use translation::{Shop, Translated};
pub(crate) use units::by_worth;
