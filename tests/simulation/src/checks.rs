//! The checks of a run once everything is at rest. [`Check`] says which invariant each guards.
//!
//! The log is checked before the replies, and the read model last, because a fault of an earlier
//! one shows in all later ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use recourse_kernel::folded::generic_kind_of;
use recourse_kernel::{Folded, Instant, Record};
use recourse_runtime::projector::ProjectorState;
use recourse_runtime::reply::{Reply, ReplyKind};
use recourse_runtime::topics::partition_of;

use crate::bank::{BANKS, Row};
use crate::found::{Check, Found, must};
use crate::ledger::Ledger;
use crate::reading::records;
use crate::scene::Scene;
use crate::toy::{Bank, PiggyBank};

pub(crate) fn check(scene: &Arc<Scene>) -> Result<(), Found> {
    let records = records(&scene.cluster)
        .map_err(|what| Found { check: Check::Aborted, what: format!("a reader gets: {what}") })?;
    for (partition, record) in &records {
        let belongs = partition_of(record.key.as_bytes(), scene.plan.partitions);
        must(belongs == *partition, Check::Routing, || {
            format!("{} is in partition {partition}", record.id)
        })?;
    }
    scene.with_ledger(|ledger| aborted(ledger, &records))?;
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

/// Every event answers a deadline, or an input that a client sent and that was not aborted.
fn aborted(ledger: &Ledger, records: &[(i32, Record)]) -> Result<(), Found> {
    for (_, record) in records {
        must(!ledger.aborted.contains(&record.input), Check::Aborted, || {
            format!("{} answers {}, whose transaction was aborted", record.id, record.input)
        })?;
        let id = &record.command_id;
        must(id.is_empty() || ledger.was_sent(id), Check::Aborted, || {
            format!("{} answers {id}, which was never sent", record.id)
        })?;
    }
    Ok(())
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
            let kind = generic_kind_of(&record.type_name).unwrap_or_default();
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
                must(record.input == redrive, Check::Queue, || {
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
                must(before.is_none(), Check::DecidedOnce, || {
                    let before = before.unwrap_or_default();
                    format!(
                        "{what} was decided twice, as {}/{before} and {}",
                        record.stream, record.id
                    )
                })?;
            }
            if record.type_name.ends_with("deadline_passed.v1") {
                let due = fold.state.answer_by;
                must(due == Some(record.time), Check::Deadlines, || {
                    format!("{} passed the deadline {}, but {due:?} is due", record.id, record.time)
                })?;
                deadlines.push((record.time, record.version));
            }
            fold.replay::<PiggyBank>(record).map_err(|error| {
                let what = error.to_string();
                let check = if what.contains("chain") { Check::Chain } else { Check::Versions };
                Found { check, what }
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
        for request in ledger.sent.iter().filter(|request| request.key == self.key) {
            let Some(version) = decided.get(&request.id) else { continue };
            for (due, passed) in deadlines {
                must(!(request.at <= *due && passed < version), Check::Deadlines, || {
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
            let request = ledger.sent.iter().find(|request| request.id == record.command_id);
            must(
                !is_unknown || request.is_none_or(|request| request.order < reported.order),
                Check::Facts,
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
        must(answer(before) == answer(reply), Check::SameAnswer, || {
            format!("{id} was answered {:?} and {:?}", answer(before), answer(reply))
        })?;
        let on_log = records
            .iter()
            .any(|(_, record)| record.command_id == id && record.version == reply.version);
        must(on_log, Check::Acknowledged, || {
            format!("{id} was acknowledged as version {}, which is not on the log", reply.version)
        })?;
    }
    for request in ledger.sent.iter().filter(|request| !request.is_hopeless()) {
        must(reported.contains_key(request.id.as_str()), Check::Acknowledged, || {
            format!("{} has no answer", request.id)
        })?;
    }
    Ok(())
}

/// The read model equals both a fresh projection of the log and the folds.
fn read_model(scene: &Arc<Scene>, folds: &BTreeMap<String, Folded<Bank>>) -> Result<(), Found> {
    let live = scene.cluster.dump();
    let aside = live.lines().find(|line| line.starts_with("aside "));
    must(aside.is_none(), Check::ReadModel, || {
        format!("a sound record is not projected: {aside:?}")
    })?;
    for (key, fold) in folds {
        let name = format!("{BANKS} {key} ");
        let found = live.lines().find_map(|line| line.strip_prefix(&name));
        let row: Row = found.and_then(|row| serde_json::from_str(row).ok()).unwrap_or_default();
        let (sum, late) = (fold.state.sum, fold.state.late);
        must((row.sum, row.late) == (sum, late), Check::ReadModel, || {
            format!("{key} has {row:?} in the read model, but {sum}, {late} in its fold")
        })?;
    }
    scene.cluster.clear_model();
    for n in (0..4).rev() {
        scene.cluster.expel_nth(n);
    }
    let mut projector = Scene::bystander(scene);
    for _ in 0..40 {
        let round = projector.round();
        must(round.is_ok(), Check::ReadModel, || format!("the replay failed: {round:?}"))?;
    }
    must(projector.state() == ProjectorState::CaughtUp, Check::ReadModel, || {
        format!("the replay is {:?}", projector.state())
    })?;
    drop(projector);
    let again = scene.cluster.dump();
    must(live == again, Check::ReadModel, || {
        let differs = live.lines().zip(again.lines()).find(|(live, again)| live != again);
        format!("the read model and its replay differ: {differs:?}")
    })
}
