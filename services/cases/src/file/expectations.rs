//! What is expected after a step, as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

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
    /// What open matters wait for, as the buyer reads it (T11); an empty list: nothing.
    #[serde(default)]
    pub waits_for: Option<Vec<WaitExpected>>,
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

/// Something that an open matter waits for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitExpected {
    /// What is awaited: `documents`, `offer_answer`.
    pub what: String,
    /// Who must act.
    #[serde(default)]
    pub who: Option<String>,
    /// Which matter waits: `claim`, `job`, `shipment`, …
    #[serde(default)]
    pub matter: Option<String>,
    /// Until when.
    #[serde(default)]
    pub until: Option<String>,
    /// Why the clock is paused; `no` if it is not.
    #[serde(default)]
    pub paused: Option<String>,
    /// Since when the owner is late; `never` if the deadline has not passed.
    #[serde(default)]
    pub late_since: Option<String>,
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

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentExpected {
    /// What it is for: `shipment_there`, `cash`, …
    pub kind: String,
    pub from: String,
    pub to: String,
    /// How much, in minor units.
    pub amount: String,
}

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
