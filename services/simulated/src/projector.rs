//! A projector over the in-memory log and read model; it runs the real rounds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use prometheus_client::registry::Registry;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use recourse_runtime::clock::Clock;
use recourse_runtime::metrics::Metrics;
use recourse_runtime::projector::{
    Decoders, Feed, Gathered, Progress, ProjectorState, Rounds, Source, Tables, Target,
    TopicPartition, View,
};
use tokio::sync::watch;

use super::Cluster;
use super::fault_injector::{Call, CallOutcome, FaultInjector};
use super::model::SimulatedModel;
use super::world::{Group, Topic};

/// The service's events as read by one member of the projectors' group.
struct SimulatedFeed<F: FaultInjector> {
    cluster: Cluster,
    context: String,
    id: u64,
    seen_generation: u64,
    /// Reads without effect since the group expelled this member.
    unheard: u32,
    given: Option<Vec<TopicPartition>>,
    reading: BTreeMap<TopicPartition, i64>,
    paused: BTreeSet<TopicPartition>,
    fault_injector: F,
}

/// One process of the projectors' group; it ends when it fails.
pub struct SimulatedProjector<F: FaultInjector> {
    member: u64,
    rounds: Rounds<SimulatedFeed<F>, SimulatedModel<F>>,
    state: watch::Receiver<ProjectorState>,
}

impl<F: FaultInjector> SimulatedProjector<F> {
    /// A new member of the projectors' group. `context` is the service whose events these are
    /// (`claims`).
    pub fn join(
        cluster: &Cluster,
        context: &str,
        tables: &Arc<Tables<SimulatedModel<F>>>,
        clock: &Clock,
        fault_injector: F,
    ) -> Self {
        let mut world = cluster.lock();
        world.joined += 1;
        let id = world.joined;
        world.projectors.join(id);
        drop(world);
        let (report, state) = watch::channel(ProjectorState::CatchingUp);
        let (report_aside, _) = watch::channel(None);
        let topic = format!("recourse.{context}.events.v1");
        let sources = vec![Source { context: context.to_owned(), topic }];
        let view = View {
            sources: sources.clone(),
            batch: 100,
            tables: Arc::clone(tables),
            progress: Progress::new(),
            metrics: Metrics::new(Registry::default()).of(context),
            report,
            report_aside,
            clock: clock.clone(),
        };
        let (log_ids, without) = (vec!["simulated".to_owned()], cluster.is_without());
        let target = Target { tables: Arc::clone(tables), sources, log_ids, without };
        let model = SimulatedModel::new(cluster.clone(), fault_injector.clone());
        let feed = SimulatedFeed {
            cluster: cluster.clone(),
            context: context.to_owned(),
            id,
            seen_generation: 0,
            unheard: 0,
            given: None,
            reading: BTreeMap::new(),
            paused: BTreeSet::new(),
            fault_injector,
        };
        let rounds = Rounds::new(Arc::new(view), feed, model, target);
        Self { member: id, rounds, state }
    }

    /// The member's number in the group.
    pub fn id(&self) -> u64 {
        self.member
    }

    /// Reads and writes one batch. After an error the process restarts, as a new member.
    pub fn round(&mut self) -> Result<(), String> {
        // In-memory calls never wait, so every future is ready at once.
        match self.rounds.round().now_or_never() {
            Some(done) => done.map_err(|error| error.to_string()),
            None => Err("an in-memory call had to wait".to_owned()),
        }
    }

    /// As of its last round; [`ProjectorState::CatchingUp`] before the first.
    pub fn state(&self) -> ProjectorState {
        self.state.borrow().clone()
    }
}

impl<F: FaultInjector> Drop for SimulatedFeed<F> {
    fn drop(&mut self) {
        let is_dead = self.fault_injector.at(Call::Leave) == CallOutcome::Dies;
        self.cluster.lock().leave(self.id, is_dead);
    }
}

impl<F: FaultInjector> SimulatedFeed<F> {
    fn ask(&self, call: Call) -> KafkaResult<()> {
        match self.fault_injector.at(call) {
            CallOutcome::Fails | CallOutcome::Dies => {
                Err(KafkaError::MessageConsumption(RDKafkaErrorCode::RequestTimedOut))
            }
            CallOutcome::Goes | CallOutcome::Untold | CallOutcome::Late | CallOutcome::Torn => {
                Ok(())
            }
        }
    }
}

impl<F: FaultInjector> Feed for SimulatedFeed<F> {
    fn gather(&mut self, decoders: &Decoders, most: usize, _: Duration) -> KafkaResult<Gathered> {
        self.ask(Call::Gather)?;
        let mut world = self.cluster.lock();
        let rejoins = self.fault_injector.rejoins();
        let is_member = world.hear(Group::Projectors, &mut self.id, &mut self.unheard, rejoins);
        let mut gathered = Gathered::default();
        if is_member && world.projectors.generation != self.seen_generation {
            self.seen_generation = world.projectors.generation;
            let given = world.projectors.partitions_of(self.id, world.partitions);
            self.given = Some(given.into_iter().map(|partition| (0, partition)).collect());
            self.reading.clear();
            return Ok(gathered);
        }
        for (&topic_partition, reached) in &mut self.reading {
            if self.paused.contains(&topic_partition) {
                continue;
            }
            let stable = world.stable(Topic::Events, topic_partition.1);
            let room = most.saturating_sub(gathered.readable());
            let mut shown = 0;
            let mut last = *reached;
            for (offset, record) in
                world.read(Topic::Events, topic_partition.1, *reached, stable).take(room)
            {
                let at = (topic_partition, offset);
                let of = (self.context.as_str(), decoders);
                gathered.take(at, of, &record.key, &record.headers, &record.value);
                (shown, last) = (shown + 1, offset + 1);
            }
            *reached = if shown < room { stable.max(*reached) } else { last };
        }
        Ok(gathered)
    }

    fn rebalanced(&mut self) -> Option<Vec<TopicPartition>> {
        self.given.take()
    }

    fn read_from(&mut self, positions: Vec<(TopicPartition, i64)>) -> KafkaResult<()> {
        self.reading = positions.into_iter().collect();
        self.paused.clear();
        Ok(())
    }

    fn pause(&mut self, topic_partition: TopicPartition) -> KafkaResult<()> {
        self.paused.insert(topic_partition);
        Ok(())
    }

    fn positions(&mut self) -> KafkaResult<HashMap<TopicPartition, i64>> {
        Ok(self
            .reading
            .iter()
            .map(|(topic_partition, offset)| (*topic_partition, *offset))
            .collect())
    }

    fn end(&mut self, topic_partition: TopicPartition) -> KafkaResult<i64> {
        self.ask(Call::Ask)?;
        Ok(self.cluster.lock().end(Topic::Events, topic_partition.1))
    }
}
