//! A case file as it is written: YAML that a provider's lawyer can read. This is a format, described by
//! `schemas/case.v1.json` and `tests/cases/README.md`; a key that is not known is an error.
//!
//! Long because a format is read as a whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{self, MapAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::actions::Actor;

/// A case: who bought what where, and what happened then.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// What it shows, as a headline.
    pub case: String,
    /// The rulebook's ids of the rules that it shows.
    pub rules: Vec<String>,
    /// The clauses of `tests/cases/clauses.md` that it shows.
    #[serde(default)]
    pub shows: Vec<String>,
    /// More about it.
    #[serde(default)]
    pub about: Option<String>,
    /// The terms that the warranty is sold under.
    #[serde(default)]
    pub terms: Option<TermsNamed>,
    /// The purchase.
    pub purchase: PurchaseReported,
    /// What happens, in the order of time.
    pub steps: Vec<Spanned<Step>>,
}

/// Terms by the name of their document, changed or as they are.
#[derive(Debug, Clone)]
pub enum TermsNamed {
    /// As they ship: `wisetech-repair-1`.
    Shipped(String),
    /// Changed for this case, under a line and a provider of its own.
    Changed(TermsChanged),
}

/// Shipped terms, changed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsChanged {
    /// The shipped document.
    pub from: String,
    /// What is different: a merge patch (RFC 7396) of the document.
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
        f.write_str("shipped terms, such as `wisetech-repair-1`, or `from` and `change`")
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
    /// The shipped document.
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
    /// When it was paid: an hour later, if not said; `never` leaves it to a step.
    #[serde(default)]
    pub paid: Option<String>,
    /// When it was delivered, day 0: at noon three days after it was placed, if not said; or `never`.
    #[serde(default)]
    pub delivered: Option<String>,
    /// When the buyer confirmed the receipt: at noon of the day after the delivery, if not said; or `never`.
    #[serde(default)]
    pub completed: Option<String>,
    /// The buyer's country.
    pub country: String,
    /// The buyer's city.
    pub city: String,
    /// The time zone of the delivery; the city's, if not said.
    #[serde(default)]
    pub zone: Option<String>,
    /// What was bought; a smartphone, if not said.
    #[serde(default)]
    pub device: DeviceReported,
    /// How many of it.
    #[serde(default = "one")]
    pub quantity: u32,
    /// What one costs, in minor units: `5000000 RUB`.
    pub price: String,
    /// The warranty: of the terms' provider and program at their price, if not said.
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
    /// `smartphone`, `tablet`, `push_button_phone` or `other`; `none` is no device at all.
    #[serde(default)]
    pub category: Option<String>,
    /// `android`, `ios`, `windows`, `symbian` or `other`.
    #[serde(default)]
    pub operating_system: Option<String>,
    /// The brand.
    #[serde(default)]
    pub brand: Option<String>,
    /// The model.
    #[serde(default)]
    pub model: Option<String>,
    /// Its serial or IMEI.
    #[serde(default)]
    pub serial: Option<String>,
}

/// The warranty that was picked, or none.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarrantyReported {
    /// No warranty at all.
    #[serde(default)]
    pub none: bool,
    /// `repair` or `exchange`.
    #[serde(default)]
    pub program: Option<String>,
    /// Who stands behind it.
    #[serde(default)]
    pub provider: Option<String>,
    /// What it costs for one device, in minor units.
    #[serde(default)]
    pub price: Option<String>,
}

/// One thing that somebody does, and what is expected of it; or time that passes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When: `day 16`, `day 16 00:00`, `month 7`, `2025-03-01 10:00`, `2 days later`.
    pub at: String,
    /// Why it is done, for the reader.
    #[serde(default)]
    pub note: Option<String>,
    /// Who does it under that role, where that matters: `a-2`.
    #[serde(default, rename = "as")]
    pub subject: Option<String>,
    /// `passes`: nobody does anything.
    #[serde(default)]
    pub time: Option<Passes>,
    /// The marketplace tells something of the order, or decides a dispute.
    #[serde(default)]
    pub marketplace: Option<Act>,
    /// The buyer does something.
    #[serde(default)]
    pub buyer: Option<Act>,
    /// The seller does something.
    #[serde(default)]
    pub seller: Option<Act>,
    /// The provider's staff do something.
    #[serde(default)]
    pub adjuster: Option<Act>,
    /// The provider publishes or withdraws terms.
    #[serde(default)]
    pub provider: Option<Act>,
    /// The repair shop does something.
    #[serde(default)]
    pub shop: Option<Act>,
    /// The payment gateway does something.
    #[serde(default)]
    pub gateway: Option<Act>,
    /// What is expected.
    #[serde(default)]
    pub expect: Expect,
}

/// Time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passes {
    /// It does.
    Passes,
}

/// What somebody does: a word alone, or a word with what goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// The word: `file`, `accept`, …
    pub word: String,
    /// What goes with it.
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
        f.write_str("a word, such as `accept`, or a word with what goes with it")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Act, E> {
        Ok(Act { word: word.to_owned(), fields: Map::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Act, A::Error> {
        let Some((word, fields)) = map.next_entry::<String, Option<Map<String, Value>>>()? else {
            return Err(de::Error::custom("a word is missing, such as `accept`"));
        };
        if let Some(another) = map.next_key::<String>()? {
            return Err(de::Error::custom(format!("`{word}` and `{another}` are two steps")));
        }
        Ok(Act { word, fields: fields.unwrap_or_default() })
    }
}

/// What is expected after a step. Everything that is left out may be as it likes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// That it is refused, with this code: `claim.before_coverage`.
    #[serde(default)]
    pub refused: Option<String>,
    /// The rules that the refusal names, or that the decision's findings name.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Rules that were tried, with what came of each, whether it was refused or accepted.
    #[serde(default)]
    pub tried: BTreeMap<String, TriedExpected>,
    /// Events that follow from it, in this order: by type, or by type with some of what they say.
    #[serde(default)]
    pub events: Vec<EventExpected>,
    /// Types of events that do not follow from it.
    #[serde(default)]
    pub no_events: Vec<String>,
    /// Where the claim stands now.
    #[serde(default)]
    pub stage: Option<String>,
    /// How the claim was closed.
    #[serde(default)]
    pub outcome: Option<String>,
    /// All amounts of the latest settlement, in its order.
    #[serde(default)]
    pub payments: Option<Vec<PaymentExpected>>,
    /// What is due, by kind: `decision`, `answer`, `remedy`, `parts`, `payment`, …
    #[serde(default)]
    pub clocks: BTreeMap<String, ClockExpected>,
    /// What the latest claim is likely to cost, by verdict, as its buyer reads it (C5).
    #[serde(default)]
    pub costs: BTreeMap<String, CostExpected>,
    /// Decisions about the latest claim, as they explain themselves to its buyer.
    #[serde(default)]
    pub decisions: Vec<DecisionExpected>,
}

/// What came of a rule that was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriedExpected {
    /// It let the decision pass.
    Passed,
    /// It stood against it.
    Failed,
}

/// What a claim is likely to cost if the inspection finds so.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostExpected {
    /// What the buyer bears in all, an amount for each currency.
    #[serde(default)]
    pub buyer_pays: Option<Vec<String>>,
    /// The same where the buyer brings the device to the shop and fetches it.
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
    /// Its number in the claim, from 1.
    pub decision: u32,
    /// The event that says so: `claim.filed`.
    #[serde(default)]
    pub event: Option<String>,
    /// The role of who decided: `adjuster`.
    #[serde(default)]
    pub by: Option<String>,
    /// Rules that it tried.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Values of the terms that it rests on, by their paths, with where they come from: `stated` or `chosen`.
    #[serde(default)]
    pub sources: BTreeMap<String, String>,
}

/// An event: its type without `recourse.` and `.v1`, with or without some of what it says.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum EventExpected {
    /// `claim.filed`
    Type(String),
    /// `{claim.filed: {requested_remedy: repair}}`
    Saying(BTreeMap<String, Map<String, Value>>),
}

/// One amount of a settlement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentExpected {
    /// What for: `shipment_there`, `cash`, …
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
    /// When it is due, as far as that was told.
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
    /// It is not a case; the text names line and column, and shows the place.
    #[error("{}: {what}", path.display())]
    NotACase {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A step means nothing.
    #[error("{}, line {line}: {what}", path.display())]
    Step {
        /// The file.
        path: PathBuf,
        /// The step's line.
        line: u64,
        /// What is wrong, and what could be there.
        what: String,
    },
}

/// A case with the place that it was read from.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its file.
    pub path: PathBuf,
    /// What stands there.
    pub file: CaseFile,
}

impl Case {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Reads a text.
    pub fn parse(path: &Path, text: &str) -> Result<Self, CaseError> {
        let file = serde_saphyr::from_str(text).map_err(|error| CaseError::NotACase {
            path: path.to_owned(),
            what: error.to_string(),
        })?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// The file's name without its ending, in lower case, as a word for lines, providers and order numbers.
    pub fn slug(&self) -> String {
        let name = self.path.file_stem().map(|name| name.to_string_lossy().to_lowercase());
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        name.unwrap_or_default().chars().map(plain).collect()
    }

    /// The line of a step.
    pub fn line(&self, step: usize) -> u64 {
        self.file.steps.get(step).map_or(0, |step| step.defined.line())
    }
}

impl Step {
    /// Who does what; nothing when time passes. An error if it is not exactly one.
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
                "nobody does anything here; name one of {}, or `time: passes`",
                Actor::names().join(", ")
            )),
            _ => Err("two things in one step; make two steps of it".to_owned()),
        }
    }
}
