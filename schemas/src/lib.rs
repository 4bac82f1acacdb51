//! The contracts on Kafka, embedded: topics, a JSON Schema (2020-12) for each type of event and
//! command, examples, and who outside sees what. Services never depend on each other's crates: they
//! meet here.
//!
//! The sources are `events/`, `commands/`, `shared.json` and `headers.json`. What others read is
//! generated from them ([`generator`]): `published/<type>.json`, each of which loads alone, and
//! `asyncapi/*.yaml`.
//!
//! A released schema never changes (`released.lock`): a new need is a new version, `.v2`, and the
//! old examples stay. Objects are open: readers ignore fields that they do not know.
//!
//! ```
//! let claims = recourse_schemas::topic("recourse.claims.events.v1").unwrap();
//! assert_eq!(claims.owner, "claims");
//! assert!(recourse_schemas::schema("recourse.claim.filed.v1").unwrap().contains("2020-12"));
//! // Seven events exist in every context, under its own prefix, each with a schema of its own.
//! assert!(recourse_schemas::schema("recourse.claim.command_refused.v1").is_some());
//! assert!(!recourse_schemas::examples("recourse.claim.filed.v1").is_empty());
//! ```

pub mod generator;

include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// A topic's contract: `topics/<name>.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// The topic's name: `recourse.claims.events.v1`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is on it, in a sentence.
    pub summary: &'static str,
    /// What its readers need to know.
    pub description: &'static str,
    /// The only service that writes it.
    pub owner: &'static str,
    /// What its records' keys are.
    pub key: &'static str,
    /// `keyed`: as many as all topics keyed by purchase have; `one`; or `its own`.
    pub partitions: &'static str,
    /// How long records are kept.
    pub retention: &'static str,
    /// `events`, `commands`, `dead_letter`, `replies`, `clock` or `feed`.
    pub kind: &'static str,
    /// The prefix of the seven events of every context; empty where they are not on the topic.
    pub generic: &'static str,
    /// The types of its records, each with its version.
    pub types: &'static [&'static str],
    pub consumers: &'static [Consumer],
}

/// A reader of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer {
    /// The service, or who else reads it.
    pub service: &'static str,
    pub why: &'static str,
    /// The types that it acts on; none where it reads every type.
    pub reads: Option<&'static [&'static str]>,
}

/// One example of a body, as it can be on the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Its number and what it shows: `1-does-not-charge`.
    pub name: &'static str,
    /// The JSON body.
    pub body: &'static str,
}

/// The events that every context has, whatever it decides: the kinds after the prefix.
pub const GENERIC: [&str; 7] = [
    "command_refused.v1",
    "input_noted.v1",
    "purchase_blocked.v1",
    "input_dead_lettered.v1",
    "input_redriven.v1",
    "input_discarded.v1",
    "purchase_released.v1",
];

/// The first record of every topic that Recourse creates.
pub const TOPIC_CREATED: &str = "recourse.topic.created.v1";

/// An operator's order to give up a dead-lettered input, which every topic of commands can carry.
pub const DISCARD: &str = "recourse.input.discard.v1";

/// Where the schemas are published: the start of every `$id`.
pub const BASE: &str = "https://recourse.example/schemas/";

/// Kafka headers of records, as JSON Schema: `$defs` has `event`, `command`, `record` and `feed`.
pub const HEADERS: &str = include_str!("../headers.json");

/// The digests of the published schemas, and whether they were released.
pub const RELEASED: &str = include_str!("../released.lock");

/// A party outside Recourse, and what it sends and receives: `audiences/<name>.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// The file's name, which is also that of its `AsyncAPI` document: `shop`.
    pub name: &'static str,
    pub title: &'static str,
    /// What it is called among the consumers of topics.
    pub party: &'static str,
    /// The start of its consumer groups.
    pub group: &'static str,
    /// What it does on Kafka, and what it does elsewhere.
    pub description: &'static str,
    pub sends: &'static [Exchange],
    pub receives: &'static [Exchange],
}

/// What an audience sends or receives on one topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    pub topic: &'static str,
    /// What for, in a sentence.
    pub summary: &'static str,
    pub types: &'static [&'static str],
}

impl Topic {
    /// Every type that the topic's owner writes, the seven of every context included.
    pub fn all_types(&self) -> Vec<String> {
        let generic = GENERIC.iter().filter(|_| !self.generic.is_empty());
        let generic = generic.map(|kind| format!("{}.{kind}", self.generic));
        self.types.iter().map(|&name| name.to_owned()).chain(generic).collect()
    }

    /// Whether Recourse creates the topic: all but those of the feeds.
    pub fn is_created_by_recourse(&self) -> bool {
        self.kind != "feed"
    }

    /// The type of the topic's first record, if Recourse creates the topic and keeps it
    /// permanently.
    pub fn first_record(&self) -> Option<&'static str> {
        let is_kept = self.is_created_by_recourse() && self.retention == "permanent";
        is_kept.then_some(TOPIC_CREATED)
    }

    /// Every type that a reader of the topic can meet: its first record, too.
    pub fn record_types(&self) -> Vec<String> {
        let first = self.first_record().map(str::to_owned);
        let operators = (self.kind == "commands").then(|| DISCARD.to_owned());
        self.all_types().into_iter().chain(first).chain(operators).collect()
    }
}

/// Every topic, by name.
pub fn topics() -> &'static [Topic] {
    TOPICS
}

pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// Every party outside Recourse, by name.
pub fn audiences() -> &'static [Audience] {
    AUDIENCES
}

/// The URL of a type's schema: its `$id`, and the attribute `dataschema` of its records.
pub fn schema_url(type_name: &str) -> String {
    format!("{BASE}{type_name}.json")
}

/// The published JSON Schema of a type. It refers to nothing outside itself.
pub fn schema(type_name: &str) -> Option<&'static str> {
    let at = PUBLISHED.binary_search_by_key(&type_name, |(published, _)| published).ok()?;
    Some(PUBLISHED[at].1)
}

/// The examples of a type, in order; empty where there is no such type.
pub fn examples(type_name: &str) -> &'static [Example] {
    let name = stored_name(type_name);
    let found = EXAMPLES.iter().find(|(stored, _)| *stored == name);
    found.map_or(&[], |(_, examples)| examples)
}

/// Every type that has a schema, the seven of every context under each prefix; sorted.
pub fn all_types() -> Vec<String> {
    let own = SOURCES.iter().map(|&(name, _)| name).filter(|name| !GENERIC.contains(name));
    let own = own.map(str::to_owned);
    let generic = TOPICS.iter().filter(|topic| !topic.generic.is_empty());
    let generic =
        generic.flat_map(|topic| GENERIC.iter().map(|kind| format!("{}.{kind}", topic.generic)));
    let mut types: Vec<String> = own.chain(generic).collect();
    types.sort_unstable();
    types
}

/// The name under which a type's source and examples are stored: a generic event's kind, any
/// other's own name.
fn stored_name(type_name: &str) -> &str {
    let kind = TOPICS.iter().filter(|topic| !topic.generic.is_empty()).find_map(|topic| {
        let kind = type_name.strip_prefix(topic.generic)?.strip_prefix('.')?;
        GENERIC.contains(&kind).then_some(kind)
    });
    kind.unwrap_or(type_name)
}
