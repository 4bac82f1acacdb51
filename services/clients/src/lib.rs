//! Clients of a running system, through its public interfaces: HTTP, the marketplace's producer,
//! consumers, the topic clock, and the installation that they run on.

pub mod clock;
pub mod http;
pub mod inbox;
pub mod installation;
pub mod keys;
pub mod market;
pub mod photo;
pub mod published;
