//! The shared vocabulary of terms, policies and claims: programs, providers, countries, kinds of
//! device.
//!
//! These are stable formats: they are stored in events and in terms documents.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kind of warranty sold (S2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// The device itself is repaired, within the counted days of the terms (T4).
    Repair,
    /// The device is exchanged for the same model, or one with the same functions.
    Exchange,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Repair => "repair",
            Self::Exchange => "exchange",
        })
    }
}

/// The category of a device (S4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// `smartphone`; its replacement is a smartphone too (S2).
    Smartphone,
    /// `tablet`; its replacement is a tablet too (S2).
    Tablet,
    /// A push-button phone; no terms can cover it.
    PushButtonPhone,
    /// Any other device; no shipped terms cover one.
    Other,
}

/// The operating system of a device (S4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperatingSystem {
    /// `android`; covered only in the categories whose list in the terms contains it.
    Android,
    /// `iOS`, `iPadOS` included.
    Ios,
    /// `windows`; the shipped terms cover it on smartphones and tablets.
    Windows,
    /// `symbian`; the shipped terms cover it on smartphones only.
    Symbian,
    /// Any other system, or none; no shipped terms cover it.
    Other,
}

/// The facts about a device that decide whether terms can cover it (S4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeviceKind {
    /// Must be a key of the terms' `devices.categories`.
    pub category: Category,
    /// Must be in the terms' list for that category.
    pub operating_system: OperatingSystem,
    /// The brand, as the marketplace spells it; compared case-insensitively.
    pub brand: String,
    /// The model, as the marketplace spells it.
    pub model: String,
}

/// A string that is not a valid name of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct InvalidName {
    text: String,
    wanted: &'static str,
}

/// A country, by its ISO 3166 alpha-2 code in capital letters: `RU`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Two capital letters: `RU`.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A name of lower-case letters, digits and hyphens, of this length at most.
macro_rules! slug {
    ($(#[$meta:meta])* $name:ident, $what:literal, $longest:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("1 to ", $longest, " lower-case letters, digits and hyphens.")]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                let plain =
                    |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
                if (1..=$longest).contains(&text.len()) && text.bytes().all(plain) {
                    return Ok(Self(text.to_owned()));
                }
                let wanted = concat!(
                    $what, "; use 1 to ", $longest, " lower-case letters, digits and hyphens"
                );
                // One character more than fits shows that it was too long.
                Err(InvalidName { text: text.chars().take($longest + 1).collect(), wanted })
            }
        }
    };
}

slug! {
    /// The company that offers a program and handles its claims, as a slug: `wisetech-service`.
    Provider, "a provider", 40
}

slug! {
    /// The name of a line of terms, whose versions follow each other (S5), as a slug:
    /// `wisetech-repair`.
    TermsLine, "a line of terms", 64
}

slug! {
    /// The name of a tariff sheet, the same in all its versions (C5), as a slug: `parcels`.
    SheetName, "a tariff sheet", 64
}

impl FromStr for Country {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.as_bytes() {
            &[first, second] if first.is_ascii_uppercase() && second.is_ascii_uppercase() => {
                Ok(Self([first, second]))
            }
            _ => Err(InvalidName {
                text: text.chars().take(16).collect(),
                wanted: "a country; use the two capital letters of ISO 3166",
            }),
        }
    }
}

macro_rules! written_as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

written_as_text!(Provider, TermsLine, SheetName, Country);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_names_round_trip_and_invalid_ones_are_refused() {
        assert_eq!("RU".parse::<Country>().unwrap().to_string(), "RU");
        for bad in ["ru", "RUS", "R", "", "Р\u{0423}", "R1"] {
            assert!(bad.parse::<Country>().is_err(), "{bad}");
        }
        assert!("wisetech-service".parse::<Provider>().is_ok());
        for bad in ["", "Wisetech", "a b", &"x".repeat(41)] {
            assert!(bad.parse::<Provider>().is_err(), "{bad}");
        }
        assert!("wisetech-repair-2025".parse::<TermsLine>().is_ok());
        for bad in ["", "Wisetech", "a/b", "a b", &"x".repeat(65)] {
            assert!(bad.parse::<TermsLine>().is_err(), "{bad}");
        }
        assert!("parcels".parse::<SheetName>().is_ok());
        // It is a part of paths.
        for bad in ["", "Parcels", "a/b", "a?b", "a#b", "a%2Fb", "a\u{7}", &"x".repeat(65)] {
            assert!(bad.parse::<SheetName>().is_err(), "{bad}");
        }
        let refused = "Wise Tech".parse::<Provider>().unwrap_err().to_string();
        let wanted = "a provider; use 1 to 40 lower-case letters, digits and hyphens";
        assert_eq!(refused, format!("`Wise Tech` is not {wanted}"));
    }
}
