//! Reduces a failing list of actions to the shortest that still fails.

use recourse_runtime::safeguards::DisabledSafeguards;

use crate::actions::{Action, Plan};
use crate::found::{Check, Found};
use crate::play::play;

/// The most runs spent on one reduction.
const RUNS: usize = 4_000;

/// Removes as much as possible while the same check still fails: processes and purchases, then
/// actions.
pub fn shrink(plan: &Plan, found: &Found, without: DisabledSafeguards) -> Plan {
    let mut search = Search { check: found.check, without, left: RUNS };
    let mut least = plan.clone();
    loop {
        let before = least.clone();
        search.simplify(&mut least);
        search.leave_out(&mut least);
        search.soften(&mut least);
        if least == before || search.left == 0 {
            return least;
        }
    }
}

struct Search {
    check: Check,
    without: DisabledSafeguards,
    left: usize,
}

impl Search {
    fn fails(&mut self, plan: &Plan) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let found = play(plan, self.without, false).found;
        found.is_some_and(|found| found.check == self.check)
    }

    fn try_it(&mut self, least: &mut Plan, candidate: Plan) {
        if candidate != *least && self.fails(&candidate) {
            *least = candidate;
        }
    }

    /// Tries fewer processes, partitions and purchases.
    fn simplify(&mut self, least: &mut Plan) {
        let fewer: [fn(&mut Plan); 5] = [
            |plan| plan.partitions = 1,
            |plan| plan.merge_writers(),
            |plan| plan.merge_projectors(),
            |plan| plan.merge_keys(),
            |plan| plan.batch = 1,
        ];
        for change in fewer {
            let mut candidate = least.clone();
            change(&mut candidate);
            self.try_it(least, candidate);
        }
    }

    /// Tries fewer actions: large blocks first, single ones last.
    fn leave_out(&mut self, least: &mut Plan) {
        let mut size = least.actions.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < least.actions.len() {
                let mut candidate = least.clone();
                let to = (from + size).min(candidate.actions.len());
                candidate.actions.drain(from..to);
                if self.fails(&candidate) {
                    *least = candidate;
                } else {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    /// Tries shorter delays.
    fn soften(&mut self, least: &mut Plan) {
        for at in 0..least.actions.len() {
            let softer = match least.actions[at] {
                Action::Stall { slot, call, after, actions } if actions > 1 => {
                    Action::Stall { slot, call, after, actions: actions - 1 }
                }
                Action::Trap { slot, call, after, call_outcome } if after > 0 => {
                    Action::Trap { slot, call, after: after - 1, call_outcome }
                }
                Action::Lag { slot, source, looks } if looks > 1 => {
                    Action::Lag { slot, source, looks: looks - 1 }
                }
                _ => continue,
            };
            let mut candidate = least.clone();
            candidate.actions[at] = softer;
            self.try_it(least, candidate);
        }
    }
}

impl Plan {
    /// Removes one writer slot; its actions move to the first.
    fn merge_writers(&mut self) {
        if self.writers > 1 {
            let last = self.writers - 1;
            self.writers = last;
            self.move_slots(|slot| if slot == last { 0 } else { slot - usize::from(slot > last) });
        }
    }

    fn merge_projectors(&mut self) {
        if self.projectors > 1 {
            let last = self.writers + self.projectors - 1;
            self.projectors -= 1;
            self.move_slots(|slot| if slot == last { slot - 1 } else { slot });
        }
    }

    fn merge_keys(&mut self) {
        if self.keys > 1 {
            let last = self.keys - 1;
            self.keys = last;
            for action in &mut self.actions {
                if let Action::Ask { key, .. } | Action::Fact { key, .. } | Action::Redrive(key) =
                    action
                    && *key == last
                {
                    *key = 0;
                }
            }
        }
    }

    fn move_slots(&mut self, to: impl Fn(usize) -> usize) {
        for action in &mut self.actions {
            if let Action::Step { slot, .. }
            | Action::StartAnother(slot)
            | Action::Trap { slot, .. }
            | Action::Stall { slot, .. }
            | Action::Lag { slot, .. }
            | Action::Kill(slot)
            | Action::Finish(slot) = action
            {
                *slot = to(*slot);
            }
        }
    }
}
