//! Records as written to the log: CloudEvents 1.0 in Kafka's binary mode, with attributes as `ce_`
//! headers.
//!
//! This is a stable format: header names and their meaning never change once released.

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

/// The release of this process, which is the version of this crate; written into every record.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// Why a record's headers cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// No header has this name, such as `ce_stream`.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// The value is too long, is not UTF-8, contains a control character, or cannot be parsed.
    #[error("the header `{0}` cannot be read")]
    Unreadable(&'static str),
    /// It is there several times, with different values: readers would disagree about it.
    #[error("the header `{0}` is there twice, with different values")]
    Ambiguous(&'static str),
    /// The record's key differs from the key in its headers.
    #[error("the record's key differs from the header `ce_partitionkey`")]
    WrongKey,
    /// Two headers contradict each other, so at least one of them is wrong.
    #[error("the headers `{0}` and `{1}` contradict each other")]
    Contradiction(&'static str, &'static str),
    /// The body is declared as something other than JSON.
    #[error("the header `content-type` must be `application/json`")]
    NotJson,
}

/// One event on the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The record's id, derived from stream and version: `claims/K/3`.
    pub id: String,
    /// The service that wrote it, as a URI reference: `/recourse/claims`.
    pub source: String,
    /// The event's type: `recourse.claim.filed.v1`.
    pub type_name: String,
    /// The id of the entity within the stream that it is about: `clm_K-1.2-3`.
    pub subject: String,
    /// When it happened. Never after `recorded`.
    pub time: Instant,
    /// The writer's clock when it decided the input, in whole microseconds.
    pub recorded: Instant,
    /// The order key (or, for terms, the line), which is also the Kafka key.
    pub key: String,
    /// The service's context and the key: `claims/K`.
    pub stream: String,
    /// The version within the stream, counted from 1 without gaps.
    pub version: u64,
    /// `topic/partition/offset` of the input that it answers; `clock` if a deadline woke the
    /// stream.
    pub input: String,
    /// The id of the command that it answers; empty for a fact or a deadline.
    pub command_id: String,
    /// A keyed hash of that command's content; empty for a fact or a deadline.
    pub command_mac: String,
    /// The id of the record that led to this one.
    pub causation_id: String,
    /// The id that all records of a purchase share: `ord_K`.
    pub correlation_id: String,
    /// The principal that the decision was made for.
    pub principal: Principal,
    /// The digest of the terms used; for a sale also the offset up to which terms were known:
    /// `DIGEST@12`.
    pub terms: Option<String>,
    /// The claim that it concerns, if any: `clm_K-1.2-3`.
    pub claim: Option<String>,
    /// The stage of the claim after it: `submission`, `verification`, `inspection`, `remedy`,
    /// `settlement` or `closed`.
    pub stage: Option<String>,
    /// The release that wrote it: `0.1.0`.
    pub release: String,
    /// The hash of the stream's previous record.
    pub previous_hash: Hash,
    /// SHA-256 over the previous hash, the attributes and the body, as written.
    pub hash: Hash,
    /// The W3C trace context of the input.
    pub traceparent: Option<String>,
    /// The JSON body, exactly as written.
    pub body: Vec<u8>,
}

impl Record {
    /// The hash of what the record contains; differs from `hash` if the record was altered.
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
            ("claim", self.claim.as_deref().unwrap_or_default()),
            ("stage", self.stage.as_deref().unwrap_or_default()),
            ("release", &self.release),
        ];
        Hash::of_record(self.previous_hash, &attributes, &self.body)
    }

    /// The Kafka headers, without those that the record has no value for, such as `ce_claim`.
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
        headers.extend(self.claim.as_ref().map(|claim| text("ce_claim", claim)));
        headers.extend(self.stage.as_ref().map(|stage| text("ce_stage", stage)));
        headers.extend(self.terms.as_ref().map(|terms| text("ce_terms", terms)));
        headers.extend(self.traceparent.as_ref().map(|parent| text("traceparent", parent)));
        headers
    }

    /// Reads a record from a Kafka key, headers and value. The hash is read but not verified;
    /// compare it with [`Record::computed_hash`].
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
            claim: headers.optional("ce_claim")?,
            stage: headers.optional("ce_stage")?,
            release: headers.required("ce_release")?,
            previous_hash: headers.parsed("ce_prevhash")?,
            hash: headers.parsed("ce_hash")?,
            traceparent: headers.optional("traceparent")?,
            body: body.to_vec(),
        };
        headers.check_content_type()?;
        if record.key.as_bytes() != key {
            return Err(RecordError::WrongKey);
        }
        record.is_consistent().map(|()| record)
    }

    /// A record carries some values twice. If they differ, no service of ours wrote it.
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
        let claimed = self.claim.as_deref().and_then(ids::purchase_in);
        if claimed.is_some_and(|purchase| purchase.as_str() != self.key) {
            return Err(RecordError::Contradiction("ce_claim", "ce_partitionkey"));
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
    /// A hash, the same for a repeat: of context, principal, key and idempotency key at the edge;
    /// of the source and its own id at order intake.
    pub id: String,
    /// The sender, as a URI reference: `/recourse/edge`.
    pub source: String,
    /// The command's type: `recourse.claim.file.v1`.
    pub type_name: String,
    /// When the edge recorded it; the command is decided as of this time.
    pub time: Instant,
    /// The order key (or, for terms, the line), which is also the Kafka key.
    pub key: String,
    /// A keyed hash of the request, taken before personal data in it was sealed.
    pub mac: String,
    /// Who the command is decided for; becomes [`Record::principal`].
    pub principal: Principal,
    /// The id of the record or request that led to it.
    pub causation_id: String,
    /// The partition of the reply topic on which the sender waits for the reply; none if no reply
    /// is wanted.
    pub reply_to: Option<i32>,
    /// The W3C trace context, which the records of the answer carry as well.
    pub traceparent: Option<String>,
    /// The JSON body, in which personal data is sealed (see [`Sealed`](crate::Sealed)).
    pub body: Vec<u8>,
}

impl CommandRecord {
    /// The Kafka headers, with the release of this process as `ce_release`.
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

    /// Reads a command from a Kafka key, headers and value.
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
        headers.check_content_type()?;
        if command.key.as_bytes() == key { Ok(command) } else { Err(RecordError::WrongKey) }
    }
}

/// Formats a time for headers: RFC 3339 in UTC, always with six decimals.
pub fn format_time(time: Instant) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Truncates a time to whole microseconds, the precision of a record.
pub fn to_micros(time: Instant) -> Instant {
    time.trunc_subsecs(6)
}

/// The `$id` of a type's JSON Schema:
/// `https://recourse.example/schemas/recourse.claim.filed.v1.json`.
pub fn schema_url(type_name: &str) -> String {
    format!("{SCHEMA_BASE}{type_name}.json")
}

pub(crate) fn text(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// The value of a header, if it is present and valid UTF-8.
pub fn header<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let (_, value) = headers.iter().find(|(header, _)| header == name)?;
    std::str::from_utf8(value).ok()
}

struct Headers<'a>(&'a [Header]);

/// The longest header value accepted, in bytes. No service of ours writes longer ones, and accepted
/// values are stored permanently.
const MAX_LENGTH: usize = 1024;

impl Headers<'_> {
    /// Checks that the content type is JSON or absent.
    fn check_content_type(&self) -> Result<(), RecordError> {
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
        let mut values = self.0.iter().filter(|(header, _)| header == name).map(|(_, value)| value);
        let Some(value) = values.next() else { return Ok(None) };
        if values.any(|other| other != value) {
            return Err(RecordError::Ambiguous(name));
        }
        let value = std::str::from_utf8(value).map_err(|_| RecordError::Unreadable(name))?;
        if value.len() > MAX_LENGTH || value.contains(char::is_control) {
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
