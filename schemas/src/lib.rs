//! The contracts on Kafka, embedded: a file for each topic, a JSON Schema (2020-12) for each type of event
//! and command, and examples of each. Services never depend on each other's crates: they meet here.
//!
//! A released schema is never edited (`released.lock`): a new need is a new version, `.v2`, and the old
//! examples stay. Objects are open: readers ignore fields that they do not know.
//!
//! ```
//! let claims = recourse_schemas::topic("recourse.claims.events.v1").unwrap();
//! assert_eq!(claims.owner, "claims");
//! assert!(recourse_schemas::schema("recourse.claim.filed.v1").unwrap().contains("2020-12"));
//! // Seven events exist in every context, under its own prefix; they share one schema each.
//! assert!(recourse_schemas::schema("recourse.claim.command_refused.v1").is_some());
//! assert!(!recourse_schemas::examples("recourse.claim.filed.v1").is_empty());
//! ```

include!(concat!(env!("OUT_DIR"), "/index.rs"));

/// A topic's contract: `topics/<name>.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// The topic's name: `recourse.claims.events.v1`.
    pub name: &'static str,
    /// The only service that writes it.
    pub owner: &'static str,
    /// What its records' keys are.
    pub key: &'static str,
    /// `keyed`: as many as all topics keyed by purchase have; `one`; or `its own`.
    pub partitions: &'static str,
    /// How long records are kept.
    pub retention: &'static str,
    /// `events`, `commands`, `dead_letter`, `replies` or `feed`.
    pub kind: &'static str,
    /// The prefix under which the seven events of every context stand on it; empty where they do not.
    pub generic: &'static str,
    /// The types of its records, each with its version.
    pub types: &'static [&'static str],
    /// Who reads it.
    pub consumers: &'static [Consumer],
}

/// A reader of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer {
    /// The service, or who else reads it.
    pub service: &'static str,
    /// What for.
    pub why: &'static str,
    /// The types that it acts on; none where it reads every type.
    pub reads: Option<&'static [&'static str]>,
}

/// One example of a body, as it may stand on the log.
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

/// The definitions that all schemas share: ids, money, times, the words of the rulebook.
pub const SHARED: &str = include_str!("../shared.json");

/// What was released, and its SHA-256: a line for each schema and each shared definition.
pub const RELEASED: &str = include_str!("../released.lock");

impl Topic {
    /// Every type on the topic, the seven of every context included.
    pub fn all_types(&self) -> Vec<String> {
        let generic = GENERIC.iter().filter(|_| !self.generic.is_empty());
        let generic = generic.map(|kind| format!("{}.{kind}", self.generic));
        self.types.iter().map(|&name| name.to_owned()).chain(generic).collect()
    }
}

/// Every topic, by name.
pub fn topics() -> &'static [Topic] {
    TOPICS
}

/// One topic.
pub fn topic(name: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.name == name)
}

/// The JSON Schema of a type.
pub fn schema(type_name: &str) -> Option<&'static str> {
    let name = stored_name(type_name);
    let at = SCHEMAS.binary_search_by_key(&name, |(stored, _)| stored).ok()?;
    Some(SCHEMAS[at].1)
}

/// The examples of a type, in order; empty where there is no such type.
pub fn examples(type_name: &str) -> &'static [Example] {
    let name = stored_name(type_name);
    let found = EXAMPLES.iter().find(|(stored, _)| *stored == name);
    found.map_or(&[], |(_, examples)| examples)
}

/// Every type that has a schema, the seven of every context under each prefix; sorted.
pub fn all_types() -> Vec<String> {
    let own = SCHEMAS.iter().map(|&(name, _)| name).filter(|name| !GENERIC.contains(name));
    let own = own.map(str::to_owned);
    let generic = TOPICS.iter().filter(|topic| !topic.generic.is_empty());
    let generic =
        generic.flat_map(|topic| GENERIC.iter().map(|kind| format!("{}.{kind}", topic.generic)));
    let mut types: Vec<String> = own.chain(generic).collect();
    types.sort_unstable();
    types
}

/// The schema files, by the name that each has before `.json`. The seven of every context are one file each.
pub fn files() -> &'static [(&'static str, &'static str)] {
    SCHEMAS
}

/// The name under which a type's schema is stored: a generic event's kind, any other's own name.
fn stored_name(type_name: &str) -> &str {
    let kind = TOPICS.iter().filter(|topic| !topic.generic.is_empty()).find_map(|topic| {
        let kind = type_name.strip_prefix(topic.generic)?.strip_prefix('.')?;
        GENERIC.contains(&kind).then_some(kind)
    });
    kind.unwrap_or(type_name)
}
