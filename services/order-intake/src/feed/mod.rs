//! Translates what others publish into commands. Pure: it says what a feed's record means, or why
//! it cannot be used.
//!
//! Nothing is sealed here yet. A [`Fact`] carries the buyer's contact in plaintext only until it is
//! handed to `intake`.

pub mod amounts;
mod fact;
pub mod identities;
pub(crate) mod json;
mod named_buyer;
pub mod native;
pub mod shop;
pub mod shopify;
pub(crate) mod systems;
pub mod unusable;
mod values;
pub mod woocommerce;

#[cfg(test)]
mod tests;

pub use fact::{Contact, Fact};
pub(crate) use fact::{of_history, one_reason};
pub use identities::Identities;
pub(crate) use named_buyer::named_buyer;
pub use unusable::Unusable;
