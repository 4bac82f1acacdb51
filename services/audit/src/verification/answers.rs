//! Every input is answered once: its events are consecutive in the stream, and were written at the
//! same time.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use recourse_kernel::Instant;

use super::{Break, Check, Entry};

/// The input that a deadline's events name; every deadline event has it.
const CLOCK: &str = "clock";

/// The inputs that each stream has answered.
#[derive(Debug, Default)]
pub struct Answers {
    streams: HashMap<String, Answered>,
}

#[derive(Debug, Default)]
struct Answered {
    /// The input whose events are being read, and when they were written.
    now: Option<(u64, Instant)>,
    before: HashSet<u64>,
}

impl Answers {
    pub fn take(&mut self, entry: &Entry) -> Option<Break> {
        let record = &entry.record;
        let answered = self.streams.entry(record.stream.clone()).or_default();
        if record.input == CLOCK {
            answered.before.extend(answered.now.take().map(|(input, _)| input));
            return None;
        }
        // A 64-bit hash: all inputs of a long log have to be remembered.
        let mut hasher = DefaultHasher::new();
        record.input.hash(&mut hasher);
        let input = hasher.finish();
        let is_of_one_answer = answered.now == Some((input, record.recorded));
        if is_of_one_answer {
            return None;
        }
        let last = answered.now.replace((input, record.recorded)).map(|(last, _)| last);
        answered.before.extend(last);
        answered.before.contains(&input).then(|| {
            let why = format!("{} was already answered in {}", record.input, record.stream);
            Break::at(Check::Answers, entry, why)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::injected;
    use super::*;

    fn breaks(entries: &[Entry]) -> Vec<Break> {
        let mut answers = Answers::default();
        entries.iter().filter_map(|entry| answers.take(entry)).collect()
    }

    /// The events of the settlement, as answers to these inputs.
    fn answering(inputs: [&str; 4]) -> Vec<Entry> {
        let mut entries = injected::settlement();
        for (entry, input) in entries.iter_mut().zip(inputs) {
            input.clone_into(&mut entry.record.input);
            entry.record.recorded = Instant::UNIX_EPOCH;
        }
        entries
    }

    #[test]
    fn one_answer_may_be_several_events() {
        assert_eq!(breaks(&answering(["c/0/1", "c/0/2", "c/0/2", "c/0/3"])), []);
        assert_eq!(breaks(&answering(["c/0/1", CLOCK, CLOCK, "c/0/3"])), []);
    }

    #[test]
    fn an_input_that_is_decided_twice_is_found() {
        let found = breaks(&answering(["c/0/1", "c/0/2", "c/0/3", "c/0/2"]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("c/0/2 was already answered"), "{}", found[0]);
        // Consecutive, but at a later time.
        let mut entries = answering(["c/0/1", "c/0/2", "c/0/2", "c/0/3"]);
        entries[2].record.recorded += chrono::TimeDelta::seconds(1);
        assert_eq!(breaks(&entries).len(), 1);
        assert_eq!(breaks(&answering(["c/0/1", CLOCK, "c/0/1", "c/0/3"])).len(), 1);
    }
}
