//! Messages: a type on a kind of topic, with headers, payload and examples.

use std::collections::BTreeMap;

use super::{channels, examples};
use crate::Topic;
use crate::generator::Fault;
use crate::generator::bundle::{Bundle, Definitions, Sources};
use crate::generator::node::Node;

/// The messages of a document, and the schemas that they refer to.
pub(super) struct Messages<'a> {
    sources: &'a Sources,
    schemas: &'a mut Definitions,
    nodes: BTreeMap<String, Node>,
}

fn headers(topic: &Topic, type_name: &str) -> &'static str {
    match topic.kind {
        _ if topic.first_record() == Some(type_name) => "record",
        "events" => "event",
        "commands" => "command",
        "feed" => "feed",
        _ => "record",
    }
}

impl<'a> Messages<'a> {
    pub(super) fn new(sources: &'a Sources, schemas: &'a mut Definitions) -> Self {
        Self { sources, schemas, nodes: BTreeMap::new() }
    }

    pub(super) fn into_nodes(self) -> BTreeMap<String, Node> {
        self.nodes
    }

    /// The key of a type's message in `components/messages`; the message is created if it does not
    /// exist yet.
    pub(super) fn named(&mut self, topic: &Topic, type_name: &str) -> Result<String, Fault> {
        let bundle = self.sources.bundle(type_name)?;
        let title = bundle.schema.text_of("title").to_owned();
        // A command and its event can share a type: the same body, with other headers.
        let is_also_event = topic.kind == "commands"
            && crate::topics()
                .iter()
                .any(|other| other.kind == "events" && other.types.contains(&type_name));
        let key = if is_also_event { format!("{title}Command") } else { title };
        if !self.nodes.contains_key(&key) {
            let message = self.message(topic, type_name, &key, bundle)?;
            self.nodes.insert(key.clone(), message);
        }
        Ok(key)
    }

    fn message(
        &mut self,
        topic: &Topic,
        type_name: &str,
        key: &str,
        bundle: Bundle,
    ) -> Result<Node, Fault> {
        let description = bundle.schema.text_of("description").to_owned();
        let summary = description.split_inclusive(". ").next().unwrap_or_default().trim();
        let kind = headers(topic, type_name);
        let correlation = match kind {
            "event" => Some(("$message.header#/ce_correlationid", "All records of a purchase.")),
            "command" => Some(("$message.header#/ce_id", "The command and its reply.")),
            _ if topic.kind == "replies" => {
                Some(("$message.payload#/command_id", "The command and its reply."))
            }
            _ => None,
        };
        let is_first = topic.first_record() == Some(type_name);
        let record_key = if is_first { channels::first_key() } else { channels::key(topic) };
        let mut members = vec![
            ("name", Node::text(type_name)),
            ("title", Node::text(key)),
            ("summary", Node::text(summary)),
            ("description", Node::text(description.clone())),
            ("contentType", Node::text("application/json")),
            ("tags", channels::tags(&[(topic.owner, "Written by this party.")])),
            ("headers", self.component(self.sources.headers(kind)?)?),
        ];
        members.extend(correlation.map(|(location, description)| {
            let id = [("description", description), ("location", location)];
            ("correlationId", Node::map(id.map(|(key, value)| (key, Node::text(value)))))
        }));
        members.push(("payload", self.component(bundle)?));
        members.push(("bindings", channels::message_bindings(record_key)));
        members.push(("examples", examples::of(topic, type_name, kind)?));
        Ok(Node::map(members))
    }

    /// Adds a schema and everything that it refers to, and returns the reference to it.
    fn component(&mut self, bundle: Bundle) -> Result<Node, Fault> {
        let title = bundle.schema.text_of("title").to_owned();
        let target = format!("#/components/schemas/{title}");
        for (title, schema) in bundle.definitions.into_iter().chain([(title, bundle.schema)]) {
            let schema = localized(schema);
            if self.schemas.get(&title).is_some_and(|known| *known != schema) {
                return Err(Fault::new(&title, &"two different definitions have this title"));
            }
            self.schemas.insert(title, schema);
        }
        Ok(Node::reference(target))
    }
}

/// The schema with references to `components/schemas` instead of `$defs`. A description stays next
/// to its reference: from an `allOf`, generators that read `AsyncAPI` create a class without a
/// name.
fn localized(node: Node) -> Node {
    match node {
        Node::Map(members) => Node::Map(
            members
                .into_iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("$ref", Node::Text(target)) => {
                        (key, Node::text(target.replace("#/$defs/", "#/components/schemas/")))
                    }
                    (_, value) => (key, localized(value)),
                })
                .collect(),
        ),
        Node::List(items) => Node::List(items.into_iter().map(localized).collect()),
        scalar => scalar,
    }
}
