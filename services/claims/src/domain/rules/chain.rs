//! Chains of claims for one returning defect (T6, M1). Each return is a new claim, linked to the
//! first.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, Finding, Instant, PolicyId};
use recourse_terms::{Outcome, Terms, Verdict};

use super::rests_on;
use crate::domain::Cx;
use crate::domain::commands::File;
use crate::domain::events::{AppealOf, Chain, EarlierRepair};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase, Stage};

/// T6: the claim whose defect has returned. It must be closed, under the same policy, and have
/// ended in a repair, a replacement or no fault found.
pub(crate) fn returning_from<'a>(
    purchase: &'a Purchase,
    form: &File,
) -> Result<Option<&'a Claim>, ClaimRejection> {
    earlier_repair(purchase, form.policy, form.continues)
}

fn earlier_repair(
    purchase: &Purchase,
    policy: PolicyId,
    continues: Option<ClaimId>,
) -> Result<Option<&Claim>, ClaimRejection> {
    let Some(id) = continues else { return Ok(None) };
    let previous = purchase.claims.get(&id).filter(|claim| claim.policy == policy);
    let previous = previous.ok_or(ClaimRejection::NotAChain { claim: id })?;
    match previous.outcome() {
        Some(Outcome::Repaired | Outcome::RepairedAtBuyersCost | Outcome::Replaced)
        // While that claim is open, C4 gives the better refusal.
        | None => Ok(Some(previous)),
        Some(Outcome::ReturnedUnrepaired) if only_diagnosed(previous) => Ok(Some(previous)),
        Some(_) => Err(ClaimRejection::NotAChain { claim: id }),
    }
}

/// C12: the chain can be changed until the verdict.
pub(crate) fn chain_can_be_changed(claim: &Claim) -> Result<(), ClaimRejection> {
    match &claim.stage {
        Stage::Submission | Stage::Verification | Stage::Rejected { .. } | Stage::Inspection => {
            Ok(())
        }
        Stage::Remedy(_) | Stage::Settlement(_) | Stage::Closed { .. } => {
            Err(ClaimRejection::VerdictIsRecorded)
        }
    }
}

/// C12, T6: the earlier claim that this one is to continue; none if it is to be the first.
pub(crate) fn can_be_chained_to<'a>(
    purchase: &'a Purchase,
    claim: &Claim,
    continues: Option<ClaimId>,
) -> Result<Option<&'a Claim>, ClaimRejection> {
    if let Some(id) = continues.filter(|id| *id >= claim.id) {
        return Err(ClaimRejection::NotAChain { claim: id });
    }
    earlier_repair(purchase, claim.policy, continues)
}

/// C12: the chain of the claim if it continues that one, and how many earlier repairs elsewhere
/// count in it: each receipt once in a chain.
pub(crate) fn chained(
    purchase: &Purchase,
    claim: &Claim,
    previous: Option<&Claim>,
    terms: &Terms,
) -> (Chain, u32) {
    let before = previous.into_iter().flat_map(|previous| claims_in(purchase, previous));
    let shown: BTreeSet<&String> = before
        .filter(|earlier| earlier.id < claim.id)
        .flat_map(|earlier| &earlier.receipts)
        .collect();
    let counted = claim.receipts.iter().filter(|receipt| !shown.contains(receipt)).count();
    let elsewhere = u32::try_from(counted).unwrap_or(u32::MAX);
    (chain(purchase, claim.id, previous, elsewhere, (claim.counts_as_filed_at, terms)), elsewhere)
}

/// C12: a change that changes nothing is refused.
pub(crate) fn chain_is_another(claim: &Claim, chain: &Chain) -> Result<Finding, ClaimRejection> {
    if claim.chain.first == chain.first {
        return Err(ClaimRejection::SameChain { first: chain.first });
    }
    Ok(Finding::passed("C12", "there is no verdict yet, so the chain can be changed"))
}

/// C12, M1, T6: the date and the repairs that count by the new chain.
pub(crate) fn what_changes(claim: &Claim, chain: &Chain) -> Finding {
    Finding::passed("C12", "M1 and T6 count by the new chain")
        .fact("first_claim", chain.first)
        .fact("first_filed_at", chain.first_filed_at)
        .fact("repairs_that_count", chain.unsuccessful_repairs)
        .fact("first_claim_before", claim.chain.first)
        .fact("first_filed_at_before", claim.chain.first_filed_at)
        .fact("repairs_that_counted_before", claim.chain.unsuccessful_repairs)
}

/// C12: the buyer can contest a chain that the adjuster made, once and in time.
pub(crate) fn chain_can_be_contested(
    claim: &Claim,
    cx: &Cx<'_>,
) -> Result<Finding, ClaimRejection> {
    if claim.appeal_of(AppealOf::Chain).is_some() {
        return Err(ClaimRejection::AppealedAlready);
    }
    let change = claim.chain_to_contest().ok_or(ClaimRejection::NothingToAppeal)?;
    if cx.now >= change.contest_by {
        return Err(ClaimRejection::TooLateToAppeal { until: change.contest_by });
    }
    let finding = Finding::passed("C12", "the chain is contested in time");
    Ok(rests_on(finding.fact("until", change.contest_by), &["waits.chain_contest"]))
}

/// T6: whether the visit only diagnosed: no fault was found, and the defect came back.
fn only_diagnosed(claim: &Claim) -> bool {
    let settled = claim.settled_as.as_ref();
    settled.is_some_and(|settled| settled.facts.verdict == Some(Verdict::NoFaultFound))
}

/// T6, M1: continues the chain of the claim whose defect returned, or starts a new one.
pub(crate) fn chain(
    purchase: &Purchase,
    claim: ClaimId,
    previous: Option<&Claim>,
    elsewhere: u32,
    (now, terms): (Instant, &Terms),
) -> Chain {
    let Some(previous) = previous else {
        let (first, first_filed_at) = (claim, now);
        return Chain { first, first_filed_at, position: 1, unsuccessful_repairs: elsewhere };
    };
    let before = claims_in(purchase, previous);
    Chain {
        position: u32::try_from(before.count()).unwrap_or(u32::MAX).saturating_add(1),
        unsuccessful_repairs: repairs_in_a_row(purchase, previous, terms).saturating_add(elsewhere),
        ..previous.chain.clone()
    }
}

/// The claims in the same chain as this one, in the order in which they were filed.
fn claims_in<'a>(purchase: &'a Purchase, one: &'a Claim) -> impl Iterator<Item = &'a Claim> {
    purchase.claims_of(one.policy).filter(|claim| claim.chain.first == one.chain.first)
}

/// T6: how many repairs of the defect came before, in a row. A replacement does not count as a
/// repair, nor, unless the terms count visits, does a visit that only diagnosed; neither breaks the
/// row: a defect that returns in the replacement device is the same defect.
fn repairs_in_a_row(purchase: &Purchase, last: &Claim, terms: &Terms) -> u32 {
    claims_in(purchase, last).fold(0_u32, |repairs, claim| {
        let repairs = repairs.saturating_add(claim.repairs_elsewhere);
        match claim.outcome() {
            Some(Outcome::Repaired) => repairs.saturating_add(1),
            Some(Outcome::ReturnedUnrepaired)
                if terms.beyond_repair.visits_count && only_diagnosed(claim) =>
            {
                repairs.saturating_add(1)
            }
            _ => repairs,
        }
    })
}

/// T6: the receipts and reports of repairs elsewhere that count, by SHA-256. Each counts once in a
/// chain, however often it is submitted, and only for a repair of this very device between the day
/// on which the buyer received it and the filing. Repairs before a replacement were done to another
/// device.
pub(crate) fn receipts_that_count(
    purchase: &Purchase,
    form: &File,
    previous: Option<&Claim>,
    received_on: Option<NaiveDate>,
    filed_on: NaiveDate,
) -> Vec<String> {
    let chain = previous.into_iter().flat_map(|previous| claims_in(purchase, previous));
    let mut shown: BTreeSet<&String> = chain.flat_map(|claim| &claim.receipts).collect();
    form.earlier_repairs
        .iter()
        .filter(|repair| repair.on <= filed_on && received_on.is_none_or(|day| day <= repair.on))
        .filter_map(|repair| Some(&repair.evidence.as_ref()?.sha256))
        .filter(|receipt| shown.insert(*receipt))
        .cloned()
        .collect()
}

/// T6: the earlier repairs, if the defect has returned or was repaired elsewhere.
pub(crate) fn what_went_before(form: &File, chain: &Chain, counted: usize) -> Option<Finding> {
    if chain.position == 1 && form.earlier_repairs.is_empty() {
        return None;
    }
    let repairs = chain.unsuccessful_repairs;
    let with = EarlierRepair::receipts(&form.earlier_repairs).len();
    let outcome = match repairs {
        0 => "no earlier repair counts".to_owned(),
        1 => "one earlier repair did not cure the defect".to_owned(),
        many => format!("{many} earlier repairs in a row did not cure the defect"),
    };
    let finding = Finding::passed("T6", outcome)
        .fact("first_claim", chain.first)
        .fact("position", chain.position)
        .fact("repairs_that_count", repairs)
        .fact("elsewhere_with_evidence", with)
        .fact("left_out_without_evidence", form.earlier_repairs.len() - with)
        .fact("left_out_shown_before_or_of_another_day", with - counted);
    Some(rests_on(finding, &["beyond_repair.after_unsuccessful_repairs"]))
}

/// T6: repairs in a row that did not cure the same defect put the device beyond repair, once the
/// defect is found again and is covered. The terms set the number.
pub(crate) fn third_repair_did_not_cure(
    claim: &Claim,
    verdict: Verdict,
    terms: &Terms,
) -> (bool, Finding) {
    let repairs = claim.chain.unsuccessful_repairs;
    let is_beyond = verdict == Verdict::Covered
        && terms.is_beyond_repair_after(usize::try_from(repairs).unwrap_or(usize::MAX));
    let finding = if is_beyond {
        Finding::failed("T6", "the repairs did not cure the defect: the device is beyond repair")
    } else {
        Finding::passed("T6", "another repair can be tried")
    };
    let finding = finding.fact("unsuccessful_repairs", repairs);
    (is_beyond, rests_on(finding, &["beyond_repair.after_unsuccessful_repairs"]))
}
