//! The read model of the toy service: one row per purchase.

use recourse_kernel::Record;
use recourse_runtime::projector::Table;
use recourse_simulated::{FaultInjector, SimulatedModel};
use serde::{Deserialize, Serialize};

use crate::toy::{Amount, Happened};

/// The row of a purchase: sums of its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub sum: i64,
    /// How many deadlines have passed.
    pub late: u32,
    /// The version of the last event.
    pub version: u64,
}

/// The table of piggy banks.
pub struct Banks;

pub const BANKS: &str = "banks";

impl<F: FaultInjector> Table<SimulatedModel<F>> for Banks {
    const NAME: &'static str = BANKS;
    const KEY: &'static str = "key";
    type Event = Happened;
    type Row = Row;

    fn key(_: &Happened, record: &Record) -> Option<String> {
        Some(record.key.clone())
    }

    fn evolve(row: Option<Row>, event: &Happened, record: &Record) -> Option<Row> {
        let mut row = row.unwrap_or_default();
        match event {
            Happened::PutIn(Amount { amount }) => row.sum += amount,
            Happened::DeadlinePassed(_) => row.late += 1,
            Happened::Answered(_) | Happened::PolicyNoted(_) => {}
        }
        row.version = record.version;
        Some(row)
    }

    async fn load(
        model: &mut SimulatedModel<F>,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, Row)>> {
        let rows = model.rows(BANKS, keys)?;
        let read = |(key, row): (String, Vec<u8>)| Some((key, serde_json::from_slice(&row).ok()?));
        Ok(rows.into_iter().filter_map(read).collect())
    }

    async fn save(model: &mut SimulatedModel<F>, rows: &[(String, Row)]) -> sqlx::Result<()> {
        let written =
            |(key, row): &(String, Row)| Some((key.clone(), serde_json::to_vec(row).ok()?));
        model.keep_rows(BANKS, rows.iter().filter_map(written))
    }
}
