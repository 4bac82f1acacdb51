//! Lists every contract in the folders beside this file, so that the crate embeds them all: a file that is
//! there is a contract. A topic's file that cannot be read fails the build.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
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

fn main() -> Outcome<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut index = String::new();
    topics(&root.join("topics"), &mut index)?;
    schemas(&root, &mut index)?;
    examples(&root.join("examples"), &mut index)?;
    for folder in ["topics", "events", "commands", "examples"] {
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
        let TopicFile { owner, key, partitions, retention, kind, generic, types, .. } = &file;
        let name = name.trim_end_matches(".toml");
        write!(
            index,
            "Topic {{ name: {name:?}, owner: {owner:?}, key: {key:?}, partitions: {partitions:?}, \
             retention: {retention:?}, kind: {kind:?}, generic: {generic:?}, types: &{types:?}, consumers: &["
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

fn schemas(root: &Path, index: &mut String) -> Outcome<()> {
    let mut files = Vec::new();
    for folder in ["events", "commands"] {
        for (_, context) in entries(&root.join(folder))? {
            files.extend(entries(&context)?);
        }
    }
    files.sort();
    writeln!(index, "static SCHEMAS: &[(&str, &str)] = &[")?;
    for (name, path) in files {
        let type_name = name.trim_end_matches(".json");
        writeln!(index, "({type_name:?}, include_str!({:?})),", path.display().to_string())?;
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
