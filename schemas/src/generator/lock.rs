//! Locks released contracts: the digest of every published schema, without its descriptions.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Fault;
use super::node::Node;

/// The digests of a `released.lock`, and whether anything has been released yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Whether the lines are binding: false until the first release.
    pub is_released: bool,
    /// The digest of each type's schema.
    pub digests: BTreeMap<String, String>,
}

impl Released {
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once(' '));
        let mut digests: BTreeMap<String, String> =
            pairs.map(|(name, digest)| (name.to_owned(), digest.to_owned())).collect();
        let is_released = digests.remove("status").is_some_and(|status| status == "released");
        Self { is_released, digests }
    }

    /// The lock of published schemas: type and text of each.
    pub fn of<'a>(
        is_released: bool,
        published: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Fault> {
        let digests = published.into_iter().map(|(name, text)| {
            let node = serde_json::from_str(text).map_err(|error| Fault::new(name, &error))?;
            Ok((name.to_owned(), digest(&node)))
        });
        Ok(Self { is_released, digests: digests.collect::<Result<_, Fault>>()? })
    }

    pub fn text(&self) -> String {
        let status = if self.is_released { "released" } else { "unreleased" };
        let mut text = format!("{HEAD}status {status}\n");
        for (name, digest) in &self.digests {
            text.push_str(name);
            text.push(' ');
            text.push_str(digest);
            text.push('\n');
        }
        text
    }
}

const HEAD: &str = "\
# The SHA-256 of every published schema, without its descriptions.
# Until the first release `cargo run -p recourse-schemas --bin publish -- --lock` rewrites it.
# With `status released`, lines are only added: a new need is a new version, `.v2`.
";

/// Differences between a lock and the published schemas, one sentence each.
pub fn differences(locked: &Released, found: &Released) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, digest) in &found.digests {
        match locked.digests.get(name) {
            Some(locked) if locked == digest => {}
            Some(_) => differences.push(format!(
                "{name} is locked, and has changed. After the first release, undo the change and \
                 make it in a new version (`.v2`)"
            )),
            None => differences.push(format!("{name} is new. Its line is:\n{name} {digest}")),
        }
    }
    for name in locked.digests.keys().filter(|name| !found.digests.contains_key(*name)) {
        differences.push(format!(
            "{name} is locked, and is gone. Records of a released type are permanent: restore it"
        ));
    }
    differences
}

/// The digest of a schema as JSON with sorted keys. Descriptions are excluded, so that they can be
/// improved. Titles are included, because programs generate class names from them.
fn digest(schema: &Node) -> String {
    let mut hash = Sha256::new();
    hash.update(canonical(schema));
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or_default());
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or_default());
        text
    })
}

fn canonical(node: &Node) -> String {
    match node {
        Node::Map(members) => {
            // A property can be named `description`; its schema is not a text.
            let is_text =
                |key: &str, value: &Node| key == "description" && value.as_text().is_some();
            let kept = members.iter().filter(|(key, value)| !is_text(key, value));
            let mut kept: Vec<String> = kept
                .map(|(key, value)| {
                    format!("{}:{}", serde_json::Value::from(key.as_str()), canonical(value))
                })
                .collect();
            kept.sort_unstable();
            format!("{{{}}}", kept.join(","))
        }
        Node::List(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Node::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Node::Number(number) => number.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Null => "null".to_owned(),
    }
}
