//! Generates the records of the next golden log: the smallest set of cases that shows every event,
//! and a handwritten stream for events that no case shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use recourse_cases::{Case, Documents, play};
use recourse_kernel::ids::purchase_in;
use recourse_kernel::{Hash, Instant, OrderKeys, Principal, Record};
use recourse_schemas::{GENERIC, Topic, examples, topics};
use serde_json::{Value, json};

use super::{Line, released, types_of};

/// Records that contain every released event type at least once.
pub fn lines(root: &Path) -> anyhow::Result<Vec<Line>> {
    let mut missing = released();
    let mut played = played(root)?;
    let mut chosen: Vec<Line> = Vec::new();
    loop {
        let shows = |log: &Vec<Line>| types_of(log).intersection(&missing).count();
        // Pick the case with the most new types for its length.
        let best = (0..played.len())
            .map(|index| (shows(&played[index]) * 1_000 / played[index].len().max(1), index))
            .max();
        let Some((1.., index)) = best else { break };
        let mut log = played.swap_remove(index);
        // Each case publishes its own terms, which are long; one case's terms are enough.
        let of_terms = |line: &Line| {
            line.headers
                .iter()
                .any(|(name, value)| name == "ce_stream" && value.starts_with("terms/"))
        };
        if chosen.iter().any(of_terms) {
            log.retain(|line| !of_terms(line));
        }
        missing.retain(|type_name| !types_of(&log).contains(type_name));
        chosen.extend(log);
    }
    for topic in topics().iter().filter(|topic| topic.kind == "events") {
        chosen.extend(by_hand(topic, &missing)?);
    }
    Ok(chosen)
}

/// What each case writes, played through the writers of all services.
fn played(root: &Path) -> anyhow::Result<Vec<Vec<Line>>> {
    let documents = Documents::read(&root.join("deploy"))?;
    let folder = std::fs::read_dir(root.join("tests/cases"))?;
    let mut paths: Vec<_> =
        folder.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension() == Some("yaml".as_ref()));
    paths.sort();
    let mut logs = Vec::new();
    for path in paths {
        let case = Case::read(&path)?;
        let log = play(&case, &documents)?.log;
        logs.push(log.iter().map(Line::of).collect::<anyhow::Result<_>>()?);
    }
    Ok(logs)
}

/// One stream per event type of the topic that no case shows, built from its example; and one in
/// which a purchase is blocked and released, with the generic events of every context.
fn by_hand(topic: &Topic, missing: &BTreeSet<String>) -> anyhow::Result<Vec<Line>> {
    let context = topic.name.split('.').nth(1).context("a topic's context")?;
    let mut lines = Vec::new();
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    for type_name in topic.types.iter().filter(|type_name| missing.contains(**type_name)) {
        let example = examples(type_name).first().with_context(|| (*type_name).to_owned())?;
        let body: Value = serde_json::from_str(example.body)?;
        let key = key_in(&body)
            .unwrap_or_else(|| OrderKeys::development().key_of("golden", type_name).to_string());
        let stream = streams.entry(key).or_insert_with_key(|key| Stream::new(context, key));
        lines.push(stream.record(type_name, example.body.trim())?);
    }
    if topic.generic.is_empty() {
        return Ok(lines);
    }
    let mut stream =
        Stream::new(context, OrderKeys::development().key_of("golden", context).as_str());
    let (first, second) = (stream.input(7), stream.input(9));
    let refused = json!({"command": "recourse.x.y.v1", "code": "x.not_so", "detail": "This is only \
        an example."});
    let bodies: BTreeMap<&str, Value> = [
        ("command_refused.v1", refused),
        ("input_noted.v1", json!({"input_type": "recourse.x.noted.v1"})),
        (
            "purchase_blocked.v1",
            json!({"dead_letter": first, "reason": "the type `y` is not known here"}),
        ),
        (
            "input_dead_lettered.v1",
            json!({"dead_letter": second, "reason": "its purchase is blocked"}),
        ),
        ("input_redriven.v1", json!({"dead_letter": first})),
        ("input_discarded.v1", json!({"dead_letter": second, "reason": "reported twice"})),
        ("purchase_released.v1", json!({})),
    ]
    .into();
    for kind in GENERIC {
        let body = bodies.get(kind).with_context(|| kind.to_owned())?;
        lines.push(stream.record(&format!("{}.{kind}", topic.generic), &body.to_string())?);
    }
    Ok(lines)
}

/// The purchase that a body is about.
fn key_in(body: &Value) -> Option<String> {
    match body {
        Value::String(text) => purchase_in(text).map(|key| key.to_string()),
        Value::Array(items) => items.iter().find_map(key_in),
        Value::Object(fields) => fields.values().find_map(key_in),
        _ => None,
    }
}

/// A handwritten stream.
struct Stream {
    context: String,
    key: String,
    version: u64,
    head: Hash,
}

impl Stream {
    fn new(context: &str, key: &str) -> Self {
        let (context, key) = (context.to_owned(), key.to_owned());
        Self { context, key, version: 0, head: Hash::default() }
    }

    fn input(&self, offset: u64) -> String {
        format!("recourse.{}.commands.v1/0/{offset}", self.context)
    }

    fn record(&mut self, type_name: &str, body: &str) -> anyhow::Result<Line> {
        self.version += 1;
        let Self { context, key, version, head } = self;
        let at: Instant = "2025-06-01T09:00:00Z".parse()?;
        let stream = format!("{context}/{key}");
        let mut record = Record {
            id: format!("{stream}/{version}"),
            source: format!("/recourse/{context}"),
            type_name: type_name.to_owned(),
            subject: stream.clone(),
            time: at,
            recorded: at,
            key: key.clone(),
            stream,
            version: *version,
            input: format!("recourse.{context}.commands.v1/0/{version}"),
            command_id: format!("by-hand-{context}-{key}-{version}"),
            command_mac: Hash::of_bytes(b"mac").to_string(),
            causation_id: "by hand".to_owned(),
            correlation_id: format!("ord_{key}"),
            principal: Principal::system("golden"),
            terms: None,
            claim: None,
            stage: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: *head,
            hash: Hash::default(),
            traceparent: None,
            body: body.as_bytes().to_vec(),
        };
        record.hash = record.computed_hash();
        *head = record.hash;
        Line::of(&record)
    }
}
