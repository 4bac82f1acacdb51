//! The project's own feed, `marketplace.orders.v1`: `CloudEvents` 1.0 in binary or structured mode,
//! with the marketplace's name as `source`. This is a stable format that marketplaces write.

mod bodies;
mod reader;
mod times;

use recourse_kernel::record::{Header, header};
use recourse_kernel::{Instant, json};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::domain::commands::Reported;
use crate::feed::fact::Fact;
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;
use crate::feed::values::marketplace_of;
use reader::Reader;

/// The prefix of every event type of this feed.
const PREFIX: &str = "marketplace.order.";

/// What follows the prefix.
const KINDS: [&str; 9] = [
    "placed",
    "paid",
    "cancelled",
    "delivered",
    "delivery_corrected",
    "receipt_confirmed",
    "completed",
    "returned",
    "line_refunded",
];

/// The attributes of an event in either mode.
struct Attributes {
    id: String,
    source: String,
    kind: String,
    time: Result<Option<Instant>, Unusable>,
}

/// An event in structured mode.
#[derive(Deserialize)]
struct Structured<'a> {
    specversion: Option<String>,
    id: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    time: Option<String>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// Translates a record of the feed.
///
/// A record with a `ce_type` or `ce_specversion` header is in binary mode; any other is read as
/// structured.
pub fn translate(
    headers: &[Header],
    value: &[u8],
    identities: &Identities,
) -> Result<Fact, Unusable> {
    if header(headers, "ce_type").is_some() || header(headers, "ce_specversion").is_some() {
        let needed = |name: &'static str| {
            let text = attribute(headers, name)?.filter(|text| !text.is_empty());
            text.ok_or(Unusable::NotCloudEvent(name))
        };
        let attributes = Attributes {
            id: needed("id")?,
            source: needed("source")?,
            kind: needed("type")?,
            time: time(attribute(headers, "time")?.as_deref()),
        };
        return fact(attributes, value, identities);
    }
    let event: Structured<'_> =
        serde_json::from_slice(value).map_err(|error| Unusable::shape(&error))?;
    let required = |text: Option<String>, name| {
        text.filter(|text| !text.is_empty()).ok_or(Unusable::NotCloudEvent(name))
    };
    required(event.specversion, "specversion")?;
    let attributes = Attributes {
        id: required(event.id, "id")?,
        source: required(event.source, "source")?,
        kind: required(event.kind, "type")?,
        time: time(event.time.as_deref()),
    };
    let data = event.data.ok_or(Unusable::NotCloudEvent("data"))?;
    fact(attributes, data.get().as_bytes(), identities)
}

/// An attribute in binary mode. Some libraries write every header as JSON, so a header that is one
/// JSON string is that string.
fn attribute(headers: &[Header], name: &'static str) -> Result<Option<String>, Unusable> {
    let is_it = |header: &str| header.strip_prefix("ce_") == Some(name);
    let mut values = headers.iter().filter(|(header, _)| is_it(header)).map(|(_, value)| value);
    let Some(value) = values.next() else { return Ok(None) };
    if values.any(|other| other != value) {
        return Err(Unusable::Ambiguous(name));
    }
    let text = std::str::from_utf8(value).map_err(|_| Unusable::value(name))?;
    let is_quoted = text.starts_with('"') && text.ends_with('"');
    let quoted = is_quoted.then(|| serde_json::from_str(text).ok()).flatten();
    Ok(Some(quoted.unwrap_or_else(|| text.to_owned())))
}

/// A time that cannot be read matters only where the body has none.
fn time(text: Option<&str>) -> Result<Option<Instant>, Unusable> {
    text.map(str::parse).transpose().map_err(|_| Unusable::value("time"))
}

fn fact(about: Attributes, data: &[u8], identities: &Identities) -> Result<Fact, Unusable> {
    if about.id.len() > 256 {
        return Err(Unusable::value("id"));
    }
    let kind = about.kind.strip_prefix(PREFIX).ok_or(Unusable::UnknownType)?;
    let kind = kind.strip_suffix(".v1").unwrap_or(kind);
    let kind = KINDS.into_iter().find(|known| *known == kind).ok_or(Unusable::UnknownType)?;
    let marketplace = marketplace_of(&about.source)?;
    json::check(data).map_err(|error| Unusable::shape(&error))?;
    let content: Value = serde_json::from_slice(data).map_err(|error| Unusable::shape(&error))?;
    let reported = Reported { fact: about.kind, id: about.id };
    let at = times::time_in(&content, kind);
    let reader = Reader { reported, at, time: about.time, marketplace, data, identities };
    let (command, contact) = reader.read(kind)?;
    let Reader { reported, marketplace, .. } = reader;
    Ok(Fact { marketplace, reported, command, contact, content })
}
