//! C11, T11: the buyer's appeal, and its decision by another reviewer or the marketplace.

use recourse_kernel::{Finding, Owner, Wait, WaitKind};
use recourse_terms::Verdict;

use super::{marked, missed};
use crate::domain::Cx;
use crate::domain::events::{AppealEscalated, ClaimEvent, Side};
use crate::domain::handle::appeal::{close_after_rejection, return_unrepaired};
use crate::domain::handle::overturned;
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::waits::due_after;
use crate::domain::rules::{pinned, rests_on};
use crate::domain::state::{AppealState, Claim, Purchase, Stage};

/// C11: while the buyer can appeal, nothing is carried out. An open offer has its own deadline, and
/// so has the provider's next offer if its turn began after the appeal period.
pub(super) fn appeal(claim: &Claim) -> Vec<Wait> {
    // M8: a device that the provider lost does not go back.
    if claim.loss_is_to_be_compensated() {
        return Vec::new();
    }
    let since = match &claim.stage {
        Stage::Rejected { .. } => Some(claim.stage_since),
        Stage::Remedy(found) if found.chosen.is_none() && claim.open_offer().is_none() => {
            let until = found.appeal_until;
            let is_later = found.turn.is_some_and(|turn| until.is_none_or(|end| end <= turn.since));
            let is_waiting = found.verdict != Verdict::Covered && !is_later;
            Some(found.found_at).filter(|_| is_waiting)
        }
        // C4: the covered repair is done, and the device waits.
        Stage::Remedy(found) if claim.is_repaired_in_part() => Some(found.found_at),
        _ => None,
    };
    let wait = |until| {
        let wait = Wait::new(claim.id, WaitKind::Appeal, Owner::Buyer, since?);
        Some(wait.until(until))
    };
    claim.appeal_until().and_then(wait).into_iter().collect()
}

/// C11: another reviewer decides the appeal.
pub(super) fn decision(claim: &Claim) -> Vec<Wait> {
    let open = claim.open_appeals().filter(|appeal| appeal.escalated_at.is_none());
    let wait = |appeal: &AppealState| {
        let kind = WaitKind::AppealDecision;
        let wait = Wait::new(claim.id, kind, Owner::Provider, appeal.appealed_at);
        Some(wait.until(appeal.decide_by?))
    };
    open.filter_map(wait).collect()
}

/// C11: the marketplace decides an appeal that the provider did not decide; its lateness is
/// recorded.
pub(super) fn marketplace_decision(claim: &Claim) -> Vec<Wait> {
    let wait = |appeal: &AppealState| {
        let kind = WaitKind::MarketplaceAppeal;
        let wait = Wait::new(claim.id, kind, Owner::Marketplace, appeal.escalated_at?);
        Some(marked(claim, wait.until(appeal.decide_by?)))
    };
    claim.open_appeals().filter_map(wait).collect()
}

/// The appeal period is over: a rejection is final, and a device without an offer goes back.
pub(super) fn not_made(
    purchase: &Purchase,
    claim: &Claim,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    if let Stage::Rejected { .. } = claim.stage {
        return Ok(vec![close_after_rejection(purchase, claim, cx.now)]);
    }
    if claim.is_repaired_in_part() {
        let why = Finding::passed("C11", "the appeal period about the other defect is over");
        let why = rests_on(why, &["claim.appeal_within_days"]);
        return Ok(vec![overturned::repaired(purchase, claim, why, cx)?]);
    }
    let why = Finding::passed("C11", "the appeal period is over, and no offer is open");
    let why = rests_on(why, &["claim.appeal_within_days"]);
    return_unrepaired(purchase, claim, Side::Provider, why, cx)
}

/// C11: an appeal that the provider did not decide goes to the marketplace.
pub(super) fn undecided(
    claim: &Claim,
    wait: &Wait,
    cx: &Cx<'_>,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let terms = pinned(&claim.terms, cx.reference)?;
    let is_meant =
        |appeal: &&AppealState| appeal.escalated_at.is_none() && appeal.decide_by == wait.until;
    let Some(appeal) = claim.open_appeals().find(is_meant) else { return Ok(Vec::new()) };
    Ok(vec![
        missed(claim, wait),
        ClaimEvent::AppealEscalated(AppealEscalated {
            claim: claim.id,
            of: appeal.of,
            at: cx.now,
            decide_by: due_after(claim, terms, terms.waits.marketplace_appeal, cx),
        }),
    ])
}
