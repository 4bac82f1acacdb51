//! External actors, who use public interfaces only: the clients of the demo and the case player,
//! and the installation that they run on.

pub mod clock;
pub mod http;
pub mod inbox;
pub mod installation;
pub mod market;
pub mod photo;
pub mod published;
