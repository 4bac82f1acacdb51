//! The processes of a run: how they are started, and how each takes a step.

use std::sync::Arc;
use std::time::Duration;

use recourse_runtime::safeguards::DisabledSafeguards;
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::{Limits, Stepped, Writer, WriterError};
use recourse_simulated::{Cluster, SimulatedLog, SimulatedProjector, SimulatedStore};
use recourse_terms::TermsBook;

use super::{Hand, Life, Process, Scene, SceneWriter};
use crate::actions::Plan;
use crate::found::Check;

/// Small, so that everything that depends on a limit happens in a short run.
const LIMITS: Limits = Limits {
    batch: 8,
    wait: Duration::ZERO,
    gap: Duration::ZERO,
    flush_every: Duration::from_millis(5),
    unflushed: 6,
    cached: 1,
    attempts: 3,
};

#[cfg(debug_assertions)]
pub(super) fn cluster(plan: &Plan, without: DisabledSafeguards) -> Cluster {
    Cluster::new(plan.partitions, 1).without(without)
}

#[cfg(not(debug_assertions))]
pub(super) fn cluster(plan: &Plan, _: DisabledSafeguards) -> Cluster {
    Cluster::new(plan.partitions, 1)
}

#[cfg(debug_assertions)]
fn unprotected(writer: SceneWriter, without: DisabledSafeguards) -> SceneWriter {
    writer.without(without)
}

#[cfg(not(debug_assertions))]
fn unprotected(writer: SceneWriter, _: DisabledSafeguards) -> SceneWriter {
    writer
}

impl Scene {
    pub(super) fn take_process(&self, slot: usize, which: usize) -> Option<(usize, Process)> {
        let mut state = self.lock();
        let processes = &mut state.slots[slot].processes;
        let count = processes.len().max(1);
        (!processes.is_empty()).then(|| processes.remove(which % count))
    }

    /// Starts a second process under the same name, if there is only one.
    pub(super) fn start_another(self: &Arc<Self>, slot: usize) {
        if self.lock().slots[slot].processes.len() < 2 {
            self.start(slot);
            self.meet("two processes with one name".to_owned());
        }
    }

    fn start(self: &Arc<Self>, slot: usize) {
        let life = {
            let mut state = self.lock();
            state.lives.push(Life { slot, is_dead: false });
            state.lives.len() - 1
        };
        let hand = Hand { scene: Arc::clone(self), life };
        let process = if slot < self.plan.writers {
            let log = self.cluster.join_as(&format!("writer {slot}"), hand.clone());
            Process::Writer(Box::new(self.writer(log, self.cluster.store_as(hand))))
        } else {
            let (cluster, tables) = (&self.cluster, &self.tables);
            let joined = SimulatedProjector::join(cluster, "claims", tables, &self.clock, hand);
            Process::Projector(Box::new(joined))
        };
        self.report(|| format!("    a process starts in slot {slot}"));
        self.lock().slots[slot].processes.push((life, process));
    }

    fn writer(&self, log: SimulatedLog<Hand>, store: SimulatedStore<Hand>) -> SceneWriter {
        let book = Arc::new(TermsBook::default());
        let limits = Limits { batch: self.plan.batch, ..LIMITS };
        let (clock, status) = (self.clock.clone(), Arc::new(WriterStatus::default()));
        let reference = move || (Arc::clone(&book), 0);
        let writer =
            Writer::new(log, store, clock, reference, self.plan.partitions, limits, status);
        unprotected(writer, self.without)
    }

    /// One process takes a step. If it fails, it is replaced when its slot is stepped again.
    pub(super) fn step(self: &Arc<Self>, slot: usize, which: usize) {
        let (is_empty, delayed) = {
            let state = self.lock();
            let slot = &state.slots[slot];
            (slot.processes.is_empty(), slot.delayed > 0)
        };
        if is_empty {
            // Its only process is stalled.
            if delayed {
                return;
            }
            self.start(slot);
        }
        let Some((life, mut process)) = self.take_process(slot, which) else { return };
        let failed = match &mut process {
            Process::Writer(writer) => {
                let stepped = writer.step();
                self.failure_of(stepped, slot, life)
            }
            Process::Projector(projector) => projector.round().err(),
        };
        let is_dead = self.lock().lives[life].is_dead;
        match failed {
            None if !is_dead => self.lock().slots[slot].processes.push((life, process)),
            failed => {
                self.report(|| {
                    format!("    it ends: {}", failed.unwrap_or("it is dead".to_owned()))
                });
                drop(process);
            }
        }
    }

    /// Why a writer's step failed, if it did.
    fn failure_of(
        &self,
        stepped: Result<Stepped, WriterError>,
        slot: usize,
        life: usize,
    ) -> Option<String> {
        match stepped {
            Ok(stepped) if stepped == Stepped::default() => None,
            Ok(stepped) => {
                self.report(|| {
                    format!("    read {} inputs, wrote {} events", stepped.inputs, stepped.events)
                });
                None
            }
            Err(error) => {
                let is_dead = self.lock().lives[life].is_dead;
                if matches!(error, WriterError::LogTooShort { .. }) && !is_dead {
                    self.find(Check::Rest, format!("the writer of slot {slot} stopped: {error}"));
                }
                Some(error.to_string())
            }
        }
    }
}
