//! Golden logs: records as the services of a release wrote them. Every later release must
//! permanently fold them to the same states and project them to the same rows.
//!
//! `tests/golden/N.jsonl` is a log, one record per line; `N.states.json` has the state of each of
//! its streams, and `N.rows.jsonl` every row of every read model. Files are never overwritten: a
//! release with new formats adds the next number (`make golden`). States and rows may gain fields,
//! but not lose any.

pub mod compare;
pub mod fold;
pub mod made;
pub mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use recourse_kernel::record::Header;
use recourse_kernel::{Record, RecordError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record as it is stored in a golden log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub key: String,
    pub headers: Vec<(String, String)>,
    /// Its exact body.
    pub body: String,
}

/// A golden log with the states and rows that it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    pub number: u32,
    /// The records, in the order in which they were written.
    pub lines: Vec<Line>,
    /// The state of each stream, by its name.
    pub states: BTreeMap<String, Value>,
    /// The expected rows of all tables.
    pub rows: Vec<Row>,
}

/// One row of a read model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The service and its table: `claims.claims`.
    pub table: String,
    /// Its columns.
    pub row: Value,
}

impl Line {
    pub fn of(record: &Record) -> anyhow::Result<Self> {
        let text = |value: Vec<u8>| String::from_utf8(value).context("a header is not text");
        let headers = record.headers().into_iter();
        Ok(Self {
            key: record.key.clone(),
            headers: headers
                .map(|(name, value)| Ok((name, text(value)?)))
                .collect::<anyhow::Result<_>>()?,
            body: String::from_utf8(record.body.clone())?,
        })
    }

    /// The headers as Kafka has them.
    pub fn headers(&self) -> Vec<Header> {
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into_bytes()))
            .collect()
    }

    pub fn record(&self) -> Result<Record, RecordError> {
        Record::read(self.key.as_bytes(), &self.headers(), self.body.as_bytes())
    }
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Every golden log of a folder, by number.
pub fn read_all(folder: &Path) -> anyhow::Result<Vec<Golden>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        numbers.extend(name.strip_suffix(".states.json").map(str::parse::<u32>).transpose()?);
    }
    numbers.sort_unstable();
    numbers.into_iter().map(|number| read(folder, number)).collect()
}

fn read(folder: &Path, number: u32) -> anyhow::Result<Golden> {
    let text = |end: &str| {
        let path = folder.join(format!("{number}.{end}"));
        std::fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    Ok(Golden {
        number,
        lines: lines(&text("jsonl")?)?,
        states: serde_json::from_str(&text("states.json")?)?,
        rows: lines(&text("rows.jsonl")?)?,
    })
}

fn lines<T: for<'de> Deserialize<'de>>(text: &str) -> anyhow::Result<Vec<T>> {
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// Writes a golden log. It is an error if the files exist.
pub fn write(folder: &Path, golden: &Golden) -> anyhow::Result<()> {
    let Golden { number, lines, states, rows } = golden;
    let joined = |texts: Vec<String>| texts.join("\n") + "\n";
    let as_lines = lines.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let as_rows = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let files = [
        ("jsonl", joined(as_lines)),
        ("rows.jsonl", joined(as_rows)),
        ("states.json", stream_by_line(states)?),
    ];
    for (end, text) in files {
        let path = folder.join(format!("{number}.{end}"));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .with_context(|| format!("{} is never overwritten", path.display()))?;
        file.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// An object with one field per line.
fn stream_by_line(states: &BTreeMap<String, Value>) -> anyhow::Result<String> {
    let line = |(stream, state)| Ok(format!("{}: {state}", serde_json::to_string(stream)?));
    let lines = states.iter().map(line).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// The event types in these lines.
pub fn types_of(lines: &[Line]) -> BTreeSet<String> {
    let of = |line: &Line| line.headers.iter().find(|(name, _)| name == "ce_type").cloned();
    lines.iter().filter_map(of).map(|(_, type_name)| type_name).collect()
}

pub fn released() -> BTreeSet<String> {
    let events = recourse_schemas::topics().iter().filter(|topic| topic.kind == "events");
    events.flat_map(recourse_schemas::Topic::all_types).collect()
}
