//! How the body of a shop system is parsed.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::unusable::Unusable;

/// Parses a body that must be one JSON value without duplicate keys. U+0000, which buyers paste
/// into notes and nothing can store, is dropped. Half of a surrogate pair, which is left of an
/// emoji where a text was cut, becomes U+FFFD.
pub(crate) fn whole(body: &[u8]) -> Result<Value, Unusable> {
    let body = &storable(body)[..];
    recourse_kernel::json::check(body).map_err(|error| Unusable::shape(&error))?;
    serde_json::from_slice(body).map_err(|error| Unusable::shape(&error))
}

/// The length of an escape: `\u0000`.
const ESCAPE: usize = 6;

/// The body without escapes that are no character, or none that can be stored.
fn storable(body: &[u8]) -> Cow<'_, [u8]> {
    let mut clean = Vec::new();
    let (mut at, mut copied) = (0_usize, 0_usize);
    while let Some(found) = body.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += found;
        let Some(unit) = unit_at(body, at) else {
            // The second of two backslashes begins no escape.
            at += 2;
            continue;
        };
        let instead: &[u8] = match unit {
            0 => b"",
            0xD800..=0xDBFF if is_low(unit_at(body, at + ESCAPE)) => {
                at += 2 * ESCAPE;
                continue;
            }
            0xD800..=0xDFFF => b"\\ufffd",
            _ => {
                at += ESCAPE;
                continue;
            }
        };
        clean.extend_from_slice(&body[copied..at]);
        clean.extend_from_slice(instead);
        at += ESCAPE;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(body);
    }
    clean.extend_from_slice(&body[copied..]);
    Cow::Owned(clean)
}

/// The UTF-16 code unit of the escape at this place, if one is there.
fn unit_at(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether this is the second half of a surrogate pair.
fn is_low(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xDC00..=0xDFFF))
}

pub(super) fn parse<T: DeserializeOwned>(body: &Value) -> Result<T, Unusable> {
    T::deserialize(body).map_err(|error| Unusable::shape(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_pair_is_replaced_and_a_whole_pair_stays() {
        for (given, read) in [
            (r"Thanks \ud83d", "Thanks \u{FFFD}"),
            (r"\uD83D\uDE00", "\u{1F600}"),
            (r"\uDE00\uD83D", "\u{FFFD}\u{FFFD}"),
            (r"\ud83d\ud83d\ude00", "\u{FFFD}\u{1F600}"),
            (r"\ud83d\n", "\u{FFFD}\n"),
            (r"\ud83dude00", "\u{FFFD}ude00"),
            (r"\\ud83d", r"\ud83d"),
            (r"\\\ud83d\\", "\\\u{FFFD}\\"),
            (r"a\u0000b\\u0000", r"ab\u0000"),
            (r"\ud83d\u0000", "\u{FFFD}"),
        ] {
            let body = format!(r#"{{"note": "{given}"}}"#);
            let value = whole(body.as_bytes());
            assert_eq!(value.unwrap()["note"], Value::from(read), "{given}");
        }
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        for body in [r#"{"a": "b"}"#, r#"{"a": "\n\"\u00e9"}"#, r#"{"a": "\"#, r#"{"a": "\u12"#] {
            assert_eq!(storable(body.as_bytes()), body.as_bytes(), "{body}");
        }
        assert!(matches!(whole(br#"{"a": "\ud83"}"#), Err(Unusable::NotJson(_))));
    }
}
