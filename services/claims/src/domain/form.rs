//! The form as the buyer fills it in, before its texts are sealed (C2).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use recourse_kernel::ClaimId;
use recourse_terms::{Country, Serial};
use serde::{Deserialize, Serialize};

use super::submission::RequestedRemedy;

/// The shortest description of a defect that says anything, in characters.
const SHORTEST_DEFECT: usize = 10;
/// The longest description that anyone reads, in characters.
const LONGEST_DEFECT: usize = 4_000;
/// The longest name of a person or a city, in characters.
const LONGEST_NAME: usize = 200;
/// The most repairs elsewhere that any form can tell of.
const MOST_REPAIRS: usize = 10;
/// The most photos that any form can have.
const MOST_PHOTOS: usize = 3;

/// The form in the clear. It never reaches the log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Form {
    /// What is wrong, in detail.
    #[serde(default)]
    pub defect: String,
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// How to reach the buyer.
    #[serde(default)]
    pub contact: Contact,
    /// The buyer's city.
    #[serde(default)]
    pub city: String,
    /// The buyer's country.
    #[serde(default)]
    pub country: String,
    /// The device's serial or IMEI.
    #[serde(default)]
    pub serial: String,
    /// The photos, uploaded before.
    #[serde(default)]
    pub photos: Vec<PhotoName>,
    /// The claim whose defect has returned.
    #[serde(default)]
    pub continues: Option<ClaimId>,
    /// Repairs of the defect elsewhere, before the claim (T6).
    #[serde(default)]
    pub earlier_repairs: Vec<RepairReported>,
}

/// A repair of the defect elsewhere, as the buyer tells of it (T6).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepairReported {
    /// The day on which it was done.
    pub on: NaiveDate,
    /// The shop that did it.
    pub shop: String,
    /// A photo of the receipt or report, uploaded before.
    #[serde(default)]
    pub evidence: Option<PhotoName>,
}

/// How to reach the buyer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// The name.
    #[serde(default)]
    pub name: String,
    /// The e-mail address.
    #[serde(default)]
    pub email: String,
    /// The telephone number.
    #[serde(default)]
    pub phone: String,
}

/// A photo, by its hash or by the whole answer of its upload.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum PhotoName {
    /// SHA-256 in hexadecimal.
    Hash(String),
    /// What the upload answered.
    Answer {
        /// SHA-256 in hexadecimal.
        sha256: String,
    },
}

impl PhotoName {
    /// SHA-256 in hexadecimal.
    pub fn sha256(&self) -> &str {
        match self {
            Self::Hash(sha256) | Self::Answer { sha256 } => sha256,
        }
    }
}

/// What of the form is to be filled in again: the field, and why.
pub type Gaps = BTreeMap<&'static str, String>;

/// The parts of a complete form that go to the log as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Where the buyer is.
    pub country: Country,
    /// The buyer's city.
    pub city: String,
    /// The device's serial or IMEI.
    pub serial: Serial,
}

impl Form {
    /// C2: the form holds what is wrong in detail, what the buyer wants, name, e-mail, phone, city, country,
    /// the device's serial, and at most three photos. Everything that is missing is told at once.
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
            "say in 10 to 4000 characters what is wrong",
        );
        need("contact.name", is_name(&self.contact.name), "a name of at most 200 characters");
        need("contact.email", is_email(&self.contact.email), "an e-mail address");
        need(
            "contact.phone",
            is_phone(&self.contact.phone),
            "a telephone number with 6 to 15 digits",
        );
        need("city", is_name(&self.city), "a city of at most 200 characters");
        let repairs = &self.earlier_repairs;
        need(
            "earlier_repairs",
            repairs.len() <= MOST_REPAIRS && repairs.iter().all(|repair| is_name(&repair.shop)),
            "at most ten repairs, each with the shop's name",
        );
        need("photos", self.photos.len() <= MOST_PHOTOS, "at most three photos");
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
    (1..=LONGEST_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// Whether it can be an address at all; only a mail that arrives proves more.
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
            "contact": {"name": "Maria", "email": "maria@example.org", "phone": "+7 (495) 123-45-67"},
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
        assert_eq!(form.photos.iter().map(PhotoName::sha256).collect::<Vec<_>>(), ["aa", "bb"]);
    }

    #[test]
    fn c2_everything_that_is_missing_is_reported_at_once() {
        let gaps = read(serde_json::json!({"requested_remedy": "refund"})).complete().unwrap_err();
        let fields: Vec<_> = gaps.keys().copied().collect();
        let all = ["city", "contact.email", "contact.name", "contact.phone", "country", "defect"];
        assert_eq!(fields, [&all[..], &["serial"]].concat());
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
