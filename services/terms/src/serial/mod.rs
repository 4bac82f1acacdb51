//! The serial number of a device: its IMEI if it has one, otherwise the manufacturer's serial
//! number. Read as labels, dialers and people write it; stored in one form.

mod characters;
mod digits;
mod labels;
mod lists;
mod numbers;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A device's serial number: an IMEI of 15 digits, an IMEISV of 16, a MEID of 14 hexadecimal
/// digits, or the manufacturer's own number in capital letters without spaces.
///
/// How it was written does not matter: with spaces, slashes, dots or any dashes, with a label such
/// as `IMEI 1:`, with the software version after the check digit, in digits of any script. Digits
/// with the length of an IMEI are one; everything else is a manufacturer's number.
///
/// This is a stable format: it is stored in events, and reads back as it was stored. Use
/// [`Serial::names_the_device_of`] to check whether two serials identify the same device; equality
/// is too strict.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

/// What kind of number a serial is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SerialKind {
    /// 15 digits, the last a Luhn check digit.
    Imei,
    /// 16 digits: an IMEI without its check digit, followed by the software version.
    Imeisv,
    /// 14 hexadecimal digits.
    Meid,
    /// The manufacturer's own serial number.
    Free,
}

/// Why a string is not a serial number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSerial {
    /// An IMEI that fails the Luhn check.
    #[error("invalid IMEI check digit; check the number for typos")]
    CheckDigit,
    /// Neither an IMEI nor a plausible manufacturer's serial number.
    #[error(
        "a serial number must consist of 4 to 40 letters, digits, hyphens or slashes; \
         *#06# shows the IMEI of a phone"
    )]
    Form,
    /// Several numbers where one is expected.
    #[error("one number, please: write {first} or {second}, not both")]
    Several {
        /// The first number.
        first: Serial,
        /// The next one that is not of the same device.
        second: Serial,
    },
}

impl Serial {
    /// The one or two numbers in a text, such as both IMEIs of a phone with two SIM cards. A second
    /// number is one that does not evidently name the same device as the first.
    pub fn one_or_two(text: &str) -> Result<(Self, Option<Self>), InvalidSerial> {
        let mut numbers = numbers::numbers(text)?.into_iter().map(Self);
        let first = numbers.next().ok_or(InvalidSerial::Form)?;
        let mut others = numbers.filter(|other| !other.names_the_device_of(&first));
        let Some(second) = others.next() else { return Ok((first, None)) };
        match others.find(|other| !other.names_the_device_of(&second)) {
            None => Ok((first, Some(second))),
            Some(_) => Err(InvalidSerial::Several { first, second }),
        }
    }

    /// Capital letters, digits, hyphens and slashes: `490154203237518`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of number, judged by its form.
    pub fn kind(&self) -> SerialKind {
        let digits = self.0.bytes().all(|c| c.is_ascii_digit());
        match self.0.len() {
            15 if digits => SerialKind::Imei,
            16 if digits => SerialKind::Imeisv,
            14 if self.0.bytes().all(|c| c.is_ascii_hexdigit()) => SerialKind::Meid,
            _ => SerialKind::Free,
        }
    }

    /// C6: whether both serials identify the same device. A device's IMEI, the IMEISV that it
    /// reports and the MEID printed next to it share their first 14 digits; what follows is a check
    /// digit or the software version.
    pub fn names_the_device_of(&self, other: &Self) -> bool {
        let body = |serial: &Self| match serial.kind() {
            SerialKind::Free => None,
            SerialKind::Imei | SerialKind::Imeisv | SerialKind::Meid => {
                serial.0.get(..14).map(str::to_owned)
            }
        };
        self == other || body(self).is_some_and(|body_of_it| Some(body_of_it) == body(other))
    }
}

impl FromStr for Serial {
    type Err = InvalidSerial;

    fn from_str(text: &str) -> Result<Self, InvalidSerial> {
        match Self::one_or_two(text)? {
            (serial, None) => Ok(serial),
            (first, Some(second)) => Err(InvalidSerial::Several { first, second }),
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Serial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Serial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
