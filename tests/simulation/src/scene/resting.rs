//! The end of a run: without further faults, everything must come to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use recourse_kernel::Folded;
use recourse_runtime::projector::ProjectorState;

use super::{CALM, Process, Scene};
use crate::found::Check;
use crate::ledger::Sent;
use crate::reading::{answered, not_projected, replayed};

/// The maximum number of fault-free rounds in which everything must come to rest.
const ROUNDS: usize = 600;
/// How many rounds pass between those in which buyers repeat unanswered commands and a person
/// redrives blocked purchases.
const REDRIVE_EVERY: usize = 8;

impl Scene {
    /// Without further faults, everything must come to rest, with all commands answered.
    pub(crate) fn come_to_rest(self: &Arc<Self>) {
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
            if self.has_found() {
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
        self.find(Check::Rest, format!("it does not come to rest: {open}"));
    }

    /// The buyers repeat unanswered commands.
    fn ask_again(&self) {
        let heard: BTreeSet<String> =
            self.cluster.replies().into_iter().map(|(_, reply)| reply.command_id).collect();
        let answered = answered(&self.cluster);
        let unheard: Vec<_> = self.with_ledger(|ledger| {
            let open = ledger.sent.iter().filter(|request| !answered.contains(&request.id));
            // Dead letters are handled by a person.
            let is_dead_lettered = |request: &&Sent| {
                heard.contains(&request.id)
                    && replayed(&self.cluster, &request.key)
                        .is_ok_and(|fold| fold.blocked.is_some())
            };
            let open = open.filter(|request| !request.is_hopeless() && !is_dead_lettered(request));
            open.map(Sent::record).collect()
        });
        for record in unheard {
            self.send(record);
        }
    }

    /// A person redrives each queue from its head.
    fn redrive_all(&self, redriven: &mut BTreeMap<String, String>) {
        for key in 0..self.plan.keys {
            let key = format!("key{key}");
            let Ok(Folded { blocked: Some(block), .. }) = replayed(&self.cluster, &key) else {
                continue;
            };
            let Some(head) = block.queue.front() else { continue };
            if redriven.get(&key) != Some(head) {
                redriven.insert(key.clone(), head.clone());
                self.redrive(&key);
            }
        }
    }

    /// Describes what is still open; empty when everything is at rest.
    fn what_is_open(&self) -> String {
        let answered = answered(&self.cluster);
        let waiting = self.with_ledger(|ledger| {
            let open = ledger.sent.iter().filter(|request| !answered.contains(&request.id));
            let mut open = open.filter(|request| !request.is_hopeless());
            open.next().map(|request| request.id.clone())
        });
        if let Some(id) = waiting {
            return format!("{id} has no answer");
        }
        let now = self.clock.now();
        for key in 0..self.plan.keys {
            let key = format!("key{key}");
            let Ok(fold) = replayed(&self.cluster, &key) else { continue };
            if fold.blocked.is_some() {
                return format!("{key} is blocked");
            }
            if fold.state.answer_by.is_some_and(|at| at <= now) {
                return format!("a deadline of {key} is due");
            }
        }
        self.late_projector().unwrap_or_else(|| not_projected(&self.cluster))
    }

    /// A projector that has not caught up.
    fn late_projector(&self) -> Option<String> {
        let state = self.lock();
        for (number, slot) in state.slots.iter().enumerate() {
            for (_, process) in &slot.processes {
                if let Process::Projector(projector) = process
                    && projector.state() != ProjectorState::CaughtUp
                {
                    let state = projector.state();
                    return Some(format!("the projector in slot {number} is {state:?}"));
                }
            }
        }
        None
    }
}
