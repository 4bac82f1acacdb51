//! What can be read about a claim from its row and the published terms: its likely costs, and the
//! explanation of every decision. Buyer, adjuster and auditor read the same. Pure.

use recourse_kernel::{ClaimId, Finding, Instant, Principal};
use recourse_terms::terms::SourceKind;
use recourse_terms::{Shop, Terms, TermsBook, TermsRef};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::rules::RESTS_ON;
use crate::domain::rules::preview::{Preview, preview};
use crate::domain::state::Claim;
use crate::projections::claims::{ClaimRow, Decided};
use crate::queries::claims::KnownClaim;

/// C7: where to send the device: the shop that has the job, otherwise the one it would go to.
pub(crate) struct Branch<'a> {
    pub(crate) shop: Option<&'a Shop>,
    pub(crate) because: Option<String>,
}

impl<'a> Branch<'a> {
    pub(crate) fn new(claim: &Claim, row: &ClaimRow, book: &'a TermsBook) -> Self {
        if let Some(shop) = row.shop.as_deref().and_then(|shop| book.shop(shop)) {
            return Self { shop: Some(shop), because: Some("the job is at this shop".to_owned()) };
        }
        let routed = book.shop_for(&claim.provider, &claim.country, &claim.city);
        Self {
            shop: routed.map(|routed| routed.shop),
            because: routed.map(|routed| routed.because.to_string()),
        }
    }
}

/// C5: the likely costs of a claim before the device is posted, or why they cannot be calculated.
pub fn costs(known: &KnownClaim, book: &TermsBook, now: Instant) -> Result<Preview, String> {
    let claim = &known.row.claim;
    if !claim.is_open() {
        return Err("the claim is closed; see its settlement for the actual costs".to_owned());
    }
    let terms = book.by_digest(&claim.terms.digest);
    let terms = terms.ok_or("the claim's terms are not available here yet; try again later")?;
    let shop = Branch::new(claim, &known.row, book).shop;
    let shop = shop.ok_or("the provider has no repair shop for this claim")?;
    preview(book, terms, claim, &known.coverage, shop, now).map_err(|why| why.to_string())
}

/// Every decision about a claim, oldest first.
pub fn decisions(row: &ClaimRow, book: &TermsBook) -> AllDecided {
    let terms = book.by_digest(&row.claim.terms.digest).map(AsRef::as_ref);
    let decisions = (1..).zip(&row.decisions).map(|(n, one)| explained(n, one, terms)).collect();
    AllDecided { claim: row.claim.id, terms: row.claim.terms.clone(), decisions }
}

/// All decisions about a claim. This is a public format.
#[derive(Debug, Serialize)]
pub struct AllDecided {
    pub claim: ClaimId,
    /// Version of the terms that governs the claim (C9).
    pub terms: TermsRef,
    /// The decisions, oldest first.
    pub decisions: Vec<Explained>,
}

/// One decision with its explanation. This is a public format.
#[derive(Debug, Serialize)]
pub struct Explained {
    decision: u32,
    event: String,
    /// The decision as a sentence.
    said: String,
    by: Principal,
    /// When the decision was made.
    at: Instant,
    /// When the event was written to the log.
    recorded_at: Instant,
    /// The rules evaluated, in order.
    rules: Vec<TriedRule>,
    /// If a review was opened: the decisions that would differ with the late fact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    would_differ: Vec<Value>,
}

/// A rule that was evaluated.
#[derive(Debug, Serialize)]
struct TriedRule {
    rule: String,
    passed: bool,
    outcome: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    facts: Map<String, Value>,
    /// The values of the terms that the rule depends on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<TermsValue>,
}

/// A value of the terms, and where it comes from.
#[derive(Debug, Serialize)]
struct TermsValue {
    path: String,
    value: Value,
    /// Whether the provider or the marketplace stated the value, or it was chosen.
    source: SourceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

fn explained(decision: u32, decided: &Decided, terms: Option<&Terms>) -> Explained {
    Explained {
        decision,
        event: decided.event.clone(),
        said: decided.said.clone(),
        by: decided.by.clone(),
        at: decided.at,
        recorded_at: decided.recorded_at,
        rules: decided.findings.iter().map(|finding| tried(finding, terms)).collect(),
        would_differ: decided.would_differ.clone(),
    }
}

fn tried(finding: &Finding, terms: Option<&Terms>) -> TriedRule {
    let mut facts = finding.facts.clone();
    let paths = facts.remove(RESTS_ON);
    let paths = paths.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let document = terms.and_then(|terms| serde_json::to_value(terms).ok()).unwrap_or_default();
    let value = |path: &str| TermsValue {
        path: path.to_owned(),
        value: at_path(&document, path),
        source: source_of(terms, path),
        note: terms.and_then(|terms| terms.source_of(path)?.note.clone()),
    };
    TriedRule {
        rule: finding.rule.clone(),
        passed: finding.passed,
        outcome: finding.outcome.clone(),
        facts,
        terms: paths.iter().filter_map(Value::as_str).map(value).collect(),
    }
}

/// The value at a path of field names. If the path continues into a list, it names one of its
/// items.
fn at_path(document: &Value, path: &str) -> Value {
    path.split('.').fold(document.clone(), |value, step| match value {
        Value::Array(items) => {
            items.into_iter().find(|item| item.as_str() == Some(step)).unwrap_or_default()
        }
        Value::Object(mut fields) => fields.remove(step).unwrap_or_default(),
        _ => Value::Null,
    })
}

/// Values without a mark were stated by the provider; values of unknown terms count as chosen.
fn source_of(terms: Option<&Terms>, path: &str) -> SourceKind {
    match terms {
        Some(terms) => terms.source_of(path).map_or(SourceKind::Stated, |source| source.source),
        None => SourceKind::Chosen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shipped(file: &str) -> Terms {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/terms");
        serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
    }

    #[test]
    fn a_rule_shows_the_values_of_the_terms_and_where_they_come_from() {
        let terms = shipped("wisetech-exchange-1.json");
        let paths = ["claim.photos_at_least", "countries.RU", "remedy.at_least_days"];
        let finding = Finding::passed("C2", "complete").fact("photos", 1).fact(RESTS_ON, paths);
        let tried = tried(&finding, Some(&terms));
        assert_eq!(Value::Object(tried.facts), json!({"photos": 1}));
        let shown: Vec<_> = tried.terms.iter().map(|shown| (&shown.value, shown.source)).collect();
        assert_eq!(
            shown[..2],
            [(&json!(1), SourceKind::Chosen), (&json!("RU"), SourceKind::Stated)]
        );
        assert_eq!(tried.terms[2].value, Value::Null, "the exchange program sets no minimum");
    }
}
