//! Reading an input: a pure function from a record to what it asks for.
//!
//! A record that cannot be used is an outcome like any other, so nothing here is an error.

use recourse_kernel::decider::Cause;
use recourse_kernel::record::header;
use recourse_kernel::{CommandRecord, Decider, Input, Principal, Record, Wire, WireError};

use super::guarded::guarded;
use super::log::{Incoming, Source};
use crate::dead_letter::Discard;
use crate::topics::{is_genesis, partition_of, readable_key};

/// Marks a redriven record; its value is the position under which it was dead-lettered.
pub const REDRIVE_HEADER: &str = "recourse_redrive";
/// Marks a request to discard a dead letter permanently; its value is the position under which it
/// was dead-lettered.
pub const DISCARD_HEADER: &str = "recourse_discard";
/// On a redriven fact: the context that published the event.
pub const ORIGIN_HEADER: &str = "recourse_origin";

/// The maximum body size of an input, in bytes: Kafka's default for a record.
const LONGEST_BODY: usize = 1024 * 1024;

/// What an input asks for.
#[derive(Debug)]
pub(super) enum Read<C> {
    /// Nothing: it is the first record of its topic.
    Genesis,
    /// Nothing: an event of another service that this one does not react to.
    NotOurs,
    /// To decide a command, or another service's fact as a command.
    Command(Request<C>),
    /// An operator discards a dead letter permanently, for this reason.
    Discard { key: String, dead_letter: String, reason: String, input: Input<C> },
    /// An operator redrives one of the service's own events, which an older release could not read.
    Redrive { key: String, dead_letter: String },
    /// It cannot be read. Blocks its purchase.
    Unreadable { envelope: Envelope, reason: String },
    /// It belongs to no purchase of its partition, so it blocks none.
    Stray { reason: String },
}

/// What is known of an input even if its content cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) key: String,
    /// The edge that waits for a reply, if one does: its partition of the replies.
    pub(super) reply_to: Option<i32>,
    /// The position of the dead letter that it is redriven from, if it is.
    pub(super) redrives: Option<String>,
}

#[derive(Debug)]
pub(super) struct Request<C> {
    pub(super) envelope: Envelope,
    pub(super) input: Input<C>,
}

#[derive(Debug)]
pub(super) struct Reading<C> {
    pub(super) read: Read<C>,
    /// Its version in its stream, if it is an event on another service's topic: versions before it
    /// may be missing.
    pub(super) version: Option<u64>,
}

impl<C> From<Read<C>> for Reading<C> {
    fn from(read: Read<C>) -> Self {
        Self { read, version: None }
    }
}

/// The purchase of a record's key, or why the record does not belong to this partition.
pub(super) fn purchase_of(incoming: &Incoming, partitions: i32) -> Result<&str, String> {
    let key = incoming.key.as_deref().and_then(readable_key);
    let key = key.ok_or_else(|| "the record has no readable key".to_owned())?;
    if partition_of(key.as_bytes(), partitions) == incoming.partition {
        Ok(key)
    } else {
        Err(format!("its key {key} belongs to another partition"))
    }
}

pub(super) fn read<D: Decider>(
    incoming: &Incoming,
    position: &str,
    partitions: i32,
) -> Reading<D::Command> {
    if is_genesis(&incoming.headers) {
        return Read::Genesis.into();
    }
    let key = match purchase_of(incoming, partitions) {
        Ok(key) => key.to_owned(),
        Err(reason) => return Read::Stray { reason }.into(),
    };
    let length = incoming.value.as_ref().map_or(0, Vec::len);
    if length > LONGEST_BODY {
        let reason = format!("the body has {length} bytes; the maximum is {LONGEST_BODY}");
        return unreadable(incoming, reason).into();
    }
    match (incoming.source, header(&incoming.headers, ORIGIN_HEADER)) {
        (Source::Commands, None) => read_command::<D>(incoming, position)
            .unwrap_or_else(|reason| unreadable(incoming, reason))
            .into(),
        (Source::Commands, Some(context)) if context == D::CONTEXT => {
            let dead_letter = header(&incoming.headers, REDRIVE_HEADER).unwrap_or_default();
            Read::Redrive { key, dead_letter: dead_letter.to_owned() }.into()
        }
        (Source::Commands, Some(_)) => read_fact::<D>(incoming, position).read.into(),
        (Source::Foreign(_) | Source::Terms, _) => read_fact::<D>(incoming, position),
    }
}

pub(super) fn unreadable<C>(incoming: &Incoming, reason: String) -> Read<C> {
    let key = incoming.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
    let reply_to = header(&incoming.headers, "recourse_replyto").and_then(|to| to.parse().ok());
    let envelope = Envelope { key: key.into_owned(), reply_to, redrives: redriven_from(incoming) };
    Read::Unreadable { envelope, reason }
}

/// Reads a command, or the reason why it cannot be read.
fn read_command<D: Decider>(
    incoming: &Incoming,
    position: &str,
) -> Result<Read<D::Command>, String> {
    let (key, body) = parts(incoming);
    let command = CommandRecord::read(key, &incoming.headers, body).map_err(text)?;
    if let Some(dead_letter) = header(&incoming.headers, DISCARD_HEADER) {
        return Ok(Read::Discard {
            dead_letter: dead_letter.to_owned(),
            reason: Discard::read(body).map_err(text)?.reason,
            input: input_of(&command, position, None),
            key: command.key,
        });
    }
    let decoded = D::Command::decode(&command.type_name, body).map_err(text)?;
    recourse_kernel::json::check(body)
        .map_err(|error| text(WireError::malformed(&command.type_name, error)))?;
    Ok(Read::Command(Request {
        input: input_of(&command, position, Some(decoded)),
        envelope: Envelope {
            reply_to: command.reply_to,
            redrives: redriven_from(incoming),
            key: command.key,
        },
    }))
}

fn input_of<C>(command: &CommandRecord, position: &str, decoded: Option<C>) -> Input<C> {
    Input {
        cause: Cause::Command {
            id: command.id.clone(),
            mac: command.mac.clone(),
            causation_id: command.causation_id.clone(),
        },
        at: command.time,
        principal: command.principal.clone(),
        position: position.to_owned(),
        traceparent: command.traceparent.clone(),
        command: decoded,
    }
}

/// Reads an event of another service, verifies its hash, and translates it.
fn read_fact<D: Decider>(incoming: &Incoming, position: &str) -> Reading<D::Command> {
    let (key, body) = parts(incoming);
    let record = match Record::read(key, &incoming.headers, body) {
        Ok(record) => record,
        Err(error) => return unreadable(incoming, text(error)).into(),
    };
    if record.computed_hash() != record.hash {
        let reason =
            "its hash does not match its content: it was altered, or not written by a service";
        return unreadable(incoming, reason.to_owned()).into();
    }
    let version = Some(record.version);
    let read = match guarded(|| D::translate(&record)) {
        Ok(Some(command)) => Read::Command(translated(incoming, record, command, position)),
        Ok(None) => Read::NotOurs,
        Err(reason) => unreadable(incoming, reason),
    };
    Reading { read, version }
}

fn translated<C>(incoming: &Incoming, record: Record, command: C, position: &str) -> Request<C> {
    let context = record.stream.split('/').next().unwrap_or_default().to_owned();
    Request {
        input: Input {
            cause: Cause::Fact { context, version: record.version, id: record.id },
            at: record.recorded,
            principal: Principal::system("reactions"),
            position: position.to_owned(),
            traceparent: record.traceparent,
            command: Some(command),
        },
        envelope: Envelope { key: record.key, reply_to: None, redrives: redriven_from(incoming) },
    }
}

fn redriven_from(incoming: &Incoming) -> Option<String> {
    header(&incoming.headers, REDRIVE_HEADER).map(str::to_owned)
}

fn parts(incoming: &Incoming) -> (&[u8], &[u8]) {
    (incoming.key.as_deref().unwrap_or_default(), incoming.value.as_deref().unwrap_or_default())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests;
