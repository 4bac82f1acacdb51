//! What this service decides: which payments are owed when a claim or a policy ends, and that each
//! is paid once (M7). Pure: state and command in, events or a rejection out.

mod again;
mod commands;
pub mod events;
mod opening;
mod overdue;
mod paying;
mod recovery;
mod refunds;
mod rejection;
mod settlement;
#[cfg(test)]
mod story;

pub use commands::{ConfirmPayment, FailPayment, RefundsCommand};
pub use events::SettlementEvent;
pub use refunds::Refunds;
pub use rejection::RefundsRejection;
pub use settlement::{OwedPayment, PaymentStage, RefundsState, Settlement};
