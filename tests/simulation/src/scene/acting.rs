//! Carries out the actions of a plan.

use std::sync::Arc;

use chrono::TimeDelta;
use recourse_kernel::CommandRecord;
use recourse_simulated::Ending;

use super::{Injected, Process, Scene, Trap};
use crate::actions::Action;

fn key_of(key: usize) -> String {
    format!("key{key}")
}

impl Scene {
    /// Carries out the next actions, at most `most`.
    pub(crate) fn go(self: &Arc<Self>, most: usize) {
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
        match action {
            Action::Step { slot, which } => self.step(slot, which),
            Action::StartAnother(slot) => self.start_another(slot),
            Action::Ask { key, what } => {
                let record = self.lock().ledger.ask(key_of(key), what, self.clock.now());
                self.send(record);
            }
            Action::AskAgain(n) => {
                let again = self.lock().ledger.again(n);
                if let Some(record) = again {
                    self.meet("command repeated".to_owned());
                    self.send(record);
                }
            }
            Action::Fact { key, readable, ending } => self.publish(&key_of(key), readable, ending),
            Action::Redrive(key) => self.redrive(&key_of(key)),
            Action::Wait(seconds) => {
                self.clock.move_to(self.clock.now() + TimeDelta::seconds(seconds));
            }
            Action::Trap { slot, call, after, call_outcome } => {
                self.lay(slot, Trap { call, after, what: Injected::CallOutcome(call_outcome) });
            }
            Action::Stall { slot, call, after, actions } => {
                self.lay(slot, Trap { call, after, what: Injected::Delayed(actions) });
            }
            Action::Lag { slot, source, looks } => {
                self.lock().slots[slot].lags.push((source, looks));
                self.meet(format!("{source:?} lag"));
            }
            Action::Kill(slot) => self.kill(slot),
            Action::Finish(slot) => self.finish(slot),
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
            Action::Hang(n) => self.hang(n),
            Action::ForgetOffsets => self.forget_offsets(),
        }
    }

    fn lay(&self, slot: usize, trap: Trap) {
        self.lock().slots[slot].traps.push(trap);
    }

    /// Writes a command as the edge would.
    pub(super) fn send(&self, record: CommandRecord) {
        self.cluster.write(None, &record.key, record.headers(), record.body);
    }

    fn publish(&self, key: &str, readable: bool, ending: Ending) {
        let committed = ending != Ending::Aborted;
        let (headers, body) = self.lock().ledger.report(key, readable, committed);
        let (partition, offset) = self.cluster.write_foreign(0, key, headers, body, ending);
        if !committed {
            self.lock().ledger.abort(partition, offset);
        }
    }

    fn kill(&self, slot: usize) {
        if let Some((life, process)) = self.take_process(slot, 0) {
            self.meet("killed between steps".to_owned());
            self.lock().lives[life].is_dead = true;
            drop(process);
        }
    }

    fn finish(&self, slot: usize) {
        if let Some((_, mut process)) = self.take_process(slot, 0) {
            self.meet("shut down cleanly".to_owned());
            if let Process::Writer(writer) = &mut process {
                writer.finish();
            }
            drop(process);
        }
    }

    fn hang(&self, n: usize) {
        let partition = i32::try_from(n).unwrap_or_default() % self.plan.partitions;
        self.meet("hanging transaction".to_owned());
        self.cluster.leave_transaction_open(partition);
    }

    fn forget_offsets(&self) {
        let expires = !self.cluster.has_members();
        if expires {
            self.cluster.forget_offsets();
        }
        self.meet_if("offsets expired", expires);
    }
}
