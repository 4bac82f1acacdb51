//! Reviews: a fact that arrives late is checked against the decisions made without it. Decisions
//! that would differ now are listed for a person to review. A review changes none of them; its
//! result can be carried out (M10).
//!
//! The check calls the same functions that made the decisions, with the facts known now.

use recourse_kernel::{Finding, Money, Reason, Rejection as _, ShipmentId};
use recourse_terms::coverage::local_day;
use recourse_terms::{
    Direction, Outcome, Party, Payment, PaymentKind, SettlementError, SettlementFacts, Terms,
    payments,
};
use serde_json::{Map, Value, json};

use super::goodwill::settle_extras;
use crate::domain::commands::{CloseReview, CoverageFact};
use crate::domain::events::{
    ClaimEvent, LateFact, PolicyCoverage, ReviewClosed, ReviewOpened, ReviewResult, ShipmentEnd,
    WouldDiffer,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::compensated_by_seller;
use crate::domain::rules::in_time::{coverage_has_started, policy_still_covers};
use crate::domain::rules::pinned;
use crate::domain::rules::replacement::Replacement;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::rules::review::{net_to_buyer, result_of};
use crate::domain::rules::waits::due_after;
use crate::domain::state::{Claim, Purchase, Visit};
use crate::domain::{Cx, Decision};

/// The provider's staff reviewed the listed decisions. M10: what the review found is paid, claimed
/// back or admitted.
pub(super) fn close(purchase: &Purchase, command: &CloseReview, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let review = command.review;
    let known = claim.reviews.iter().find(|known| known.number == review);
    let meant = known.ok_or(ClaimRejection::ReviewNotKnown { review })?;
    if !meant.is_open {
        return Err(ClaimRejection::ReviewNotOpen { review }.into());
    }
    let result = result_of(purchase, claim, meant, command, cx)?;
    let (by, note) = (cx.principal.clone(), command.note.clone());
    let closed =
        ClaimEvent::ReviewClosed(ReviewClosed { claim: claim.id, review, by, result, note });
    if matches!(result, ReviewResult::Nothing | ReviewResult::Admit { .. }) {
        return Ok(vec![closed]);
    }
    let mut after = claim.clone();
    after.apply(&closed, cx.now);
    let why = Finding::passed("M10", "a review found another amount").fact("review", review);
    let settled = settle_extras(purchase, &after, why, cx)?;
    Ok(std::iter::once(closed).chain(settled).collect())
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
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let reviewed = claims.map(|claim| {
        let (decisions, difference) = would_differ(known, claim, cx)?;
        opened(claim, because, decisions, difference, cx)
    });
    reviewed.filter_map(Result::transpose).collect()
}

/// Opens a review, unless it would be empty or an earlier one lists the same.
pub(super) fn opened(
    claim: &Claim,
    because: LateFact,
    decisions: Vec<WouldDiffer>,
    difference: Option<Money>,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let reported = claim.reviews.last().is_some_and(|last| last.decisions == decisions);
    if decisions.is_empty() || reported {
        return Ok(None);
    }
    let findings = decisions
        .iter()
        .map(|differs| Finding {
            facts: differs.facts.clone(),
            ..Finding::failed(&differs.rule, differs.would_be.clone())
        })
        .collect();
    let terms = pinned(&claim.terms, cx.reference)?;
    let opened = ReviewOpened {
        claim: claim.id,
        review: claim.reviews.last().map_or(0, |last| last.number) + 1,
        because,
        decisions,
        difference: difference.filter(|difference| difference.amount != 0),
        close_by: due_after(claim, terms, terms.waits.review, cx),
        findings,
    };
    Ok(Some(ClaimEvent::ReviewOpened(Box::new(opened))))
}

/// The decisions about a claim that would differ with the facts known now, and what the buyer would
/// get more.
fn would_differ(
    known: &Purchase,
    claim: &Claim,
    cx: &Cx<'_>,
) -> Result<(Vec<WouldDiffer>, Option<Money>), ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let coverage = known.coverage(claim.policy)?;
    let filed = recheck_filing(known, claim, terms, coverage);
    let accepted = recheck_acceptance(known, claim, coverage);
    let settled = recheck_settlement(known, claim, terms, coverage);
    let (settled, difference) =
        settled.map_or((None, None), |(differs, amount)| (Some(differs), amount));
    Ok((filed.into_iter().chain(accepted).chain(settled).collect(), difference))
}

/// T11, M8: the end of a shipment was presumed, and a later report corrects it. Whatever was
/// settled meanwhile is reviewed, and both amounts are offset. The claim is as it is afterwards.
pub(super) fn after_presumed(
    known: &Purchase,
    claim: &Claim,
    (shipment, now): (ShipmentId, Option<ShipmentEnd>),
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let fact = claim.visit.as_ref().and_then(|visit| visit.shipments.get(&shipment));
    let Some(fact) = fact else { return Ok(Vec::new()) };
    let is_lost = now == Some(ShipmentEnd::Lost);
    if is_lost && fact.direction == Direction::ToBuyer && fact.liable() == Party::Provider {
        let decisions = lost_on_return(claim, shipment);
        let review = opened(claim, LateFact::LostOnReturn, decisions, None, cx)?;
        return Ok(review.into_iter().collect());
    }
    // T7: a replacement's warranty counts from the real day.
    let others = known.claims_of(claim.policy).filter(|other| other.id != claim.id);
    let mut events = reviews(known, others, LateFact::AfterPresumed, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let (decisions, difference) = corrected(claim, shipment, is_lost, terms);
    events.extend(opened(claim, LateFact::AfterPresumed, decisions, difference, cx)?);
    Ok(events)
}

/// The decision that rests on what was presumed about a shipment, and both amounts offset.
fn corrected(
    claim: &Claim,
    shipment: ShipmentId,
    is_lost: bool,
    terms: &Terms,
) -> (Vec<WouldDiffer>, Option<Money>) {
    let fact = claim.visit.as_ref().and_then(|visit| visit.shipments.get(&shipment));
    let rests_on_it = claim.settled_as.is_some() || !claim.is_open();
    let Some(fact) = fact.filter(|_| rests_on_it) else { return (Vec::new(), None) };
    let (was, would_be) = if is_lost {
        ("the shipment counted as delivered", "the shipment was lost")
    } else if fact.direction == Direction::ToShop
        || claim
            .settled_as
            .as_ref()
            .is_some_and(|settled| settled.facts.shipments.iter().any(|shipment| shipment.lost))
    {
        ("the shipment counted as lost", "the shipment arrived after all")
    } else {
        // The day alone differs.
        return (Vec::new(), None);
    };
    let settled = claim.settled_as.as_ref();
    let difference = settled.and_then(|settled| {
        let shipments = claim.visit.as_ref().map(Visit::shipments_that_count);
        let shipments = shipments.unwrap_or_default();
        let mut now = SettlementFacts { shipments, ..settled.facts.clone() };
        let arrived = !is_lost && fact.direction == Direction::ToShop;
        if arrived && now.verdict.is_none() && now.outcome == Outcome::Refunded {
            // The device is there, so nothing is owed for its loss; until it is inspected, its
            // shipments count as if it were covered.
            now.outcome = Outcome::Repaired;
        }
        difference(terms, &settled.facts, &now)
    });
    let differs = WouldDiffer {
        decision: settled.map_or(claim.decisions, |settled| settled.decision),
        event: if settled.is_some() { "settlement_started" } else { "closed" }.to_owned(),
        rule: "T11".to_owned(),
        was: was.to_owned(),
        would_be: would_be.to_owned(),
        facts: [("shipment".to_owned(), json!(shipment))].into_iter().collect(),
    };
    (vec![differs], difference)
}

/// M10: what the buyer gets more by these facts than by those before, in the currency of the
/// device's price; negative if it is less.
fn difference(terms: &Terms, before: &SettlementFacts, now: &SettlementFacts) -> Option<Money> {
    let currency = before.device_price.currency;
    let before = net_to_buyer(&payments(terms, before).ok()?, currency)?;
    net_to_buyer(&payments(terms, now).ok()?, currency)?.minus(before).ok()
}

/// C1, T2, T7: whether the claim would be in time by the dates known now.
fn recheck_filing(
    known: &Purchase,
    claim: &Claim,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Option<WouldDiffer> {
    let replacement = Replacement::before(known, claim.id, terms, coverage);
    let started = coverage_has_started(coverage, terms, claim.counts_as_filed_at);
    let covers = || policy_still_covers(coverage, replacement.as_ref(), claim.counts_as_filed_at);
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
) -> Option<(WouldDiffer, Option<Money>)> {
    let settled = claim.settled_as.as_ref()?;
    let before = &settled.facts;
    let now = match (coverage.zone, coverage.counted_from) {
        (Some(zone), Some(counted_from)) => SettlementFacts {
            refunded_by_seller: coverage.device_price_refunded,
            counted_from,
            first_filed: local_day(claim.chain.first_filed_at, zone),
            filed: local_day(claim.counts_as_filed_at, zone),
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
    let offset = difference(terms, before, &now);
    let differs = if were == would_be { reimbursed_twice()? } else { other_amounts() };
    Some((differs, offset))
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
