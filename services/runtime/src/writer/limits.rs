//! Limits on the writer's batches, timing and memory.

use std::time::Duration;

/// How much a writer reads, holds and flushes at once; services run with the defaults.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most records read for one transaction.
    pub batch: usize,
    /// How long a step waits for input before it continues with deadlines and flushes.
    pub wait: Duration,
    /// The minimum time between the end of a transaction and the start of the next: one that starts
    /// at once runs into the broker's back-off of 20 ms.
    pub gap: Duration,
    /// How often changed states are flushed to the store; sooner once there are `batch` of them.
    pub flush_every: Duration,
    /// The most unflushed states of a partition; beyond it, no input is read.
    pub unflushed: usize,
    /// The most unchanged states of a partition kept in memory.
    pub cached: usize,
    /// How often a transaction of one record may fail before the record is dead-lettered.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            batch: 2_000,
            wait: Duration::from_millis(20),
            gap: Duration::from_millis(4),
            flush_every: Duration::from_millis(100),
            unflushed: 20_000,
            cached: 20_000,
            attempts: 3,
        }
    }
}
