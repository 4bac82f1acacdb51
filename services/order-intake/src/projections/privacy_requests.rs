//! Requests about personal data: one row each, without the data.

use recourse_kernel::Record;
use recourse_runtime::projector::{Column, Columns, PgTable};
use serde::{Deserialize, Serialize};

use crate::domain::OrderEvent;
use crate::domain::events::{PrivacyRequestResolved, PrivacyRequested};

/// The table `privacy_requests`.
pub struct PrivacyRequestsTable;

/// The document of a request's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyRequestRow {
    /// The request.
    pub requested: PrivacyRequested,
    /// What was done about it; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<PrivacyRequestResolved>,
}

impl PrivacyRequestRow {
    /// `open` or `resolved`. This is a public format.
    pub fn state(&self) -> &'static str {
        if self.resolved.is_some() { "resolved" } else { "open" }
    }
}

impl PgTable for PrivacyRequestsTable {
    const NAME: &'static str = "privacy_requests";
    const KEY: &'static str = "request";
    type Event = OrderEvent;
    type Row = PrivacyRequestRow;
    const COLUMNS: Columns<PrivacyRequestRow> = Columns::with_document(&[
        Column::text("state", PrivacyRequestRow::state),
        Column::timestamptz("due", |row| row.requested.due),
    ]);

    fn key(event: &OrderEvent, _record: &Record) -> Option<String> {
        match event {
            OrderEvent::PrivacyRequested(event) => Some(event.request.to_string()),
            OrderEvent::PrivacyRequestResolved(event) => Some(event.request.to_string()),
            _ => None,
        }
    }

    fn evolve(
        row: Option<PrivacyRequestRow>,
        event: &OrderEvent,
        _record: &Record,
    ) -> Option<PrivacyRequestRow> {
        match event {
            OrderEvent::PrivacyRequested(requested) => {
                Some(PrivacyRequestRow { requested: requested.clone(), resolved: None })
            }
            OrderEvent::PrivacyRequestResolved(resolved) => {
                Some(PrivacyRequestRow { resolved: Some(resolved.clone()), ..row? })
            }
            _ => row,
        }
    }
}
