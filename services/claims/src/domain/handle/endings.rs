//! How a claim reaches its end: the events that choose a remedy, start the settlement and close the
//! claim. Commands and deadlines of several stages use them.
//!
//! Payments belong to refunds and shipments to repair-shops; claims starts both, waits for both,
//! and closes.

use chrono_tz::Tz;
use recourse_kernel::{Finding, Findings, Instant, Money};
use recourse_terms::{Outcome, SettlementFacts, ShipmentFact};

use crate::domain::events::{
    AppealOf, ClaimEvent, Closed, PolicyCoverage, Remedy, RemedyChosen, SettlementStarted, Side,
    Withdrawal, Withdrawn,
};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::{rests_on, settlement};
use crate::domain::state::{Claim, Purchase, Stage, Visit};

pub(super) fn chosen(
    claim: &Claim,
    remedy: Remedy,
    by: Side,
    paid_repair_price: Option<Money>,
    findings: Findings,
) -> ClaimEvent {
    ClaimEvent::RemedyChosen(Box::new(RemedyChosen {
        claim: claim.id,
        job: claim.visit.as_ref().map_or(claim.id.job(1), |visit| visit.job),
        remedy,
        by,
        paid_repair_price,
        terms: claim.terms.clone(),
        findings,
    }))
}

/// A claim without a device at the shop closes at once; otherwise the device is returned first, at
/// the cost that the terms name (C3).
pub(super) fn end_by_withdrawal(
    purchase: &Purchase,
    claim: &Claim,
    by: Withdrawal,
    now: Instant,
) -> Vec<ClaimEvent> {
    let withdrawn = ClaimEvent::Withdrawn(Withdrawn { claim: claim.id, by, at: now });
    let why = match by {
        Withdrawal::Buyer => Finding::passed("stage 5", "the buyer withdrew the claim"),
        Withdrawal::HandOver => {
            let why = Finding::failed("T11", "the buyer did not hand the device over in time");
            rests_on(why, &["waits.hand_over"])
        }
        Withdrawal::Silence => {
            let why = Finding::failed("C3", "the buyer did not answer in time");
            rests_on(why, &["claim.answer_within_days"])
        }
    };
    // C10: a rejected claim remains one, or filing it again would need nothing new.
    let outcome = match claim.stage {
        Stage::Rejected { .. } => Outcome::Rejected,
        _ => Outcome::Withdrawn,
    };
    // T9: silence is not a withdrawal because of an overdue part.
    let is_free_of_charge = claim.is_free_of_charge && by == Withdrawal::Buyer;
    let claim = &Claim { is_free_of_charge, ..claim.clone() };
    vec![withdrawn, end_without_remedy(purchase, claim, outcome, now, vec![why])]
}

/// Ends a claim without a remedy: at once, or after the device, or what arrived instead, has been
/// returned (C3, C6) and what is owed has been paid.
pub(super) fn end_without_remedy(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
    findings: Findings,
) -> ClaimEvent {
    let has_the_device = claim.visit.as_ref().is_some_and(Visit::has_the_device);
    // M13: fees are owed once there is a verdict; M10: what was granted or found is owed as well.
    let is_owed = claim.verdict().is_some()
        || !claim.goodwill_owed().is_empty()
        || !claim.review_results.is_empty();
    match purchase.coverages.get(&claim.policy) {
        Some(coverage) if has_the_device || is_owed => {
            start(coverage, claim, outcome, now, findings)
        }
        _ => close(claim, outcome, now, findings),
    }
}

/// C3: a device that arrives after its claim was withdrawn is returned, at the cost that the terms
/// name: the claim remains closed, and its shipments are settled.
pub(super) fn settle_late_arrival(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    if claim.outcome() != Some(Outcome::Withdrawn) || claim.settled_as.is_some() {
        return Ok(None);
    }
    let why = Finding::passed("C3", "the device arrived after the withdrawal, and is returned");
    let coverage = purchase.coverage(claim.policy)?;
    Ok(Some(start(coverage, claim, Outcome::Withdrawn, now, vec![why])))
}

/// Starts the settlement of a claim with this outcome.
pub(super) fn start(
    coverage: &PolicyCoverage,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
    findings: Findings,
) -> ClaimEvent {
    let facts = settlement::facts(coverage, claim, outcome, None, now);
    started_by(claim, coverage.zone.unwrap_or(Tz::UTC), facts, findings)
}

/// Starts the settlement of an agreement at this price.
pub(super) fn start_agreed(
    coverage: &PolicyCoverage,
    claim: &Claim,
    outcome: Outcome,
    price: Money,
    now: Instant,
    findings: Findings,
) -> ClaimEvent {
    let facts = settlement::facts(coverage, claim, outcome, Some(price), now);
    started_by(claim, coverage.zone.unwrap_or(Tz::UTC), facts, findings)
}

/// The event that settles a claim by these facts, or settles it again. If a shipment counts for
/// less than the buyer paid, a finding says so (M3, C5).
pub(super) fn started_by(
    claim: &Claim,
    zone: Tz,
    facts: SettlementFacts,
    mut findings: Findings,
) -> ClaimEvent {
    findings.extend(facts.shipments.iter().filter_map(ShipmentFact::reduced));
    ClaimEvent::SettlementStarted(Box::new(SettlementStarted {
        claim: claim.id,
        settlement: claim.id.settlement(),
        policy: claim.policy,
        provider: claim.provider.clone(),
        buyer: claim.buyer.clone(),
        terms: claim.terms.clone(),
        zone,
        first_filed_at: claim.chain.first_filed_at,
        facts,
        findings,
    }))
}

/// Closes a claim once everything is carried out, and its verdict is not under appeal (C11).
pub(super) fn close_when_complete(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let Stage::Settlement(settling) = &claim.stage else { return None };
    let why = Finding::passed("stage 5", "everything decided has been carried out");
    let is_final = claim.open_appeal_of(AppealOf::Verdict).is_none();
    (is_final && claim.is_carried_out(settling))
        .then(|| close(claim, settling.outcome, now, vec![why]))
}

pub(super) fn close(
    claim: &Claim,
    outcome: Outcome,
    closed_at: Instant,
    findings: Findings,
) -> ClaimEvent {
    let (claim, policy) = (claim.id, claim.policy);
    ClaimEvent::Closed(Closed { claim, policy, outcome, closed_at, findings })
}
