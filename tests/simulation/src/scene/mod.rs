//! The scene of a run: the cluster, the processes in their slots, and what has happened so far.
//!
//! A process that makes a call asks the scene for its outcome ([`Hand`]), and the scene may carry
//! out the next actions before the call returns.

mod acting;
mod calls;
mod processes;
mod redriving;
mod resting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recourse_kernel::Instant;
use recourse_runtime::clock::Clock;
use recourse_runtime::projector::Tables;
use recourse_runtime::safeguards::DisabledSafeguards;
use recourse_runtime::writer::Writer;
use recourse_runtime::writer::log::Source;
use recourse_simulated::{
    Call, CallOutcome, Cluster, SimulatedLog, SimulatedModel, SimulatedProjector, SimulatedStore,
};

use crate::actions::Plan;
use crate::bank::Banks;
use crate::found::{Check, Found};
use crate::ledger::Ledger;
use crate::toy::{self, PiggyBank};

/// The line of a story after which no faults are injected.
pub(crate) const CALM: &str = "from here on, no faults are injected";

type Model = SimulatedModel<Hand>;
type SceneWriter = Writer<PiggyBank, SimulatedLog<Hand>, SimulatedStore<Hand>>;

enum Process {
    Writer(Box<SceneWriter>),
    Projector(Box<SimulatedProjector<Hand>>),
}

/// The lifetime of one process, shared by its connections.
#[derive(Default)]
struct Life {
    slot: usize,
    is_dead: bool,
}

/// A slot for processes that share one name.
#[derive(Default)]
struct Slot {
    /// The processes that are not in a step right now.
    processes: Vec<(usize, Process)>,
    /// How many are stalled in a call.
    delayed: usize,
    traps: Vec<Trap>,
    lags: Vec<(Source, u32)>,
}

struct Trap {
    call: Call,
    after: u32,
    what: Injected,
}

#[derive(Clone, Copy)]
enum Injected {
    CallOutcome(CallOutcome),
    Delayed(usize),
}

pub(crate) struct Scene {
    pub(crate) plan: Plan,
    pub(crate) cluster: Cluster,
    clock: Clock,
    tables: Arc<Tables<Model>>,
    without: DisabledSafeguards,
    state: Mutex<State>,
}

#[expect(clippy::struct_excessive_bools, reason = "each flag is independent")]
struct State {
    cursor: usize,
    depth: usize,
    is_calm: bool,
    lives: Vec<Life>,
    slots: Vec<Slot>,
    store_answers: bool,
    model_answers: bool,
    ledger: Ledger,
    met: BTreeMap<String, u64>,
    listens: bool,
    story: Vec<String>,
    found: Option<Found>,
}

/// A process's fault injector: it looks up the scene.
#[derive(Clone)]
pub(crate) struct Hand {
    scene: Arc<Scene>,
    life: usize,
}

/// What a run leaves: the first violation, how often each fault occurred, and the story.
pub(crate) type Left = (Option<Found>, BTreeMap<String, u64>, Vec<String>);

impl Scene {
    pub(crate) fn new(plan: &Plan, without: DisabledSafeguards, listens: bool) -> Arc<Self> {
        let state = State {
            cursor: 0,
            depth: 0,
            is_calm: false,
            lives: Vec::new(),
            slots: (0..plan.writers + plan.projectors).map(|_| Slot::default()).collect(),
            store_answers: true,
            model_answers: true,
            ledger: Ledger::default(),
            met: BTreeMap::new(),
            listens,
            story: Vec::new(),
            found: None,
        };
        Arc::new(Self {
            cluster: processes::cluster(plan, without),
            clock: Clock::simulated(toy::noon(0)),
            tables: Arc::new(Tables::new().table::<Banks>()),
            without,
            state: Mutex::new(state),
            plan: plan.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn with_ledger<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock().ledger)
    }

    /// Another projector, into which no faults are injected.
    pub(crate) fn bystander(scene: &Arc<Self>) -> SimulatedProjector<Hand> {
        let life = {
            let mut state = scene.lock();
            state.lives.push(Life::default());
            state.lives.len() - 1
        };
        let hand = Hand { scene: Arc::clone(scene), life };
        SimulatedProjector::join(&scene.cluster, "claims", &scene.tables, &scene.clock, hand)
    }

    /// Notes a violation, unless one was found before.
    pub(crate) fn note(&self, found: Found) {
        self.lock().found.get_or_insert(found);
    }

    pub(crate) fn has_found(&self) -> bool {
        self.lock().found.is_some()
    }

    fn find(&self, check: Check, what: String) {
        self.note(Found { check, what });
    }

    fn report(&self, line: impl FnOnce() -> String) {
        let mut state = self.lock();
        if state.listens {
            let line = format!("{}{}", "    ".repeat(state.depth), line());
            state.story.push(line);
        }
    }

    fn meet(&self, what: String) {
        *self.lock().met.entry(what).or_default() += 1;
    }

    fn meet_if(&self, what: &str, met: bool) {
        if met {
            self.meet(what.to_owned());
        }
    }

    /// Drops every process, without holding the lock: dropping them accesses the scene once more.
    pub(crate) fn end(&self) -> Left {
        loop {
            let left = self.lock().slots.iter_mut().find_map(|slot| slot.processes.pop());
            if left.is_none() {
                break;
            }
        }
        let mut state = self.lock();
        let (met, story) = (std::mem::take(&mut state.met), std::mem::take(&mut state.story));
        (state.found.take(), met, story)
    }
}
