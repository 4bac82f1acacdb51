//! The rules about orders and disputes: one function each, with its id from the rulebook.
//!
//! A rule with an id answers with a finding, or with the rejection that refuses the command. Checks
//! of the form of a command answer with the value that they checked.

pub mod access;
pub mod amounts;
pub mod completion;
pub mod disputes;
pub mod facts;
pub mod lines;
pub mod privacy;
pub mod protection;
pub mod shipments;
pub mod units;
pub mod zones;
