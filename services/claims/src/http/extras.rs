//! What the provider's staff decided besides the verdict: payments that are not owed, changes of
//! the chain, and the verdicts of single defects. This is a public format.

use recourse_kernel::{Instant, Money};
use serde::Serialize;

use crate::domain::events::{Chain, DefectVerdict};
use crate::domain::state::Claim;

#[derive(Debug, Serialize)]
pub(super) struct Extras {
    /// Verdicts of single defects that differ from the verdict of the claim (C4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    defect_verdicts: Vec<DefectVerdict>,
    /// What the buyer pays for the defects that are not covered, next to a covered repair (C4).
    #[serde(skip_serializing_if = "Option::is_none")]
    also_paid: Option<Money>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    goodwill: Vec<GoodwillView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chain_change: Option<ChainChangeView>,
}

/// A payment that the provider granted (M10).
#[derive(Debug, Serialize)]
struct GoodwillView {
    goodwill: u32,
    amount: Money,
    granted_at: Instant,
    /// Whether it is owed; absent while another person has to approve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_owed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approve_by: Option<Instant>,
}

/// The last change of the chain (C12).
#[derive(Debug, Serialize)]
struct ChainChangeView {
    was: Chain,
    changed_at: Instant,
    contest_by: Instant,
}

impl Extras {
    pub(super) fn of(claim: &Claim) -> Self {
        let goodwill = claim.goodwill.iter().map(|granted| GoodwillView {
            goodwill: granted.number,
            amount: granted.amount,
            granted_at: granted.granted_at,
            is_owed: granted.is_owed,
            approve_by: granted.approve_by,
        });
        let chain_change = claim.chain_change.as_ref().map(|change| ChainChangeView {
            was: change.was.clone(),
            changed_at: change.changed_at,
            contest_by: change.contest_by,
        });
        let found = claim.found.as_ref();
        Self {
            defect_verdicts: found.map(|found| found.defects.clone()).unwrap_or_default(),
            also_paid: claim.also_paid,
            goodwill: goodwill.collect(),
            chain_change,
        }
    }
}
