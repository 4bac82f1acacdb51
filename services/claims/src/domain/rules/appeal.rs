//! Appeals of a rejection or of a verdict (C11). Another reviewer decides, never the person who
//! made the decision; if that takes too long, the marketplace.

use chrono::TimeDelta;
use recourse_kernel::{Finding, Instant, Principal, Role};
use recourse_terms::{Outcome, Terms, Verdict};

use super::requester::only_named_staff;
use super::rests_on;
use crate::domain::Cx;
use crate::domain::events::{AppealOf, PolicyCoverage};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{AppealState, Claim, Purchase, Remedying, Stage};

/// The fewest characters of an appeal's grounds.
const SHORTEST_GROUNDS: u32 = 10;

/// C11: each decision can be appealed once.
pub(crate) fn only_one_appeal(claim: &Claim, of: AppealOf) -> Result<Finding, ClaimRejection> {
    match claim.appeal_of(of) {
        Some(_) => Err(ClaimRejection::AppealedAlready),
        None => Ok(Finding::passed("C11", "this decision was not appealed before")),
    }
}

/// C11: grounds that are too short are refused before they use up the appeal.
pub(crate) fn grounds_are_given(characters: u32) -> Result<Finding, ClaimRejection> {
    if characters < SHORTEST_GROUNDS {
        return Err(ClaimRejection::GroundsTooShort { given: characters, least: SHORTEST_GROUNDS });
    }
    Ok(Finding::passed("C11", "the grounds are long enough").fact("characters", characters))
}

/// C11: a rejection can be appealed, and so can a verdict that grants the buyer nothing, even while
/// the device is being returned; also says until when.
pub(crate) fn what_can_be_appealed(
    claim: &Claim,
    terms: &Terms,
) -> Result<(AppealOf, Instant), ClaimRejection> {
    match &claim.stage {
        Stage::Rejected { appeal_until, .. } => Ok((AppealOf::Rejection, *appeal_until)),
        Stage::Remedy(found) if found.chosen.is_none() && !claim.consented => {
            Ok((AppealOf::Verdict, until_when(found, terms)?))
        }
        // C4: the covered repair has begun, and another defect is not covered.
        Stage::Remedy(found)
            if found.refuses_something() && claim.is_at_the_shop() && !claim.consented =>
        {
            Ok((AppealOf::Verdict, until_when(found, terms)?))
        }
        Stage::Settlement(settling) if settling.outcome == Outcome::ReturnedUnrepaired => {
            let can_come = claim.is_at_the_shop() && !claim.consented;
            let found = claim.found.as_ref().filter(|_| can_come);
            let found = found.ok_or(ClaimRejection::NothingToAppeal)?;
            Ok((AppealOf::Verdict, until_when(found, terms)?))
        }
        _ => Err(ClaimRejection::NothingToAppeal),
    }
}

/// An appeal must be made within the appeal period of the terms.
pub(crate) fn appeal_comes_in_time(until: Instant, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
    if cx.now >= until {
        return Err(ClaimRejection::TooLateToAppeal { until });
    }
    let finding = Finding::passed("appeal", "the appeal is in time").fact("until", until);
    Ok(rests_on(finding, &["claim.appeal_within_days"]))
}

/// A verdict that grants the buyer nothing can be appealed.
fn until_when(found: &Remedying, terms: &Terms) -> Result<Instant, ClaimRejection> {
    if found.verdict == Verdict::Covered && !found.is_covered_in_part() {
        return Err(ClaimRejection::NothingToAppeal);
    }
    found
        .appeal_until
        .or_else(|| appeal_period_of_verdict(found.verdict, terms, found.found_at))
        .ok_or(ClaimRejection::NoAppeal)
}

/// The appeal period starts when the buyer could first read the verdict: when it was recorded,
/// however long ago the shop found it. `None` if the verdict grants the buyer everything or the
/// terms have no appeal.
pub(crate) fn appeal_period_of_verdict(
    verdict: Verdict,
    terms: &Terms,
    recorded_at: Instant,
) -> Option<Instant> {
    let days = terms.claim.appeal_within_days.filter(|_| verdict != Verdict::Covered)?;
    Some(recorded_at + TimeDelta::days(days.into()))
}

/// C11: nothing against the buyer is carried out while the buyer can still appeal, without the
/// buyer's consent.
pub(crate) fn no_appeal_is_possible(claim: &Claim, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
    match claim.appeal_until() {
        Some(until) if cx.now < until => Err(ClaimRejection::AppealIsPossible { until }),
        _ => Ok(Finding::passed("C11", "the buyer can no longer appeal")),
    }
}

/// C11: another reviewer of the same provider decides an appeal; once it is escalated, only the
/// marketplace on which the device was bought.
pub(crate) fn who_decides(
    purchase: &Purchase,
    claim: &Claim,
    appeal: &AppealState,
    cx: &Cx<'_>,
) -> Result<Finding, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    match (cx.principal.role, appeal.escalated_at) {
        (Role::Marketplace, Some(_)) => the_marketplace_decides(coverage, cx),
        (Role::Marketplace, None) => Err(ClaimRejection::AppealNotEscalated),
        (_, escalated_at) => {
            only_named_staff(&claim.provider, cx)?;
            match escalated_at {
                Some(_) => Err(ClaimRejection::AppealIsEscalated),
                None => another_reviewer(claim, appeal.of, cx),
            }
        }
    }
}

/// C11: an appeal that the provider did not decide is decided by the marketplace.
fn the_marketplace_decides(
    coverage: &PolicyCoverage,
    cx: &Cx<'_>,
) -> Result<Finding, ClaimRejection> {
    let is_its_own = |marketplace: &String| *marketplace == cx.principal.subject;
    if coverage.marketplace.as_ref().is_some_and(|own| !is_its_own(own)) {
        return Err(ClaimRejection::NotAllowed);
    }
    Ok(Finding::passed(
        "C11",
        "the marketplace decided an appeal that the provider had not decided",
    )
    .fact("looked_at_by", cx.principal))
}

/// Never the person who made the decision. If the provider has only one adjuster, the appeal stays
/// undecided and goes to the marketplace (T11).
fn another_reviewer(claim: &Claim, of: AppealOf, cx: &Cx<'_>) -> Result<Finding, ClaimRejection> {
    let first = who_decided_first(claim, of).ok_or(ClaimRejection::NoOpenAppeal)?;
    if first.subject == cx.principal.subject {
        return Err(ClaimRejection::SameReviewer { rules: &["C11"] });
    }
    Ok(Finding::passed("C11", "another reviewer decided the appeal")
        .fact("decided_by", first)
        .fact("looked_at_by", cx.principal))
}

/// Who made the decision that was appealed.
fn who_decided_first(claim: &Claim, of: AppealOf) -> Option<&Principal> {
    match (of, &claim.stage) {
        (AppealOf::Rejection, Stage::Rejected { by, .. }) => Some(by),
        (AppealOf::Verdict, _) => claim.found.as_ref().map(|found| &found.found_by),
        (AppealOf::Chain, _) => claim.chain_change.as_ref().map(|change| &change.by),
        _ => None,
    }
}

/// C11: only an open appeal of the same decision prevents what rests on it. An appeal of another
/// one, such as the chain, does not.
pub(crate) fn no_appeal_is_open_of(claim: &Claim, of: AppealOf) -> Result<Finding, ClaimRejection> {
    match claim.open_appeal_of(of) {
        Some(_) => Err(ClaimRejection::AppealIsOpen),
        None => Ok(Finding::passed("appeal", "no appeal of this decision is open")),
    }
}

/// C11, T6: no remedy is chosen by a verdict that is under appeal, nor for a covered defect while
/// its chain is contested.
pub(crate) fn no_appeal_is_open_before_the_choice(
    claim: &Claim,
) -> Result<Finding, ClaimRejection> {
    match claim.appeal_before_the_choice() {
        Some(_) => Err(ClaimRejection::AppealIsOpen),
        None => Ok(Finding::passed("appeal", "no appeal is open that the remedy depends on")),
    }
}

/// C11: the open appeal that is decided: the one that is named, or the only one.
pub(crate) fn appeal_that_is_decided(
    claim: &Claim,
    named: Option<AppealOf>,
) -> Result<&AppealState, ClaimRejection> {
    let is_meant = |appeal: &&AppealState| named.is_none_or(|of| appeal.of == of);
    let mut open = claim.open_appeals().filter(is_meant);
    let first = open.next().ok_or(ClaimRejection::NoOpenAppeal)?;
    match open.next() {
        Some(second) => Err(ClaimRejection::AppealNotNamed { open: [first.of, second.of] }),
        None => Ok(first),
    }
}
