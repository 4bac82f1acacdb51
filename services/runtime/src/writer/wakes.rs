//! The purchases of a partition to be woken soon, and the gate that their deadlines pass.

use std::collections::{BTreeSet, HashMap};

use recourse_kernel::Instant;

use super::watermarks::Watermarks;

pub(super) struct Wakes {
    by_time: BTreeSet<(Instant, String)>,
    times: HashMap<String, Instant>,
    /// All wakes up to this time are in `by_time`; later ones may be in the store only.
    horizon: Instant,
    gate: Option<Gate>,
}

/// A time that has passed, and how far the inputs must be read before its deadlines fire.
struct Gate {
    passed: Instant,
    until: Watermarks,
}

impl Default for Wakes {
    fn default() -> Self {
        Self {
            by_time: BTreeSet::new(),
            times: HashMap::new(),
            horizon: Instant::MIN_UTC,
            gate: None,
        }
    }
}

impl Wakes {
    /// The time up to which every wake is in memory.
    pub(super) fn horizon(&self) -> Instant {
        self.horizon
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.by_time.first().is_some_and(|(at, _)| *at <= now)
    }

    /// Adds the wakes up to `until` that the store has, the earliest first. If there are `most` of
    /// them, it may have more, and only those up to the last one are known.
    pub(super) fn add_stored(
        &mut self,
        until: Instant,
        stored: Vec<(String, Instant)>,
        most: usize,
    ) {
        self.horizon = match stored.last() {
            Some((_, last)) if stored.len() == most => *last,
            _ => until,
        };
        for (key, at) in stored {
            self.set(&key, Some(at));
        }
    }

    /// Sets or clears the time at which a key is to be woken.
    pub(super) fn set(&mut self, key: &str, at: Option<Instant>) {
        if let Some(before) = self.times.remove(key) {
            self.by_time.remove(&(before, key.to_owned()));
        }
        if let Some(at) = at.filter(|at| *at <= self.horizon) {
            self.by_time.insert((at, key.to_owned()));
            self.times.insert(key.to_owned(), at);
        }
    }

    /// The keys that are due at `instant`, the earliest first.
    pub(super) fn due(&self, instant: Instant, most: usize) -> Vec<String> {
        self.by_time
            .iter()
            .take_while(|(at, _)| *at <= instant)
            .map(|(_, key)| key.clone())
            .take(most)
            .collect()
    }

    pub(super) fn has_gate(&self) -> bool {
        self.gate.is_some()
    }

    /// Holds back deadlines up to `passed` until the inputs are read to these watermarks, which
    /// were taken after that time.
    pub(super) fn set_gate(&mut self, passed: Instant, until: Watermarks) {
        self.gate = Some(Gate { passed, until });
    }

    pub(super) fn drop_gate(&mut self) {
        self.gate = None;
    }

    /// Opens the gate if its watermarks are reached. Returns the time up to which deadlines may
    /// fire.
    pub(super) fn open_gate(
        &mut self,
        are_reached: impl FnOnce(&Watermarks) -> bool,
    ) -> Option<Instant> {
        self.gate.take_if(|gate| are_reached(&gate.until)).map(|gate| gate.passed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Source;
    use super::super::toy::noon;
    use super::*;

    fn wakes(stored: &[(&str, i64)], most: usize) -> Wakes {
        let mut wakes = Wakes::default();
        let stored = stored.iter().map(|(key, day)| ((*key).to_owned(), noon(*day))).collect();
        wakes.add_stored(noon(7), stored, most);
        wakes
    }

    #[test]
    fn keys_are_due_in_order_of_time() {
        let mut wakes = wakes(&[("anna", 1), ("bert", 3)], 10);
        wakes.set("carl", Some(noon(2)));
        assert!(!wakes.is_due(noon(0)) && wakes.is_due(noon(1)));
        assert_eq!(wakes.due(noon(3), 10), ["anna", "carl", "bert"]);
        assert_eq!(wakes.due(noon(3), 1), ["anna"]);
        wakes.set("anna", None);
        wakes.set("carl", Some(noon(4)));
        assert_eq!(wakes.due(noon(3), 10), ["bert"]);
    }

    #[test]
    fn a_wake_after_the_horizon_stays_in_the_store() {
        let mut all = wakes(&[("anna", 1), ("bert", 3)], 10);
        all.set("carl", Some(noon(8)));
        assert!(!all.due(noon(9), 10).contains(&"carl".to_owned()));
        // The store may have more after the third day.
        let some = wakes(&[("anna", 1), ("bert", 3)], 2);
        assert_eq!((all.horizon(), some.horizon()), (noon(7), noon(3)));
    }

    #[test]
    fn the_gate_opens_once_when_its_watermarks_are_reached() {
        let mut wakes = Wakes::default();
        wakes.set_gate(noon(1), Watermarks::at(5, &[Source::Commands]));
        assert_eq!(wakes.open_gate(|until| until.are_reached(|_| 4)), None);
        assert!(wakes.has_gate());
        assert_eq!(wakes.open_gate(|until| until.are_reached(|_| 5)), Some(noon(1)));
        assert_eq!(wakes.open_gate(|_| true), None);
    }

    #[test]
    fn after_a_rewind_the_watermarks_are_taken_again() {
        let mut wakes = Wakes::default();
        wakes.set_gate(noon(1), Watermarks::at(5, &[Source::Commands]));
        wakes.drop_gate();
        assert!(!wakes.has_gate());
    }
}
