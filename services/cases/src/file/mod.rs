//! The format of case files: YAML that a provider's lawyer can read. It is described by
//! `schemas/case.v1.json` and `tests/cases/README.md`; unknown keys are errors.

mod act;
mod error;
mod expectations;
mod purchase;
mod terms;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::actions::Actor;

pub use act::Act;
pub use error::CaseError;
pub use expectations::{
    ClockExpected, CostExpected, DecisionExpected, EventExpected, Expect, PaymentExpected,
    TriedExpected, WaitExpected,
};
pub use purchase::{DeviceReported, PurchaseReported, WarrantyReported};
pub use terms::{TermsChanged, TermsNamed};

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
    #[serde(default)]
    pub about: Option<String>,
    /// The terms that the warranty is sold under.
    #[serde(default)]
    pub terms: Option<TermsNamed>,
    pub purchase: PurchaseReported,
    /// The steps, in chronological order.
    pub steps: Vec<Spanned<Step>>,
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
    #[serde(default)]
    pub buyer: Option<Act>,
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

/// A case with the path that it was read from.
#[derive(Debug, Clone)]
pub struct Case {
    pub path: PathBuf,
    pub file: CaseFile,
}

impl Case {
    pub fn read(path: &Path) -> Result<Self, CaseError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| CaseError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

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
