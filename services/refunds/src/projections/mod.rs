//! From events to tables: one file per table, and no other code writes to it.

pub mod payments;
pub mod settlements;

pub use payments::{PaymentRow, PaymentState, Payments};
pub use settlements::{SettlementRow, Settlements};
