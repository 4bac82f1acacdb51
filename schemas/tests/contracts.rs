//! The contracts are consistent: schemas are valid, each loads alone, examples match them, and
//! topics and audiences name only what exists.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod walk;

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use recourse_schemas::{all_types, audiences, examples, schema, schema_url, topic, topics};
use serde_json::Value;
use walk::{parse, published, schemas_in};

/// A validator of one published file, without access to any other.
fn validator(name: &str, schema: &Value) -> Validator {
    jsonschema::options()
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_published_schema_is_valid_2020_12_and_is_where_its_records_say() {
    for (name, schema) in published() {
        jsonschema::draft202012::meta::validate(&schema)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{name}");
        assert_eq!(schema["$id"], schema_url(&name), "{name}");
        assert_eq!(schema["$id"], format!("https://recourse.example/schemas/{name}.json"));
        assert_eq!(schema["type"], "object", "{name}");
    }
}

/// A schema needs no other file.
#[test]
fn no_reference_leaves_its_file_or_goes_nowhere() {
    for (name, schema) in published() {
        let mut used = BTreeSet::new();
        for (at, part) in schemas_in(&schema) {
            let Some(target) = part.get("$ref").and_then(Value::as_str) else { continue };
            let definition = target.strip_prefix("#/$defs/");
            let definition = definition.unwrap_or_else(|| panic!("{name}{at} refers to {target}"));
            assert!(schema["$defs"][definition].is_object(), "{name}{at}: no {target}");
            used.insert(definition.to_owned());
        }
        let defined = schema["$defs"].as_object().map(|all| all.keys().cloned().collect());
        assert_eq!(used, defined.unwrap_or_default(), "{name}: definitions that nothing uses");
    }
}

#[test]
fn readers_may_be_given_fields_they_do_not_know() {
    for (name, schema) in published() {
        assert!(!is_closed(&schema), "{name}: an object is closed; objects are open");
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
    for (name, schema) in published() {
        let validator = validator(&name, &schema);
        for example in examples(&name) {
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

/// Who maps a field wants to see it once, above all an optional one.
#[test]
fn every_field_is_in_an_example() {
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, schema) in published() {
        for example in examples(&name) {
            fields_shown(&schema, &schema, &parse(example.name, example.body), &name, &mut shown);
        }
    }
    let mut missing = Vec::new();
    for (name, schema) in published() {
        let definitions = schema["$defs"].as_object().into_iter().flatten();
        let definitions = definitions.map(|(title, definition)| (title.clone(), definition));
        for (owner, object) in definitions.chain([(name.clone(), &schema)]) {
            let seen = shown.get(&owner);
            for field in object["properties"].as_object().into_iter().flat_map(|all| all.keys()) {
                if !seen.is_some_and(|seen| seen.contains(field)) {
                    missing.push(format!("{owner}.{field}"));
                }
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "in no example: {}", missing.join(", "));
}

/// Collects the fields that a value has, by the schema or definition that describes them.
fn fields_shown(
    root: &Value,
    schema: &Value,
    value: &Value,
    owner: &str,
    shown: &mut BTreeMap<String, BTreeSet<String>>,
) {
    if let Some(target) = schema["$ref"].as_str() {
        let title = target.trim_start_matches("#/$defs/");
        return fields_shown(root, &root["$defs"][title], value, title, shown);
    }
    for alternative in ["oneOf", "anyOf", "allOf"] {
        for one in schema[alternative].as_array().into_iter().flatten() {
            fields_shown(root, one, value, owner, shown);
        }
    }
    match value {
        Value::Object(members) => {
            for (field, value) in members {
                let described = &schema["properties"][field];
                if described.is_object() {
                    shown.entry(owner.to_owned()).or_default().insert(field.clone());
                    fields_shown(root, described, value, owner, shown);
                } else {
                    fields_shown(root, &schema["additionalProperties"], value, owner, shown);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                fields_shown(root, &schema["items"], item, owner, shown);
            }
        }
        _ => {}
    }
}

#[test]
fn every_type_of_every_topic_has_a_schema_and_an_example() {
    for topic in topics() {
        for name in topic.record_types() {
            assert!(schema(&name).is_some(), "{}: {name} has no schema", topic.name);
            assert!(!examples(&name).is_empty(), "{name} has no example");
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
        topics().iter().flat_map(recourse_schemas::Topic::record_types).collect();
    let all: BTreeSet<String> = all_types().into_iter().collect();
    assert_eq!(on_topics, all);
    assert!(on_topics.contains(recourse_schemas::TOPIC_CREATED));
}

#[test]
fn a_topic_says_all_that_the_topics_of_its_kind_have_in_common() {
    for topic in topics() {
        let kinds = ["events", "commands", "dead_letter", "replies", "clock", "feed"];
        assert!(kinds.contains(&topic.kind), "{}", topic.name);
        assert!(["keyed", "one", "its own"].contains(&topic.partitions), "{}", topic.name);
        assert!(["permanent", "1 hour", "its own"].contains(&topic.retention), "{}", topic.name);
        assert_eq!(topic.kind == "events", !topic.generic.is_empty(), "{}", topic.name);
        assert!(!topic.consumers.is_empty(), "{} has no reader", topic.name);
        for text in [topic.title, topic.summary, topic.description] {
            assert!(!text.trim().is_empty(), "{}: a text is empty", topic.name);
        }
    }
}

#[test]
fn every_audience_names_topics_and_types_that_there_are() {
    assert!(!audiences().is_empty());
    for audience in audiences() {
        let exchanges = audience.sends.iter().chain(audience.receives);
        for exchange in exchanges {
            let named = topic(exchange.topic)
                .unwrap_or_else(|| panic!("{}: no topic {}", audience.name, exchange.topic));
            assert!(!exchange.types.is_empty(), "{}: {}", audience.name, named.name);
            let types = named.all_types();
            for name in exchange.types {
                assert!(types.contains(&(*name).to_owned()), "{}: {name}", audience.name);
            }
        }
        for sent in audience.sends {
            assert!(!topic(sent.topic).unwrap().is_created_by_recourse(), "{}", audience.name);
        }
        let reads: BTreeSet<&str> =
            audience.receives.iter().map(|exchange| exchange.topic).collect();
        let is_named = |topic: &&recourse_schemas::Topic| {
            topic.consumers.iter().any(|consumer| consumer.service == audience.party)
        };
        let named: BTreeSet<&str> = topics().iter().filter(is_named).map(|one| one.name).collect();
        assert_eq!(reads, named, "{}: what it reads, and whose topics name it", audience.name);
    }
}

/// Numbers that a reader with doubles keeps exact.
#[test]
fn every_number_has_bounds_that_every_json_reader_keeps() {
    const LIMIT: i64 = (1 << 53) - 1;
    for (name, schema) in published() {
        for (at, part) in schemas_in(&schema) {
            if part["type"] == "integer" {
                for bound in ["minimum", "maximum"] {
                    let bound = part[bound].as_i64().unwrap_or(i64::MAX);
                    assert!((-LIMIT..=LIMIT).contains(&bound), "{name}{at}: {part}");
                }
            }
            assert_ne!(part["type"], "number", "{name}{at}: amounts are integers, or text");
            assert!(!part["type"].is_array(), "{name}{at}: one type, or `oneOf`");
        }
    }
}

#[test]
fn every_schema_has_a_title_that_makes_a_class_name() {
    let mut known: BTreeMap<String, (String, Value)> = BTreeMap::new();
    for (name, schema) in published() {
        let mut titles = BTreeSet::new();
        for (at, part) in schemas_in(&schema) {
            let is_definition = at.starts_with("/$defs/") && at.matches('/').count() == 2;
            let has_fields = part.get("properties").is_some() || part.get("oneOf").is_some();
            let title = part.get("title").and_then(Value::as_str);
            if at.is_empty() || is_definition || has_fields {
                assert!(title.is_some(), "{name}{at} has no title");
            }
            let Some(title) = title else { continue };
            let fits = title.starts_with(|c: char| c.is_ascii_uppercase())
                && title.chars().all(|c| c.is_ascii_alphanumeric());
            assert!(fits, "{name}{at}: {title} is no name of a class");
            assert!(titles.insert(title.to_owned()), "{name}{at}: a second {title}");
            if is_definition {
                assert_eq!(at, format!("/$defs/{title}"), "{name}");
                // In AsyncAPI documents the definitions of all schemas are together.
                let first = known.entry(title.to_owned());
                let (other, definition) = first.or_insert((name.clone(), part.clone()));
                assert_eq!(definition, part, "{title} in {other} and in {name}");
            }
        }
    }
}

#[test]
fn every_description_says_something() {
    for (name, schema) in published() {
        for (at, part) in schemas_in(&schema) {
            let is_bare = part.get("$ref").is_some();
            let is_item = at.ends_with("/items") || at.ends_with("/additionalProperties");
            let text = part.get("description").map(|text| text.as_str().unwrap().trim());
            assert!(is_bare || is_item || text.is_some(), "{name}{at} has no description");
            if let Some(text) = text {
                assert!(text.split(' ').count() > 1, "{name}{at}: {text:?} says nothing");
                assert!(text.ends_with(['.', '`', '…']), "{name}{at}: {text:?} is no sentence");
            }
        }
    }
}

#[test]
fn headers_are_text_with_a_description_each() {
    let headers = parse("headers", recourse_schemas::HEADERS);
    jsonschema::draft202012::meta::validate(&headers).unwrap();
    for kind in ["event", "command", "record", "feed"] {
        let schema = &headers["$defs"][kind];
        let fields = schema["properties"].as_object().unwrap();
        for (name, field) in fields {
            assert_eq!(field["type"], "string", "{kind}: {name}");
            assert!(field["description"].is_string(), "{kind}: {name}");
        }
        for name in schema["required"].as_array().unwrap() {
            assert!(fields.contains_key(name.as_str().unwrap()), "{kind}: {name}");
        }
    }
    let required = &headers["$defs"]["event"]["required"];
    assert!(required.as_array().unwrap().contains(&Value::from("ce_streamversion")));
    assert!(required.as_array().unwrap().contains(&Value::from("ce_release")));
}
