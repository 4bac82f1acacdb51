//! Dead letters of a feed's records: what is kept of a record, and how it is sealed.
//!
//! A record may have a buyer's contact. It is sealed twice: with the key of the buyer, if it names
//! one, and with that of the day on which it arrived. Whichever is destroyed first, its content is
//! unreadable from then on.

use std::fmt;

use recourse_kernel::{Instant, Sealed, WireError};
use recourse_runtime::dead_letter::DeadLetter;
use recourse_sealing::SealError;

use super::raw_record::RawRecord;
use super::records::{Origin, Prepared};
use super::retention::Retention;
use super::{Intake, IntakeError};
use crate::feed::shopify::{is_about_privacy, may_be_about_privacy};
use crate::feed::{Unusable, named_buyer};
use crate::intake::raw_record::TOPIC;

/// The maximum length of a record that is kept with its dead letter. Of a longer record only the
/// position is kept.
const MAX_KEPT_LENGTH: usize = 384 * 1024;
/// The same of the record with its headers, before it is sealed. Sealed twice it is 16/9 as long,
/// and Kafka accepts a million bytes.
const MAX_ENCODED_LENGTH: usize = 540 * 1024;

/// Why nothing is kept of a record. It is appended to the dead letter's reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotKept {
    /// It is, or may be, a request about personal data.
    AboutPrivacy,
    /// It has so many bytes.
    TooLong(usize),
    /// It was cut when it was read.
    Cut,
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboutPrivacy => f.write_str(
                "a request about personal data is not kept: look it up at the shop, and discard \
                 this",
            ),
            Self::TooLong(length) => {
                write!(f, "its {length} bytes are too long to keep: have the source send it again")
            }
            Self::Cut => f.write_str("it is too long to keep: have the source send it again"),
        }
    }
}

/// The content to keep, before it is sealed.
fn content(
    unusable: &Unusable,
    raw: &[u8],
    origin: &Origin,
) -> Result<Result<Vec<u8>, NotKept>, IntakeError> {
    if matches!(unusable, Unusable::TooLong { .. }) {
        return Ok(Err(NotKept::Cut));
    }
    let length = raw.len() + origin.headers.iter().map(|(_, value)| value.len()).sum::<usize>();
    if length > MAX_KEPT_LENGTH {
        return Ok(Err(NotKept::TooLong(length)));
    }
    let topics = origin.headers.iter().filter(|(name, _)| name == TOPIC);
    let mut topics = topics.filter_map(|(_, value)| std::str::from_utf8(value).ok());
    if topics.any(is_about_privacy) || may_be_about_privacy(raw) {
        return Ok(Err(NotKept::AboutPrivacy));
    }
    let encoded = RawRecord::new(&origin.headers, raw).encoded()?;
    Ok(if encoded.len() > MAX_ENCODED_LENGTH { Err(NotKept::TooLong(length)) } else { Ok(encoded) })
}

impl Intake {
    pub(super) async fn dead_letter(
        &self,
        unusable: &Unusable,
        raw: &[u8],
        origin: &Origin,
    ) -> Result<Prepared, IntakeError> {
        let position = origin.position_of(unusable);
        tracing::warn!(position, reason = %unusable, "unusable fact dead-lettered");
        self.parts.metrics.dead_letter();
        let now = self.parts.clock.now();
        let (reason, record) = match content(unusable, raw, origin)? {
            Ok(content) => (unusable.to_string(), self.sealed(&content, raw, origin, now).await?),
            Err(why) => (format!("{unusable}; {why}"), None),
        };
        let dead_letter = DeadLetter {
            position,
            type_name: origin.type_name.clone(),
            reason,
            code: Some(unusable.code().to_owned()),
            dead_lettered_at: now,
            record,
        };
        Ok(Prepared::DeadLetter(Box::new(dead_letter)))
    }

    /// Nothing is kept about a buyer who was erased, and nothing that arrived so long ago that its
    /// day's key is gone.
    async fn sealed(
        &self,
        content: &[u8],
        raw: &[u8],
        origin: &Origin,
        now: Instant,
    ) -> Result<Option<Sealed>, IntakeError> {
        let day = origin.kept_under.clone().unwrap_or_else(|| Retention::key_of(now));
        let Some(buyer) = named_buyer(origin.marketplace.as_deref(), raw, self.identities()) else {
            return self.seal(&day, content).await;
        };
        let Some(of_buyer) = self.seal(&format!("buyer:{buyer}"), content).await? else {
            return Ok(None);
        };
        let of_buyer = serde_json::to_vec(&of_buyer)
            .map_err(|error| WireError::malformed("sealed record", error))?;
        self.seal(&day, &of_buyer).await
    }

    /// The content of a dead letter, as it arrived.
    pub async fn content(&self, dead_letter: &DeadLetter) -> Result<RawRecord, IntakeError> {
        let sealed = dead_letter.record.as_ref().ok_or(IntakeError::NotReadable)?;
        let mut opened = self.open(sealed).await?;
        if let Ok(of_buyer) = serde_json::from_slice::<Sealed>(&opened) {
            opened = self.open(&of_buyer).await?;
        }
        RawRecord::decoded(&opened).ok_or(IntakeError::NotReadable)
    }

    async fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, IntakeError> {
        match self.parts.sealer.open(sealed).await {
            Err(SealError::Erased) => Err(IntakeError::NotReadable),
            opened => Ok(opened?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::raw_record::SHOP;

    fn origin(headers: &[(&str, &str)]) -> Origin {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
        Origin {
            source: "/recourse/orders/import",
            position: "orders.json/1/9f86d081884c".to_owned(),
            type_name: String::new(),
            marketplace: None,
            traceparent: None,
            headers: headers.collect(),
            kept_under: None,
        }
    }

    fn kept(raw: &[u8], headers: &[(&str, &str)]) -> Result<Vec<u8>, NotKept> {
        content(&Unusable::UnknownType, raw, &origin(headers)).unwrap()
    }

    #[test]
    fn nothing_is_kept_of_a_request_about_personal_data() {
        let stored = br#"{"topic": "customers/redact", "body": {"customer": 7}}"#;
        let cut = br#"{"topic": "customers/redact", "body": {"customer""#;
        let shop = [(SHOP, "s.example")];
        assert_eq!(kept(stored, &shop), Err(NotKept::AboutPrivacy));
        assert_eq!(kept(cut, &shop), Err(NotKept::AboutPrivacy));
        assert_eq!(kept(stored, &[]), Err(NotKept::AboutPrivacy), "also on our own feed");
        let topic = [(TOPIC, "customers/data_request")];
        assert_eq!(kept(b"[]", &topic), Err(NotKept::AboutPrivacy));
        assert!(kept(b"[]", &shop).is_ok());
    }

    #[test]
    fn what_is_kept_fits_into_a_record_of_kafka() {
        // Sealed twice, in base 64, with a nonce, a tag and the name of its key.
        let sealed = |length: usize| (length + 40).div_ceil(3) * 4 + 300;
        assert!(sealed(sealed(MAX_ENCODED_LENGTH)) < 990_000);
        let body = vec![b'x'; MAX_KEPT_LENGTH];
        assert!(kept(&body, &[]).is_ok());
        let longer = vec![b'x'; MAX_KEPT_LENGTH + 1];
        assert_eq!(kept(&longer, &[]), Err(NotKept::TooLong(MAX_KEPT_LENGTH + 1)));
        // Each of these takes six bytes as JSON.
        let escaped = "\u{1}".repeat(MAX_KEPT_LENGTH / 2);
        assert_eq!(kept(b"", &[("note", &escaped)]), Err(NotKept::TooLong(escaped.len())));
    }

    #[test]
    fn nothing_is_kept_of_a_record_that_was_cut() {
        let unusable = Unusable::TooLong { limit: 16 };
        let cut = content(&unusable, b"{\"name\": \"Ivan", &origin(&[])).unwrap();
        assert_eq!(cut, Err(NotKept::Cut));
    }
}
