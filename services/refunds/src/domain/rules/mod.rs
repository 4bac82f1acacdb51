//! The rules of payments: each a function that carries its id, and reports the facts it used.

pub(super) mod cash;
pub(super) mod deadlines;
pub(super) mod differences;
pub(super) mod opening;
pub(super) mod paying;
pub(super) mod reversing;
