//! The table `deadlines`: one row per obligation, with each deadline that was set for it and how it
//! ended (T8). All events of a row come from one service.

use recourse_kernel::Record;
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_wiring::timeline::{Change, Step};
use serde::{Deserialize, Serialize};

use crate::any_event::{AnyEvent, claim};
use crate::deadline::{Deadline, DeadlineState, after_event, changes};

pub struct DeadlinesTable;

/// One obligation and its deadlines. This is a stored format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineRow {
    /// What is due, such as `decision`, `answer`, `dispatch` or `payment`: see the README.
    pub kind: String,
    /// The order key of the purchase.
    pub purchase: String,
    /// The claim that it concerns; empty if none.
    pub claim: String,
    /// The claim, the policy, the job, the job and its part, the shipment, the payment, or the
    /// dispute.
    pub subject: String,
    /// Every deadline that was set, in order.
    pub deadlines: Vec<Deadline>,
}

impl DeadlineRow {
    fn first(change: &Change, event: &AnyEvent, record: &Record) -> Option<Self> {
        // What was never due can be neither met nor ended.
        if matches!(change.step, Step::Met(_) | Step::Ended(_)) {
            return None;
        }
        Some(Self {
            kind: change.kind.to_owned(),
            purchase: record.key.clone(),
            claim: claim(event, record).map(|claim| claim.to_string()).unwrap_or_default(),
            subject: change.subject.clone(),
            deadlines: Vec::new(),
        })
    }

    fn count(&self, state: DeadlineState) -> i64 {
        let count = self.deadlines.iter().filter(|deadline| deadline.state == state).count();
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

fn key_of(change: &Change) -> String {
    format!("{}/{}", change.kind, change.subject)
}

impl PgTable for DeadlinesTable {
    const NAME: &'static str = "deadlines";
    const KEY: &'static str = "deadline";
    type Event = AnyEvent;
    type Row = DeadlineRow;
    const COLUMNS: Columns<DeadlineRow> = Columns::with_document(&[
        Column::text("kind", |row| &row.kind),
        Column::text("purchase", |row| &row.purchase),
        Column::text("claim", |row| &row.claim),
        Column::bigint("running", |row| row.count(DeadlineState::Running)),
        Column::bigint("met", |row| row.count(DeadlineState::Met)),
        Column::bigint("missed", |row| row.count(DeadlineState::Missed)),
    ]);

    fn key(event: &AnyEvent, record: &Record) -> Option<String> {
        Self::keys(event, record).into_iter().next()
    }

    fn keys(event: &AnyEvent, record: &Record) -> Vec<String> {
        let changes = changes(&record.type_name, event);
        let mut keys: Vec<String> = changes.iter().map(key_of).collect();
        // Changes with the same key are adjacent.
        keys.dedup();
        keys
    }

    fn evolve(_: Option<DeadlineRow>, _: &AnyEvent, _: &Record) -> Option<DeadlineRow> {
        None
    }

    fn evolve_key(
        key: &str,
        row: Option<DeadlineRow>,
        event: &AnyEvent,
        record: &Record,
    ) -> Option<DeadlineRow> {
        let changes = changes(&record.type_name, event).into_iter();
        changes.filter(|change| key_of(change) == key).fold(row, |row, change| {
            let mut row = row.or_else(|| DeadlineRow::first(&change, event, record))?;
            row.deadlines = after_event(row.deadlines, &change, event, record.time);
            Some(row)
        })
    }
}
