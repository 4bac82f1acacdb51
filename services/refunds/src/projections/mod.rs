//! From events to tables: one file, one table, the only code that writes it.

pub mod legs;
pub mod settlements;

pub use legs::{LegRow, LegState, Legs};
pub use settlements::{SettlementRow, Settlements};
