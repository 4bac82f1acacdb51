//! `AsyncAPI` 3.0 documents: one of everything, and one for each audience in `audiences/`. Each is
//! self-contained, so that it can be handed out alone.

mod channels;
mod examples;
mod messages;

use std::collections::BTreeMap;

use super::Fault;
use super::bundle::{Definitions, Sources};
use super::node::Node;
use super::yaml;
use crate::{Audience, Topic};

/// What one party does with a topic.
struct Operation {
    id: String,
    action: &'static str,
    topic: &'static Topic,
    types: Vec<String>,
    title: String,
    summary: String,
    group: Option<String>,
}

struct Document<'a> {
    name: &'a str,
    title: &'a str,
    description: String,
    operations: Vec<Operation>,
    /// Topics that are shown with all their types, regardless of the operations.
    whole: Vec<&'static Topic>,
}

const COMMENT: &str = "Generated: change the sources, and run \
                       `cargo run -p recourse-schemas --bin publish`.";

/// Every document, by the name of its file.
pub(super) fn documents(sources: &Sources) -> Result<BTreeMap<String, String>, Fault> {
    let mut documents = BTreeMap::new();
    let everything = everything();
    documents.insert(everything.name.to_owned(), everything.text(sources)?);
    for audience in crate::audiences() {
        documents.insert(audience.name.to_owned(), of_audience(audience)?.text(sources)?);
    }
    Ok(documents)
}

/// From the point of view of Recourse: what its services send and receive.
fn everything() -> Document<'static> {
    let outside: Vec<&str> = crate::audiences().iter().map(|audience| audience.party).collect();
    let mut operations = Vec::new();
    for topic in crate::topics() {
        let id = topic.name.replace('.', "_");
        if topic.is_created_by_recourse() {
            operations.push(Operation {
                id: format!("send_{id}"),
                action: "send",
                topic,
                types: topic.record_types(),
                title: format!("{}: sent by {}", topic.title, topic.owner),
                summary: format!(
                    "{} writes to this topic, and no other service does.",
                    topic.owner
                ),
                group: None,
            });
        }
        for consumer in topic.consumers.iter().filter(|one| !outside.contains(&one.service)) {
            let types = consumer.reads.map(|reads| reads.iter().map(|&name| name.to_owned()));
            operations.push(Operation {
                id: format!("receive_{id}_{}", consumer.service.replace(['-', ' '], "_")),
                action: "receive",
                topic,
                types: types.map_or_else(|| topic.record_types(), Iterator::collect),
                title: format!("{}: received by {}", topic.title, consumer.service),
                summary: consumer.why.to_owned(),
                group: Some(consumer.service.to_owned()),
            });
        }
    }
    let description = "Everything that the services of Recourse send and receive on Kafka, from \
                       their point of view. The documents of the audiences show what each partner \
                       needs.";
    Document {
        name: "recourse",
        title: "Recourse",
        description: description.to_owned(),
        operations,
        whole: crate::topics().iter().collect(),
    }
}

/// From the point of view of the audience: it sends what it writes.
fn of_audience(audience: &'static Audience) -> Result<Document<'static>, Fault> {
    let sends = audience.sends.iter().map(|exchange| ("send", exchange));
    let receives = audience.receives.iter().map(|exchange| ("receive", exchange));
    let operation = |(action, exchange): (&'static str, &'static crate::Exchange)| {
        let topic = crate::topic(exchange.topic)
            .ok_or_else(|| Fault::new(audience.name, &format!("no topic {}", exchange.topic)))?;
        let own = exchange.types.iter().map(|&name| name.to_owned());
        let first = topic.first_record().filter(|_| action == "receive").map(str::to_owned);
        Ok(Operation {
            id: format!("{action}_{}", topic.name.replace('.', "_")),
            action,
            topic,
            types: own.chain(first).collect(),
            title: topic.title.to_owned(),
            summary: exchange.summary.to_owned(),
            group: Some(audience.group.to_owned()),
        })
    };
    let operations = sends.chain(receives).map(operation).collect::<Result<_, Fault>>()?;
    Ok(Document {
        name: audience.name,
        title: audience.title,
        description: audience.description.to_owned(),
        operations,
        whole: Vec::new(),
    })
}

impl Document<'_> {
    fn text(&self, sources: &Sources) -> Result<String, Fault> {
        let mut schemas = Definitions::new();
        let mut messages = messages::Messages::new(sources, &mut schemas);
        let mut channels = Vec::new();
        for (topic, types) in self.topics() {
            let named = types.iter().map(|name| messages.named(topic, name));
            let named: Vec<String> = named.collect::<Result<_, _>>()?;
            channels.push((topic.name.replace('.', "_"), channels::channel(topic, &named)));
        }
        let operations = self.operations.iter().map(|operation| {
            let named = operation.types.iter().map(|name| messages.named(operation.topic, name));
            let named = named.collect::<Result<Vec<_>, _>>()?;
            Ok((operation.id.clone(), channels::operation(operation, &named)))
        });
        let operations: Vec<(String, Node)> = operations.collect::<Result<_, Fault>>()?;
        let messages = messages.into_nodes();
        let root = Node::map([
            ("asyncapi", Node::text("3.0.0")),
            ("id", Node::text(format!("https://recourse.example/asyncapi/{}", self.name))),
            ("info", self.info()),
            ("defaultContentType", Node::text("application/json")),
            ("servers", channels::servers()),
            ("channels", Node::map(channels)),
            ("operations", Node::map(operations)),
            (
                "components",
                Node::map([
                    ("schemas", Node::map(schemas)),
                    ("messages", Node::map(messages)),
                    ("securitySchemes", channels::security_schemes()),
                ]),
            ),
        ]);
        Ok(yaml::document(COMMENT, &root))
    }

    /// The document's topics, each with the types shown, in the order of its contract.
    fn topics(&self) -> Vec<(&'static Topic, Vec<String>)> {
        let shown = |topic: &'static Topic| {
            let of_topic = self.operations.iter().filter(|one| one.topic.name == topic.name);
            let named: Vec<&String> = of_topic.flat_map(|one| &one.types).collect();
            let is_whole = self.whole.iter().any(|whole| whole.name == topic.name);
            let mut types = topic.record_types();
            types.retain(|name| is_whole || named.contains(&name));
            (topic, types)
        };
        let topics = crate::topics().iter().map(shown);
        topics.filter(|(_, types)| !types.is_empty()).collect()
    }

    fn info(&self) -> Node {
        let records = "Records are CloudEvents 1.0 in the binary mode of Kafka: attributes are \
                       `ce_` headers and the body is JSON. The key of events and commands is \
                       the attribute `partitionkey`. Readers ignore fields and types that they do \
                       not know, and read with `isolation.level=read_committed`.";
        Node::map([
            ("title", Node::text(self.title)),
            ("version", Node::text(env!("CARGO_PKG_VERSION"))),
            ("description", Node::text(format!("{}\n\n{records}", self.description))),
            (
                "license",
                Node::map([
                    ("name", Node::text("Apache-2.0")),
                    ("url", Node::text("https://www.apache.org/licenses/LICENSE-2.0")),
                ]),
            ),
            (
                "tags",
                channels::tags(&[
                    ("warranty", "Warranty claims on a marketplace."),
                    ("kafka", "Records on Apache Kafka."),
                    ("cloudevents", "CloudEvents 1.0 in binary mode."),
                ]),
            ),
            (
                "externalDocs",
                Node::map([
                    ("description", Node::text("JSON Schema of every type.")),
                    ("url", Node::text(crate::BASE)),
                ]),
            ),
        ])
    }
}
