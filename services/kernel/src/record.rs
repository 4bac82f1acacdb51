//! Records as they stand on the log: CloudEvents 1.0 in Kafka's binary mode, attributes as `ce_` headers.
//!
//! This is a format: header names and their meaning never change once released.

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

use crate::{Hash, Instant, Principal, ids};

/// A header of a Kafka record: name and bytes.
pub type Header = (String, Vec<u8>);

/// The content type of every body.
pub const CONTENT_TYPE: &str = "application/json";

/// The base of every schema's `$id`, and so of every record's `dataschema`.
pub const SCHEMA_BASE: &str = "https://recourse.example/schemas/";

/// The base of every problem's `type` (RFC 9457).
pub const PROBLEM_BASE: &str = "https://recourse.example/problems/";

/// The release that writes records now: the version of this crate.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Why a record's headers cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A header that every record has is not there.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// A header says something that it cannot mean.
    #[error("the header `{0}` cannot be read")]
    Unreadable(&'static str),
    /// The record's key is not the one its headers name.
    #[error("the record's key is not its partition key")]
    WrongKey,
    /// Two headers contradict each other, so that one of them is not true.
    #[error("the headers `{0}` and `{1}` contradict each other")]
    Contradiction(&'static str, &'static str),
    /// The body is announced as something else than JSON.
    #[error("the header `content-type` announces something else than `application/json`")]
    NotJson,
}

/// One event on the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Derived from stream and version: `claims/K/3`.
    pub id: String,
    /// Who wrote it, as a URI reference: `/recourse/claims`.
    pub source: String,
    /// The event's type: `recourse.claim.filed.v1`.
    pub type_name: String,
    /// What it is about within the stream: `clm_K-1.2-3`.
    pub subject: String,
    /// When it happened. Never after `recorded`.
    pub time: Instant,
    /// When it was written.
    pub recorded: Instant,
    /// The order key (or the line of terms), which is also the Kafka key.
    pub key: String,
    /// The stream: `claims/K`.
    pub stream: String,
    /// The version within the stream, from 1, without a gap.
    pub version: u64,
    /// `topic/partition/offset` of the record that it answers; `clock` when a deadline woke it.
    pub input: String,
    /// The command it answers; empty when it answers a fact or a deadline.
    pub command_id: String,
    /// A keyed hash of that command's content; empty likewise.
    pub command_mac: String,
    /// The id of the record that led to this one.
    pub causation_id: String,
    /// The purchase's whole story: `ord_K`.
    pub correlation_id: String,
    /// Who asked.
    pub principal: Principal,
    /// The digest of the terms used; for a sale also up to which offset terms were known: `DIGEST@12`.
    pub terms: Option<String>,
    /// The release that wrote it: `0.1.0`.
    pub release: String,
    /// The hash of the stream's previous record.
    pub previous_hash: Hash,
    /// The hash of this record.
    pub hash: Hash,
    /// The W3C trace context of what led here.
    pub traceparent: Option<String>,
    /// The JSON body, exactly as written.
    pub body: Vec<u8>,
}

impl Record {
    /// The hash that the record ought to have.
    pub fn computed_hash(&self) -> Hash {
        let (time, recorded) = (format_time(self.time), format_time(self.recorded));
        let (version, principal) = (self.version.to_string(), self.principal.to_string());
        let attributes = [
            ("id", self.id.as_str()),
            ("source", &self.source),
            ("type", &self.type_name),
            ("subject", &self.subject),
            ("time", &time),
            ("recordedtime", &recorded),
            ("partitionkey", &self.key),
            ("stream", &self.stream),
            ("streamversion", &version),
            ("input", &self.input),
            ("commandid", &self.command_id),
            ("commandmac", &self.command_mac),
            ("causationid", &self.causation_id),
            ("correlationid", &self.correlation_id),
            ("principal", &principal),
            ("terms", self.terms.as_deref().unwrap_or_default()),
            ("release", &self.release),
        ];
        Hash::of_record(self.previous_hash, &attributes, &self.body)
    }

    /// The record's headers, for Kafka.
    pub fn headers(&self) -> Vec<Header> {
        let mut headers = vec![
            text("ce_specversion", "1.0"),
            text("content-type", CONTENT_TYPE),
            text("ce_id", &self.id),
            text("ce_source", &self.source),
            text("ce_type", &self.type_name),
            text("ce_subject", &self.subject),
            text("ce_time", &format_time(self.time)),
            text("ce_dataschema", &schema_url(&self.type_name)),
            text("ce_recordedtime", &format_time(self.recorded)),
            text("ce_partitionkey", &self.key),
            text("ce_stream", &self.stream),
            text("ce_streamversion", &self.version.to_string()),
            text("ce_input", &self.input),
            text("ce_causationid", &self.causation_id),
            text("ce_correlationid", &self.correlation_id),
            text("ce_principal", &self.principal.to_string()),
            text("ce_release", &self.release),
            text("ce_prevhash", &self.previous_hash.to_string()),
            text("ce_hash", &self.hash.to_string()),
        ];
        if !self.command_id.is_empty() {
            headers.push(text("ce_commandid", &self.command_id));
            headers.push(text("ce_commandmac", &self.command_mac));
        }
        headers.extend(self.terms.as_ref().map(|terms| text("ce_terms", terms)));
        headers.extend(self.traceparent.as_ref().map(|parent| text("traceparent", parent)));
        headers
    }

    /// Reads a record from Kafka's key, headers and value. The hash is taken as it stands; compare it with
    /// [`Record::computed_hash`] to verify.
    pub fn read(key: &[u8], headers: &[Header], body: &[u8]) -> Result<Self, RecordError> {
        let headers = Headers(headers);
        let record = Self {
            id: headers.required("ce_id")?,
            source: headers.required("ce_source")?,
            type_name: headers.required("ce_type")?,
            subject: headers.required("ce_subject")?,
            time: headers.time("ce_time")?,
            recorded: headers.time("ce_recordedtime")?,
            key: headers.required("ce_partitionkey")?,
            stream: headers.required("ce_stream")?,
            version: headers.parsed("ce_streamversion")?,
            input: headers.required("ce_input")?,
            command_id: headers.optional("ce_commandid")?.unwrap_or_default(),
            command_mac: headers.optional("ce_commandmac")?.unwrap_or_default(),
            causation_id: headers.required("ce_causationid")?,
            correlation_id: headers.required("ce_correlationid")?,
            principal: headers.parsed("ce_principal")?,
            terms: headers.optional("ce_terms")?,
            release: headers.required("ce_release")?,
            previous_hash: headers.parsed("ce_prevhash")?,
            hash: headers.parsed("ce_hash")?,
            traceparent: headers.optional("traceparent")?,
            body: body.to_vec(),
        };
        headers.are_of_json()?;
        if record.key.as_bytes() != key {
            return Err(RecordError::WrongKey);
        }
        record.is_consistent().map(|()| record)
    }

    /// A record says several things twice; where it does not say the same, it was not written by a service.
    fn is_consistent(&self) -> Result<(), RecordError> {
        let of_stream = self.stream.split_once('/').map(|(_, key)| key);
        if of_stream != Some(self.key.as_str()) {
            return Err(RecordError::Contradiction("ce_stream", "ce_partitionkey"));
        }
        let version =
            self.id.strip_prefix(self.stream.as_str()).and_then(|id| id.strip_prefix('/'));
        if version != Some(self.version.to_string().as_str()) {
            return Err(RecordError::Contradiction("ce_id", "ce_streamversion"));
        }
        if self.time > self.recorded {
            return Err(RecordError::Contradiction("ce_time", "ce_recordedtime"));
        }
        if self.command_id.is_empty() && !self.command_mac.is_empty() {
            return Err(RecordError::Contradiction("ce_commandid", "ce_commandmac"));
        }
        let purchase = ids::purchase_in(&self.subject);
        if purchase.is_some_and(|purchase| purchase.as_str() != self.key) {
            return Err(RecordError::Contradiction("ce_subject", "ce_partitionkey"));
        }
        Ok(())
    }
}

/// One command on a service's command topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRecord {
    /// The command's id: a hash of principal, purchase and idempotency key.
    pub id: String,
    /// Who sent it on, as a URI reference: `/recourse/edge`.
    pub source: String,
    /// The command's type: `recourse.claim.file.v1`.
    pub type_name: String,
    /// When the edge recorded it; the command is judged by this time.
    pub time: Instant,
    /// The order key (or the line of terms), which is also the Kafka key.
    pub key: String,
    /// A keyed hash of what was asked, before anything in it was sealed.
    pub mac: String,
    /// Who asks.
    pub principal: Principal,
    /// The id of the record or request that led to it.
    pub causation_id: String,
    /// The partition of the reply topic where the asker listens.
    pub reply_to: Option<i32>,
    /// The W3C trace context.
    pub traceparent: Option<String>,
    /// The JSON body.
    pub body: Vec<u8>,
}

impl CommandRecord {
    /// The command's headers, for Kafka.
    pub fn headers(&self) -> Vec<Header> {
        let mut headers = vec![
            text("ce_specversion", "1.0"),
            text("content-type", CONTENT_TYPE),
            text("ce_id", &self.id),
            text("ce_source", &self.source),
            text("ce_type", &self.type_name),
            text("ce_time", &format_time(self.time)),
            text("ce_dataschema", &schema_url(&self.type_name)),
            text("ce_partitionkey", &self.key),
            text("ce_commandmac", &self.mac),
            text("ce_causationid", &self.causation_id),
            text("ce_principal", &self.principal.to_string()),
            text("ce_release", RELEASE),
        ];
        headers.extend(self.reply_to.map(|to| text("recourse_replyto", &to.to_string())));
        headers.extend(self.traceparent.as_ref().map(|parent| text("traceparent", parent)));
        headers
    }

    /// Reads a command from Kafka's key, headers and value.
    pub fn read(key: &[u8], headers: &[Header], body: &[u8]) -> Result<Self, RecordError> {
        let headers = Headers(headers);
        let command = Self {
            id: headers.required("ce_id")?,
            source: headers.required("ce_source")?,
            type_name: headers.required("ce_type")?,
            time: headers.time("ce_time")?,
            key: headers.required("ce_partitionkey")?,
            mac: headers.required("ce_commandmac")?,
            principal: headers.parsed("ce_principal")?,
            causation_id: headers.required("ce_causationid")?,
            reply_to: match headers.optional("recourse_replyto")? {
                Some(_) => Some(headers.parsed("recourse_replyto")?),
                None => None,
            },
            traceparent: headers.optional("traceparent")?,
            body: body.to_vec(),
        };
        headers.are_of_json()?;
        if command.key.as_bytes() == key { Ok(command) } else { Err(RecordError::WrongKey) }
    }
}

/// A CloudEvent that belongs to no stream, such as a dead letter, a reply or a topic's first record.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// Its id, unique for its source.
    pub id: &'a str,
    /// Who writes it, as a URI reference: `/recourse/claims`.
    pub source: &'a str,
    /// Its type: `recourse.dead_letter.v1`.
    pub type_name: &'a str,
    /// What it is about: a record's position, a topic's name.
    pub subject: &'a str,
    /// When it is written.
    pub time: Instant,
}

impl Notice<'_> {
    /// The headers of the record, for Kafka.
    pub fn headers(&self) -> Vec<Header> {
        let mut headers = vec![
            text("ce_specversion", "1.0"),
            text("content-type", CONTENT_TYPE),
            text("ce_id", self.id),
            text("ce_source", self.source),
            text("ce_type", self.type_name),
            text("ce_time", &format_time(self.time)),
            text("ce_dataschema", &schema_url(self.type_name)),
            text("ce_release", RELEASE),
        ];
        // CloudEvents allows no empty attribute.
        if !self.subject.is_empty() {
            headers.push(text("ce_subject", self.subject));
        }
        headers
    }
}

/// RFC 3339 in UTC with six decimals, the one way a time is written in headers.
pub fn format_time(time: Instant) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A time cut to whole microseconds, which is what a record can hold.
pub fn to_micros(time: Instant) -> Instant {
    time.trunc_subsecs(6)
}

/// The `$id` of a type's JSON Schema, which is the `dataschema` of its records.
pub fn schema_url(type_name: &str) -> String {
    format!("{SCHEMA_BASE}{type_name}.json")
}

fn text(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// The value of a header, when it is there and is text.
pub fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let (_, value) = headers.iter().find(|(header, _)| header == name)?;
    std::str::from_utf8(value).ok()
}

struct Headers<'a>(&'a [Header]);

/// No attribute of a record is longer, in bytes: what is, was written by nobody here, and would be kept for ever.
const LONGEST: usize = 1024;

impl Headers<'_> {
    /// Whether the body is announced as JSON, or as nothing.
    fn are_of_json(&self) -> Result<(), RecordError> {
        let announced = self.optional("content-type")?;
        let media_type = announced.as_deref().map(|text| text.split(';').next().unwrap_or(text));
        match media_type {
            Some(other) if !other.trim().eq_ignore_ascii_case(CONTENT_TYPE) => {
                Err(RecordError::NotJson)
            }
            _ => Ok(()),
        }
    }

    fn optional(&self, name: &'static str) -> Result<Option<String>, RecordError> {
        let Some((_, value)) = self.0.iter().find(|(header, _)| header == name) else {
            return Ok(None);
        };
        let value = std::str::from_utf8(value).map_err(|_| RecordError::Unreadable(name))?;
        if value.len() > LONGEST || value.contains(char::is_control) {
            return Err(RecordError::Unreadable(name));
        }
        Ok(Some(value.to_owned()))
    }

    fn required(&self, name: &'static str) -> Result<String, RecordError> {
        self.optional(name)?.ok_or(RecordError::Missing(name))
    }

    fn parsed<T: FromStr>(&self, name: &'static str) -> Result<T, RecordError> {
        self.required(name)?.parse().map_err(|_| RecordError::Unreadable(name))
    }

    fn time(&self, name: &'static str) -> Result<Instant, RecordError> {
        let text = self.required(name)?;
        let time =
            DateTime::parse_from_rfc3339(&text).map_err(|_| RecordError::Unreadable(name))?;
        Ok(time.with_timezone(&Utc))
    }
}
