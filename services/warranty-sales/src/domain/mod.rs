//! The decisions of this service. Pure: state and command in, events or a rejection out.
//!
//! There are two deciders: [`Sales`], with one stream per purchase for its policies, and
//! [`TermsCatalogue`](catalogue::TermsCatalogue), with one stream per line of terms, tariff sheet
//! or shop directory.

pub mod catalogue;
pub mod commands;
pub(crate) mod coverage;
mod ending;
pub mod events;
mod policy;
mod rejection;
mod sale;
mod sales;
#[cfg(test)]
mod story;

pub use commands::SalesCommand;
pub use events::PolicyEvent;
pub use policy::{Delivery, Policy, Sale, SalesState, Stage};
pub use rejection::SalesRejection;
pub use sale::{SaleCheck, judge};
pub use sales::Sales;
