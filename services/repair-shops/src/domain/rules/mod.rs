//! The rules for jobs: one function each, with its id from the rulebook.
//!
//! A rule with an id answers with a finding, or with the rejection that refuses the command. Checks
//! of the form of a command answer with the value that they checked.

pub mod access;
pub mod bench_clock;
pub mod beyond_repair;
pub mod cancelling;
pub mod dates;
pub mod device;
pub mod disclosure;
pub mod inspection;
pub mod parts;
pub mod remedy;
pub mod replacement;
pub mod routing;
pub mod shipments;
pub mod statements;
pub mod text;
pub mod time;
