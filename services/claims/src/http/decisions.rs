//! `GET /v1/claims/{clm}/decisions` and `…/decisions/{n}`: every decision about a claim, by which rules it was
//! made, on which facts and on which values of the terms. Buyer, adjuster and auditor read the same sentences.

use axum::extract::State;
use recourse_kernel::{ClaimId, Finding, Instant, Principal};
use recourse_runtime::edge::{Caller, Edge, Json, Path, Problem};
use recourse_terms::terms::SourceKind;
use recourse_terms::{Terms, TermsRef};
use serde::Serialize;
use serde_json::{Map, Value};

use super::get_claim::seen_by;
use crate::domain::explanation::RESTS_ON;
use crate::projections::claims::{ClaimRow, Decided};

/// All decisions about a claim. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct AllDecided {
    claim: ClaimId,
    terms: TermsRef,
    decisions: Vec<Explained>,
}

/// One decision. This is a public format.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    decision: u32,
    event: String,
    /// What was decided, as a sentence.
    said: String,
    /// Who decided.
    by: Principal,
    /// When.
    at: Instant,
    /// When it was written down.
    recorded_at: Instant,
    /// The rules that were tried, in order.
    rules: Vec<TriedRule>,
    /// The decisions that a late fact would have turned, where it is a review that was opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    would_differ: Vec<Value>,
}

/// A rule that was tried.
#[derive(Debug, Serialize)]
struct TriedRule {
    rule: String,
    passed: bool,
    outcome: String,
    /// What the rule saw.
    #[serde(skip_serializing_if = "Map::is_empty")]
    facts: Map<String, Value>,
    /// The values of the terms that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    terms: Vec<TermsValue>,
}

/// A value of the terms, and where it comes from.
#[derive(Debug, Serialize)]
struct TermsValue {
    path: String,
    value: Value,
    /// Whether the provider or the marketplace stated it, or it was chosen.
    source: SourceKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

pub(super) async fn all(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Json<AllDecided>, Problem> {
    let row = seen_by(&edge, &caller, claim).await?.row;
    let book = edge.terms();
    let terms = book.by_digest(&row.claim.terms.digest).map(AsRef::as_ref);
    let decisions = (1..).zip(&row.decisions).map(|(n, one)| explained(n, one, terms)).collect();
    Ok(Json(AllDecided { claim, terms: row.claim.terms.clone(), decisions }))
}

pub(super) async fn one(
    State(edge): State<Edge>,
    caller: Caller,
    Path((claim, number)): Path<(ClaimId, u32)>,
) -> Result<Json<Explained>, Problem> {
    let row: ClaimRow = seen_by(&edge, &caller, claim).await?.row;
    let book = edge.terms();
    let terms = book.by_digest(&row.claim.terms.digest).map(AsRef::as_ref);
    let place = number.checked_sub(1).and_then(|place| usize::try_from(place).ok());
    let decided = place.and_then(|place| row.decisions.get(place));
    let decided = decided.ok_or_else(|| Problem::not_found("decision", number))?;
    Ok(Json(explained(number, decided, terms)))
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

/// The value at a path of fields. A path that goes on into a list names one of its items.
fn at_path(document: &Value, path: &str) -> Value {
    path.split('.').fold(document.clone(), |value, step| match value {
        Value::Array(items) => {
            items.into_iter().find(|item| item.as_str() == Some(step)).unwrap_or_default()
        }
        Value::Object(mut fields) => fields.remove(step).unwrap_or_default(),
        _ => Value::Null,
    })
}

/// What nobody marked was stated; what is not known was not.
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
        assert_eq!(tried.terms[2].value, Value::Null, "the exchange names no least");
    }
}
