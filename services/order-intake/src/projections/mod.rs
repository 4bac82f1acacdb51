//! The read model: one file, one table, the only code that writes it.

pub mod disputes;
pub mod kept_facts;
pub mod orders;
