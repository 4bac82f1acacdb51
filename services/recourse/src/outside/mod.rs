//! Everybody outside, who uses public interfaces only: what the demo's people and the cases' people speak
//! through, and the installation of its own that they play on.

pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod inbox;
pub(crate) mod installation;
pub(crate) mod market;
pub(crate) mod photo;
