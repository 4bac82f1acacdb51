//! The search for the one record that no transaction can be committed with: after each failure half
//! as much is decided at once, until a failing batch has a single input or deadline.

use std::collections::HashMap;

use super::limits::Limits;
use super::log::InputId;

/// How much is decided at once, and what was found.
pub(super) struct Bisection {
    /// The most records read for one batch.
    most: usize,
    /// How often a batch of one may be rejected before its record counts as found.
    attempts: u32,
    /// How many records may be read for one batch now: halved after a failure, doubled after a
    /// commit.
    limit: usize,
    /// Rejected transactions since the last commit.
    rejected: u32,
    /// Records whose transaction failed on every attempt, and why: they are dead-lettered unread.
    poisoned: HashMap<InputId, String>,
}

impl Bisection {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            most: limits.batch,
            attempts: limits.attempts,
            limit: limits.batch,
            rejected: 0,
            poisoned: HashMap::new(),
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// A batch of `decided` inputs and wakes failed.
    pub(super) fn failed(&mut self, decided: usize) {
        self.limit = (decided / 2).max(1);
    }

    /// Kafka rejected a record of such a batch, and always will. Returns whether the batch has only
    /// the one input or deadline that causes it.
    pub(super) fn is_found(&mut self, decided: usize) -> bool {
        self.rejected += 1;
        let is_found = decided == 1 && self.rejected > self.attempts;
        if is_found {
            self.rejected = 0;
        } else {
            self.failed(decided);
        }
        is_found
    }

    /// Makes the writer dead-letter these inputs when it reads them again.
    pub(super) fn mark(&mut self, inputs: &[InputId], why: &str) {
        self.poisoned.extend(inputs.iter().map(|input| (*input, why.to_owned())));
    }

    /// Why an input's transaction failed on every attempt, if it did.
    pub(super) fn poison(&self, input: &InputId) -> Option<&str> {
        self.poisoned.get(input).map(String::as_str)
    }

    /// A batch with these inputs was committed.
    pub(super) fn committed(&mut self, inputs: &[InputId]) {
        self.rejected = 0;
        self.limit = (self.limit * 2).min(self.most);
        for input in inputs {
            self.poisoned.remove(input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Source;
    use super::*;

    fn bisection() -> Bisection {
        Bisection::new(&Limits { batch: 8, attempts: 2, ..Limits::default() })
    }

    #[test]
    fn a_failing_batch_is_halved_down_to_one_and_grows_again_after_a_commit() {
        let mut bisection = bisection();
        let limits: Vec<usize> = [8, 4, 2, 1]
            .into_iter()
            .map(|decided| {
                bisection.failed(decided);
                bisection.limit()
            })
            .collect();
        assert_eq!(limits, [4, 2, 1, 1]);
        for expected in [2, 4, 8, 8] {
            bisection.committed(&[]);
            assert_eq!(bisection.limit(), expected);
        }
    }

    #[test]
    fn the_record_is_found_when_it_fails_alone_after_enough_attempts() {
        let mut bisection = bisection();
        assert!(!bisection.is_found(1));
        assert!(!bisection.is_found(1));
        assert!(bisection.is_found(1));
        assert!(!bisection.is_found(1), "the next search counts from zero");
        bisection.committed(&[]);
        assert!(!bisection.is_found(4));
        assert!(!bisection.is_found(2));
        assert!(bisection.is_found(1), "attempts of larger batches count");
    }

    #[test]
    fn a_batch_of_several_is_never_the_culprit() {
        let mut bisection = bisection();
        assert!((0..9).all(|_| !bisection.is_found(2)));
    }

    #[test]
    fn a_poisoned_record_stays_marked_until_it_is_committed() {
        let mut bisection = bisection();
        let input = (Source::Commands, 0, 7);
        bisection.mark(&[input], "too large");
        bisection.failed(1);
        assert_eq!(bisection.poison(&input), Some("too large"));
        bisection.committed(&[input]);
        assert_eq!(bisection.poison(&input), None);
    }
}
