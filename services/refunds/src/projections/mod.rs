//! From events to tables: one file, one table, the only code that writes it.

pub mod payments;
pub mod settlements;

pub use payments::{PaymentRow, PaymentState, Payments};
pub use settlements::{SettlementRow, Settlements};
