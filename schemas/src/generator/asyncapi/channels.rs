//! Servers, channels and operations, with their Kafka bindings.

use super::Operation;
use crate::Topic;
use crate::generator::node::Node;

/// The version of the Kafka bindings that the documents use.
const BINDING: &str = "0.5.0";
/// The default of the services' setting `partitions`.
const PARTITIONS: i64 = 12;

pub(super) fn tags(tags: &[(&str, &str)]) -> Node {
    let tag = |(name, description): &(&str, &str)| {
        Node::map([("name", Node::text(*name)), ("description", Node::text(*description))])
    };
    Node::List(tags.iter().map(tag).collect())
}

fn kafka(members: Vec<(&str, Node)>) -> Node {
    let version = ("bindingVersion", Node::text(BINDING));
    Node::map([("kafka", Node::map(members.into_iter().chain([version])))])
}

pub(super) fn servers() -> Node {
    let server = |host: &str, protocol: &str, title: &str, description: &str| {
        vec![
            ("host", Node::text(host)),
            ("protocol", Node::text(protocol)),
            ("title", Node::text(title)),
            ("description", Node::text(description)),
        ]
    };
    let mut production = server(
        "kafka.recourse.example:9093",
        "kafka-secure",
        "Production",
        "Kafka cluster of an installation, over TLS (SASL_SSL). The host is an example.",
    );
    let scram = Node::reference("#/components/securitySchemes/scram");
    production.push(("security", Node::List(vec![scram])));
    let development = server(
        "localhost:9092",
        "kafka",
        "Development",
        "Single broker on the developer's machine, without security.",
    );
    Node::map([("production", Node::map(production)), ("development", Node::map(development))])
}

pub(super) fn security_schemes() -> Node {
    let description = "SASL_SSL with SCRAM-SHA-512. Each party has its own user, which may read \
                       or write only the topics in its document.";
    let scram = [("type", "scramSha512"), ("description", description)];
    Node::map([("scram", Node::map(scram.map(|(key, value)| (key, Node::text(value)))))])
}

pub(super) fn channel(topic: &Topic, messages: &[String]) -> Node {
    let component =
        |key: &String| (key.clone(), Node::reference(format!("#/components/messages/{key}")));
    let servers = match topic.kind {
        "clock" => &["development"][..],
        _ => &["production", "development"],
    };
    let servers = servers.iter().map(|name| Node::reference(format!("#/servers/{name}")));
    Node::map([
        ("address", Node::text(topic.name)),
        ("title", Node::text(topic.title)),
        ("summary", Node::text(topic.summary)),
        ("description", Node::text(description(topic))),
        ("servers", Node::List(servers.collect())),
        ("messages", Node::map(messages.iter().map(component))),
        ("tags", tags(&[(topic.kind, kind(topic))])),
        ("bindings", channel_bindings(topic)),
    ])
}

fn description(topic: &Topic) -> String {
    let compression = match topic.kind {
        "feed" => "Any compression of Kafka is read.",
        _ => "Batches are compressed with gzip by default (setting `kafka.compression`).",
    };
    let key = format!("Key: {}.", topic.key);
    let retention = format!("Retention: {}.", topic.retention);
    [topic.description, &key, &retention, compression].join(" ")
}

fn kind(topic: &Topic) -> &'static str {
    match topic.kind {
        "events" => "What a service decided.",
        "commands" => "What a service is asked to do.",
        "dead_letter" => "What a service could not read or decide.",
        "replies" => "Outcomes of commands.",
        "feed" => "What a partner reports.",
        _ => "Time in development mode.",
    }
}

fn channel_bindings(topic: &Topic) -> Node {
    let mut members = vec![("topic", Node::text(topic.name))];
    match topic.partitions {
        "keyed" => members.push(("partitions", Node::number(PARTITIONS))),
        "one" => members.push(("partitions", Node::number(1))),
        _ => {}
    }
    if topic.is_created_by_recourse() {
        let retention = if topic.retention == "permanent" { -1 } else { 3_600_000 };
        let configuration = [
            ("cleanup.policy", Node::List(vec![Node::text("delete")])),
            ("retention.ms", Node::number(retention)),
        ];
        members.push(("replicas", Node::number(3)));
        members.push(("topicConfiguration", Node::map(configuration)));
    }
    kafka(members)
}

pub(super) fn operation(operation: &Operation, messages: &[String]) -> Node {
    let channel = format!("#/channels/{}", operation.topic.name.replace('.', "_"));
    let of_channel =
        messages.iter().map(|key| Node::reference(format!("{channel}/messages/{key}")));
    let mut members = vec![
        ("action", Node::text(operation.action)),
        ("channel", Node::reference(&channel)),
        ("title", Node::text(&operation.title)),
        ("summary", Node::text(&operation.summary)),
        ("tags", tags(&[(operation.topic.kind, kind(operation.topic))])),
        ("bindings", operation_bindings(operation)),
        ("messages", Node::List(of_channel.collect())),
    ];
    if operation.topic.kind == "commands" && operation.action == "receive" {
        let replies = "#/channels/recourse_replies_v1";
        let reply = Node::reference(format!("{replies}/messages/Reply"));
        let reply = [("channel", Node::reference(replies)), ("messages", Node::List(vec![reply]))];
        members.push(("reply", Node::map(reply)));
    }
    Node::map(members)
}

fn operation_bindings(operation: &Operation) -> Node {
    let text = |description: String| {
        Node::map([("type", Node::text("string")), ("description", Node::text(description))])
    };
    let mut members = Vec::new();
    if let Some(group) = operation.group.as_ref().filter(|_| operation.action == "receive") {
        let description = format!(
            "Consumer group, starting with the prefix that the party may use: `{}`.",
            group.replace(' ', "-")
        );
        members.push(("groupId", text(description)));
    }
    let description = "Name of the client in the broker's logs and quotas.";
    members.push(("clientId", text(description.to_owned())));
    kafka(members)
}

/// The schema of a record's key.
pub(super) fn key(topic: &Topic) -> Node {
    let (title, description, pattern) = match topic.key {
        "order key" => (
            "OrderKey",
            "Order key: a keyed hash of marketplace and order number, as 26 characters of \
             Crockford's Base32. All records of a purchase have the same key.",
            Some("^[0-9A-HJKMNP-TV-Z]{26}$"),
        ),
        "command id" => ("CommandId", "Id of the command that the reply answers.", None),
        "its own" => {
            ("MarketplaceKey", "Chosen by the marketplace, such as the order number.", None)
        }
        "key of the input, or its position" => (
            "DeadLetterKey",
            "Key of the input, such as an order key. The position of the input if it is a feed's, \
             and of a record that says that a dead letter was resolved.",
            None,
        ),
        "the text `clock`" => ("ClockKey", "Always `clock`.", Some("^clock$")),
        _ => ("TermsKey", "Name of the terms line, tariff sheet or provider.", None),
    };
    let mut members = vec![
        ("title", Node::text(title)),
        ("description", Node::text(description)),
        ("type", Node::text("string")),
    ];
    members.extend(pattern.map(|pattern| ("pattern", Node::text(pattern))));
    Node::map(members)
}

/// The schema of the key of a topic's first record, which is the topic's name.
pub(super) fn first_key() -> Node {
    Node::map([
        ("title", Node::text("TopicName")),
        ("description", Node::text("Name of the topic.")),
        ("type", Node::text("string")),
    ])
}

pub(super) fn message_bindings(key: Node) -> Node {
    kafka(vec![("key", key)])
}
