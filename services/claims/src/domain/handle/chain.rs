//! The adjuster puts a claim into a chain or takes it out, and the buyer may contest that (C12).

use chrono_tz::Tz;
use recourse_kernel::{Finding, Tried};
use recourse_terms::coverage::local_day;
use recourse_terms::{SettlementFacts, Terms};

use super::late_shipments;
use crate::domain::commands::{ChangeChain, ContestChain};
use crate::domain::events::{AppealOf, Chain, ChainChanged, ChainContested, ClaimEvent};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::appeal::{grounds_are_given, no_appeal_is_open_of};
use crate::domain::rules::chain::{
    can_be_chained_to, chain_can_be_changed, chain_can_be_contested, chain_is_another, chained,
    third_repair_did_not_cure, what_changes,
};
use crate::domain::rules::pinned;
use crate::domain::rules::requester::{only_the_buyer, only_the_provider};
use crate::domain::rules::waits::due_after;
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// C12: the staff change the chain before the verdict, with a reason.
pub(super) fn change(purchase: &Purchase, command: &ChangeChain, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_provider(&claim.provider, cx)?;
    chain_can_be_changed(claim)?;
    let mut rules = Tried::default();
    rules.all([no_appeal_is_open_of(claim, AppealOf::Chain)]);
    let previous = rules.need(can_be_chained_to(purchase, claim, command.continues))?;
    let terms = pinned(&claim.terms, cx.reference)?;
    let (chain, repairs_elsewhere) = chained(purchase, claim, previous, terms);
    rules.all([chain_is_another(claim, &chain), Ok(what_changes(claim, &chain))]);
    Ok(vec![ClaimEvent::ChainChanged(Box::new(ChainChanged {
        claim: claim.id,
        chain,
        was: claim.chain.clone(),
        by: cx.principal.clone(),
        reason: Some(command.reason.clone()),
        contest_by: Some(due_after(claim, terms, terms.waits.chain_contest, cx)),
        repairs_elsewhere,
        third_unsuccessful: None,
        terms: claim.terms.clone(),
        findings: rules.passed()?,
    }))])
}

/// C12: the buyer contests the chain; another reviewer decides.
pub(super) fn contest(purchase: &Purchase, command: &ContestChain, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let mut rules = Tried::default();
    rules.all([grounds_are_given(command.characters), chain_can_be_contested(claim, cx)]);
    rules.passed()?;
    let terms = pinned(&claim.terms, cx.reference)?;
    Ok(vec![ClaimEvent::ChainContested(ChainContested {
        claim: claim.id,
        grounds: command.grounds.clone(),
        decide_by: due_after(claim, terms, terms.waits.appeal_decision, cx),
    })])
}

/// C12, C11: an upheld contest restores the chain, and what was settled by it is settled again.
pub(super) fn appeal_decided(
    claim: &Claim,
    purchase: &Purchase,
    upheld: bool,
    reviewer: &Finding,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let Some(change) = claim.chain_change.as_ref().filter(|_| upheld) else {
        return Ok(Vec::new());
    };
    let terms = pinned(&claim.terms, cx.reference)?;
    let restored = restored(claim, change.was.clone(), reviewer, terms, cx);
    let mut after = claim.clone();
    after.apply(&restored, cx.now);
    let settled = settled_again(purchase, &after, terms)?;
    Ok(std::iter::once(restored).chain(settled).collect())
}

fn restored(
    claim: &Claim,
    chain: Chain,
    reviewer: &Finding,
    terms: &Terms,
    cx: &Cx<'_>,
) -> ClaimEvent {
    let by_chain = Claim { chain: chain.clone(), ..claim.clone() };
    let found = claim.found.as_ref().map(|found| found.verdict);
    let third = found.map(|verdict| third_repair_did_not_cure(&by_chain, verdict, terms));
    let findings = std::iter::once(reviewer.clone());
    let repairs = third.as_ref().map(|(_, repairs)| repairs.clone());
    ClaimEvent::ChainChanged(Box::new(ChainChanged {
        claim: claim.id,
        chain,
        was: claim.chain.clone(),
        by: cx.principal.clone(),
        reason: None,
        contest_by: None,
        repairs_elsewhere: claim.repairs_elsewhere,
        third_unsuccessful: third.map(|(is_third, _)| is_third),
        terms: claim.terms.clone(),
        findings: findings.chain(repairs).collect(),
    }))
}

/// M1: the date of the first filing follows the chain.
fn settled_again(
    purchase: &Purchase,
    claim: &Claim,
    terms: &Terms,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let Some(settled) = &claim.settled_as else { return Ok(None) };
    let zone = purchase.coverage(claim.policy)?.zone.unwrap_or(Tz::UTC);
    let first_filed = local_day(claim.chain.first_filed_at, zone);
    let facts = SettlementFacts { first_filed, ..settled.facts.clone() };
    let why = Finding::passed("C12", "the chain was restored, and M1 counts by it");
    Ok(late_shipments::extend(claim, facts, None, vec![why], terms))
}
