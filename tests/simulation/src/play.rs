//! Carries out a plan: processes are stepped one at a time, the outcome of each of their calls is
//! looked up, and a process that is stalled in a call waits while the next actions are carried out.
//!
//! Long because everything that happens to processes is in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use recourse_kernel::record::{Header, header};
use recourse_kernel::{Folded, Instant, Record};
use recourse_runtime::clock::Clock;
use recourse_runtime::projector::{ProjectorState, Tables};
use recourse_runtime::writer::log::{Incoming, Source};
use recourse_runtime::writer::status::WriterStatus;
use recourse_runtime::writer::without::DisabledSafeguards;
use recourse_runtime::writer::{
    DISCARD_HEADER, Limits, ORIGIN_HEADER, REDRIVE_HEADER, Stepped, Writer, WriterError,
};
use recourse_simulated::{
    Call, CallOutcome, Cluster, Ending, FaultInjector, SimulatedLog, SimulatedModel,
    SimulatedProjector, SimulatedStore,
};
use recourse_terms::TermsBook;

use crate::actions::{Action, Plan};
use crate::bank::Banks;
use crate::checks::{self, Found};
use crate::ledger::{Ledger, Sent, kind};
use crate::toy::{self, Bank, PiggyBank};

/// The maximum number of fault-free rounds in which everything must come to rest.
const ROUNDS: usize = 600;
/// How many rounds pass between those in which buyers repeat unanswered commands and a person
/// redrives blocked purchases.
const REDRIVE_EVERY: usize = 8;
/// How many processes can be stalled at once, one inside the other.
const DEEPEST: usize = 3;

/// The outcome of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The first violated invariant.
    pub found: Option<Found>,
    /// How often each kind of fault occurred.
    pub met: BTreeMap<String, u64>,
    /// What happened, one line each; empty unless requested.
    pub story: Vec<String>,
    /// All events, as text: two runs of a seed are identical, byte for byte.
    pub log: String,
}

type Model = SimulatedModel<Hand>;

enum Process {
    Writer(Box<Writer<PiggyBank, SimulatedLog<Hand>, SimulatedStore<Hand>>>),
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
    pub(crate) clock: Clock,
    tables: Arc<Tables<Model>>,
    without: DisabledSafeguards,
    state: Mutex<State>,
}

/// The line of a story after which no faults are injected.
pub(crate) const CALM: &str = "from here on, no faults are injected";

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

impl FaultInjector for Hand {
    fn at(&self, call: Call) -> CallOutcome {
        self.scene.call_outcome(self.life, call)
    }

    fn delivers(&self, source: Source) -> bool {
        let mut state = self.scene.lock();
        if state.is_calm {
            return true;
        }
        let slot = state.lives[self.life].slot;
        let lag = state.slots[slot].lags.iter_mut().find(|lag| lag.0 == source && lag.1 > 0);
        lag.is_none_or(|lag| {
            lag.1 -= 1;
            false
        })
    }

    fn rejoins(&self) -> bool {
        true
    }
}

/// Plays a plan to its end. With `listens`, the story is recorded.
pub fn play(plan: &Plan, without: DisabledSafeguards, listens: bool) -> Outcome {
    let scene = Arc::new(Scene {
        cluster: cluster(plan, without),
        clock: Clock::simulated(toy::noon(0)),
        tables: Arc::new(Tables::new().table::<Banks>()),
        without,
        state: Mutex::new(State {
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
        }),
        plan: plan.clone(),
    });
    let played = catch_unwind(AssertUnwindSafe(|| {
        Scene::go(&scene, usize::MAX);
        Scene::come_to_rest(&scene);
    }));
    if let Err(panic) = played {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("unknown");
        scene.find("I8", format!("a panic: {text}"));
    }
    if scene.lock().found.is_none()
        && let Err(found) = checks::check(&scene)
    {
        scene.lock().found = Some(found);
    }
    let log = checks::text_of(&scene);
    scene.end();
    let mut state = scene.lock();
    Outcome {
        found: state.found.take(),
        met: std::mem::take(&mut state.met),
        story: std::mem::take(&mut state.story),
        log,
    }
}

#[cfg(debug_assertions)]
fn cluster(plan: &Plan, without: DisabledSafeguards) -> Cluster {
    Cluster::new(plan.partitions, 1).without(without)
}

#[cfg(not(debug_assertions))]
fn cluster(plan: &Plan, _: DisabledSafeguards) -> Cluster {
    Cluster::new(plan.partitions, 1)
}

impl Scene {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with_ledger<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock().ledger)
    }

    pub(crate) fn tables(&self) -> &Arc<Tables<Model>> {
        &self.tables
    }

    /// A fault injector that injects nothing.
    pub(crate) fn bystander(scene: &Arc<Self>) -> Hand {
        let mut state = scene.lock();
        state.lives.push(Life::default());
        Hand { scene: Arc::clone(scene), life: state.lives.len() - 1 }
    }

    fn find(&self, invariant: &'static str, what: String) {
        self.lock().found.get_or_insert(Found { invariant, what });
    }

    fn report(&self, line: impl FnOnce() -> String) {
        let mut state = self.lock();
        if state.listens {
            let line = format!("{}{}", "    ".repeat(state.depth), line());
            state.story.push(line);
        }
    }

    /// Drops every process, without holding the lock: dropping them accesses the scene once more.
    fn end(&self) {
        loop {
            let left = self.lock().slots.iter_mut().find_map(|slot| slot.processes.pop());
            if left.is_none() {
                return;
            }
        }
    }

    // ------------------------------------------------------------ calls

    /// The outcome of a call; a stalled process returns from here once the others have continued.
    fn call_outcome(self: &Arc<Self>, life: usize, call: Call) -> CallOutcome {
        let snare = {
            let mut state = self.lock();
            if state.lives[life].is_dead {
                return CallOutcome::Dies;
            }
            if state.is_calm || call == Call::Leave {
                return CallOutcome::Goes;
            }
            let of_store = matches!(call, Call::TakeOver | Call::Load | Call::WaitFlushed);
            let of_model =
                matches!(call, Call::Look | Call::Move | Call::Write | Call::CommitBatch);
            if !state.store_answers && of_store || !state.model_answers && of_model {
                return CallOutcome::Fails;
            }
            if !state.store_answers && call == Call::Flush {
                return CallOutcome::Late;
            }
            let slot = state.lives[life].slot;
            let traps = &mut state.slots[slot].traps;
            let Some(at) = traps.iter().position(|trap| trap.call == call) else {
                return CallOutcome::Goes;
            };
            if traps[at].after > 0 {
                traps[at].after -= 1;
                return CallOutcome::Goes;
            }
            traps.remove(at).what
        };
        match snare {
            Injected::CallOutcome(call_outcome) => {
                self.meet(format!("{call:?} {call_outcome:?}"));
                self.report(|| format!("    -> {call:?}: {call_outcome:?}"));
                if call_outcome == CallOutcome::Dies {
                    self.lock().lives[life].is_dead = true;
                }
                call_outcome
            }
            Injected::Delayed(actions) => {
                if self.lock().depth >= DEEPEST {
                    return CallOutcome::Goes;
                }
                self.meet(format!("{call:?} stalled"));
                self.report(|| format!("    -> stalled in {call:?}, while"));
                let slot = {
                    let mut state = self.lock();
                    state.depth += 1;
                    let slot = state.lives[life].slot;
                    state.slots[slot].delayed += 1;
                    slot
                };
                Self::go(self, actions);
                let mut state = self.lock();
                state.depth -= 1;
                state.slots[slot].delayed -= 1;
                if state.lives[life].is_dead { CallOutcome::Dies } else { CallOutcome::Goes }
            }
        }
    }

    fn meet(&self, what: String) {
        *self.lock().met.entry(what).or_default() += 1;
    }

    // ------------------------------------------------------------ actions

    /// Carries out the next actions, at most `most`.
    fn go(self: &Arc<Self>, most: usize) {
        for _ in 0..most {
            let action = {
                let mut state = self.lock();
                let Some(action) = self.plan.actions.get(state.cursor).copied() else { return };
                if state.found.is_some() {
                    return;
                }
                state.cursor += 1;
                action
            };
            self.report(|| action.to_string());
            self.clock.move_to(self.clock.now() + TimeDelta::milliseconds(1));
            self.act(action);
        }
    }

    fn act(self: &Arc<Self>, action: Action) {
        let key_of = |key: usize| format!("key{key}");
        match action {
            Action::Step { slot, which } => self.step(slot, which),
            Action::StartAnother(slot) => {
                if self.lock().slots[slot].processes.len() < 2 {
                    self.start(slot);
                    self.meet("two processes with one name".to_owned());
                }
            }
            Action::Ask { key, what } => {
                let record = self.lock().ledger.ask(key_of(key), what, self.clock.now());
                self.cluster.write(None, &record.key, record.headers(), record.body);
            }
            Action::AskAgain(n) => {
                let again = self.lock().ledger.again(n);
                if let Some(record) = again {
                    self.meet("command repeated".to_owned());
                    self.cluster.write(None, &record.key, record.headers(), record.body);
                }
            }
            Action::Fact { key, readable, ending } => {
                let key = key_of(key);
                let committed = ending != Ending::Aborted;
                let (headers, body) = self.lock().ledger.report(&key, readable, committed);
                self.cluster.write_foreign(0, &key, headers, body, ending);
            }
            Action::Redrive(key) => self.redrive(&key_of(key)),
            Action::Wait(seconds) => {
                self.clock.move_to(self.clock.now() + TimeDelta::seconds(seconds));
            }
            Action::Trap { slot, call, after, call_outcome } => {
                let trap = Trap { call, after, what: Injected::CallOutcome(call_outcome) };
                self.lock().slots[slot].traps.push(trap);
            }
            Action::Stall { slot, call, after, actions } => {
                let trap = Trap { call, after, what: Injected::Delayed(actions) };
                self.lock().slots[slot].traps.push(trap);
            }
            Action::Lag { slot, source, looks } => {
                self.lock().slots[slot].lags.push((source, looks));
                self.meet(format!("{source:?} lag"));
            }
            Action::Kill(slot) => {
                if let Some((life, process)) = self.take_process(slot, 0) {
                    self.meet("killed between steps".to_owned());
                    self.lock().lives[life].is_dead = true;
                    drop(process);
                }
            }
            Action::Finish(slot) => {
                if let Some((_, mut process)) = self.take_process(slot, 0) {
                    self.meet("shut down cleanly".to_owned());
                    if let Process::Writer(writer) = &mut process {
                        writer.finish();
                    }
                    drop(process);
                }
            }
            Action::Expel(n) => {
                self.meet("expelled".to_owned());
                self.cluster.expel_nth(n);
            }
            Action::NoticeDead => self.cluster.notice_dead(),
            Action::Marker => self.meet_if("late marker", self.cluster.marker_comes()),
            Action::Arrive => self.meet_if("late commit", self.cluster.request_arrives()),
            Action::TimeOut => self.meet_if("transaction timed out", self.cluster.time_passes()),
            Action::FlushArrives => self.meet_if("late flush", self.cluster.flush_arrives()),
            Action::StoreAnswers(answers) => {
                self.lock().store_answers = answers;
                self.meet_if("state store unavailable", !answers);
            }
            Action::ModelAnswers(answers) => {
                self.lock().model_answers = answers;
                self.meet_if("read model unavailable", !answers);
            }
            Action::Checkpoint => self.cluster.checkpoint(),
            Action::StoreLoses => {
                self.meet("state store lost recent writes".to_owned());
                self.cluster.store_loses();
            }
            Action::ModelLoses => {
                self.meet("read model lost recent writes".to_owned());
                self.cluster.model_loses();
            }
            Action::Hang(n) => {
                let partitions = self.plan.partitions;
                let partition = i32::try_from(n).unwrap_or_default() % partitions;
                self.meet("hanging transaction".to_owned());
                self.cluster.leave_transaction_open(partition);
            }
            Action::ForgetOffsets => {
                let expires = !self.cluster.has_members();
                if expires {
                    self.cluster.forget_offsets();
                }
                self.meet_if("offsets expired", expires);
            }
        }
    }

    fn meet_if(&self, what: &str, met: bool) {
        if met {
            self.meet(what.to_owned());
        }
    }

    // ------------------------------------------------------------ processes

    fn take_process(&self, slot: usize, which: usize) -> Option<(usize, Process)> {
        let mut state = self.lock();
        let processes = &mut state.slots[slot].processes;
        let count = processes.len().max(1);
        (!processes.is_empty()).then(|| processes.remove(which % count))
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

    fn writer(
        &self,
        log: SimulatedLog<Hand>,
        store: SimulatedStore<Hand>,
    ) -> Writer<PiggyBank, SimulatedLog<Hand>, SimulatedStore<Hand>> {
        let book = Arc::new(TermsBook::default());
        let limits = Limits {
            batch: self.plan.batch,
            wait: Duration::ZERO,
            gap: Duration::ZERO,
            flush_every: Duration::from_millis(5),
            unflushed: 6,
            cached: 1,
            attempts: 3,
        };
        let (clock, status) = (self.clock.clone(), Arc::new(WriterStatus::default()));
        let reference = move || (Arc::clone(&book), 0);
        let writer =
            Writer::new(log, store, clock, reference, self.plan.partitions, limits, status);
        self.unprotected(writer)
    }

    #[cfg(debug_assertions)]
    fn unprotected<L, S>(&self, writer: Writer<PiggyBank, L, S>) -> Writer<PiggyBank, L, S>
    where
        L: recourse_runtime::writer::log::Log,
        S: recourse_runtime::store::Store,
    {
        writer.without(self.without)
    }

    #[cfg(not(debug_assertions))]
    fn unprotected<L, S>(&self, writer: Writer<PiggyBank, L, S>) -> Writer<PiggyBank, L, S>
    where
        L: recourse_runtime::writer::log::Log,
        S: recourse_runtime::store::Store,
    {
        let _ = self.without;
        writer
    }

    /// One process takes a step. If it fails, it is replaced when its slot is stepped again.
    fn step(self: &Arc<Self>, slot: usize, which: usize) {
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
            Process::Writer(writer) => match writer.step() {
                Ok(stepped) if stepped == Stepped::default() => None,
                Ok(stepped) => {
                    self.report(|| {
                        format!(
                            "    read {} inputs, wrote {} events",
                            stepped.inputs, stepped.events
                        )
                    });
                    None
                }
                Err(error) => {
                    let is_dead = self.lock().lives[life].is_dead;
                    if matches!(error, WriterError::LogTooShort { .. }) && !is_dead {
                        self.find("I8", format!("the writer of slot {slot} stopped: {error}"));
                    }
                    Some(error.to_string())
                }
            },
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

    // ------------------------------------------------------------ calm

    /// Without further faults, everything must come to rest, with all commands answered.
    fn come_to_rest(self: &Arc<Self>) {
        self.lock().is_calm = true;
        self.report(|| CALM.to_owned());
        let mut open = String::new();
        let mut redriven = BTreeMap::new();
        for round in 0..ROUNDS {
            self.cluster.settle();
            self.cluster.notice_dead();
            let slots = self.lock().slots.len();
            for slot in 0..slots {
                // An operator leaves one process per name.
                while self.lock().slots[slot].processes.len() > 1 {
                    drop(self.take_process(slot, 0));
                }
                self.step(slot, 0);
            }
            if self.lock().found.is_some() {
                return;
            }
            self.clock.move_to(self.clock.now() + TimeDelta::milliseconds(700));
            if round % REDRIVE_EVERY == REDRIVE_EVERY - 1 {
                self.ask_again();
                redriven.clear();
            }
            self.redrive_all(&mut redriven);
            open = self.what_is_open();
            if open.is_empty() {
                return;
            }
        }
        self.find("I8", format!("it does not come to rest: {open}"));
    }

    /// The buyers repeat unanswered commands.
    fn ask_again(&self) {
        let heard: BTreeSet<String> =
            self.cluster.replies().into_iter().map(|(_, reply)| reply.command_id).collect();
        let answered = checks::answered(&self.cluster);
        let unheard: Vec<_> = self.with_ledger(|ledger| {
            let open = ledger.request.iter().filter(|request| !answered.contains(&request.id));
            // Dead letters are handled by a person.
            let is_dead_lettered = |request: &&Sent| {
                heard.contains(&request.id)
                    && self.replayed(&request.key).is_ok_and(|fold| fold.blocked.is_some())
            };
            let open = open.filter(|request| !request.is_hopeless() && !is_dead_lettered(request));
            open.map(Sent::record).collect()
        });
        for record in unheard {
            self.cluster.write(None, &record.key, record.headers(), record.body);
        }
    }

    /// A person redrives each queue from its head.
    fn redrive_all(&self, redriven: &mut BTreeMap<String, String>) {
        for key in 0..self.plan.keys {
            let key = format!("key{key}");
            let Ok(Folded { blocked: Some(block), .. }) = self.replayed(&key) else { continue };
            let Some(head) = block.queue.front() else { continue };
            if redriven.get(&key) != Some(head) {
                redriven.insert(key.clone(), head.clone());
                self.redrive(&key);
            }
        }
    }

    /// Describes what is still open; empty when everything is at rest.
    fn what_is_open(&self) -> String {
        let answered = checks::answered(&self.cluster);
        let waiting = self.with_ledger(|ledger| {
            let open = ledger.request.iter().filter(|request| !answered.contains(&request.id));
            let mut open = open.filter(|request| !request.is_hopeless());
            open.next().map(|request| request.id.clone())
        });
        if let Some(id) = waiting {
            return format!("{id} has no answer");
        }
        let now = self.clock.now();
        for key in 0..self.plan.keys {
            let key = format!("key{key}");
            let Ok(fold) = self.replayed(&key) else { continue };
            if fold.blocked.is_some() {
                return format!("{key} is blocked");
            }
            if fold.state.answer_by.is_some_and(|at| at <= now) {
                return format!("a deadline of {key} is due");
            }
        }
        let state = self.lock();
        for (number, slot) in state.slots.iter().enumerate() {
            for (_, process) in &slot.processes {
                if let Process::Projector(projector) = process
                    && projector.state() != ProjectorState::CaughtUp
                {
                    return format!("the projector in slot {number} is {:?}", projector.state());
                }
            }
        }
        drop(state);
        checks::not_projected(&self.cluster)
    }

    /// The state according to a replay of the log.
    fn replayed(&self, key: &str) -> Result<Folded<Bank>, String> {
        let mut fold = Folded::<Bank>::default();
        for record in checks::records(&self.cluster)? {
            if record.1.key == key {
                fold.replay::<PiggyBank>(&record.1).map_err(|error| error.to_string())?;
            }
        }
        Ok(fold)
    }

    /// A person redrives the head of a blocked purchase's queue, fixed, or discards it if it is
    /// hopeless.
    fn redrive(&self, key: &str) {
        let Ok(Folded { blocked: Some(block), .. }) = self.replayed(key) else { return };
        let Some(head) = block.queue.front() else { return };
        let Some(record) = self.dead_lettered_at(head) else { return };
        self.meet("redriven".to_owned());
        if record.source == Source::Foreign(0) {
            let value = record.value.unwrap_or_default();
            let key_bytes = record.key.unwrap_or_default();
            let Ok(fact) = Record::read(&key_bytes, &record.headers, &value) else { return };
            let (mut headers, body) = toy::policy_event(key, fact.version, kind(true));
            headers.push(marker(REDRIVE_HEADER, head));
            headers.push(marker(ORIGIN_HEADER, "policies"));
            self.cluster.write(None, key, headers, body);
            return;
        }
        let id = header(&record.headers, "ce_id").unwrap_or_default().to_owned();
        let is_hopeless = self.with_ledger(|ledger| {
            ledger.request.iter().any(|request| request.id == id && request.is_hopeless())
        });
        if is_hopeless {
            let mut order =
                toy::command(key, &format!("discard {head}"), self.clock.now(), &toy::put(1));
            order.reply_to = None;
            order.body = br#"{"reason": "a rule panics on it"}"#.to_vec();
            let mut headers = order.headers();
            headers.push(marker(DISCARD_HEADER, head));
            self.cluster.write(None, key, headers, order.body);
        } else {
            let mut headers = record.headers;
            headers.retain(|(name, _)| name != REDRIVE_HEADER);
            headers.push(marker(REDRIVE_HEADER, head));
            self.cluster.write(None, key, headers, record.value.unwrap_or_default());
        }
    }

    /// The input at the position of a dead letter, `topic/partition/offset`.
    fn dead_lettered_at(&self, position: &str) -> Option<Incoming> {
        let mut parts = position.rsplitn(3, '/');
        let (offset, partition) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let source =
            if parts.next()?.contains("commands") { Source::Commands } else { Source::Foreign(0) };
        self.cluster.came_in(source, partition, offset)
    }
}

fn marker(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// The clock of a scene, for checks of times.
impl Scene {
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }
}
