//! The rules of policies: each a function that carries its id, and tells what it looked at.

pub(super) mod coverage;
pub(super) mod ending;
pub(super) mod placing;
pub(super) mod sale;
