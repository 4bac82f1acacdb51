//! Reviews: a fact that arrives late is checked against the decisions made without it. Decisions
//! that would differ now are listed for a person to review. A review changes none of them; its
//! result can be carried out (M10).
//!
//! The check calls the same functions that made the decisions, with the facts known now.

use recourse_kernel::{Finding, Money, Reason, Rejection as _, ShipmentId};
use recourse_terms::{
    Direction, Outcome, Party, Payment, PaymentKind, SettlementError, SettlementFacts, Terms,
    payments,
};
use serde_json::{Map, Value, json};

use super::late_shipments;
use crate::domain::commands::{CloseReview, CoverageFact};
use crate::domain::events::{
    ClaimEvent, LateFact, PolicyCoverage, ReviewClosed, ReviewOpened, ReviewResult, ShipmentEnd,
    WouldDiffer,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::compensation::compensated_by_seller;
use crate::domain::rules::difference::{Settled, was_in_time};
use crate::domain::rules::pinned;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::rules::review::{loss_is_compensated_first, result_of};
use crate::domain::rules::waits::due_after;
use crate::domain::state::{Claim, Purchase, Review};
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
    loss_is_compensated_first(purchase, claim, meant)?;
    let result = result_of(purchase, claim, meant, command, cx)?;
    let (by, note) = (cx.principal.clone(), command.note.clone());
    let closed =
        ClaimEvent::ReviewClosed(ReviewClosed { claim: claim.id, review, by, result, note });
    let amount = match result {
        ReviewResult::Pay { amount } => amount,
        ReviewResult::ClaimBack { amount } => {
            Money { amount: amount.amount.saturating_neg(), ..amount }
        }
        ReviewResult::Nothing | ReviewResult::Admit { .. } => return Ok(vec![closed]),
    };
    let terms = pinned(&claim.terms, cx.reference)?;
    let settled = Settled::new(purchase, claim, purchase.coverage(claim.policy)?, terms);
    let facts = settled.and_then(|settled| settled.carried_out(amount));
    let why = Finding::passed("M10", "a review found another amount").fact("review", review);
    let settle = |facts| late_shipments::extend(claim, facts, None, vec![why], terms);
    Ok(std::iter::once(closed).chain(facts.and_then(settle)).collect())
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

/// Opens a review, unless it would be empty, or the last one or an open one lists the same.
pub(super) fn opened(
    claim: &Claim,
    because: LateFact,
    decisions: Vec<WouldDiffer>,
    difference: Option<Money>,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let difference = difference.filter(|difference| difference.amount != 0);
    let last = claim.reviews.last().map(|last| last.number);
    let is_same = |known: &&Review| {
        (known.is_open || last == Some(known.number))
            && known.difference == difference
            && list_the_same(&known.decisions, &decisions)
    };
    let is_reported = claim.reviews.iter().find(is_same).is_some();
    if decisions.is_empty() || is_reported {
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
        difference,
        close_by: due_after(claim, terms, terms.waits.review, cx),
        findings,
    };
    Ok(Some(ClaimEvent::ReviewOpened(Box::new(opened))))
}

/// Whether the same decisions would differ for the same reasons: facts that only explain them may
/// become known one by one. A second loss has its own shipment.
fn list_the_same(known: &[WouldDiffer], now: &[WouldDiffer]) -> bool {
    let is_same = |(known, now): (&WouldDiffer, &WouldDiffer)| {
        let shipment = |would: &WouldDiffer| would.facts.get("shipment").cloned();
        let of = |would: &WouldDiffer| {
            (would.decision, would.event.clone(), would.rule.clone(), would.would_be.clone())
        };
        of(known) == of(now) && shipment(known) == shipment(now)
    };
    known.len() == now.len() && known.iter().zip(now).all(is_same)
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
    // With what is settled by the fact itself (M7).
    let now = known.claims.get(&claim.id).unwrap_or(claim);
    let difference = Settled::new(known, now, coverage, terms);
    let difference = difference.and_then(|settled| settled.difference());
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
    // M8: that loss has its own review.
    if is_lost && fact.direction == Direction::ToBuyer && fact.liable() == Party::Provider {
        return Ok(Vec::new());
    }
    // T7: a replacement's warranty counts from the real day.
    let others = known.claims_of(claim.policy).filter(|other| other.id != claim.id);
    let mut events = reviews(known, others, LateFact::AfterPresumed, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let decisions = corrected(claim, shipment, is_lost);
    let settled = Settled::new(known, claim, known.coverage(claim.policy)?, terms);
    let difference = settled.and_then(|settled| settled.difference());
    events.extend(opened(claim, LateFact::AfterPresumed, decisions, difference, cx)?);
    Ok(events)
}

/// The decision that rests on what was presumed about a shipment.
fn corrected(claim: &Claim, shipment: ShipmentId, is_lost: bool) -> Vec<WouldDiffer> {
    let fact = claim.visit.as_ref().and_then(|visit| visit.shipments.get(&shipment));
    let rests_on_it = claim.settled_as.is_some() || !claim.is_open();
    let Some(fact) = fact.filter(|_| rests_on_it) else { return Vec::new() };
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
        return Vec::new();
    };
    let settled = claim.settled_as.as_ref();
    vec![WouldDiffer {
        decision: settled.map_or(claim.decisions, |settled| settled.decision),
        event: if settled.is_some() { "settlement_started" } else { "closed" }.to_owned(),
        rule: "T11".to_owned(),
        was: was.to_owned(),
        would_be: would_be.to_owned(),
        facts: [("shipment".to_owned(), json!(shipment))].into_iter().collect(),
    }]
}

/// C1, T2, T7: whether the claim would be in time by the dates known now.
fn recheck_filing(
    known: &Purchase,
    claim: &Claim,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Option<WouldDiffer> {
    match was_in_time(known, claim, terms, coverage) {
        Ok(()) => None,
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
    let known_now = Settled::new(known, claim, coverage, terms)?;
    let now = known_now.facts_now();
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
        let is_compensated = was_reimbursed && compensated_by_seller(known, coverage);
        let is_late = known_now.received_twice().is_some_and(|twice| twice.amount > 0);
        (is_compensated || is_late).then(|| WouldDiffer {
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
