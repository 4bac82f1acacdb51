//! What an inspection found, and why a defect may not be covered.
//!
//! These are formats: they are stored in events.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What the inspection found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// A defect that the policy answers for.
    Covered,
    /// A defect that it does not.
    NotCovered {
        /// Why not.
        exclusion: Exclusion,
    },
    /// No defect.
    NoFaultFound,
}

/// Why a claim is not covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Not an electrical or mechanical (or, where the terms say, visible) defect from normal use.
    OutsideCoverage,
    /// Cracks, chips, deep scratches, bent parts, torn cables, broken buttons; a drop or crush.
    MechanicalDamage,
    /// Water, damp, food or drink.
    LiquidOrDirt,
    /// Fire, sudden changes of temperature.
    HeatOrFire,
    /// Against the rules of transport, connection, use or storage.
    Misuse,
    /// Testing that alters the design, or software that does not belong there.
    ImproperTesting,
    /// An earlier repair at a shop that was not authorised.
    UnauthorizedRepair,
    /// An event outside anyone's control; the provider must say which.
    ForceMajeure,
    /// Serial markings damaged or missing.
    SerialDamaged,
    /// The manufacturer's seal broken.
    SealBroken,
    /// Ordinary ageing.
    WearAndTear,
    /// The policy had ended when the claim was filed.
    Expired,
    /// The seller has already paid for this defect, or replaced the device.
    CompensatedBySeller,
    /// Intent to deceive.
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

    /// The code in the rulebook: `mechanical_damage`.
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

    /// The sentence that a person reads.
    pub fn reason(self) -> &'static str {
        match self {
            Self::OutsideCoverage => {
                "it is not a defect from normal use that the policy answers for"
            }
            Self::MechanicalDamage => "the device was damaged mechanically",
            Self::LiquidOrDirt => "water, damp, food or drink got into the device",
            Self::HeatOrFire => "the device was damaged by fire or a sudden change of temperature",
            Self::Misuse => "the device was not carried, connected, used or stored by its rules",
            Self::ImproperTesting => {
                "the device was altered in testing, or runs software that does not belong there"
            }
            Self::UnauthorizedRepair => "the device was repaired at a shop that was not authorised",
            Self::ForceMajeure => "an event outside anyone's control did it",
            Self::SerialDamaged => "the serial markings are damaged or missing",
            Self::SealBroken => "the manufacturer's seal is broken",
            Self::WearAndTear => "it is ordinary ageing",
            Self::Expired => "the policy had ended when the claim was filed",
            Self::CompensatedBySeller => {
                "the seller has already paid for this defect or replaced the device"
            }
            Self::Fraud => "there was intent to deceive",
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What made the defect, in the shop's own code or words: 1 to 200 characters on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause(String);

/// A text that is not a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cause is 1 to 200 characters on one line")]
pub struct InvalidCause;

impl Cause {
    /// The text.
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
    fn the_codes_are_the_ones_on_the_wire() {
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
