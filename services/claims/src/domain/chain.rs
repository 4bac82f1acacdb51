//! Chains: claims for the same returning defect (T6, M1). Each return is a new claim, chained to the first.

use recourse_kernel::{ClaimId, Instant};
use recourse_terms::Outcome;
use serde::{Deserialize, Serialize};

use super::submission::File;
use super::{Claim, ClaimRejection, Purchase};

/// Where a claim stands among the claims for one returning defect (T6, M1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The first of them.
    pub first: ClaimId,
    /// When that was filed: the day that counts for M1.
    pub first_filed_at: Instant,
    /// Which one this is, from 1.
    pub position: u32,
    /// How many repairs in a row went before and did not cure it (T6).
    #[serde(default)]
    pub unsuccessful_repairs: u32,
}

/// T6: the claim whose defect has returned: closed, under the same policy, and one that made the device good.
pub(super) fn returning_from<'a>(
    purchase: &'a Purchase,
    form: &File,
) -> Result<Option<&'a Claim>, ClaimRejection> {
    let Some(id) = form.continues else { return Ok(None) };
    let previous = purchase.claims.get(&id).filter(|claim| claim.policy == form.policy);
    let previous = previous.ok_or(ClaimRejection::NotAChain { claim: id })?;
    match previous.outcome() {
        Some(Outcome::Repaired | Outcome::RepairedAtBuyersCost | Outcome::Replaced)
        // While it is open, C4 gives the better answer.
        | None => Ok(Some(previous)),
        Some(_) => Err(ClaimRejection::NotAChain { claim: id }),
    }
}

/// T6, M1: the chain goes on from the claim whose defect returned, else a new one begins.
pub(super) fn chain(
    purchase: &Purchase,
    claim: ClaimId,
    previous: Option<&Claim>,
    now: Instant,
) -> Chain {
    let Some(previous) = previous else {
        return Chain { first: claim, first_filed_at: now, position: 1, unsuccessful_repairs: 0 };
    };
    Chain {
        position: previous.chain.position + 1,
        unsuccessful_repairs: repairs_in_a_row(purchase, previous),
        ..previous.chain.clone()
    }
}

/// T6: how many repairs of the defect went before, in a row. A visit that only diagnosed does not count.
fn repairs_in_a_row(purchase: &Purchase, last: &Claim) -> u32 {
    let chain =
        purchase.claims_of(last.policy).filter(|claim| claim.chain.first == last.chain.first);
    chain.fold(0, |repairs, claim| match claim.outcome() {
        Some(Outcome::Repaired) => repairs + 1,
        Some(_) => 0,
        None => repairs,
    })
}
