//! Examples of messages: a body from `examples/`, with headers that fit it.

use crate::Topic;
use crate::generator::Fault;
use crate::generator::node::Node;

const ORDER_KEY: &str = "WD3YT8B7PZJCNBKJJ8ZYR0QTJ0";
const TIME: &str = "2025-10-20T10:15:00.000000Z";
const RECORDED: &str = "2025-10-20T10:15:00.125000Z";
const DIGEST: &str = "348a629f5ceed032c3e8706ec47d9bfafb00fb4250b018dd965435ca50cb836e";
const COMMAND: &str = "5d347fd948b66308f502c3f65c8f7e12ff1c5cf8c760bcdfb188ae1ec7b8b618";
const HASH: &str = "c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a";
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

pub(super) fn of(topic: &Topic, type_name: &str, kind: &str) -> Result<Node, Fault> {
    let examples = crate::examples(type_name).iter().map(|example| {
        let body: Node = serde_json::from_str(example.body)
            .map_err(|error| Fault::new(&format!("{type_name}, {}", example.name), &error))?;
        let (number, shows) = example.name.split_once('-').unwrap_or(("1", example.name));
        let headers = headers(topic, type_name, kind, &body);
        let headers = headers.into_iter().map(|(name, value)| (name, Node::text(value)));
        Ok(Node::map([
            ("name", Node::text(format!("{type_name}-{number}"))),
            ("summary", Node::text(sentence(shows))),
            ("headers", Node::map(headers)),
            ("payload", body),
        ]))
    });
    Ok(Node::List(examples.collect::<Result<_, Fault>>()?))
}

/// The name of an example's file as a sentence: `does-not-charge` is `Does not charge.`
fn sentence(name: &str) -> String {
    let text = name.replace('-', " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).chain(['.']).collect()
    })
}

fn headers(topic: &Topic, type_name: &str, kind: &str, body: &Node) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("ce_specversion", "1.0".to_owned()),
        ("ce_type", type_name.to_owned()),
    ];
    if kind == "feed" {
        headers
            .extend([("ce_id", "m-1001-1"), ("ce_source", "market"), ("ce_time", TIME)].map(own));
        return headers;
    }
    headers.push(("ce_dataschema", crate::schema_url(type_name)));
    headers.extend([("ce_time", TIME), ("ce_release", env!("CARGO_PKG_VERSION"))].map(own));
    let context = topic.name.split('.').nth(1).unwrap_or_default();
    let key = key(topic, body);
    match kind {
        "event" => headers.extend(of_event(context, &key, body)),
        "command" => headers.extend(of_command(context, &key)),
        _ => headers.extend(of_record(type_name, context, body)),
    }
    headers
}

/// The headers of a record of the machinery. Each type has its own ids, from its body.
fn of_record(type_name: &str, context: &str, body: &Node) -> Vec<(&'static str, String)> {
    let text = |field| body.get(field).and_then(Node::as_text).unwrap_or_default();
    let (id, source, subject) = match type_name {
        crate::TOPIC_CREATED => (text("log_id").to_owned(), "topics", text("topic")),
        "recourse.clock.moved.v1" => (micros(text("now")), "clock", ""),
        "recourse.reply.v1" => {
            // The service that answers: the position and the subject are its own.
            let context = text("position").split('/').next().filter(|name| !name.is_empty());
            let id = format!("{}/{}", text("command_id"), text("kind"));
            (id, context.unwrap_or("claims"), text("subject"))
        }
        "recourse.dead_letter.v1" => {
            let at = micros(text("dead_lettered_at"));
            (format!("{}/dead-lettered/{at}", text("position")), context, text("position"))
        }
        _ => {
            let at = micros(text("resolved_at"));
            (format!("{}/resolved/{at}", text("position")), context, text("position"))
        }
    };
    let mut headers = vec![("ce_id", id), ("ce_source", format!("/recourse/{source}"))];
    if !subject.is_empty() {
        headers.push(("ce_subject", subject.to_owned()));
    }
    headers
}

/// A time of whole seconds as headers have it, with microseconds.
fn micros(time: &str) -> String {
    time.replace('Z', ".000000Z")
}

fn own((name, value): (&'static str, &str)) -> (&'static str, String) {
    (name, value.to_owned())
}

fn of_event(context: &str, key: &str, body: &Node) -> Vec<(&'static str, String)> {
    let stream = format!("{context}/{key}");
    let subject = subject(context, key, body);
    let correlation = if context == "terms" { key.to_owned() } else { format!("ord_{key}") };
    let mut headers = vec![
        ("ce_id", format!("{stream}/3")),
        ("ce_source", format!("/recourse/{context}")),
        ("ce_subject", subject),
        ("ce_partitionkey", key.to_owned()),
        ("ce_stream", stream),
        ("ce_input", format!("recourse.{context}.commands.v1/7/4711")),
        ("ce_correlationid", correlation),
    ];
    headers.extend(
        [
            ("ce_recordedtime", RECORDED),
            ("ce_streamversion", "3"),
            ("ce_commandid", COMMAND),
            ("ce_commandmac", DIGEST),
            ("ce_causationid", COMMAND),
            ("ce_principal", "system:reactions"),
            ("ce_prevhash", DIGEST),
            ("ce_hash", HASH),
            ("traceparent", TRACE),
        ]
        .map(own),
    );
    headers
}

fn of_command(context: &str, key: &str) -> Vec<(&'static str, String)> {
    let principal = match context {
        "orders" => "marketplace:market",
        "jobs" => "shop@wisetech-service:wisetech-ru-moscow",
        "settlements" => "gateway:gateway",
        "terms" => "provider@wisetech-service:p-1",
        _ => "buyer:b-81",
    };
    let mut headers = vec![("ce_partitionkey", key.to_owned())];
    headers.extend(
        [
            ("ce_id", COMMAND),
            ("ce_source", "/recourse/edge"),
            ("ce_commandmac", DIGEST),
            ("ce_causationid", COMMAND),
            ("ce_principal", principal),
            ("recourse_replyto", "4"),
            ("traceparent", TRACE),
        ]
        .map(own),
    );
    headers
}

/// The subject of an event of the context: the id of its kind in the body, or the purchase.
fn subject(context: &str, key: &str, body: &Node) -> String {
    let fields: &[&str] = match context {
        "claims" => &["claim", "policy", "order", "dispute"],
        "jobs" => &["job", "claim", "dispute"],
        "orders" => &["dispute", "order"],
        "policies" => &["policy"],
        "settlements" => &["settlement"],
        _ => return key.to_owned(),
    };
    let found = fields.iter().find_map(|field| body.get(field)?.as_text());
    found.map_or_else(|| format!("ord_{key}"), str::to_owned)
}

fn key(topic: &Topic, body: &Node) -> String {
    if topic.key == "order key" {
        return order_key(body).unwrap_or(ORDER_KEY).to_owned();
    }
    let paths: [&[&str]; 4] =
        [&["line"], &["terms", "line"], &["sheet", "id"], &["directory", "provider"]];
    let at = |path: &&[&str]| {
        path.iter().try_fold(body, |node, field| node.get(field)).and_then(Node::as_text)
    };
    paths.iter().find_map(at).unwrap_or("wisetech-repair").to_owned()
}

/// The first order key in a body's ids.
fn order_key(node: &Node) -> Option<&str> {
    let is_key = |word: &&str| {
        let is_letter = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        word.len() == 26 && word.bytes().all(is_letter)
    };
    match node {
        Node::Text(text) => text.split(['_', '-', '/', '.']).find(is_key),
        Node::List(items) => items.iter().find_map(order_key),
        Node::Map(members) => members.iter().find_map(|(_, value)| order_key(value)),
        _ => None,
    }
}
