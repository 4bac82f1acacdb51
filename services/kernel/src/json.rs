//! Checks JSON bodies from outside before they are parsed as a type.
//!
//! A typed parser sees only the fields that it knows and keeps the last of duplicate fields, so two
//! parsers could read one body differently. Incoming bodies are therefore checked once as a whole.
//! Bodies on the log were checked when they came in and are not checked again.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// Checks that a body is one JSON value in UTF-8, at most 128 levels deep, in which no object has
/// duplicate fields, no string contains U+0000 (which PostgreSQL rejects), and every timestamp has
/// a four-digit year.
///
/// ```
/// use recourse_kernel::json::check;
/// assert!(check(br#"{"at": "2025-03-01T09:00:00Z", "lines": [{"n": 1}, {"n": 2}]}"#).is_ok());
/// let reported = check(br#"{"amount": 1, "amount": 2}"#).unwrap_err().to_string();
/// assert!(reported.contains("the field `amount` appears twice"), "{reported}");
/// ```
pub fn check(body: &[u8]) -> serde_json::Result<()> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    Whole.deserialize(&mut reader)?;
    reader.end()
}

/// Reads a whole number, also one that is written as `5000000.0`, which JSON Schema calls an
/// integer, too: some libraries know no other numbers. For `deserialize_with`.
pub fn whole_number<'de, D: Deserializer<'de>, N: TryFrom<i64>>(
    deserializer: D,
) -> Result<N, D::Error> {
    let number = deserializer.deserialize_any(WholeNumber)?;
    N::try_from(number).map_err(|_| D::Error::custom("the number is too large or negative"))
}

/// Like [`whole_number`], for a field that may be missing or `null`.
pub fn whole_number_if_any<'de, D: Deserializer<'de>, N: TryFrom<i64>>(
    deserializer: D,
) -> Result<Option<N>, D::Error> {
    #[derive(Deserialize)]
    #[serde(bound = "N: TryFrom<i64>")]
    struct Whole<N>(#[serde(deserialize_with = "whole_number")] N);
    Ok(Option::<Whole<N>>::deserialize(deserializer)?.map(|Whole(number)| number))
}

struct WholeNumber;

impl Visitor<'_> for WholeNumber {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<i64, E> {
        Ok(number)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<i64, E> {
        i64::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<i64, E> {
        /// Up to here every whole number has its own `f64`: 2^53 - 1.
        const EXACT: f64 = 9_007_199_254_740_991.0;
        if number.fract() != 0.0 || number.abs() > EXACT {
            return Err(E::invalid_value(Unexpected::Float(number), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
        Ok(number as i64)
    }
}

const TWICE: &str = "the field `";
const NUL: &str = "a string contains the character U+0000";
const LONG_YEAR: &str = "a timestamp's year has more than four digits or a sign";

/// Whether an error message is one of [`check`]'s own, which never quote values from the body and
/// so are safe to show.
pub fn quotes_no_value(sentence: &str) -> bool {
    [TWICE, NUL, LONG_YEAR].iter().any(|own| sentence.starts_with(own))
}

/// Visits any value and everything in it.
struct Whole;

impl<'de> DeserializeSeed<'de> for Whole {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Whole {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            return Err(E::custom(NUL));
        }
        if has_long_year(text.as_bytes()) {
            return Err(E::custom(LONG_YEAR));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Whole)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            Whole.visit_str(&name)?;
            if names.contains(&name) {
                // An unexpected field name may contain personal data, so it is not quoted.
                let known = name.len() <= 40
                    && name
                        .bytes()
                        .all(|c| c.is_ascii_lowercase() || c == b'_' || c.is_ascii_digit());
                let name = if known { name.as_str() } else { "…" };
                return Err(A::Error::custom(format!("{TWICE}{name}` appears twice")));
            }
            names.insert(name);
            fields.next_value_seed(Whole)?;
        }
        Ok(())
    }
}

/// `+012025-03-01T…`: chrono parses it, but a database may not.
fn has_long_year(text: &[u8]) -> bool {
    let [b'+' | b'-', rest @ ..] = text else { return false };
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    digits >= 4
        && matches!(&rest[digits..], [b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', ..]
            if [m1, m2, d1, d2].iter().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::check;

    fn reported(body: impl AsRef<[u8]>) -> String {
        check(body.as_ref()).map_or_else(|error| error.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(
            reported(r#"{"a": [1, -2.5e3, null, true, "x"], "b": {"a": "+7 843 000-00-00"}}"#),
            "fine"
        );
        assert!(reported(r#"{"a": {"b": 1, "b": 1}}"#).contains("the field `b` appears twice"));
        assert!(
            reported("{\"Ivan \u{451}\": 1, \"Ivan \\u0451\": 1}")
                .contains("the field `…` appears twice")
        );
        assert!(reported(r#"["\u0000"]"#).contains("U+0000"));
        assert!(reported(r#"{"\u0000": 1}"#).contains("U+0000"));
        assert!(reported(r#"{"at": "-200000-01-01T00:00:00Z"}"#).contains("four digits"));
        assert!(reported(r#"{"at": "+12025-01-01T00:00:00Z"}"#).contains("four digits"));
        assert!(reported(r#"{"n": 1e999}"#).contains("number out of range"));
        assert!(reported(r#"{"a": 1"#).contains("EOF"));
        assert!(reported(r#"{"a": 1} x"#).contains("trailing"));
        assert!(reported("").contains("EOF"));
        assert!(reported(b"{\"a\": \"\xff\"}").contains("unicode"));
        assert!(reported(r#"{"a": "\ud800"}"#).contains("hex escape"));
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert!(reported(deep).contains("recursion limit"));
    }
}
