//! External actors, who use public interfaces only: the clients of the demo and the case player,
//! and the installation that they run on.

pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod inbox;
pub(crate) mod installation;
pub(crate) mod market;
pub(crate) mod photo;
