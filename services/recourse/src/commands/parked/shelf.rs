//! What is parked, and how it stands: read from the log, all of it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use recourse_kernel::record::header;
use recourse_kernel::{Record, folded};
use recourse_runtime::kafka::Connection;
use recourse_runtime::topics::{GENESIS_HEADER, Topics};
use recourse_runtime::writer::{DISCARD_HEADER, ParkedRecord, REDRIVE_HEADER};

use crate::audit::log;

/// A parked record.
pub(super) struct Parked {
    /// At whose service.
    pub(super) context: &'static str,
    /// What stands on the parked topic.
    pub(super) record: ParkedRecord,
    /// The same as it was written, with what else a feed's record has.
    pub(super) written: Vec<u8>,
}

/// How a parked record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its purchase waits for it, first of all.
    First,
    /// It waits behind others of its purchase.
    Waits,
    /// Nobody waits for it.
    Aside,
    /// It was redriven or discarded.
    SeenTo,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Waits => "waits",
            Self::Aside => "aside",
            Self::SeenTo => "seen to",
        }
    }

    pub(super) fn is_seen_to(self) -> bool {
        self == Self::SeenTo
    }
}

/// Everything that was ever parked.
#[derive(Default)]
pub(super) struct Shelf {
    parked: Vec<Parked>,
    /// The place in `parked` of each position: what was parked again stands there once, as it was last.
    places: HashMap<String, usize>,
    /// What each held purchase waits for, by its stream.
    queues: BTreeMap<String, VecDeque<String>>,
    /// What was seen to, with when, by whom and why as far as that was said.
    seen_to: HashMap<String, String>,
}

impl Shelf {
    pub(super) fn read(connection: &Connection, topics: &Topics) -> anyhow::Result<Self> {
        let mut shelf = Self::default();
        let contexts: HashMap<String, _> =
            log::contexts().map(|context| (topics.parked(context), context)).collect();
        let parked: Vec<String> = contexts.keys().cloned().collect();
        log::read_all(connection, &parked, None, |fetched| {
            let named = |name: &str| header(&fetched.headers, name);
            let written = fetched.value.clone().unwrap_or_default();
            if let Some(position) = named(REDRIVE_HEADER).or(named(DISCARD_HEADER)) {
                let note = serde_json::from_slice::<ParkedRecord>(&written).ok();
                let note = note.map(|note| format!("{}: {}", note.parked_at, note.reason));
                shelf.seen_to.insert(position.to_owned(), note.unwrap_or_default());
            } else if named(GENESIS_HEADER).is_none()
                && let Some(&context) = contexts.get(&fetched.topic)
                && let Ok(record) = serde_json::from_slice(&written)
            {
                shelf.put(Parked { context, record, written });
            }
        })?;
        shelf.parked.sort_by_key(|parked| (parked.context, parked.record.parked_at));
        shelf.places = (0..)
            .zip(&shelf.parked)
            .map(|(place, parked)| (parked.record.position.clone(), place))
            .collect();
        let events: Vec<String> = log::contexts().map(|context| topics.events(context)).collect();
        log::read_all(connection, &events, None, |fetched| {
            if let Ok(Some(entry)) = log::entry("", &fetched)
                && let Some(kind) = folded::common_kind_of(&entry.record.type_name)
                && let Ok(body) = serde_json::from_slice(&entry.record.body)
            {
                let Record { stream, time, principal, .. } = entry.record;
                shelf.heard(stream, kind, &body, || format!("{time}: {principal}"));
            }
        })?;
        Ok(shelf)
    }

    fn put(&mut self, parked: Parked) {
        let position = parked.record.position.clone();
        if let Some(&before) = self.places.get(&position) {
            self.parked[before] = parked;
        } else {
            self.places.insert(position, self.parked.len());
            self.parked.push(parked);
        }
    }

    fn heard(
        &mut self,
        stream: String,
        kind: &str,
        body: &serde_json::Value,
        who: impl FnOnce() -> String,
    ) {
        let Some(position) = body["parked"].as_str() else { return };
        let queue = self.queues.entry(stream).or_default();
        match kind {
            "purchase_held.v1" | "input_parked.v1" => queue.push_back(position.to_owned()),
            "input_redriven.v1" | "input_discarded.v1" => {
                queue.retain(|waiting| waiting != position);
                let reason = body["reason"].as_str().unwrap_or_default();
                let entry = self.seen_to.entry(position.to_owned());
                // A note on the parked topic says who redrove it and why.
                entry.or_insert_with(|| format!("{}: {reason}", who()));
            }
            _ => {}
        }
    }

    /// In the order in which they were parked, service by service.
    pub(super) fn all(&self) -> &[Parked] {
        &self.parked
    }

    pub(super) fn find(&self, position: &str) -> Option<&Parked> {
        self.parked.get(*self.places.get(position)?)
    }

    pub(super) fn state(&self, position: &str) -> State {
        match self.ahead_of(position) {
            Some(0) => State::First,
            Some(_) => State::Waits,
            None if self.seen_to.contains_key(position) => State::SeenTo,
            None => State::Aside,
        }
    }

    /// The first of the queue in which this one waits.
    pub(super) fn first_before(&self, position: &str) -> Option<&str> {
        let queue = self.queues.values().find(|queue| queue.iter().any(|it| it == position))?;
        queue.front().map(String::as_str)
    }

    /// When, by whom and why a record was seen to.
    pub(super) fn seen_to_by(&self, position: &str) -> Option<&str> {
        self.seen_to.get(position).map(String::as_str)
    }

    fn ahead_of(&self, position: &str) -> Option<usize> {
        self.queues.values().find_map(|queue| queue.iter().position(|it| it == position))
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Instant;
    use serde_json::json;

    use super::*;

    fn parked(position: &str, reason: &str) -> Parked {
        let record = ParkedRecord {
            position: position.to_owned(),
            type_name: String::new(),
            reason: reason.to_owned(),
            parked_at: Instant::UNIX_EPOCH,
        };
        Parked { context: "claims", record, written: Vec::new() }
    }

    #[test]
    fn each_stands_where_its_purchases_queue_has_it() {
        let mut shelf = Shelf::default();
        for (position, reason) in [("a", "1"), ("b", "1"), ("c", "1"), ("a", "2")] {
            shelf.put(parked(position, reason));
        }
        assert_eq!(shelf.all().len(), 3);
        assert_eq!(shelf.find("a").unwrap().record.reason, "2");
        let mut hear = |kind, position| {
            shelf.heard("claims/K".to_owned(), kind, &json!({ "parked": position }), String::new);
        };
        hear("purchase_held.v1", "a");
        hear("input_parked.v1", "b");
        assert_eq!(["a", "b", "c"].map(|it| shelf.state(it).name()), ["first", "waits", "aside"]);
        assert_eq!(shelf.first_before("b"), Some("a"));
        let discarded = json!({ "parked": "a", "reason": "a slip" });
        let who = || "noon: operator:o-7".to_owned();
        shelf.heard("claims/K".to_owned(), "input_discarded.v1", &discarded, who);
        assert_eq!(shelf.seen_to_by("a"), Some("noon: operator:o-7: a slip"));
        assert_eq!(["a", "b"].map(|it| shelf.state(it).name()), ["seen to", "first"]);
    }
}
