//! The verdict of an inspection, and the reasons why a defect may not be covered.
//!
//! These are stable formats: they are stored in events.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the inspection found, which decides who pays for shipments and fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// A defect that the policy covers.
    Covered,
    /// A defect that the policy does not cover.
    NotCovered {
        /// The reason in the rulebook's list, such as `liquid_or_dirt`.
        exclusion: Exclusion,
    },
    /// No defect; the terms may charge a fee for the inspection (M4, M5).
    NoFaultFound,
}

/// Why a claim is not covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Not an electrical or mechanical (or, under some terms, visible) defect from normal use.
    OutsideCoverage,
    /// Cracks, chips, deep scratches, bent parts, torn cables, broken buttons; dropped or crushed.
    MechanicalDamage,
    /// Water, moisture, food or drink.
    LiquidOrDirt,
    /// Fire or sudden temperature changes.
    HeatOrFire,
    /// Transported, connected, used or stored against the instructions.
    Misuse,
    /// Testing that modifies the device, or unauthorised software.
    ImproperTesting,
    /// An earlier repair at an unauthorised shop.
    UnauthorizedRepair,
    /// An event outside anyone's control; the provider must say which.
    ForceMajeure,
    /// Serial markings damaged or missing.
    SerialDamaged,
    /// The manufacturer's seal broken (`seal_broken`).
    SealBroken,
    /// Ordinary ageing, as opposed to a defect.
    WearAndTear,
    /// The policy had ended when the claim was filed.
    Expired,
    /// The seller has already paid for this defect, or replaced the device.
    CompensatedBySeller,
    /// The claim was made with intent to deceive.
    Fraud,
}

impl Exclusion {
    /// Every exclusion, in the rulebook's order.
    pub const ALL: [Self; 14] = [
        Self::OutsideCoverage,
        Self::MechanicalDamage,
        Self::LiquidOrDirt,
        Self::HeatOrFire,
        Self::Misuse,
        Self::ImproperTesting,
        Self::UnauthorizedRepair,
        Self::ForceMajeure,
        Self::SerialDamaged,
        Self::SealBroken,
        Self::WearAndTear,
        Self::Expired,
        Self::CompensatedBySeller,
        Self::Fraud,
    ];

    /// The code in the rulebook and in JSON, such as `mechanical_damage`.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutsideCoverage => "outside_coverage",
            Self::MechanicalDamage => "mechanical_damage",
            Self::LiquidOrDirt => "liquid_or_dirt",
            Self::HeatOrFire => "heat_or_fire",
            Self::Misuse => "misuse",
            Self::ImproperTesting => "improper_testing",
            Self::UnauthorizedRepair => "unauthorized_repair",
            Self::ForceMajeure => "force_majeure",
            Self::SerialDamaged => "serial_damaged",
            Self::SealBroken => "seal_broken",
            Self::WearAndTear => "wear_and_tear",
            Self::Expired => "expired",
            Self::CompensatedBySeller => "compensated_by_seller",
            Self::Fraud => "fraud",
        }
    }

    /// The explanation shown to people: `the manufacturer's seal is broken`.
    pub fn reason(self) -> &'static str {
        match self {
            Self::OutsideCoverage => {
                "the defect did not arise from normal use, or is of a kind that is not covered"
            }
            Self::MechanicalDamage => "the device has mechanical damage",
            Self::LiquidOrDirt => "water, damp, food or drink got into the device",
            Self::HeatOrFire => "the device was damaged by fire or a sudden change of temperature",
            Self::Misuse => "the device was not carried, connected, used or stored as instructed",
            Self::ImproperTesting => {
                "the device was modified in testing, or runs software that is not authorised"
            }
            Self::UnauthorizedRepair => "the device was repaired at an unauthorised shop",
            Self::ForceMajeure => "the defect was caused by an event outside anyone's control",
            Self::SerialDamaged => "the serial markings are damaged or missing",
            Self::SealBroken => "the manufacturer's seal is broken",
            Self::WearAndTear => "the defect is normal wear and tear",
            Self::Expired => "the policy had ended when the claim was filed",
            Self::CompensatedBySeller => {
                "the seller has already paid for this defect or replaced the device"
            }
            Self::Fraud => "the claim was made with intent to deceive",
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The cause of the defect, in the shop's own code or words: 1 to 200 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause(String);

/// A string that is not a valid cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cause must be 1 to 200 characters on one line")]
pub struct InvalidCause;

impl Cause {
    /// The text as the shop wrote it, without surrounding white space.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Cause {
    type Err = InvalidCause;

    fn from_str(text: &str) -> Result<Self, InvalidCause> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
            return Err(InvalidCause);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusion_codes_match_the_json_values() {
        for exclusion in Exclusion::ALL {
            assert_eq!(serde_json::to_value(exclusion).unwrap(), exclusion.code());
        }
    }

    #[test]
    fn a_verdict_is_written_with_its_kind() {
        let verdict = Verdict::NotCovered { exclusion: Exclusion::LiquidOrDirt };
        let json = serde_json::json!({"kind": "not_covered", "exclusion": "liquid_or_dirt"});
        assert_eq!(serde_json::to_value(verdict).unwrap(), json);
        let read: Verdict = serde_json::from_str(r#"{"kind":"covered","extra":1}"#).unwrap();
        assert_eq!(read, Verdict::Covered);
    }
}
