//! All dead letters and their states, read from the log.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use recourse_audit::verification::log;
use recourse_kernel::record::header;
use recourse_kernel::{Record, folded};
use recourse_runtime::dead_letter::{DEAD_LETTER, DEAD_LETTER_RESOLVED, DeadLetter, Resolution};
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::Topics;

pub(super) struct Shelved {
    /// The service that could not process it.
    pub(super) context: &'static str,
    /// The record on the dead-letter topic.
    pub(super) record: DeadLetter,
    /// Its raw bytes: a feed's dead letter has more fields than `record`.
    pub(super) written: Vec<u8>,
}

impl Shelved {
    fn ticket(&self) -> Ticket {
        (self.context.to_owned(), self.record.position.clone())
    }
}

/// State of a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It blocks its purchase, and is the first in the queue.
    First,
    /// It waits after others of its purchase.
    Waits,
    /// It blocks no purchase.
    Aside,
    /// It was redriven or discarded.
    Resolved,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Waits => "waits",
            Self::Aside => "aside",
            Self::Resolved => "resolved",
        }
    }

    pub(super) fn is_resolved(self) -> bool {
        self == Self::Resolved
    }
}

/// All dead letters, resolved ones included.
#[derive(Default)]
pub(super) struct Shelf {
    dead_letters: Vec<Shelved>,
    /// Index into `dead_letters` of each record at each service. A record that was dead-lettered
    /// again is kept once, in its latest version.
    indexes: HashMap<Ticket, usize>,
    /// The queue of each blocked purchase, by its stream.
    queues: BTreeMap<String, VecDeque<String>>,
    /// Resolved dead letters, with when, by whom and why, as far as recorded.
    resolved: HashMap<Ticket, String>,
    /// Records on the dead-letter topics that cannot be read, with their positions.
    unreadable: Vec<String>,
}

/// Service and position: several services can dead-letter the same event.
type Ticket = (String, String);

impl Shelf {
    pub(super) fn read(connection: &Connection, topics: &Topics) -> anyhow::Result<Self> {
        let mut shelf = Self::default();
        let contexts: HashMap<String, _> =
            log::contexts().map(|context| (topics.dead_letters(context), context)).collect();
        let dead_letters: Vec<String> = contexts.keys().cloned().collect();
        log::read_all(connection, &dead_letters, None, |fetched| {
            let Some(&context) = contexts.get(&fetched.topic) else { return };
            let position = format!("{}/{}/{}", fetched.topic, fetched.partition, fetched.offset);
            let written = fetched.value.unwrap_or_default();
            let type_name = header(&fetched.headers, "ce_type").unwrap_or_default();
            if let Err(error) = shelf.add(context, type_name, written) {
                shelf.unreadable.push(format!("{position}: {error}"));
            }
        })?;
        shelf.dead_letters.sort_by_key(|it| (it.context, it.record.dead_lettered_at));
        let events: Vec<String> = log::contexts().map(|context| topics.events(context)).collect();
        log::read_all(connection, &events, None, |fetched| {
            if let Ok(Some(entry)) = log::entry("", &fetched)
                && let Some(kind) = folded::generic_kind_of(&entry.record.type_name)
                && let Ok(body) = serde_json::from_slice(&entry.record.body)
            {
                let Record { stream, time, principal, .. } = entry.record;
                shelf.heard(stream, kind, &body, || format!("{time}: {principal}"));
            }
        })?;
        Ok(shelf)
    }

    /// Adds a record of a dead-letter topic. Records of other types, such as a topic's first, are
    /// no dead letters.
    fn add(
        &mut self,
        context: &'static str,
        type_name: &str,
        written: Vec<u8>,
    ) -> Result<(), serde_json::Error> {
        match type_name {
            DEAD_LETTER => {
                let record = serde_json::from_slice(&written)?;
                self.put(Shelved { context, record, written });
            }
            DEAD_LETTER_RESOLVED => {
                let it: Resolution = serde_json::from_slice(&written)?;
                let ticket = (context.to_owned(), it.position);
                self.resolved.insert(ticket, format!("{}: {}", it.resolved_at, it.reason));
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, dead_letter: Shelved) {
        match self.indexes.entry(dead_letter.ticket()) {
            Entry::Occupied(before) => self.dead_letters[*before.get()] = dead_letter,
            Entry::Vacant(new) => {
                new.insert(self.dead_letters.len());
                self.dead_letters.push(dead_letter);
            }
        }
    }

    fn heard(
        &mut self,
        stream: String,
        kind: &str,
        body: &serde_json::Value,
        who: impl FnOnce() -> String,
    ) {
        let Some(position) = body["dead_letter"].as_str() else { return };
        let context = stream.split('/').next().unwrap_or_default().to_owned();
        let queue = self.queues.entry(stream).or_default();
        match kind {
            "purchase_blocked.v1" | "input_dead_lettered.v1" => {
                queue.push_back(position.to_owned());
            }
            "input_redriven.v1" | "input_discarded.v1" => {
                queue.retain(|waiting| waiting != position);
                let reason = body["reason"].as_str().unwrap_or_default();
                let entry = self.resolved.entry((context, position.to_owned()));
                // A note on the dead-letter topic says who redrove it and why.
                entry.or_insert_with(|| format!("{}: {reason}", who()));
            }
            _ => {}
        }
    }

    /// In the order in which they were dead-lettered, service by service.
    pub(super) fn all(&self) -> &[Shelved] {
        &self.dead_letters
    }

    /// The sentence for a position at which there is no dead letter.
    pub(super) fn has_none_at(&self, position: &str) -> String {
        let unreadable = match self.unreadable.len() {
            0 => String::new(),
            some => format!(", and {some} that cannot be read"),
        };
        format!(
            "no dead letter at {position}; `recourse dead-letters list` shows all of them\
             {unreadable}"
        )
    }

    /// Records on the dead-letter topics that cannot be read, with their positions.
    pub(super) fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// The dead letter of this record that is not resolved yet, if there is one.
    pub(super) fn find(&self, position: &str) -> Option<&Shelved> {
        let all =
            self.dead_letters.iter().filter(|dead_letter| dead_letter.record.position == position);
        all.min_by_key(|dead_letter| match self.state(dead_letter) {
            State::First | State::Aside => 0,
            State::Waits => 1,
            State::Resolved => 2,
        })
    }

    pub(super) fn state(&self, dead_letter: &Shelved) -> State {
        let waits = self
            .queue_of(dead_letter)
            .map(|queue| queue.front() == Some(&dead_letter.record.position));
        match waits {
            Some(true) => State::First,
            Some(false) => State::Waits,
            None if self.resolved.contains_key(&dead_letter.ticket()) => State::Resolved,
            None => State::Aside,
        }
    }

    /// The first of the queue in which this one waits.
    pub(super) fn first_before(&self, dead_letter: &Shelved) -> Option<&str> {
        self.queue_of(dead_letter)?.front().map(String::as_str)
    }

    /// When, by whom and why a dead letter was resolved.
    pub(super) fn resolved_by(&self, dead_letter: &Shelved) -> Option<&str> {
        self.resolved.get(&dead_letter.ticket()).map(String::as_str)
    }

    /// The queue of its service that contains it.
    fn queue_of(&self, dead_letter: &Shelved) -> Option<&VecDeque<String>> {
        let of_service = |stream: &str| stream.split('/').next() == Some(dead_letter.context);
        let queues = self.queues.iter().filter(|(stream, _)| of_service(stream));
        queues.map(|(_, queue)| queue).find(|queue| queue.contains(&dead_letter.record.position))
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Instant;
    use recourse_runtime::dead_letter::ResolutionOutcome;
    use serde_json::json;

    use super::*;

    fn dead_letter(context: &'static str, position: &str, reason: &str) -> Shelved {
        let record = DeadLetter {
            code: None,
            record: None,
            position: position.to_owned(),
            type_name: String::new(),
            reason: reason.to_owned(),
            dead_lettered_at: Instant::UNIX_EPOCH,
        };
        Shelved { context, record, written: Vec::new() }
    }

    fn states(shelf: &Shelf) -> Vec<(&str, &str, &str)> {
        let state = |it: &Shelved| shelf.state(it).name();
        let all = shelf.all().iter();
        all.map(|it| (it.context, it.record.position.as_str(), state(it))).collect()
    }

    #[test]
    fn what_is_not_found_may_be_among_those_that_cannot_be_read() {
        let mut shelf = Shelf::default();
        let listed = "no dead letter at a/0/1; `recourse dead-letters list` shows all of them";
        assert_eq!(shelf.has_none_at("a/0/1"), listed);
        shelf.unreadable.extend(["a/0/1: not JSON", "a/0/2: not JSON"].map(str::to_owned));
        let and_others = format!("{listed}, and 2 that cannot be read");
        assert_eq!(shelf.has_none_at("a/0/1"), and_others);
    }

    #[test]
    fn each_has_the_position_of_its_purchases_queue() {
        let mut shelf = Shelf::default();
        for (position, reason) in [("a", "1"), ("b", "1"), ("c", "1"), ("a", "2")] {
            shelf.put(dead_letter("claims", position, reason));
        }
        assert_eq!(shelf.all().len(), 3);
        assert_eq!(shelf.find("a").unwrap().record.reason, "2");
        let mut hear = |kind, position| {
            shelf.heard(
                "claims/K".to_owned(),
                kind,
                &json!({ "dead_letter": position }),
                String::new,
            );
        };
        hear("purchase_blocked.v1", "a");
        hear("input_dead_lettered.v1", "b");
        let expected =
            [("claims", "a", "first"), ("claims", "b", "waits"), ("claims", "c", "aside")];
        assert_eq!(states(&shelf), expected);
        assert_eq!(shelf.first_before(shelf.find("b").unwrap()), Some("a"));
        let discarded = json!({ "dead_letter": "a", "reason": "a mistake" });
        let who = || "noon: operator:o-7".to_owned();
        shelf.heard("claims/K".to_owned(), "input_discarded.v1", &discarded, who);
        let found = shelf.find("a").unwrap();
        assert_eq!(shelf.resolved_by(found), Some("noon: operator:o-7: a mistake"));
        assert_eq!(states(&shelf)[..2], [("claims", "a", "resolved"), ("claims", "b", "first")]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_changes_nothing() {
        let mut shelf = Shelf::default();
        let resolution = Resolution {
            position: "a".to_owned(),
            outcome: ResolutionOutcome::Discarded,
            reason: "a mistake".to_owned(),
            resolved_at: Instant::UNIX_EPOCH,
        };
        shelf.put(dead_letter("claims", "a", "1"));
        for type_name in [DEAD_LETTER, DEAD_LETTER_RESOLVED] {
            assert!(shelf.add("claims", type_name, b"{}".to_vec()).is_err());
        }
        assert_eq!(states(&shelf), [("claims", "a", "aside")]);
        let written = serde_json::to_vec(&resolution).unwrap();
        shelf.add("claims", "recourse.topic.created.v1", b"{}".to_vec()).unwrap();
        shelf.add("claims", DEAD_LETTER_RESOLVED, written).unwrap();
        assert_eq!(states(&shelf), [("claims", "a", "resolved")]);
    }

    #[test]
    fn what_two_services_dead_lettered_is_resolved_at_each() {
        let mut shelf = Shelf::default();
        let blocked = json!({ "dead_letter": "a" });
        for context in ["claims", "orders"] {
            shelf.put(dead_letter(context, "a", context));
            shelf.heard(format!("{context}/K"), "purchase_blocked.v1", &blocked, String::new);
        }
        assert_eq!(states(&shelf), [("claims", "a", "first"), ("orders", "a", "first")]);
        shelf.heard("claims/K".to_owned(), "input_redriven.v1", &blocked, String::new);
        assert_eq!(states(&shelf), [("claims", "a", "resolved"), ("orders", "a", "first")]);
        assert_eq!(shelf.find("a").unwrap().context, "orders", "the unresolved one");
    }
}
