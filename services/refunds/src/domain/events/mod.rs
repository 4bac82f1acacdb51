//! The events of a settlement. These are stored and published permanently, so their format is
//! fixed.

mod closing;
mod deadlines;
mod opening;
mod payments;

use recourse_kernel::{Event, Instant, SettlementId};

pub use closing::{Closed, OutcomeChanged, Totals};
pub use deadlines::{
    AppealNoted, CollectionStarted, Deadline, DeadlinePassed, ReminderSent, WorkNoted,
};
pub use opening::{CashBasis, Opened, OpenedPayment, Payee, PaymentAdded, SettlementReason};
pub use payments::{PaymentFailed, PaymentPaid, PaymentReversed, WrittenOff};

recourse_kernel::wire_format! {
    #[derive(Debug, Clone, PartialEq)]
    pub enum SettlementEvent {
        "recourse.settlement.opened.v1" => Opened(Box<Opened>),
        "recourse.settlement.payment_added.v1" => PaymentAdded(PaymentAdded),
        "recourse.settlement.payment_paid.v1" => PaymentPaid(PaymentPaid),
        "recourse.settlement.payment_failed.v1" => PaymentFailed(PaymentFailed),
        "recourse.settlement.payment_reversed.v1" => PaymentReversed(PaymentReversed),
        "recourse.settlement.reminder_sent.v1" => ReminderSent(ReminderSent),
        "recourse.settlement.deadline_passed.v1" => DeadlinePassed(DeadlinePassed),
        "recourse.settlement.collection_started.v1" => CollectionStarted(CollectionStarted),
        "recourse.settlement.work_noted.v1" => WorkNoted(WorkNoted),
        "recourse.settlement.appeal_noted.v1" => AppealNoted(AppealNoted),
        "recourse.settlement.written_off.v1" => WrittenOff(WrittenOff),
        "recourse.settlement.outcome_changed.v1" => OutcomeChanged(OutcomeChanged),
        "recourse.settlement.closed.v1" => Closed(Closed),
    }
}

impl SettlementEvent {
    /// The settlement that the event belongs to.
    pub fn settlement(&self) -> SettlementId {
        match self {
            Self::Opened(event) => event.settlement,
            Self::PaymentAdded(event) => event.settlement,
            Self::PaymentPaid(event) => event.settlement,
            Self::PaymentFailed(event) => event.settlement,
            Self::PaymentReversed(event) => event.settlement,
            Self::ReminderSent(event) => event.settlement,
            Self::DeadlinePassed(event) => event.settlement,
            Self::CollectionStarted(event) => event.settlement,
            Self::WorkNoted(event) => event.settlement,
            Self::AppealNoted(event) => event.settlement,
            Self::WrittenOff(event) => event.settlement,
            Self::OutcomeChanged(event) => event.settlement,
            Self::Closed(event) => event.settlement,
        }
    }
}

impl Event for SettlementEvent {
    fn subject(&self) -> String {
        self.settlement().to_string()
    }

    fn happened(&self) -> Option<Instant> {
        match self {
            Self::Opened(_)
            | Self::PaymentAdded(_)
            | Self::WrittenOff(_)
            | Self::OutcomeChanged(_)
            | Self::Closed(_) => None,
            Self::PaymentPaid(event) => Some(event.paid_at),
            Self::PaymentFailed(event) => Some(event.failed_at),
            Self::PaymentReversed(event) => Some(event.reversed_at),
            Self::ReminderSent(event) => Some(event.at),
            Self::DeadlinePassed(event) => Some(event.due),
            Self::CollectionStarted(event) => Some(event.at),
            Self::WorkNoted(event) => Some(event.repaired_at),
            Self::AppealNoted(event) => Some(event.at),
        }
    }

    fn terms(&self) -> Option<String> {
        match self {
            Self::Opened(event) => event.terms.as_ref().map(|terms| terms.digest.to_string()),
            _ => None,
        }
    }
}
