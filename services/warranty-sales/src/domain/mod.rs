//! What this service decides. Pure: state and command in, events or a rejection out.
//!
//! Two deciders live here: [`Sales`], whose stream is one purchase's policies, and
//! [`TermsCatalogue`](catalogue::TermsCatalogue), whose stream is one line of terms.

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
pub use sale::{Judgement, judge};
pub use sales::Sales;
