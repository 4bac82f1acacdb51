//! The contracts agree with themselves: schemas are schemas, examples fit them, and what was released stays.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Registry, Validator};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Where schemas without an absolute `$id` are resolved.
const BASE: &str = "json-schema:///recourse/schemas/";

fn parse(name: &str, text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn registry() -> Registry<'static> {
    let files =
        recourse_schemas::files().iter().copied().chain([("shared", recourse_schemas::SHARED)]);
    let mut registry = Registry::new();
    for (name, text) in files {
        registry = registry.add(format!("{BASE}{name}.json"), parse(name, text)).unwrap();
    }
    registry.prepare().unwrap()
}

fn validator(registry: &Registry<'_>, name: &str, schema: &Value) -> Validator {
    jsonschema::options()
        .with_registry(registry)
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_schema_is_valid_2020_12_and_says_what_it_is() {
    let registry = registry();
    for (name, text) in recourse_schemas::files() {
        let schema = parse(name, text);
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        validator(&registry, name, &schema);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(schema["$id"], format!("/recourse/schemas/{name}.json"), "{name}");
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{name}");
        assert_eq!(schema["type"], "object", "{name}");
    }
    let shared = parse("shared", recourse_schemas::SHARED);
    jsonschema::draft202012::meta::validate(&shared).unwrap();
}

#[test]
fn readers_may_be_given_fields_they_do_not_know() {
    let files = recourse_schemas::files().iter().chain(&[("shared", recourse_schemas::SHARED)]);
    for (name, text) in files {
        assert!(!is_closed(&parse(name, text)), "{name}: an object is closed; objects are open");
    }
    assert!(is_closed(&serde_json::json!({"$defs": {"a": {"additionalProperties": false}}})));
}

/// Whether any object in a schema refuses unknown fields.
fn is_closed(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let refuses = |name: &str| members.get(name) == Some(&Value::Bool(false));
            refuses("additionalProperties")
                || refuses("unevaluatedProperties")
                || members.values().any(is_closed)
        }
        Value::Array(items) => items.iter().any(is_closed),
        _ => false,
    }
}

#[test]
fn every_example_fits_its_schema_and_an_altered_one_does_not() {
    let registry = registry();
    for (name, text) in recourse_schemas::files() {
        let schema = parse(name, text);
        let validator = validator(&registry, name, &schema);
        for example in recourse_schemas::examples(name) {
            let mut body = parse(example.name, example.body);
            if let Err(error) = validator.validate(&body) {
                panic!("{name}, {}: {error} at {}", example.name, error.instance_path());
            }
            for field in schema["required"].as_array().into_iter().flatten() {
                let field = field.as_str().unwrap();
                let taken = body.as_object_mut().unwrap().remove(field).unwrap();
                assert!(!validator.is_valid(&body), "{name}: valid without `{field}`");
                body[field] = taken;
            }
        }
    }
}

#[test]
fn every_type_of_every_topic_has_a_schema_and_an_example() {
    for topic in recourse_schemas::topics() {
        for name in topic.all_types() {
            assert!(
                recourse_schemas::schema(&name).is_some(),
                "{}: {name} has no schema",
                topic.name
            );
            assert!(!recourse_schemas::examples(&name).is_empty(), "{name} has no example");
        }
        for consumer in topic.consumers {
            for name in consumer.reads.into_iter().flatten() {
                assert!(topic.types.contains(name), "{}: {name} is not on it", topic.name);
            }
        }
    }
}

#[test]
fn every_type_is_on_a_topic() {
    let on_topics: BTreeSet<String> =
        recourse_schemas::topics().iter().flat_map(recourse_schemas::Topic::all_types).collect();
    for name in recourse_schemas::all_types() {
        assert!(on_topics.contains(&name), "{name} is on no topic");
    }
}

#[test]
fn a_topic_says_all_that_the_topics_of_its_kind_have_in_common() {
    for topic in recourse_schemas::topics() {
        assert!(
            ["events", "commands", "dead_letter", "replies", "clock", "feed"].contains(&topic.kind)
        );
        assert!(["keyed", "one", "its own"].contains(&topic.partitions), "{}", topic.name);
        assert_eq!(topic.kind == "events", !topic.generic.is_empty(), "{}", topic.name);
        assert!(
            topic.kind == "clock" || !topic.consumers.is_empty(),
            "{} has no reader",
            topic.name
        );
    }
}

#[test]
fn the_asyncapi_document_names_every_topic() {
    let document = include_str!("../asyncapi.yaml");
    for topic in recourse_schemas::topics() {
        assert!(document.contains(&format!("address: {}\n", topic.name)), "{}", topic.name);
    }
    for line in document.lines().filter_map(|line| line.trim().strip_prefix("$ref: ./")) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(line.trim_matches('\''));
        assert!(path.exists(), "asyncapi.yaml refers to {line}");
    }
}

// ---------------------------------------------------------------- what was released stays

/// What the lock says and the files do not, or the other way round.
fn differences(lock: &str, found: &BTreeMap<String, String>) -> Vec<String> {
    let lines = lock.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let locked: BTreeMap<&str, &str> = lines.filter_map(|line| line.split_once(' ')).collect();
    let mut differences = Vec::new();
    for (name, hash) in found {
        match locked.get(name.as_str()) {
            Some(locked) if locked == hash => {}
            Some(_) => differences.push(format!(
                "{name} was released, and has changed. A released schema stays as it is: undo the change, \
                 and make it in a new version (`.v2`) beside this one"
            )),
            None => differences.push(format!(
                "{name} is new. To release it as it is, add this line to schemas/released.lock:\n{name} {hash}"
            )),
        }
    }
    for name in locked.keys().filter(|&&name| !found.contains_key(name)) {
        differences.push(format!(
            "{name} was released, and is gone. Records of it stay on the log for ever: bring it back"
        ));
    }
    differences
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Each schema file by its bytes; each shared definition by its JSON with sorted keys, so that new ones may
/// be added beside it.
fn released() -> BTreeMap<String, String> {
    let files = recourse_schemas::files().iter();
    let mut found: BTreeMap<String, String> =
        files.map(|(name, text)| ((*name).to_owned(), sha256(text.as_bytes()))).collect();
    let shared = parse("shared", recourse_schemas::SHARED);
    for (name, definition) in shared["$defs"].as_object().unwrap() {
        found.insert(format!("shared.json#{name}"), sha256(sorted(definition).as_bytes()));
    }
    found
}

/// JSON without white space, with the keys of every object in order.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.iter().collect();
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), sorted(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[test]
fn a_released_schema_stays_as_it_is() {
    let differences = differences(recourse_schemas::RELEASED, &released());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn a_changed_a_new_and_a_lost_schema_are_noticed() {
    let found =
        [("a.v1", "1"), ("b.v1", "2")].map(|(name, hash)| (name.to_owned(), hash.to_owned()));
    let found = BTreeMap::from(found);
    assert!(differences("# note\na.v1 1\nb.v1 2\n", &found).is_empty());
    let reported = differences("a.v1 0\nc.v1 3\n", &found).join("\n");
    assert!(reported.contains("a.v1 was released, and has changed"), "{reported}");
    assert!(reported.contains("\nb.v1 2"), "{reported}");
    assert!(reported.contains("c.v1 was released, and is gone"), "{reported}");
}
