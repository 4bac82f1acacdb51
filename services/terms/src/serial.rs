//! The serial number of a device: its IMEI if it has one, otherwise the manufacturer's serial
//! number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A device's serial number, normalised to capital letters without spaces.
///
/// This is a stable format: it is stored in events. Use [`Serial::names_the_device_of`] to check
/// whether two serials identify the same device; equality is too strict.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSerial {
    /// 15 digits that fail the Luhn check.
    #[error("invalid IMEI check digit; check the number for typos")]
    CheckDigit,
    /// Neither an IMEI nor a plausible manufacturer's serial number.
    #[error("a serial number must consist of 4 to 40 letters, digits, hyphens or slashes")]
    Form,
}

impl Serial {
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

/// Whether the last digit is the valid Luhn check digit.
fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|c| u32::from(c - b'0'))
        .enumerate()
        .map(|(location, digit)| match (location % 2, digit * 2) {
            (0, _) => digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}

impl FromStr for Serial {
    type Err = InvalidSerial;

    fn from_str(text: &str) -> Result<Self, InvalidSerial> {
        let typed: String = text.chars().filter(|c| !c.is_whitespace()).take(64).collect();
        let typed = typed.to_ascii_uppercase();
        // An IMEI is often printed in groups: 35-209900-176148-1.
        let digits: String = typed.chars().filter(|&c| c != '-').collect();
        if matches!(digits.len(), 15 | 16) && digits.bytes().all(|c| c.is_ascii_digit()) {
            let is_imei = digits.len() == 15;
            return if is_imei && !passes_luhn(&digits) {
                Err(InvalidSerial::CheckDigit)
            } else {
                Ok(Self(digits))
            };
        }
        let known =
            |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, b'-' | b'/');
        if (4..=40).contains(&typed.len()) && typed.bytes().all(known) {
            Ok(Self(typed))
        } else {
            Err(InvalidSerial::Form)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<(String, SerialKind), InvalidSerial> {
        text.parse::<Serial>().map(|serial| (serial.to_string(), serial.kind()))
    }

    #[test]
    fn an_imei_is_normalised_to_its_digits() {
        for typed in ["490154203237518", "49-015420-323751-8", " 49 015420 323751 8 "] {
            assert_eq!(parsed(typed), Ok(("490154203237518".into(), SerialKind::Imei)));
        }
        assert_eq!(parsed("4901542032375101").unwrap().1, SerialKind::Imeisv);
    }

    #[test]
    fn a_mistyped_imei_is_refused() {
        assert_eq!(parsed("490154203237519"), Err(InvalidSerial::CheckDigit));
        assert_eq!(parsed("490154203237581"), Err(InvalidSerial::CheckDigit));
    }

    #[test]
    fn c6_an_imei_its_imeisv_and_its_meid_identify_the_same_device() {
        let serial = |text: &str| text.parse::<Serial>().unwrap();
        let imei = serial("490154203237518");
        for same in ["490154203237518", "4901542032375101", "4901542032375199", "49015420323751"] {
            assert!(imei.names_the_device_of(&serial(same)), "{same}");
            assert!(serial(same).names_the_device_of(&imei), "{same}");
        }
        // Other devices, and manufacturers' serials that merely contain the same digits.
        for other in
            ["490154203237526", "4901542032375201", "SN49015420323751", "490154203237518-T"]
        {
            assert!(!imei.names_the_device_of(&serial(other)), "{other}");
        }
        let tablet = serial("dmpxk1abcd12");
        assert!(tablet.names_the_device_of(&serial("DMPXK1ABCD12")));
        assert!(!tablet.names_the_device_of(&serial("DMPXK1ABCD13")));
    }

    #[test]
    fn every_imei_has_one_check_digit() {
        for body in ["49015420323751", "35209900176148", "86074502000001"] {
            let fitting: Vec<u8> = (0..10)
                .filter(|check| format!("{body}{check}").parse::<Serial>().is_ok())
                .collect();
            assert_eq!(fitting.len(), 1, "{body}: {fitting:?}");
        }
        assert!("352099001761481".parse::<Serial>().is_ok());
    }

    #[test]
    fn other_serials_are_upper_case() {
        assert_eq!(parsed("a10000009296f2"), Ok(("A10000009296F2".into(), SerialKind::Meid)));
        assert_eq!(parsed("sn/12-ab"), Ok(("SN/12-AB".into(), SerialKind::Free)));
        for bad in ["", "abc", "sn_1234", "серийный", &"9".repeat(41)] {
            assert_eq!(parsed(bad), Err(InvalidSerial::Form), "{bad}");
        }
    }
}
