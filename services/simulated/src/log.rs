//! The log as seen by one member of the writers' group.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use recourse_runtime::reply::Reply;
use recourse_runtime::writer::log::{
    Incoming, Log, LogError, Offsets, Outgoing, Source, Taken, TransactError,
};

use super::fault_injector::{Call, CallOutcome, FaultInjector, Smooth};
use super::world::{Group, READS_UNTIL_REJOIN, Topic, incoming, stored, topic_of};
use super::{Cluster, Fault};

/// The log as seen by one member of the writers' group.
pub struct SimulatedLog<F: FaultInjector = Smooth> {
    cluster: Cluster,
    id: u64,
    name: String,
    epoch: u64,
    seen_generation: u64,
    /// Reads without effect since the group expelled this member.
    unheard: u32,
    reached: BTreeMap<(Source, i32), i64>,
    paused: BTreeSet<(Source, i32)>,
    facts_first: bool,
    fault_injector: F,
}

impl<F: FaultInjector> Drop for SimulatedLog<F> {
    fn drop(&mut self) {
        let is_dead = self.fault_injector.at(Call::Leave) == CallOutcome::Dies;
        self.cluster.lock().leave(self.id, is_dead);
    }
}

impl<F: FaultInjector> SimulatedLog<F> {
    pub(super) fn new(cluster: Cluster, name: &str, fault_injector: F) -> Self {
        let mut world = cluster.lock();
        world.joined += 1;
        let id = world.joined;
        world.writers.join(id);
        let epoch = world.take_name(name);
        drop(world);
        let (name, reached) = (name.to_owned(), BTreeMap::new());
        Self {
            cluster,
            id,
            name,
            epoch,
            seen_generation: 0,
            unheard: 0,
            reached,
            paused: BTreeSet::new(),
            facts_first: false,
            fault_injector,
        }
    }

    /// The number to pass to [`Cluster::expel`]; a member that joins again gets another.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Fails if the fault injector lets this read call fail.
    fn ask(&self, call: Call) -> Result<(), LogError> {
        match self.fault_injector.at(call) {
            CallOutcome::Fails | CallOutcome::Dies => {
                Err(LogError(format!("{call:?} was not answered")))
            }
            CallOutcome::Goes | CallOutcome::Untold | CallOutcome::Late | CallOutcome::Torn => {
                Ok(())
            }
        }
    }

    /// Writes and commits, with possible faults at each step.
    fn commit(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        generation: u64,
    ) -> Result<Vec<i64>, TransactError> {
        let unknown = || TransactError::Unknown("no answer".to_owned());
        let number = self.cluster.lock().begin(&self.name, self.epoch)?;
        let mut written = Vec::with_capacity(outgoing.len());
        for record in outgoing {
            match self.fault_injector.at(Call::Produce) {
                CallOutcome::Fails => return Err(self.abort(number)),
                CallOutcome::Dies | CallOutcome::Untold | CallOutcome::Late => {
                    return Err(unknown());
                }
                CallOutcome::Goes | CallOutcome::Torn => {}
            }
            let (topic, stored) = stored(record);
            written.push(self.cluster.lock().produce(number, topic, record.partition, stored)?);
        }
        match self.fault_injector.at(Call::SendOffsets) {
            CallOutcome::Fails => return Err(self.abort(number)),
            CallOutcome::Dies | CallOutcome::Untold | CallOutcome::Late => return Err(unknown()),
            CallOutcome::Goes | CallOutcome::Torn => {}
        }
        self.cluster.lock().send_offsets(number, offsets, self.id, generation)?;
        let call_outcome = self.fault_injector.at(Call::EndTransaction);
        let mut world = self.cluster.lock();
        match (call_outcome, world.faults.pop_front()) {
            (CallOutcome::Goes, None) => {
                world.end_transaction(number, true)?;
                world.finish(number);
            }
            (CallOutcome::Torn, _) => world.end_transaction(number, true)?,
            (CallOutcome::Untold, _) | (_, Some(Fault::CommittedUnreported)) => {
                world.end_transaction(number, true)?;
                world.finish(number);
                return Err(unknown());
            }
            (CallOutcome::Late, _) => {
                world.is_late(number);
                return Err(unknown());
            }
            (_, Some(Fault::Abort)) => {
                drop(world);
                return Err(self.abort(number));
            }
            (_, Some(Fault::Unacceptable)) => {
                drop(world);
                return Err(match self.abort(number) {
                    TransactError::Aborted(why) => TransactError::Unacceptable(why),
                    other => other,
                });
            }
            (_, Some(Fault::AbortedUnreported)) => {
                world.end_transaction(number, false)?;
                world.finish(number);
                return Err(unknown());
            }
            // The request is lost, or the process dies before sending it: the transaction stays
            // open.
            (CallOutcome::Fails | CallOutcome::Dies, None) => return Err(unknown()),
        }
        drop(world);
        match self.fault_injector.at(Call::Committing) {
            CallOutcome::Dies => Err(unknown()),
            _ => Ok(written),
        }
    }

    fn abort(&self, number: u64) -> TransactError {
        let mut world = self.cluster.lock();
        match world.end_transaction(number, false) {
            Ok(()) => {
                world.finish(number);
                TransactError::Aborted("injected".to_owned())
            }
            Err(error) => error,
        }
    }
}

impl<F: FaultInjector> Log for SimulatedLog<F> {
    /// The generation in which the records were read.
    type Membership = u64;

    fn take(&mut self, _: Duration, limit: usize) -> Result<Taken<u64>, LogError> {
        self.ask(Call::Take)?;
        if !self.fault_injector.settles() {
            let (assigned, revoked, records) = (Vec::new(), Vec::new(), Vec::new());
            return Ok(Taken { assigned, revoked, records, membership: None });
        }
        let mut world = self.cluster.lock();
        let rejoins = self.fault_injector.rejoins();
        let is_member = world.hear(Group::Writers, &mut self.id, &mut self.unheard, rejoins);
        let mut taken = Taken {
            assigned: Vec::new(),
            revoked: Vec::new(),
            records: Vec::new(),
            membership: Some(self.seen_generation),
        };
        if is_member && world.writers.generation != self.seen_generation {
            taken.revoked = self.reached.keys().map(|(_, partition)| *partition).collect();
            self.reached.clear();
            taken.assigned = world.writers.partitions_of(self.id, world.partitions);
            self.seen_generation = world.writers.generation;
            taken.membership = Some(self.seen_generation);
            return Ok(taken);
        }
        let facts_first = self.facts_first;
        self.facts_first = !facts_first;
        let mut reading: Vec<_> = self.reached.iter_mut().collect();
        reading.sort_by_key(|((source, _), _)| (*source == Source::Commands) == facts_first);
        for (&(source, partition), reached) in reading {
            let is_blocked = self.paused.contains(&(source, partition));
            let delivers = !is_blocked && self.fault_injector.delivers(source);
            let Some(topic) = topic_of(source).filter(|_| delivers) else { continue };
            let room = limit.saturating_sub(taken.records.len());
            let before = taken.records.len();
            let (end, come) = world.read_input(topic, partition, *reached);
            let come = come.take(room);
            taken
                .records
                .extend(come.map(|(offset, record)| incoming(source, partition, offset, record)));
            let last = taken.records[before..].last().map(|last| last.offset + 1);
            // After everything available was returned, the position is past the last marker, too.
            *reached = if taken.records.len() - before < room {
                end.max(*reached)
            } else {
                last.unwrap_or(*reached)
            };
        }
        Ok(taken)
    }

    fn reached(&self, source: Source, partition: i32) -> i64 {
        self.reached.get(&(source, partition)).copied().unwrap_or(0)
    }

    fn watermark(&mut self, source: Source, partition: i32) -> Result<i64, LogError> {
        self.ask(Call::Ask)?;
        let world = self.cluster.lock();
        Ok(topic_of(source).map_or(0, |topic| world.end(topic, partition)))
    }

    fn end(&mut self, partition: i32) -> Result<i64, LogError> {
        self.ask(Call::Ask)?;
        Ok(self.cluster.lock().end(Topic::Events, partition))
    }

    fn log_id(&mut self) -> Result<String, LogError> {
        self.ask(Call::Ask)?;
        Ok("simulated".to_owned())
    }

    fn restore(
        &mut self,
        spans: &[(i32, i64, i64)],
        each: &mut dyn FnMut(Incoming) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        self.ask(Call::Restore)?;
        for &(partition, from, to) in spans {
            self.cluster.lock().settle(Topic::Events, partition, to);
            let events = self.cluster.events_from(partition, from).into_iter();
            events.take_while(|event| event.offset < to).try_for_each(&mut *each)?;
        }
        Ok(())
    }

    fn committed(&mut self, partition: i32) -> Result<Vec<(Source, Option<i64>)>, LogError> {
        self.ask(Call::Committed)?;
        let mut world = self.cluster.lock();
        world.settle_offsets(partition);
        let of = |source| (source, world.committed.get(&(source, partition)).copied());
        Ok(Source::inputs(world.foreign).map(of).collect())
    }

    fn resume(&mut self, partition: i32, from: &[(Source, i64)]) -> Result<(), LogError> {
        self.ask(Call::Resume)?;
        for &(source, offset) in from {
            self.paused.remove(&(source, partition));
            self.reached.insert((source, partition), offset);
        }
        Ok(())
    }

    fn pause(&mut self, source: Source, partition: i32, is_blocked: bool) -> Result<(), LogError> {
        if is_blocked {
            self.paused.insert((source, partition));
        } else {
            self.paused.remove(&(source, partition));
        }
        Ok(())
    }

    fn input_at(
        &mut self,
        source: Source,
        partition: i32,
        offset: i64,
    ) -> Result<Option<Incoming>, LogError> {
        self.ask(Call::Ask)?;
        let world = self.cluster.lock();
        let Some(topic) = topic_of(source) else { return Ok(None) };
        let found = world.read(topic, partition, offset, offset + 1).next();
        Ok(found.map(|(offset, record)| incoming(source, partition, offset, record)))
    }

    fn stable_end(&mut self, partition: i32) -> Result<i64, LogError> {
        self.ask(Call::Ask)?;
        Ok(self.cluster.lock().stable(Topic::Events, partition))
    }

    fn transact(
        &mut self,
        outgoing: &[Outgoing],
        offsets: &Offsets,
        membership: &u64,
    ) -> Result<Vec<i64>, TransactError> {
        let result = self.commit(outgoing, offsets, *membership);
        // Fenced members notice, as the group's client does by its heartbeat.
        if matches!(result, Err(TransactError::FencedByGroup(_))) && self.fault_injector.rejoins() {
            self.unheard = READS_UNTIL_REJOIN;
        }
        result
    }

    fn renew(&mut self) -> Result<(), TransactError> {
        match self.fault_injector.at(Call::Renew) {
            CallOutcome::Fails | CallOutcome::Dies => {
                Err(TransactError::Unknown("no answer".to_owned()))
            }
            CallOutcome::Goes | CallOutcome::Untold | CallOutcome::Late | CallOutcome::Torn => {
                self.epoch = self.cluster.lock().take_name(&self.name);
                Ok(())
            }
        }
    }

    fn reply(&mut self, partition: i32, reply: &Reply, _: recourse_kernel::Instant) {
        let times = match self.fault_injector.at(Call::Reply) {
            CallOutcome::Fails | CallOutcome::Dies => 0,
            CallOutcome::Untold => 2,
            CallOutcome::Goes | CallOutcome::Late | CallOutcome::Torn => 1,
        };
        let mut world = self.cluster.lock();
        world.replies.extend(std::iter::repeat_n((partition, reply.clone()), times));
    }
}
