//! Checks the log against the contracts: every event that a test or the demo produces is valid
//! under the schema of its type, and is on a topic that allows its type.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context as _, anyhow, bail, ensure};
use jsonschema::Validator;
use recourse_audit::verification::log::{contexts, entry, read_whole};
use recourse_kernel::record::{Header, header};
use recourse_kernel::{CommandRecord, Record};
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::poll::Fetched;
use recourse_runtime::topics::{Topics, is_genesis};
use recourse_runtime::writer::{DISCARD_HEADER, REDRIVE_HEADER};
use serde_json::Value;

const FAULTS_REPORTED: usize = 20;

/// Built once: compiling 130 validators takes longer than using them.
static CONTRACTS: LazyLock<Result<Contracts, String>> =
    LazyLock::new(|| Contracts::load().map_err(|error| format!("{error:#}")));

/// The compiled schema of every type, and of every kind of headers.
struct Contracts {
    validators: BTreeMap<String, Validator>,
    headers: BTreeMap<&'static str, Validator>,
}

/// The kinds of headers, as `schemas/headers.json` names them.
const HEADER_KINDS: [&str; 4] = ["event", "command", "record", "feed"];

/// Checks an event: its body against its schema, its type against the topic of its context.
pub fn validate_record(record: &Record) -> anyhow::Result<()> {
    let context = record.stream.split('/').next().unwrap_or_default();
    on_topic(&format!("recourse.{context}.events.v1"), &record.type_name)
        .and_then(|()| validate_body(&record.type_name, &record.body))
        .and_then(|()| validate_headers("event", &record.headers()))
        .with_context(|| format!("event {}", record.id))
}

/// Checks a command; `context` is the service's name in topics: `claims`.
pub fn validate_command(context: &str, command: &CommandRecord) -> anyhow::Result<()> {
    on_topic(&format!("recourse.{context}.commands.v1"), &command.type_name)
        .and_then(|()| validate_body(&command.type_name, &command.body))
        .and_then(|()| validate_headers("command", &command.headers()))
        .with_context(|| format!("command {}", command.id))
}

/// Checks every event, every command and every dead letter of an installation, and the first record
/// of each of their topics. Returns their number, or an error that lists the invalid ones. Blocks
/// while it reads.
pub fn validate_log(connection: &Connection, topics: &Topics) -> anyhow::Result<usize> {
    let (mut fitting, mut faults) = (0_usize, Vec::new());
    let mut reported = |result: anyhow::Result<()>| match result {
        Ok(()) => fitting += 1,
        Err(fault) => faults.push(format!("{fault:#}")),
    };
    for context in contexts() {
        read_whole(connection, &topics.events(context), None, |fetched| {
            match entry(context, &fetched) {
                Ok(None) => reported(validate_notice(&fetched)),
                Ok(Some(entry)) => reported(validate_record(&entry.record)),
                Err(found) => reported(Err(anyhow!("{}: {}", found.location, found.why))),
            }
        })?;
        read_whole(connection, &topics.commands(context), None, |fetched| {
            // A redriven record is sent again unchanged, and may be of another context.
            let other = [REDRIVE_HEADER, DISCARD_HEADER];
            if is_genesis(&fetched.headers) {
                return reported(validate_notice(&fetched));
            }
            if other.iter().any(|name| header(&fetched.headers, name).is_some()) {
                return;
            }
            let key = fetched.key.as_deref().unwrap_or_default();
            let body = fetched.value.as_deref().unwrap_or_default();
            reported(match CommandRecord::read(key, &fetched.headers, body) {
                Ok(command) => validate_command(context, &command),
                Err(error) => Err(anyhow!("{} at {}: {error}", fetched.topic, fetched.offset)),
            });
        })?;
        read_whole(connection, &topics.dead_letters(context), None, |fetched| {
            reported(validate_notice(&fetched));
        })?;
    }
    if faults.is_empty() {
        return Ok(fitting);
    }
    faults.truncate(FAULTS_REPORTED);
    bail!("{fitting} records match their contracts; these do not:\n{}", faults.join("\n"))
}

/// Checks a record of the machinery, such as a dead letter: its body against the schema of its
/// type, and its headers.
pub fn validate_notice(fetched: &Fetched) -> anyhow::Result<()> {
    let type_name = header(&fetched.headers, "ce_type").unwrap_or_default();
    validate_body(type_name, fetched.value.as_deref().unwrap_or_default())
        .and_then(|()| validate_headers("record", &fetched.headers))
        .with_context(|| format!("{} at {}", fetched.topic, fetched.offset))
}

/// Checks the headers of a record of this kind: `event`, `command`, `record` or `feed`.
pub fn validate_headers(kind: &str, headers: &[Header]) -> anyhow::Result<()> {
    let contracts = CONTRACTS.as_ref().map_err(|error| anyhow!("{error}"))?;
    let validator = contracts.headers.get(kind).with_context(|| format!("no headers of {kind}"))?;
    let text = |value: &Vec<u8>| Value::from(String::from_utf8_lossy(value).into_owned());
    let headers = headers.iter().map(|(name, value)| (name.clone(), text(value)));
    let errors = errors(validator, &Value::Object(headers.collect()));
    ensure!(errors.is_empty(), "the headers do not match the contract of {kind}: {errors}");
    Ok(())
}

/// Checks a body against the schema of its type.
pub fn validate_body(type_name: &str, body: &[u8]) -> anyhow::Result<()> {
    let contracts = CONTRACTS.as_ref().map_err(|error| anyhow!("{error}"))?;
    let body: Value = serde_json::from_slice(body).with_context(|| type_name.to_owned())?;
    contracts.validate(type_name, &body)
}

fn on_topic(topic: &str, type_name: &str) -> anyhow::Result<()> {
    let contract =
        recourse_schemas::topic(topic).with_context(|| format!("no contract for {topic}"))?;
    if contract.all_types().iter().any(|name| name == type_name) {
        return Ok(());
    }
    bail!("the contract of {topic} does not name {type_name}")
}

impl Contracts {
    fn load() -> anyhow::Result<Self> {
        let mut validators = BTreeMap::new();
        for name in recourse_schemas::all_types() {
            let text = recourse_schemas::schema(&name)
                .with_context(|| format!("{name} is not published"))?;
            let schema: Value = serde_json::from_str(text).with_context(|| name.clone())?;
            let options = jsonschema::options().should_validate_formats(true).offline();
            let validator = options.build(&schema).map_err(|error| anyhow!("{name}: {error}"))?;
            validators.insert(name, validator);
        }
        let all: Value = serde_json::from_str(recourse_schemas::HEADERS)?;
        let mut headers = BTreeMap::new();
        for kind in HEADER_KINDS {
            let schema = &all["$defs"][kind];
            let options = jsonschema::options().should_validate_formats(true).offline();
            let validator = options.build(schema).map_err(|error| anyhow!("{kind}: {error}"))?;
            headers.insert(kind, validator);
        }
        Ok(Self { validators, headers })
    }

    fn validate(&self, type_name: &str, body: &Value) -> anyhow::Result<()> {
        let validator =
            self.validators.get(type_name).with_context(|| format!("{type_name} has no schema"))?;
        let errors = errors(validator, body);
        ensure!(errors.is_empty(), "{type_name} does not match its schema: {errors}");
        Ok(())
    }
}

/// What a validator finds, in one line; empty if nothing.
fn errors(validator: &Validator, value: &Value) -> String {
    let errors = validator.iter_errors(value);
    let errors = errors.map(|error| format!("{} at `{}`", error, error.instance_path()));
    errors.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_body_is_reported_with_the_path() {
        let example = recourse_schemas::examples("recourse.claim.filed.v1")[0].body;
        validate_body("recourse.claim.filed.v1", example.as_bytes()).unwrap();
        let mut body: Value = serde_json::from_str(example).unwrap();
        body["chain"]["position"] = Value::from("first");
        let error = validate_body("recourse.claim.filed.v1", body.to_string().as_bytes());
        assert!(error.unwrap_err().to_string().contains("/chain/position"));
        assert!(validate_body("recourse.claim.forgotten.v1", b"{}").is_err());
        let refused = br#"{"command": "c", "code": "x", "detail": "no"}"#;
        validate_body("recourse.job.command_refused.v1", refused).unwrap();
        assert!(validate_body("recourse.job.command_refused.v1", b"{}").is_err());
    }

    #[test]
    fn invalid_headers_are_reported() {
        let at = "2025-10-20T10:17:00Z".parse().unwrap();
        let notice = recourse_kernel::Notice {
            id: "1",
            source: "/recourse/claims",
            type_name: "recourse.dead_letter.v1",
            subject: "",
            time: at,
        };
        let mut headers = notice.headers();
        validate_headers("record", &headers).unwrap();
        assert!(validate_headers("event", &headers).is_err(), "an event has more of them");
        headers.retain(|(name, _)| name != "ce_id");
        let error = validate_headers("record", &headers).unwrap_err().to_string();
        assert!(error.contains("ce_id"), "{error}");
    }

    #[test]
    fn a_type_on_a_foreign_topic_is_reported() {
        assert!(on_topic("recourse.claims.events.v1", "recourse.claim.filed.v1").is_ok());
        assert!(on_topic("recourse.jobs.events.v1", "recourse.claim.filed.v1").is_err());
    }
}
