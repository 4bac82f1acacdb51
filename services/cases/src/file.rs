//! The format of case files: YAML that a provider's lawyer can read. It is described by
//! `schemas/case.v1.json` and `tests/cases/README.md`; unknown keys are errors.
//!
//! Long because a format is read as a whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::actions::Actor;

/// A case: who bought what, where, and what happened next.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// What the case shows, as a headline.
    pub case: String,
    /// The rulebook ids of the rules that it shows.
    pub rules: Vec<String>,
    /// The clauses of `tests/cases/clauses.md` that it shows.
    #[serde(default)]
    pub shows: Vec<String>,
    /// A longer description.
    #[serde(default)]
    pub about: Option<String>,
    /// The terms that the warranty is sold under.
    #[serde(default)]
    pub terms: Option<TermsNamed>,
    /// The purchase.
    pub purchase: PurchaseReported,
    /// The steps, in chronological order.
    pub steps: Vec<Spanned<Step>>,
}

/// Terms by the name of their document, changed or unchanged.
#[derive(Debug, Clone)]
pub enum TermsNamed {
    /// Bundled terms, unchanged: `wisetech-repair-1`.
    Shipped(String),
    /// Changed for this case, under their own line and provider.
    Changed(TermsChanged),
}

/// Bundled terms, changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsChanged {
    /// The bundled document.
    pub from: String,
    /// The changes: a merge patch (RFC 7396) of the document.
    pub change: Map<String, Value>,
}

impl<'de> Deserialize<'de> for TermsNamed {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TermsVisitor)
    }
}

struct TermsVisitor;

impl<'de> Visitor<'de> for TermsVisitor {
    type Value = TermsNamed;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bundled terms, such as `wisetech-repair-1`, or `from` and `change`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<TermsNamed, E> {
        Ok(TermsNamed::Shipped(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TermsNamed, A::Error> {
        let changed = TermsChanged::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(TermsNamed::Changed(changed))
    }
}

impl TermsNamed {
    /// The bundled document.
    pub fn document(&self) -> &str {
        match self {
            Self::Shipped(name) => name,
            Self::Changed(changed) => &changed.from,
        }
    }
}

/// Who bought what, where and when.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurchaseReported {
    /// When the order was placed.
    pub placed: String,
    /// When it was paid: by default an hour later; `never` leaves it to a step.
    #[serde(default)]
    pub paid: Option<String>,
    /// When it was delivered, day 0: by default at noon three days after the order; or `never`.
    #[serde(default)]
    pub delivered: Option<String>,
    /// When the buyer confirmed the receipt: by default at noon of the day after the delivery; or
    /// `never`.
    #[serde(default)]
    pub completed: Option<String>,
    /// The buyer's country.
    pub country: String,
    /// The buyer's city.
    pub city: String,
    /// The time zone of the delivery; by default the city's.
    #[serde(default)]
    pub zone: Option<String>,
    /// What was bought; by default a smartphone.
    #[serde(default)]
    pub device: DeviceReported,
    /// The quantity.
    #[serde(default = "one")]
    pub quantity: u32,
    /// The price of one, in minor units: `5000000 RUB`.
    pub price: String,
    /// The warranty: by default of the terms' provider and program, at their price.
    #[serde(default)]
    pub warranty: WarrantyReported,
}

fn one() -> u32 {
    1
}

/// A device, or none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceReported {
    /// `smartphone`, `tablet`, `push_button_phone` or `other`; `none` if it is not a device.
    #[serde(default)]
    pub category: Option<String>,
    /// `android`, `ios`, `windows`, `symbian` or `other`.
    #[serde(default)]
    pub operating_system: Option<String>,
    /// The brand name.
    #[serde(default)]
    pub brand: Option<String>,
    /// The model name.
    #[serde(default)]
    pub model: Option<String>,
    /// The serial number or IMEI.
    #[serde(default)]
    pub serial: Option<String>,
}

/// The selected warranty, or none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarrantyReported {
    /// `true` for no warranty.
    #[serde(default)]
    pub none: bool,
    /// `repair` or `exchange`.
    #[serde(default)]
    pub program: Option<String>,
    /// The provider of the warranty.
    #[serde(default)]
    pub provider: Option<String>,
    /// The price for one device, in minor units.
    #[serde(default)]
    pub price: Option<String>,
}

/// One action and what is expected of it, or time passing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When: `day 16`, `day 16 00:00`, `month 7`, `2025-03-01 10:00`, `2 days later`.
    pub at: String,
    /// Why, for the reader.
    #[serde(default)]
    pub note: Option<String>,
    /// Which person acts in that role, where it matters: `a-2`.
    #[serde(default, rename = "as")]
    pub subject: Option<String>,
    /// `passes`: no one acts.
    #[serde(default)]
    pub time: Option<Passes>,
    /// The marketplace publishes a fact about the order, or decides a dispute.
    #[serde(default)]
    pub marketplace: Option<Act>,
    /// The buyer's action.
    #[serde(default)]
    pub buyer: Option<Act>,
    /// The seller's action.
    #[serde(default)]
    pub seller: Option<Act>,
    /// The action of the provider's staff.
    #[serde(default)]
    pub adjuster: Option<Act>,
    /// The provider publishes or withdraws terms.
    #[serde(default)]
    pub provider: Option<Act>,
    /// The repair shop's action.
    #[serde(default)]
    pub shop: Option<Act>,
    /// The payment gateway's action.
    #[serde(default)]
    pub gateway: Option<Act>,
    /// What is expected.
    #[serde(default)]
    pub expect: Expect,
}

/// The value of `time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passes {
    /// `passes`, the only value.
    Passes,
}

/// An action: a word alone, or a word with fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The word: `file`, `accept`, …
    pub word: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ActVisitor)
    }
}

struct ActVisitor;

impl<'de> Visitor<'de> for ActVisitor {
    type Value = Act;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a word, such as `accept`, or a word with its fields")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Act, E> {
        Ok(Act { word: word.to_owned(), fields: Map::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Act, A::Error> {
        let Some((word, fields)) = map.next_entry::<String, Option<Map<String, Value>>>()? else {
            return Err(de::Error::custom("an action is missing, such as `accept`"));
        };
        if let Some(another) = map.next_key::<String>()? {
            return Err(de::Error::custom(format!(
                "`{word}` and `{another}` have to be two steps"
            )));
        }
        Ok(Act { word, fields: fields.unwrap_or_default() })
    }
}

/// Expectations after a step. Anything left out is not checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Refused, with this code: `claim.before_coverage`.
    #[serde(default)]
    pub refused: Option<String>,
    /// The rules named by the refusal, or by the decision's findings.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Rules that were evaluated, with their results, whether the command was refused or accepted.
    #[serde(default)]
    pub tried: BTreeMap<String, TriedExpected>,
    /// Events that result, in this order: by type, or by type with some of their fields.
    #[serde(default)]
    pub events: Vec<EventExpected>,
    /// Types of events that do not result.
    #[serde(default)]
    pub no_events: Vec<String>,
    /// The claim's current stage.
    #[serde(default)]
    pub stage: Option<String>,
    /// How the claim was closed.
    #[serde(default)]
    pub outcome: Option<String>,
    /// All payments of the latest settlement, in its order.
    #[serde(default)]
    pub payments: Option<Vec<PaymentExpected>>,
    /// Deadlines by kind: `decision`, `answer`, `remedy`, `parts`, `payment`, …
    #[serde(default)]
    pub clocks: BTreeMap<String, ClockExpected>,
    /// The latest claim's likely cost by verdict, as its buyer reads it (C5).
    #[serde(default)]
    pub costs: BTreeMap<String, CostExpected>,
    /// Decisions about the latest claim, with their explanations as its buyer reads them.
    #[serde(default)]
    pub decisions: Vec<DecisionExpected>,
}

/// The result of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedExpected {
    /// The rule let the decision pass.
    Passed,
    /// The rule prevented it.
    Failed,
}

/// The likely cost of a claim with a given verdict.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostExpected {
    /// The total that the buyer pays, one amount per currency.
    #[serde(default)]
    pub buyer_pays: Option<Vec<String>>,
    /// The same if the buyer takes the device to the shop and picks it up.
    #[serde(default)]
    pub if_brought: Option<Vec<String>>,
    /// What the buyer gets back: `repaired`, `replacement`, `unrepaired`.
    #[serde(default)]
    pub comes_back: Option<String>,
    /// What buyer and provider would pay each other.
    #[serde(default)]
    pub payments: Option<Vec<PaymentExpected>>,
}

/// A decision about a claim.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionExpected {
    /// Its number within the claim, from 1.
    pub decision: u32,
    /// The event that records it: `claim.filed`.
    #[serde(default)]
    pub event: Option<String>,
    /// The role that decided: `adjuster`.
    #[serde(default)]
    pub by: Option<String>,
    /// Rules that it evaluated.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Values of the terms that it is based on, by path, with their origin: `stated` or `chosen`.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
}

/// An event: its type without `recourse.` and `.v1`, with or without some of its fields.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum EventExpected {
    /// `claim.filed`
    Type(String),
    /// `{claim.filed: {requested_remedy: repair}}`
    Saying(BTreeMap<String, Map<String, Value>>),
}

/// One payment of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentExpected {
    /// What it is for: `shipment_there`, `cash`, …
    pub kind: String,
    /// Who pays.
    pub from: String,
    /// To whom.
    pub to: String,
    /// How much, in minor units.
    pub amount: String,
}

/// A deadline.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockExpected {
    /// When it is due, as far as known.
    #[serde(default)]
    pub due: Option<String>,
    /// `running`, `met`, `missed` or `ended`.
    #[serde(default)]
    pub state: Option<String>,
}

/// Why a case cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a valid case; the text names line and column, and quotes the source.
    #[error("{}: {what}", path.display())]
    NotACase {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A step is invalid.
    #[error("{}, line {line}: {what}", path.display())]
    Step {
        /// The file.
        path: PathBuf,
        /// The step's line.
        line: u64,
        /// What is wrong, and what is allowed.
        what: String,
    },
}

/// A case with the path that it was read from.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file's path.
    pub path: PathBuf,
    /// The file's content.
    pub file: CaseFile,
}

impl Case {
    /// Reads a case file.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Parses a case from text.
    pub fn parse(path: &Path, text: &str) -> Result<Self, CaseError> {
        let file = serde_saphyr::from_str(text).map_err(|error| CaseError::NotACase {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The file name without its extension, in lower case: used for lines, providers and order
    /// numbers.
    pub fn slug(&self) -> String {
        let name = self.path.file_stem().map(|name| name.to_string_lossy().to_lowercase());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        name.unwrap_or_default().chars().map(plain).collect()
    }

    /// The line number of a step.
    pub fn line(&self, step: usize) -> u64 {
        self.file.steps.get(step).map_or(0, |step| step.defined.line())
    }
}

impl Step {
    /// Who does what; `None` if time passes. An error if there is not exactly one.
    pub fn doing(&self) -> Result<Option<(Actor, &Act)>, String> {
        let acts = [
            (Actor::Marketplace, &self.marketplace),
            (Actor::Buyer, &self.buyer),
            (Actor::Seller, &self.seller),
            (Actor::Adjuster, &self.adjuster),
            (Actor::Provider, &self.provider),
            (Actor::Shop, &self.shop),
            (Actor::Gateway, &self.gateway),
        ];
        let mut acts = acts.into_iter().filter_map(|(actor, act)| Some((actor, act.as_ref()?)));
        match (acts.next(), acts.next(), self.time) {
            (Some(one), None, None) => Ok(Some(one)),
            (None, None, Some(Passes::Passes)) => Ok(None),
            (None, None, None) => Err(format!(
                "the step has no action; use one of {}, or `time: passes`",
                Actor::names().join(", ")
            )),
            _ => Err("the step has two actions; split it into two steps".to_owned()),
        }
    }
}
