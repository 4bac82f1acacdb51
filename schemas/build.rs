//! Lists every contract in the folders of this crate, so that the crate embeds them all: a file
//! that is there is a contract. A file of a topic or an audience that cannot be read fails the
//! build. What is generated (`published/`) may be missing: the generator is built before it has
//! written anything.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    title: String,
    summary: String,
    description: String,
    owner: String,
    key: String,
    partitions: String,
    retention: String,
    kind: String,
    #[serde(default)]
    generic: String,
    types: Vec<String>,
    #[serde(default)]
    consumers: Vec<ConsumerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsumerEntry {
    service: String,
    why: String,
    reads: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AudienceFile {
    title: String,
    party: String,
    group: String,
    description: String,
    #[serde(default)]
    sends: Vec<ExchangeEntry>,
    #[serde(default)]
    receives: Vec<ExchangeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExchangeEntry {
    topic: String,
    summary: String,
    types: Vec<String>,
}

fn main() -> Outcome<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut index = String::new();
    topics(&root.join("topics"), &mut index)?;
    audiences(&root.join("audiences"), &mut index)?;
    sources(&root, &mut index)?;
    published(&root.join("published"), &mut index)?;
    examples(&root.join("examples"), &mut index)?;
    for folder in ["topics", "audiences", "events", "commands", "examples", "published"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("index.rs"), index)?;
    Ok(())
}

fn topics(folder: &Path, index: &mut String) -> Outcome<()> {
    writeln!(index, "static TOPICS: &[Topic] = &[")?;
    for (name, path) in entries(folder)? {
        let text = fs::read_to_string(&path)?;
        let file: TopicFile =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let TopicFile { title, summary, description, owner, key, partitions, .. } = &file;
        let TopicFile { retention, kind, generic, types, .. } = &file;
        let name = name.trim_end_matches(".toml");
        write!(
            index,
            "Topic {{ name: {name:?}, title: {title:?}, summary: {summary:?}, \
             description: {description:?}, owner: {owner:?}, key: {key:?}, \
             partitions: {partitions:?}, retention: {retention:?}, kind: {kind:?}, \
             generic: {generic:?}, types: &{types:?}, consumers: &["
        )?;
        for ConsumerEntry { service, why, reads } in &file.consumers {
            let reads = match reads {
                Some(reads) => format!("Some(&{reads:?})"),
                None => "None".to_owned(),
            };
            write!(index, "Consumer {{ service: {service:?}, why: {why:?}, reads: {reads} }},")?;
        }
        writeln!(index, "] }},")?;
    }
    writeln!(index, "];")?;
    Ok(())
}

fn audiences(folder: &Path, index: &mut String) -> Outcome<()> {
    writeln!(index, "static AUDIENCES: &[Audience] = &[")?;
    for (name, path) in entries(folder)? {
        let text = fs::read_to_string(&path)?;
        let file: AudienceFile =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let AudienceFile { title, party, group, description, sends, receives } = &file;
        let name = name.trim_end_matches(".toml");
        write!(
            index,
            "Audience {{ name: {name:?}, title: {title:?}, party: {party:?}, group: {group:?}, \
             description: {description:?}, "
        )?;
        for (field, exchanges) in [("sends", sends), ("receives", receives)] {
            write!(index, "{field}: &[")?;
            for ExchangeEntry { topic, summary, types } in exchanges {
                write!(
                    index,
                    "Exchange {{ topic: {topic:?}, summary: {summary:?}, types: &{types:?} }},"
                )?;
            }
            write!(index, "],")?;
        }
        writeln!(index, "}},")?;
    }
    writeln!(index, "];")?;
    Ok(())
}

fn sources(root: &Path, index: &mut String) -> Outcome<()> {
    let mut files = Vec::new();
    for folder in ["events", "commands"] {
        for (_, context) in entries(&root.join(folder))? {
            files.extend(entries(&context)?);
        }
    }
    texts("SOURCES", files, index)
}

fn published(folder: &Path, index: &mut String) -> Outcome<()> {
    let files = if folder.is_dir() { entries(folder)? } else { Vec::new() };
    texts("PUBLISHED", files, index)
}

/// Embeds files by the name that each has before `.json`, sorted by it.
fn texts(table: &str, files: Vec<(String, PathBuf)>, index: &mut String) -> Outcome<()> {
    let mut named: Vec<(String, PathBuf)> = files
        .into_iter()
        .filter_map(|(file, path)| Some((file.strip_suffix(".json")?.to_owned(), path)))
        .collect();
    named.sort();
    writeln!(index, "static {table}: &[(&str, &str)] = &[")?;
    for (name, path) in named {
        writeln!(index, "({name:?}, include_str!({:?})),", path.display().to_string())?;
    }
    writeln!(index, "];")?;
    Ok(())
}

fn examples(folder: &Path, index: &mut String) -> Outcome<()> {
    writeln!(index, "static EXAMPLES: &[(&str, &[Example])] = &[")?;
    for (type_name, path) in entries(folder)? {
        write!(index, "({type_name:?}, &[")?;
        for (file, path) in entries(&path)? {
            let name = file.trim_end_matches(".json");
            write!(
                index,
                "Example {{ name: {name:?}, body: include_str!({:?}) }},",
                path.display().to_string()
            )?;
        }
        writeln!(index, "]),")?;
    }
    writeln!(index, "];")?;
    Ok(())
}

/// A folder's entries, by name.
fn entries(folder: &Path) -> Outcome<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    found.sort();
    Ok(found)
}
