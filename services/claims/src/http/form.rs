//! The form as the buyer fills it in, before its texts are sealed (C2).

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use recourse_kernel::ClaimId;
use recourse_terms::{Country, Serial};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::events::{DefectCode, RequestedRemedy};

/// Minimum length of the description of a defect, in characters.
const SHORTEST_DEFECT: usize = 10;
/// Maximum length of the description of a defect, in characters.
const LONGEST_DEFECT: usize = 4_000;
/// Maximum length of the name of a person, shop or city, in characters.
const MAX_NAME_LENGTH: usize = 200;
/// Maximum number of repairs elsewhere on a form.
const MOST_REPAIRS: usize = 10;
/// Maximum number of photos on a form.
pub(super) const MAX_PHOTOS: usize = 3;

/// The form in plaintext. It never reaches the log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Form {
    /// Description of the defect, 10 to 4000 characters.
    #[serde(default)]
    pub defect: String,
    /// What kind of defect it is (C10).
    #[serde(default)]
    pub defect_code: Option<DefectCode>,
    pub requested_remedy: RequestedRemedy,
    /// How to reach the buyer.
    #[serde(default)]
    pub contact: Contact,
    /// Buyer's city, from the form.
    #[serde(default)]
    pub city: String,
    /// The buyer's country.
    #[serde(default)]
    pub country: String,
    /// Serial number or IMEI of the device, from the form.
    #[serde(default)]
    pub serial: String,
    /// Photos of the defect, uploaded before the filing.
    #[serde(default)]
    pub photos: Vec<PhotoName>,
    /// The claim whose defect has returned.
    #[serde(default)]
    pub continues: Option<ClaimId>,
    /// Earlier repairs of this defect elsewhere, as the buyer reported them (T6).
    #[serde(default)]
    pub earlier_repairs: Vec<RepairReported>,
}

/// A repair of the defect elsewhere, as reported by the buyer (T6).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepairReported {
    pub on: NaiveDate,
    /// Name of the shop.
    pub shop: String,
    /// Photo of the receipt or report, uploaded before the filing.
    #[serde(default)]
    pub evidence: Option<PhotoName>,
}

/// How to reach the buyer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub email: String,
    /// Phone number, 6 to 15 digits.
    #[serde(default)]
    pub phone: String,
    /// Street and number, to which the device goes back.
    #[serde(default)]
    pub street: String,
}

/// A photo, named by its hash or by the whole response of its upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoName {
    /// SHA-256 of the photo, in hexadecimal.
    pub sha256: String,
}

/// The response of an upload.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the rest is known from the upload")]
struct Uploaded {
    sha256: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    media_type: Option<String>,
}

/// By hand, because an untagged enum would take fields that it does not know.
impl<'de> Deserialize<'de> for PhotoName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HashOrAnswer;

        impl<'de> Visitor<'de> for HashOrAnswer {
            type Value = PhotoName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the SHA-256 of a photo, or the response of its upload")
            }

            fn visit_str<E: de::Error>(self, sha256: &str) -> Result<PhotoName, E> {
                Ok(PhotoName { sha256: sha256.to_owned() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PhotoName, A::Error> {
                let uploaded = Uploaded::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PhotoName { sha256: uploaded.sha256 })
            }
        }

        deserializer.deserialize_any(HashOrAnswer)
    }
}

/// Fields to correct, each with what it needs.
pub type Gaps = BTreeMap<&'static str, String>;

/// The parts of a valid form that are logged without sealing.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Buyer's country, from the form.
    pub country: Country,
    /// Buyer's city, from the form.
    pub city: String,
    /// Serial number or IMEI of the device, from the form.
    pub serial: Serial,
}

impl Form {
    /// C2: the form holds a detailed description of the defect, the requested remedy, name, email,
    /// phone, street, city, country, the device's serial, and at most three photos. All gaps are
    /// reported at once.
    pub fn complete(&self) -> Result<Checked, Gaps> {
        let mut gaps = Gaps::new();
        let mut need = |field, is_there: bool, why: &str| {
            if !is_there {
                gaps.insert(field, why.to_owned());
            }
        };
        let length = self.defect.trim().chars().count();
        need(
            "defect",
            (SHORTEST_DEFECT..=LONGEST_DEFECT).contains(&length),
            "describe the defect in 10 to 4000 characters",
        );
        need("contact.name", is_name(&self.contact.name), "a name of at most 200 characters");
        need("contact.email", is_email(&self.contact.email), "an email address");
        need("contact.phone", is_phone(&self.contact.phone), "a phone number with 6 to 15 digits");
        need("contact.street", is_name(&self.contact.street), "a street of at most 200 characters");
        need("city", is_name(&self.city), "a city of at most 200 characters");
        let repairs = &self.earlier_repairs;
        need(
            "earlier_repairs",
            repairs.len() <= MOST_REPAIRS && repairs.iter().all(|repair| is_name(&repair.shop)),
            "at most ten repairs, each with the name of the shop",
        );
        need("photos", self.photos.len() <= MAX_PHOTOS, "at most three photos");
        let country = self.country.parse().map_err(|error| format!("{error}"));
        let serial = self.serial.parse().map_err(|error| format!("{error}"));
        match (country, serial) {
            (Ok(country), Ok(serial)) if gaps.is_empty() => {
                Ok(Checked { country, city: self.city.trim().to_owned(), serial })
            }
            (country, serial) => {
                gaps.extend(country.err().map(|why: String| ("country", why)));
                gaps.extend(serial.err().map(|why: String| ("serial", why)));
                Err(gaps)
            }
        }
    }
}

fn is_name(text: &str) -> bool {
    let text = text.trim();
    (1..=MAX_NAME_LENGTH).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// A syntax check only; delivery alone proves that an address exists.
fn is_email(text: &str) -> bool {
    let fits = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = text.rsplit_once('@');
    fits && parts.is_some_and(|(person, domain)| {
        !person.is_empty()
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| !label.is_empty())
    })
}

fn is_phone(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !" -().".contains(*c)).collect();
    let digits = digits.strip_prefix('+').unwrap_or(&digits);
    (6..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> serde_json::Value {
        serde_json::json!({
            "defect": "It does not start since Monday.",
            "requested_remedy": "repair",
            "contact": {
                "name": "Maria", "email": "maria@example.org", "phone": "+7 (495) 123-45-67",
                "street": "Lenina 1, apt. 5",
            },
            "city": "Moscow",
            "country": "RU",
            "serial": "49 015420 323751 8",
            "photos": ["aa", {"sha256": "bb", "size": 3}],
        })
    }

    fn read(form: serde_json::Value) -> Form {
        serde_json::from_value(form).unwrap()
    }

    #[test]
    fn c2_a_complete_form_passes() {
        let form = read(form());
        let checked = form.complete().unwrap();
        assert_eq!(checked.serial.as_str(), "490154203237518");
        let photos: Vec<_> = form.photos.iter().map(|photo| photo.sha256.as_str()).collect();
        assert_eq!(photos, ["aa", "bb"]);
    }

    #[test]
    fn c2_a_photo_has_no_other_fields_than_its_upload_has() {
        let uploaded =
            || serde_json::json!({"sha256": "bb", "size": 3, "media_type": "image/jpeg"});
        let named = |photo| {
            let mut form = form();
            form["photos"] = serde_json::json!([photo]);
            serde_json::from_value::<Form>(form).map_err(|error| error.to_string())
        };
        assert_eq!(named(uploaded()).unwrap().photos[0].sha256, "bb");
        let mut photo = uploaded();
        photo["colour"] = 1.into();
        let refused = named(photo.clone()).unwrap_err();
        assert!(refused.contains("`colour`") && refused.contains("`media_type`"), "{refused}");
        let mut with_receipt = form();
        with_receipt["earlier_repairs"] =
            serde_json::json!([{"on": "2025-01-05", "shop": "Fix it", "evidence": photo}]);
        assert!(serde_json::from_value::<Form>(with_receipt).is_err());
        let refused = named(serde_json::json!(3)).unwrap_err();
        assert!(refused.contains("the SHA-256 of a photo"), "{refused}");
    }

    #[test]
    fn c2_the_serial_is_read_as_labels_and_dialers_show_it() {
        for written in [
            "352099/00/176148/1",
            "352099001761481 / 01",
            "35209900176148101",
            "35.209900.176148.1",
            "IMEI 1: 352099001761481",
            "\u{202D}352099001761481\u{202C}",
        ] {
            let mut form = form();
            form["serial"] = written.into();
            let checked = read(form).complete().unwrap();
            assert_eq!(checked.serial.as_str(), "352099001761481", "{written:?}");
        }
        for (written, why) in [
            ("352099/00/176148/2", "invalid IMEI check digit; check the number for typos"),
            (
                "352099001761481, 490154203237518",
                "one number, please: write 352099001761481 or 490154203237518, not both",
            ),
        ] {
            let mut form = form();
            form["serial"] = written.into();
            assert_eq!(read(form).complete().unwrap_err()["serial"], why, "{written:?}");
        }
    }

    #[test]
    fn c2_everything_that_is_missing_is_reported_at_once() {
        let gaps = read(serde_json::json!({"requested_remedy": "refund"})).complete().unwrap_err();
        let fields: Vec<_> = gaps.keys().copied().collect();
        let contact = ["contact.email", "contact.name", "contact.phone", "contact.street"];
        assert_eq!(fields, [&["city"][..], &contact, &["country", "defect", "serial"]].concat());
    }

    #[test]
    fn c2_what_cannot_be_right_is_named() {
        for (field, value) in [
            ("defect", "broken"),
            ("city", "\u{7}"),
            ("country", "Russia"),
            ("serial", "490154203237519"),
        ] {
            let mut form = form();
            form[field] = value.into();
            let gaps = read(form).complete().unwrap_err();
            assert_eq!(gaps.keys().copied().collect::<Vec<_>>(), [field]);
        }
        for bad in ["maria", "@example.org", "maria@", "maria@org", "m a@example.org", "m@.org"] {
            assert!(!is_email(bad), "{bad}");
        }
        for bad in ["", "12345", "call me", "+1234567890123456"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
