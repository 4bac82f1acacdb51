//! Shops, routing, jobs, ways, parts and counted time.
//!
//! A job is one device's visit to one repair shop. It is opened when a claim is accepted, and told by the shop
//! from the receipt to the handing over. What is decided is in [`domain`]; what other services say comes in by
//! [`reactions`].

pub mod domain;
pub mod foreign;
pub mod http;
pub mod projections;
pub mod queries;
pub mod reactions;

pub use domain::RepairShops;
