//! The rules of policies: each a function that carries its id, and reports the facts it used.

pub(super) mod coverage;
pub(super) mod ending;
pub(super) mod placing;
pub(super) mod receipt;
pub(super) mod sale;
