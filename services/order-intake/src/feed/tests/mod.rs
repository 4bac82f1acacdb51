//! What feeds report becomes commands, or a reason why it cannot be used.

mod example;
mod native;
mod other_libraries;
mod shopify;
mod values;
