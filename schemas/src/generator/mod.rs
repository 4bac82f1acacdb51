//! Generates everything that is published from the sources: a schema for each type, and the
//! `AsyncAPI` documents. `cargo run -p recourse-schemas --bin publish` writes them; tests compare
//! them.

mod asyncapi;
mod bundle;
mod lock;
mod node;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;

pub use lock::{Released, differences};
use node::Node;

/// Why the sources cannot be published: where, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    pub(crate) fn new(location: &str, what: &dyn fmt::Display) -> Self {
        Self(format!("{location}: {what}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Every generated file: its path in this crate's folder, and its text.
pub fn files() -> Result<BTreeMap<String, String>, Fault> {
    let sources = bundle::Sources::load()?;
    let mut files = BTreeMap::new();
    for type_name in crate::all_types() {
        let text = bundle::published(&sources, &type_name)?;
        files.insert(format!("published/{type_name}.json"), text);
    }
    for (name, text) in asyncapi::documents(&sources)? {
        files.insert(format!("asyncapi/{name}.yaml"), text);
    }
    Ok(files)
}

fn json(node: &Node) -> Result<String, Fault> {
    let text = serde_json::to_string_pretty(node);
    text.map(|text| text + "\n").map_err(|error| Fault::new("JSON", &error))
}
