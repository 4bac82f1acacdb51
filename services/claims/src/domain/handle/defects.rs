//! A second defect, reported by the buyer or found at the shop, joins the open claim (C4).

use crate::domain::commands::{AddDefect, RecordVerdict};
use crate::domain::events::{ClaimEvent, DefectAdded, FoundBy};
use crate::domain::rules::defects::{defect_joins, second_defect_joins};
use crate::domain::rules::requester::only_the_buyer;
use crate::domain::state::{Claim, Purchase};
use crate::domain::{Cx, Decision};

/// C4: a defect that the buyer finds later joins the open claim, until its remedy is in progress.
pub(super) fn add(purchase: &Purchase, command: &AddDefect, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    let joins = second_defect_joins(claim)?;
    Ok(vec![ClaimEvent::DefectAdded(DefectAdded {
        claim: claim.id,
        defect: claim.defects + 1,
        by: FoundBy::Buyer,
        text: Some(command.text.clone()),
        cause: None,
        job: None,
        at: cx.now,
        findings: vec![joins],
    })])
}

/// C4: further defects that the shop finds during the inspection join the claim.
pub(super) fn found_on_the_bench(claim: &Claim, reported: &RecordVerdict) -> Vec<ClaimEvent> {
    let joins = defect_joins(claim);
    (claim.defects + 1..)
        .zip(&reported.also_found)
        .map(|(defect, cause)| {
            ClaimEvent::DefectAdded(DefectAdded {
                claim: claim.id,
                defect,
                by: FoundBy::Shop,
                text: None,
                cause: Some(cause.clone()),
                job: Some(reported.job),
                at: reported.found_at,
                findings: vec![joins.clone()],
            })
        })
        .collect()
}
