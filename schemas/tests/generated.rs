//! Published files match the sources, the `AsyncAPI` documents are complete, and released contracts
//! do not change.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recourse_schemas::generator::{Released, differences, files};
use recourse_schemas::{RELEASED, all_types, audiences, schema, topics};

const RUN: &str = "run: cargo run -p recourse-schemas --bin publish";

fn on_disk(folder: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(&path).unwrap_or_else(|error| panic!("{folder}: {error}; {RUN}"));
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    files.map(read).collect()
}

#[test]
fn the_committed_files_are_as_the_sources_say() {
    let mut found = on_disk("published");
    found.extend(on_disk("asyncapi"));
    let generated = files().unwrap();
    let names = generated.keys().chain(found.keys());
    let stale: Vec<&String> =
        names.filter(|name| generated.get(*name) != found.get(*name)).collect();
    assert!(stale.is_empty(), "{stale:?}; {RUN}");
}

/// The crate embeds the files on disk.
#[test]
fn every_type_is_published_and_embedded() {
    let found = on_disk("published");
    assert_eq!(found.len(), all_types().len());
    for name in all_types() {
        assert_eq!(schema(&name), found.get(&format!("published/{name}.json")).map(String::as_str));
    }
    for (name, schema) in walk::published() {
        assert!(!walk::schemas_in(&schema).is_empty(), "{name}");
    }
}

#[test]
fn the_document_of_everything_has_every_topic_and_every_type() {
    let document = on_disk("asyncapi").remove("asyncapi/recourse.yaml").unwrap();
    let has = |line: &str| document.lines().any(|found| found.trim() == line);
    for topic in topics() {
        assert!(has(&format!("address: {}", topic.name)), "{}", topic.name);
    }
    for name in all_types() {
        assert!(has(&format!("name: {name}")), "{name}");
        assert!(has(&format!("\"ce_type\": {name}")) || has(&format!("ce_type: {name}")), "{name}");
    }
}

#[test]
fn every_audience_has_a_document_with_exactly_what_it_names() {
    let documents = on_disk("asyncapi");
    assert_eq!(documents.len(), audiences().len() + 1);
    for audience in audiences() {
        let document = &documents[&format!("asyncapi/{}.yaml", audience.name)];
        let exchanges = || audience.sends.iter().chain(audience.receives);
        let mut addresses: Vec<&str> = exchanges().map(|one| one.topic).collect();
        addresses.sort_unstable();
        let lines = || document.lines().map(str::trim);
        // Example bodies also contain addresses, deeper in the document.
        let of_channel = document.lines().filter_map(|line| line.strip_prefix("    address: "));
        let found: Vec<&str> = of_channel.collect();
        assert_eq!(found, addresses, "{}", audience.name);
        for name in exchanges().flat_map(|one| one.types) {
            assert!(lines().any(|line| line == format!("name: {name}")), "{name}");
        }
    }
}

#[test]
fn a_document_refers_to_no_file() {
    for (name, document) in on_disk("asyncapi") {
        for line in document.lines() {
            let trimmed = line.trim().trim_start_matches("- ");
            if let Some(target) = trimmed.strip_prefix("$ref: ") {
                assert!(target.starts_with("\"#/"), "{name}: {target}");
            }
        }
        assert!(document.starts_with("# Generated"), "{name}");
    }
}

// ---------------------------------------------------------------- released contracts do not change

fn found() -> Released {
    let published: Vec<(String, String)> = all_types()
        .into_iter()
        .map(|name| (name.clone(), schema(&name).unwrap_or_default().to_owned()))
        .collect();
    let texts = published.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Released::of(Released::read(RELEASED).is_released, texts).unwrap()
}

#[test]
fn a_locked_schema_stays_as_it_is() {
    let found = found();
    let differences = differences(&Released::read(RELEASED), &found);
    let how = "Before the first release: cargo run -p recourse-schemas --bin publish -- --lock";
    assert!(differences.is_empty(), "{}\n{how}", differences.join("\n"));
    assert_eq!(found.text(), RELEASED);
}

#[test]
fn a_changed_a_new_and_a_lost_schema_are_noticed() {
    let locked = Released::read("# note\nstatus released\na.v1 1\nb.v1 2\n");
    assert!(locked.is_released);
    assert!(differences(&locked, &locked).is_empty());
    let other = Released::read("a.v1 0\nc.v1 3\n");
    let reported = differences(&other, &locked).join("\n");
    assert!(reported.contains("a.v1 is locked, and has changed"), "{reported}");
    assert!(reported.contains("\nb.v1 2"), "{reported}");
    assert!(reported.contains("c.v1 is locked, and is gone"), "{reported}");
}

/// Another description does not change a contract; another title does, because programs have
/// classes of that name.
#[test]
fn descriptions_are_not_locked_but_titles_and_fields_are() {
    let of = |text: &str| Released::of(true, [("a.v1", text)]).unwrap().digests;
    let first = of(r#"{"title": "A", "description": "One.", "type": "object"}"#);
    assert_eq!(first, of(r#"{"type": "object", "description": "Two.", "title": "A"}"#));
    assert_ne!(first, of(r#"{"title": "B", "type": "object"}"#));
    let field =
        |kind: &str| of(&format!(r#"{{"properties": {{"description": {{"type": "{kind}"}}}}}}"#));
    assert_ne!(field("string"), field("integer"));
}
