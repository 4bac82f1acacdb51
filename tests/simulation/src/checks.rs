//! The invariants that must hold once everything is at rest.
//!
//! I1 nothing acknowledged is lost, nothing is decided twice; I3 versions and the order of a single
//! writer; I4 the read model equals a replay; I5 hash chains; I6 nothing aborted is visible; I7 a
//! purchase is in the partition of its key; and what the safeguards are for: no deadline beats an
//! answer given in time, nothing is refused for lack of a fact that was there, nothing bypasses a
//! blocked purchase's queue.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::sync::Arc;

use recourse_kernel::folded::common_kind_of;
use recourse_kernel::{Folded, Instant, Record};
use recourse_runtime::projector::ProjectorState;
use recourse_runtime::reply::{Reply, ReplyKind};
use recourse_runtime::topics::partition_of;
use recourse_simulated::{Cluster, SimulatedProjector};

use crate::bank::{BANKS, Row};
use crate::ledger::Ledger;
use crate::play::Scene;
use crate::toy::{Bank, PiggyBank};

/// A violated invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The invariant's id or name.
    pub invariant: &'static str,
    /// How it was violated.
    pub what: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

fn must(holds: bool, invariant: &'static str, what: impl FnOnce() -> String) -> Result<(), Found> {
    if holds { Ok(()) } else { Err(Found { invariant, what: what() }) }
}

/// All events, with their partitions.
pub(crate) fn records(cluster: &Cluster) -> Result<Vec<(i32, Record)>, String> {
    let read = |event: recourse_runtime::writer::log::Incoming| {
        let (key, value) = (event.key.unwrap_or_default(), event.value.unwrap_or_default());
        let record = Record::read(&key, &event.headers, &value);
        record.map(|record| (event.partition, record)).map_err(|error| error.to_string())
    };
    cluster.events().into_iter().map(read).collect()
}

/// The ids of the commands that were answered finally, that is, not just as blocked.
pub(crate) fn answered(cluster: &Cluster) -> BTreeSet<String> {
    let replies = cluster.replies().into_iter().map(|(_, reply)| reply);
    let done = replies.filter(|reply| reply.kind != ReplyKind::Blocked);
    done.map(|reply| reply.command_id).collect()
}

/// Describes what the read model does not have yet.
pub(crate) fn not_projected(cluster: &Cluster) -> String {
    let streams: BTreeMap<String, u64> = match records(cluster) {
        Ok(records) => {
            records.into_iter().map(|(_, record)| (record.stream, record.version)).collect()
        }
        Err(error) => return error,
    };
    let dump = cluster.dump();
    for (stream, version) in streams {
        if !dump.contains(&format!("stream {stream} {version} ")) {
            return format!("{stream} is not projected to version {version}");
        }
    }
    String::new()
}

/// The log and the read model as text.
pub(crate) fn text_of(scene: &Scene) -> String {
    let mut text = String::new();
    for event in scene.cluster.events() {
        let headers: Vec<_> = event
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value)))
            .collect();
        let _ = writeln!(text, "{}/{} {}", event.partition, event.offset, headers.join(" "));
    }
    text.push_str(&scene.cluster.dump());
    let _ = writeln!(text, "{}", scene.now());
    text
}

pub(crate) fn check(scene: &Arc<Scene>) -> Result<(), Found> {
    let records = records(&scene.cluster)
        .map_err(|what| Found { invariant: "I6", what: format!("a reader gets: {what}") })?;
    for (partition, record) in &records {
        let belongs = partition_of(record.key.as_bytes(), scene.plan.partitions);
        must(belongs == *partition, "I7", || format!("{} is in partition {partition}", record.id))?;
    }
    let mut of_keys: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for (_, record) in &records {
        of_keys.entry(&record.key).or_default().push(record);
    }
    let mut folds = BTreeMap::new();
    for (key, records) in &of_keys {
        let stream = Stream { key, records };
        folds.insert((*key).to_owned(), scene.with_ledger(|ledger| stream.check(ledger))?);
    }
    scene.with_ledger(|ledger| acknowledged(ledger, &records, &scene.cluster.replies()))?;
    read_model(scene, &folds)
}

/// The events of one purchase.
struct Stream<'a> {
    key: &'a str,
    records: &'a [&'a Record],
}

impl Stream<'_> {
    fn check(&self, ledger: &Ledger) -> Result<Folded<Bank>, Found> {
        let mut fold = Folded::<Bank>::default();
        let mut was_blocked = false;
        let mut decided: BTreeMap<String, u64> = BTreeMap::new();
        let mut redrive = "";
        let mut deadlines = Vec::new();
        for record in self.records {
            let kind = common_kind_of(&record.type_name).unwrap_or_default();
            if kind == "input_redriven.v1" {
                redrive = &record.input;
            }
            let answers = !matches!(
                kind,
                "purchase_blocked.v1"
                    | "input_dead_lettered.v1"
                    | "input_redriven.v1"
                    | "input_discarded.v1"
                    | "purchase_released.v1"
            );
            if answers && fold.blocked.is_some() {
                must(record.input == redrive, "the queue", || {
                    format!("{} was decided while its purchase was blocked", record.id)
                })?;
            }
            if answers && record.input != "clock" {
                let what = if record.command_id.is_empty() {
                    record.causation_id.clone()
                } else {
                    record.command_id.clone()
                };
                let before = decided.insert(what.clone(), record.version);
                must(before.is_none(), "I1", || {
                    let before = before.unwrap_or_default();
                    format!(
                        "{what} was decided twice, as {}/{before} and {}",
                        record.stream, record.id
                    )
                })?;
            }
            if record.type_name.ends_with("deadline_passed.v1") {
                let due = fold.state.answer_by;
                must(due == Some(record.time), "deadlines", || {
                    format!("{} passed the deadline {}, but {due:?} is due", record.id, record.time)
                })?;
                deadlines.push((record.time, record.version));
            }
            fold.replay::<PiggyBank>(record).map_err(|error| Found {
                invariant: if error.to_string().contains("chain") { "I5" } else { "I3" },
                what: error.to_string(),
            })?;
            was_blocked |= fold.blocked.is_some();
        }
        if !was_blocked {
            self.deadlines_wait(ledger, &decided, &deadlines)?;
            self.refusals_wait(ledger)?;
        }
        Ok(fold)
    }

    /// Inputs that came before a deadline are decided before it.
    fn deadlines_wait(
        &self,
        ledger: &Ledger,
        decided: &BTreeMap<String, u64>,
        deadlines: &[(Instant, u64)],
    ) -> Result<(), Found> {
        for request in ledger.request.iter().filter(|request| request.key == self.key) {
            let Some(version) = decided.get(&request.id) else { continue };
            for (due, passed) in deadlines {
                must(!(request.at <= *due && passed < version), "deadlines", || {
                    format!(
                        "{} came at {}, but the deadline {due} was decided first, as {}/{passed}",
                        request.id, request.at, self.key
                    )
                })?;
            }
        }
        Ok(())
    }

    /// Nothing is refused for lack of a fact that was there before the command.
    fn refusals_wait(&self, ledger: &Ledger) -> Result<(), Found> {
        let reported =
            ledger.reported.iter().find(|reported| reported.key == self.key && reported.counts);
        let Some(reported) = reported else { return Ok(()) };
        for record in self.records.iter().filter(|record| record.type_name.ends_with("refused.v1"))
        {
            let is_unknown = String::from_utf8_lossy(&record.body).contains("bank.not_insured");
            let request = ledger.request.iter().find(|request| request.id == record.command_id);
            must(
                !is_unknown || request.is_none_or(|request| request.order < reported.order),
                "facts",
                || {
                    let version = reported.version;
                    format!(
                        "{} was refused although policies/{}/{version} was there",
                        record.command_id, self.key
                    )
                },
            )?;
        }
        Ok(())
    }
}

/// Every reply is backed by the log, and repeated replies to a command are equal.
fn acknowledged(
    ledger: &Ledger,
    records: &[(i32, Record)],
    replies: &[(i32, Reply)],
) -> Result<(), Found> {
    let mut reported: BTreeMap<&str, &Reply> = BTreeMap::new();
    let done =
        replies.iter().map(|(_, reply)| reply).filter(|reply| reply.kind != ReplyKind::Blocked);
    for reply in done {
        let id = reply.command_id.as_str();
        let answer = |reply: &Reply| (reply.kind, reply.version, reply.subject.clone());
        let before = *reported.entry(id).or_insert(reply);
        must(answer(before) == answer(reply), "I1", || {
            format!("{id} was answered {:?} and {:?}", answer(before), answer(reply))
        })?;
        let on_log = records
            .iter()
            .any(|(_, record)| record.command_id == id && record.version == reply.version);
        must(on_log, "I1", || {
            format!("{id} was acknowledged as version {}, which is not on the log", reply.version)
        })?;
    }
    for request in ledger.request.iter().filter(|request| !request.is_hopeless()) {
        must(reported.contains_key(request.id.as_str()), "I1", || {
            format!("{} has no answer", request.id)
        })?;
    }
    Ok(())
}

/// The read model equals both a fresh projection of the log and the folds.
fn read_model(scene: &Arc<Scene>, folds: &BTreeMap<String, Folded<Bank>>) -> Result<(), Found> {
    let live = scene.cluster.dump();
    let aside = live.lines().find(|line| line.starts_with("aside "));
    must(aside.is_none(), "I4", || format!("a sound record is not projected: {aside:?}"))?;
    for (key, fold) in folds {
        let name = format!("{BANKS} {key} ");
        let found = live.lines().find_map(|line| line.strip_prefix(&name));
        let row: Row = found.and_then(|row| serde_json::from_str(row).ok()).unwrap_or_default();
        let (sum, late) = (fold.state.sum, fold.state.late);
        must((row.sum, row.late) == (sum, late), "I4", || {
            format!("{key} has {row:?} in the read model, but {sum}, {late} in its fold")
        })?;
    }
    scene.cluster.clear_model();
    for n in (0..4).rev() {
        scene.cluster.expel_nth(n);
    }
    let hand = Scene::bystander(scene);
    let tables = scene.tables();
    let mut projector =
        SimulatedProjector::join(&scene.cluster, "claims", tables, &scene.clock, hand);
    for _ in 0..40 {
        let round = projector.round();
        must(round.is_ok(), "I4", || format!("the replay failed: {round:?}"))?;
    }
    must(projector.state() == ProjectorState::CaughtUp, "I4", || {
        format!("the replay is {:?}", projector.state())
    })?;
    drop(projector);
    let again = scene.cluster.dump();
    must(live == again, "I4", || {
        let differs = live.lines().zip(again.lines()).find(|(live, again)| live != again);
        format!("the read model and its replay differ: {differs:?}")
    })
}
