//! Claims in their five stages: submission, verification, inspection, remedy and settlement, with questions,
//! offers and one appeal.
//!
//! The rules are in [`domain`], which is pure; everything else here carries them.

pub mod domain;
pub mod foreign;
pub mod reactions;
