//! Payments that the provider grants without owing them (M10). Their amounts are among the facts of
//! the settlement, so that the same function yields them.

use recourse_kernel::{Finding, Tried};
use recourse_terms::SettlementFacts;

use super::{endings, late_shipments};
use crate::domain::commands::{ApproveGoodwill, DeclineGoodwill, GrantGoodwill};
use crate::domain::events::{ClaimEvent, GoodwillApproved, GoodwillDeclined, GoodwillGranted};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::goodwill::{another_person_approves, is_to_be_approved, needs_approval};
use crate::domain::rules::negotiation::amount_can_be_paid;
use crate::domain::rules::pinned;
use crate::domain::rules::requester::only_the_provider;
use crate::domain::rules::waits::due_after;
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// M10: the provider's staff grant a payment; above the limit of the terms it waits for another
/// person.
pub(super) fn grant(purchase: &Purchase, command: &GrantGoodwill, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    rules.all([amount_can_be_paid(purchase, claim, command.amount)]);
    let (needs_approval, limit) = needs_approval(purchase, claim, command.amount, terms);
    rules.all([Ok(limit)]);
    let granted = ClaimEvent::GoodwillGranted(Box::new(GoodwillGranted {
        claim: claim.id,
        goodwill: claim.goodwill.last().map_or(0, |last| last.number) + 1,
        amount: command.amount,
        reason: command.reason.clone(),
        by: cx.principal.clone(),
        needs_approval,
        approve_by: needs_approval.then(|| due_after(claim, terms, terms.waits.review, cx)),
        terms: claim.terms.clone(),
        findings: rules.passed()?,
    }));
    owed(purchase, claim, granted, cx)
}

/// M10: another person of the provider approves the payment.
pub(super) fn approve(purchase: &Purchase, command: &ApproveGoodwill, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let granted = is_to_be_approved(claim, command.goodwill)?;
    let mut rules = Tried::default();
    rules.all([another_person_approves(granted, cx)]);
    let approved = ClaimEvent::GoodwillApproved(GoodwillApproved {
        claim: claim.id,
        goodwill: granted.number,
        amount: granted.amount,
        by: cx.principal.clone(),
        findings: rules.passed()?,
    });
    owed(purchase, claim, approved, cx)
}

/// M10: another person of the provider declines the payment.
pub(super) fn decline(purchase: &Purchase, command: &DeclineGoodwill, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    let granted = is_to_be_approved(claim, command.goodwill)?;
    another_person_approves(granted, cx)?;
    let (claim, goodwill, by) = (claim.id, granted.number, cx.principal.clone());
    Ok(vec![ClaimEvent::GoodwillDeclined(GoodwillDeclined { claim, goodwill, by })])
}

/// The event, and the settlement of what is owed after it.
fn owed(purchase: &Purchase, claim: &Claim, event: ClaimEvent, cx: &Cx<'_>) -> Decision {
    let mut after = claim.clone();
    after.apply(&event, cx.now);
    let why = Finding::passed("M10", "the provider granted a payment");
    let settled = settle_extras(purchase, &after, why, cx)?;
    Ok(std::iter::once(event).chain(settled).collect())
}

/// M10: settles what was granted. An open claim without a settlement includes
/// it later; a closed one that never had a settlement gets one and remains closed.
fn settle_extras(
    purchase: &Purchase,
    claim: &Claim,
    why: Finding,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let goodwill = claim.goodwill_owed();
    if let Some(settled) = &claim.settled_as {
        let facts = SettlementFacts { goodwill, ..settled.facts.clone() };
        return Ok(late_shipments::extend(claim, facts, None, vec![why], terms));
    }
    let Some(outcome) = claim.outcome() else { return Ok(None) };
    if goodwill.is_empty() {
        return Ok(None);
    }
    let coverage = purchase.coverage(claim.policy)?;
    Ok(Some(endings::start(coverage, claim, outcome, cx.now, vec![why])))
}
