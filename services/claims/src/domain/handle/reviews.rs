//! Reviews: a fact that arrives late is checked against the decisions made without it. Decisions
//! that would differ now are listed for a person to review. A review changes none of them.
//!
//! The check calls the same functions that made the decisions, with the facts known now.

use recourse_kernel::{Finding, Reason, Rejection as _, ShipmentId};
use recourse_terms::coverage::local_day;
use recourse_terms::{
    Outcome, Party, Payment, PaymentKind, SettlementError, SettlementFacts, Terms, TermsBook,
    payments,
};
use serde_json::{Map, Value, json};

use crate::domain::commands::{CloseReview, CoverageFact};
use crate::domain::events::{
    ClaimEvent, LateFact, PolicyCoverage, ReviewClosed, ReviewOpened, WouldDiffer,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::compensated_by_seller;
use crate::domain::rules::in_time::{coverage_has_started, policy_still_covers};
use crate::domain::rules::pinned;
use crate::domain::rules::replacement::Replacement;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// The provider's staff reviewed the listed decisions.
pub(super) fn close(purchase: &Purchase, command: &CloseReview, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let review = command.review;
    if !claim.reviews.iter().any(|known| known.number == review) {
        return Err(ClaimRejection::ReviewNotKnown { review }.into());
    }
    if !claim.open_reviews().any(|open| open.number == review) {
        return Err(ClaimRejection::ReviewNotOpen { review }.into());
    }
    let (by, note) = (cx.principal.clone(), command.note.clone());
    Ok(vec![ClaimEvent::ReviewClosed(ReviewClosed { claim: claim.id, review, by, note })])
}

/// The kind of late fact that a policy's fact can be, if any.
pub(super) fn lateness(fact: &CoverageFact) -> Option<LateFact> {
    match fact {
        CoverageFact::Scheduled { corrected: true, .. } => Some(LateFact::DeliveryCorrected),
        CoverageFact::Refunded(_) => Some(LateFact::SellerRefunded),
        CoverageFact::Cancelled(_) => Some(LateFact::PolicyCancelled),
        CoverageFact::Scheduled { .. }
        | CoverageFact::Sold(_)
        | CoverageFact::Started
        | CoverageFact::Ended(_) => None,
    }
}

/// The reviews that these claims need with the facts known now. A review with the same list is not
/// opened twice.
pub(super) fn reviews<'a>(
    known: &Purchase,
    claims: impl Iterator<Item = &'a Claim>,
    because: LateFact,
    book: &TermsBook,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let reviewed =
        claims.map(|claim| Ok(opened(claim, because, would_differ(known, claim, book)?)));
    reviewed.filter_map(Result::transpose).collect()
}

/// Opens a review, unless it would be empty or an earlier one lists the same.
pub(super) fn opened(
    claim: &Claim,
    because: LateFact,
    decisions: Vec<WouldDiffer>,
) -> Option<ClaimEvent> {
    let reported = claim.reviews.last().is_some_and(|last| last.decisions == decisions);
    if decisions.is_empty() || reported {
        return None;
    }
    let findings = decisions
        .iter()
        .map(|differs| Finding {
            facts: differs.facts.clone(),
            ..Finding::failed(&differs.rule, differs.would_be.clone())
        })
        .collect();
    let review = claim.reviews.last().map_or(0, |last| last.number) + 1;
    let opened = ReviewOpened { claim: claim.id, review, because, decisions, findings };
    Some(ClaimEvent::ReviewOpened(Box::new(opened)))
}

/// The decisions about a claim that would differ with the facts known now.
fn would_differ(
    known: &Purchase,
    claim: &Claim,
    book: &TermsBook,
) -> Result<Vec<WouldDiffer>, ClaimRejection> {
    let terms = pinned(&claim.terms, book)?;
    let coverage = known.coverage(claim.policy)?;
    let filed = recheck_filing(known, claim, terms, coverage);
    let accepted = recheck_acceptance(known, claim, coverage);
    let settled = recheck_settlement(known, claim, terms, coverage);
    Ok(filed.into_iter().chain(accepted).chain(settled).collect())
}

/// C1, T2, T7: whether the claim would be in time by the dates known now.
fn recheck_filing(
    known: &Purchase,
    claim: &Claim,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Option<WouldDiffer> {
    let replacement = Replacement::before(known, claim.id, terms, coverage);
    let started = coverage_has_started(coverage, terms, claim.filed_at);
    let covers = || policy_still_covers(coverage, replacement.as_ref(), claim.filed_at);
    match started.and_then(|_| covers()) {
        Ok(_) => None,
        Err(refused) => {
            let was = "coverage had started and had not ended when the claim was filed";
            Some(refused_now(1, "filed", was, &refused))
        }
    }
}

/// C8, `compensated_by_seller`: whether the documents would be accepted now.
fn recheck_acceptance(
    known: &Purchase,
    claim: &Claim,
    coverage: &PolicyCoverage,
) -> Option<WouldDiffer> {
    let accepted = claim.accepted_as.as_ref()?;
    let refused = if known.dispute_was_open_at(claim.device, accepted.at) {
        ClaimRejection::DisputeIsOpen { device: claim.device }
    } else if compensated_by_seller(known, coverage) {
        ClaimRejection::SellerCompensated
    } else {
        return None;
    };
    let was = "the seller had not compensated the buyer, and no dispute was open";
    Some(refused_now(accepted.decision, "accepted", was, &refused))
}

/// M1, M7: whether different amounts, or none, would be owed with the facts known now.
fn recheck_settlement(
    known: &Purchase,
    claim: &Claim,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Option<WouldDiffer> {
    let settled = claim.settled_as.as_ref()?;
    let before = &settled.facts;
    let now = match (coverage.zone, coverage.counted_from) {
        (Some(zone), Some(counted_from)) => SettlementFacts {
            refunded_by_seller: coverage.device_price_refunded,
            counted_from,
            first_filed: local_day(claim.chain.first_filed_at, zone),
            filed: local_day(claim.filed_at, zone),
            ..before.clone()
        },
        _ => before.clone(),
    };
    let (were, would_be) = (reported(payments(terms, before)), reported(payments(terms, &now)));
    let other_amounts = || WouldDiffer {
        decision: settled.decision,
        event: "settlement_started".to_owned(),
        rule: "M1".to_owned(),
        was: were.clone(),
        would_be: would_be.clone(),
        facts: facts_of(&now),
    };
    let reimbursed_twice = || {
        let was_reimbursed =
            matches!(before.outcome, Outcome::Repaired | Outcome::Replaced | Outcome::Refunded);
        (was_reimbursed && compensated_by_seller(known, coverage)).then(|| WouldDiffer {
            rule: "M7".to_owned(),
            would_be: ClaimRejection::SellerCompensated.to_string(),
            ..other_amounts()
        })
    };
    if were == would_be { reimbursed_twice() } else { Some(other_amounts()) }
}

/// The facts that a reviewer of different amounts needs.
fn facts_of(facts: &SettlementFacts) -> Map<String, Value> {
    let seen = json!({
        "counted_from": facts.counted_from,
        "first_filed": facts.first_filed,
        "device_price": facts.device_price,
        "refunded_by_seller": facts.refunded_by_seller,
    });
    match seen {
        Value::Object(seen) => seen.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// M8: the provider reimburses a device that was lost in a return shipment that it had booked.
pub(super) fn lost_on_return(claim: &Claim, shipment: ShipmentId) -> Vec<WouldDiffer> {
    let Some(settled) = &claim.settled_as else { return Vec::new() };
    vec![WouldDiffer {
        decision: settled.decision,
        event: "settlement_started".to_owned(),
        rule: "M8".to_owned(),
        was: "the device was in transit to the buyer".to_owned(),
        would_be: "the provider had booked the shipment in which the device was lost, and has to \
             reimburse it"
            .to_owned(),
        // A second loss has its own shipment, so it opens its own review.
        facts: [("shipment".to_owned(), json!(shipment))].into_iter().collect(),
    }]
}

fn refused_now(decision: u32, event: &str, was: &str, rejection: &ClaimRejection) -> WouldDiffer {
    let Reason { rules, facts, .. } = rejection.reason();
    WouldDiffer {
        decision,
        event: event.to_owned(),
        rule: rules.first().map_or_else(String::new, |rule| (*rule).to_owned()),
        was: was.to_owned(),
        would_be: rejection.to_string(),
        facts,
    }
}

/// Who pays whom how much, as a sentence. Payments to carriers are left out: no decision changes
/// them.
fn reported(payments: Result<Vec<Payment>, SettlementError>) -> String {
    let payments = match payments {
        Ok(payments) => payments,
        Err(error) => return error.to_string(),
    };
    let one = |payment: &Payment| {
        let kind = serde_json::to_value(payment.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default().replace('_', " ");
        let what = match payment.kind {
            PaymentKind::DeviceCash => format!("{kind} ({})", payment.note),
            _ => kind,
        };
        format!("the {} pays the {} {} for {what}", payment.from, payment.to, payment.amount)
    };
    let reported: Vec<String> =
        payments.iter().filter(|payment| payment.to != Party::Carrier).map(one).collect();
    if reported.is_empty() { "nothing is owed".to_owned() } else { reported.join("; ") }
}
