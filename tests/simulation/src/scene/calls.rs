//! The outcome of each call: which fault is injected, and what happens while a process is stalled.

use std::sync::Arc;

use recourse_runtime::writer::log::Source;
use recourse_simulated::{Call, CallOutcome, FaultInjector};

use super::{Hand, Injected, Scene, State};

/// How many processes can be stalled at once, one inside the other.
const DEEPEST: usize = 3;

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

impl State {
    /// Whether the databases let a call fail: `None` if they do not concern it.
    fn outcome_of_outage(&self, call: Call) -> Option<CallOutcome> {
        let of_store = matches!(call, Call::TakeOver | Call::Load | Call::WaitFlushed);
        let of_model = matches!(call, Call::Look | Call::Move | Call::Write | Call::CommitBatch);
        if !self.store_answers && of_store || !self.model_answers && of_model {
            return Some(CallOutcome::Fails);
        }
        (!self.store_answers && call == Call::Flush).then_some(CallOutcome::Late)
    }

    /// The next trap of a slot for this call, if its turn has come.
    fn snare(&mut self, slot: usize, call: Call) -> Option<Injected> {
        let traps = &mut self.slots[slot].traps;
        let at = traps.iter().position(|trap| trap.call == call)?;
        if traps[at].after > 0 {
            traps[at].after -= 1;
            return None;
        }
        Some(traps.remove(at).what)
    }
}

impl Scene {
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
            if let Some(outcome) = state.outcome_of_outage(call) {
                return outcome;
            }
            let slot = state.lives[life].slot;
            state.snare(slot, call)
        };
        match snare {
            None => CallOutcome::Goes,
            Some(Injected::CallOutcome(outcome)) => {
                self.meet(format!("{call:?} {outcome:?}"));
                self.report(|| format!("    -> {call:?}: {outcome:?}"));
                if outcome == CallOutcome::Dies {
                    self.lock().lives[life].is_dead = true;
                }
                outcome
            }
            Some(Injected::Delayed(actions)) => self.stalled(life, call, actions),
        }
    }

    /// Carries out the next actions while a process is stalled in a call.
    fn stalled(self: &Arc<Self>, life: usize, call: Call, actions: usize) -> CallOutcome {
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
        self.go(actions);
        let mut state = self.lock();
        state.depth -= 1;
        state.slots[slot].delayed -= 1;
        if state.lives[life].is_dead { CallOutcome::Dies } else { CallOutcome::Goes }
    }
}
