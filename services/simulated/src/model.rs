//! An in-memory read model, and a projector's connection to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use recourse_runtime::projector::{Aside, CommandOutcome, Heads, Model, Move, Position};

use super::Cluster;
use super::fault_injector::{Call, CallOutcome, FaultInjector, Smooth};

type TopicPartition = (String, i32);

/// Stores positions, heads of streams, outcomes of commands, and the tables' rows as bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ReadModel {
    positions: BTreeMap<TopicPartition, (i64, String)>,
    heads: BTreeMap<String, (u64, recourse_kernel::Hash)>,
    outcomes: BTreeMap<String, CommandOutcome>,
    rows: BTreeMap<(&'static str, String), Vec<u8>>,
    /// Records that could not be projected, with the reason.
    aside: BTreeMap<(TopicPartition, i64), String>,
    /// Positions that an open transaction has moved, with the connection that owns it.
    locks: BTreeMap<TopicPartition, u64>,
    /// How often the database was restarted, which breaks earlier connections.
    restarts: u64,
}

impl ReadModel {
    /// The rows, outcomes and heads as text, in a fixed order; positions are excluded.
    pub(super) fn dump(&self) -> String {
        let mut text = String::new();
        for ((table, key), row) in &self.rows {
            let _ = writeln!(text, "{table} {key} {}", String::from_utf8_lossy(row));
        }
        for (id, outcome) in &self.outcomes {
            let _ = writeln!(text, "outcome {id} {outcome:?}");
        }
        for (stream, (version, hash)) in &self.heads {
            let _ = writeln!(text, "stream {stream} {version} {hash}");
        }
        for (((topic, partition), offset), why) in &self.aside {
            let _ = writeln!(text, "aside {topic}/{partition}/{offset} {why}");
        }
        text
    }

    pub(super) fn restarts(&self) -> u64 {
        self.restarts
    }

    /// The read model after the next restart of the database: no transaction is open.
    pub(super) fn restarted(mut self, restarts: u64) -> Self {
        self.locks.clear();
        self.restarts = restarts + 1;
        self
    }
}

/// The changes of an open transaction.
#[derive(Default)]
struct Changes {
    positions: Vec<(TopicPartition, (i64, String))>,
    heads: Heads,
    outcomes: Vec<(String, CommandOutcome)>,
    rows: Vec<((&'static str, String), Vec<u8>)>,
    aside: Vec<((TopicPartition, i64), String)>,
}

/// A projector's connection to the in-memory read model.
pub struct SimulatedModel<F = Smooth> {
    cluster: Cluster,
    id: u64,
    restarts: u64,
    changes: Option<Changes>,
    fault_injector: F,
}

/// A closed connection releases its locks.
impl<F> Drop for SimulatedModel<F> {
    fn drop(&mut self) {
        self.cluster.lock().model.locks.retain(|_, owner| *owner != self.id);
    }
}

fn unavailable() -> sqlx::Error {
    sqlx::Error::PoolTimedOut
}

impl<F: FaultInjector> SimulatedModel<F> {
    pub(super) fn new(cluster: Cluster, fault_injector: F) -> Self {
        let mut world = cluster.lock();
        world.joined += 1;
        let (id, restarts) = (world.joined, world.model.restarts);
        drop(world);
        Self { cluster, id, restarts, changes: None, fault_injector }
    }

    fn ask(&self, call: Call) -> sqlx::Result<()> {
        let call_outcome = self.fault_injector.at(call);
        let is_broken = self.cluster.lock().model.restarts != self.restarts;
        match call_outcome {
            CallOutcome::Fails | CallOutcome::Dies => Err(unavailable()),
            _ if is_broken => Err(unavailable()),
            CallOutcome::Goes | CallOutcome::Untold | CallOutcome::Late | CallOutcome::Torn => {
                Ok(())
            }
        }
    }

    /// The existing rows of a table with these keys.
    pub fn rows(
        &self,
        table: &'static str,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, Vec<u8>)>> {
        self.ask(Call::Look)?;
        let world = self.cluster.lock();
        let row = |key: &String| {
            let row = world.model.rows.get(&(table, key.clone()))?;
            Some((key.clone(), row.clone()))
        };
        Ok(keys.iter().filter_map(row).collect())
    }

    /// Adds rows, or replaces those with the same keys, once the transaction commits.
    pub fn keep_rows(
        &mut self,
        table: &'static str,
        rows: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> sqlx::Result<()> {
        self.ask(Call::Write)?;
        let changes = self.changes.get_or_insert_default();
        changes.rows.extend(rows.into_iter().map(|(key, row)| ((table, key), row)));
        Ok(())
    }

    fn let_go(&mut self) {
        self.changes = None;
        self.cluster.lock().model.locks.retain(|_, owner| *owner != self.id);
    }
}

impl<F: FaultInjector> Model for SimulatedModel<F> {
    async fn begin(&mut self) -> sqlx::Result<()> {
        self.changes = Some(Changes::default());
        Ok(())
    }

    async fn commit(&mut self) -> sqlx::Result<()> {
        let call_outcome = self.fault_injector.at(Call::CommitBatch);
        let changes = self.changes.take().unwrap_or_default();
        let is_broken = self.cluster.lock().model.restarts != self.restarts;
        if matches!(call_outcome, CallOutcome::Goes | CallOutcome::Untold) && !is_broken {
            let mut world = self.cluster.lock();
            world.model.positions.extend(changes.positions);
            world.model.heads.extend(changes.heads);
            world.model.outcomes.extend(changes.outcomes);
            world.model.rows.extend(changes.rows);
            world.model.aside.extend(changes.aside);
        }
        self.let_go();
        if call_outcome == CallOutcome::Goes && !is_broken { Ok(()) } else { Err(unavailable()) }
    }

    async fn roll_back(&mut self) -> sqlx::Result<()> {
        self.let_go();
        Ok(())
    }

    async fn move_positions(&mut self, moves: &[Move<'_>]) -> sqlx::Result<u64> {
        self.ask(Call::Move)?;
        let mut done = 0;
        let mut world = self.cluster.lock();
        let changes = self.changes.get_or_insert_default();
        for to in moves {
            let topic_partition = (to.topic.to_owned(), to.partition);
            let owner = *world.model.locks.get(&topic_partition).unwrap_or(&self.id);
            if owner != self.id {
                // A real transaction would wait for the lock; the other may be stalled for long.
                return Err(unavailable());
            }
            let is_unchanged =
                world.model.positions.get(&topic_partition).is_some_and(|(at, _)| *at == to.from);
            if is_unchanged {
                world.model.locks.insert(topic_partition.clone(), self.id);
                changes.positions.push((topic_partition, (to.to, to.log_id.to_owned())));
                done += 1;
            }
        }
        Ok(done)
    }

    async fn positions(&mut self, wanted: &[(&str, i32)]) -> sqlx::Result<Vec<Position>> {
        self.ask(Call::Look)?;
        let mut world = self.cluster.lock();
        for (topic, partition) in wanted {
            world.model.positions.entry(((*topic).to_owned(), *partition)).or_default();
        }
        let read =
            |((topic, partition), (offset, log_id)): (&TopicPartition, &(i64, String))| Position {
                topic: topic.clone(),
                partition: *partition,
                offset: *offset,
                log_id: log_id.clone(),
            };
        Ok(world.model.positions.iter().map(read).collect())
    }

    async fn heads(&mut self, streams: &[&str]) -> sqlx::Result<Heads> {
        self.ask(Call::Look)?;
        let world = self.cluster.lock();
        let head = |stream: &&str| Some(((*stream).to_owned(), *world.model.heads.get(*stream)?));
        Ok(streams.iter().filter_map(head).collect())
    }

    async fn keep_heads(&mut self, heads: &Heads) -> sqlx::Result<()> {
        self.ask(Call::Write)?;
        self.changes.get_or_insert_default().heads.extend(heads.clone());
        Ok(())
    }

    async fn outcomes(&mut self, ids: &[String]) -> sqlx::Result<HashMap<String, CommandOutcome>> {
        self.ask(Call::Look)?;
        let world = self.cluster.lock();
        let outcome = |id: &String| Some((id.clone(), world.model.outcomes.get(id)?.clone()));
        Ok(ids.iter().filter_map(outcome).collect())
    }

    async fn keep_outcomes(
        &mut self,
        ids: &[String],
        outcomes: &HashMap<String, CommandOutcome>,
    ) -> sqlx::Result<()> {
        self.ask(Call::Write)?;
        let known: BTreeSet<&String> = ids.iter().collect();
        let kept = known.into_iter().filter_map(|id| Some((id.clone(), outcomes.get(id)?.clone())));
        self.changes.get_or_insert_default().outcomes.extend(kept);
        Ok(())
    }

    async fn set_aside(&mut self, aside: &[Aside<'_>]) -> sqlx::Result<()> {
        self.ask(Call::Write)?;
        let kept = aside.iter().map(|record| {
            let topic_partition = (record.topic.to_owned(), record.partition);
            ((topic_partition, record.offset), record.why.to_owned())
        });
        self.changes.get_or_insert_default().aside.extend(kept);
        Ok(())
    }

    async fn paused_streams(&mut self) -> sqlx::Result<Option<String>> {
        self.ask(Call::Look)?;
        let world = self.cluster.lock();
        let first = world.model.aside.first_key_value();
        Ok(first
            .map(|((topic_partition, offset), why)| format!("{topic_partition:?} {offset}: {why}")))
    }
}
