//! What feeds report becomes commands, or a reason why it cannot be used.

mod native;
mod shopify;
mod values;
