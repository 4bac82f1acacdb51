//! Records of the machinery: CloudEvents that are not events of a purchase.

use crate::Instant;
use crate::record::{CONTENT_TYPE, Header, RELEASE, format_time, schema_url, text};

/// A CloudEvent that belongs to no stream, such as a dead letter, a reply or a topic's first
/// record.
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
    /// The time of what it reports, such as a dead-lettering; becomes `ce_time`.
    pub time: Instant,
}

impl Notice<'_> {
    /// The Kafka headers. Unlike those of a [`Record`](crate::Record) they name no key, version or
    /// hash.
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
