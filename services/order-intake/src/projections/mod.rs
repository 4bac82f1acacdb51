//! The read model. Each file owns one table and is the only code that writes it.

pub mod buyer_access;
pub mod disputes;
pub mod facts;
pub mod kept_facts;
pub mod orders;
pub mod privacy_requests;
