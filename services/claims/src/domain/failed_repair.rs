//! A repair that the buyer was to pay for fails: the agreement on it falls (stage 4). What was paid for the repair goes
//! back, and so does the device, unrepaired.

use chrono_tz::Tz;
use recourse_kernel::{Finding, Instant, Money};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, SettlementFacts};

use super::remedy::{self, Remedy};
use super::requester::Side;
use super::{Claim, ClaimEvent, ClaimRejection, Purchase, settlement};

/// Stage 4: a device that cannot be mended after all is not mended at the buyer's cost. The claim is settled anew, as
/// if no repair had been agreed on; nothing where none was.
pub(super) fn agreement_falls(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let Some(facts) = facts_without_the_repair(claim) else { return Ok(Vec::new()) };
    let zone = purchase.coverage(claim.policy)?.zone.unwrap_or(Tz::UTC);
    let facts = SettlementFacts { settled: Some(local_day(now, zone)), ..facts };
    let outcome = "the repair that the buyer was to pay for cannot be done: the device goes back \
                   unrepaired, and what was paid for the repair as well";
    let why = Finding::failed("stage 4", outcome).fact("outcome", facts.outcome);
    let returned =
        remedy::chosen(claim, Remedy::ReturnUnrepaired, Side::Provider, None, vec![why.clone()]);
    Ok(vec![returned, settlement::started_by(claim, zone, facts, vec![why])])
}

/// The facts by which the claim was settled, without what the buyer pays for a repair; none where the buyer gets no
/// repair for money. What the provider pays under an agreement stays paid: it is not the buyer's repair that failed.
fn facts_without_the_repair(claim: &Claim) -> Option<SettlementFacts> {
    let settled = claim.settled_as.as_ref()?.facts.clone();
    match settled.outcome {
        Outcome::RepairedAtBuyersCost => Some(SettlementFacts {
            outcome: Outcome::ReturnedUnrepaired,
            paid_repair: None,
            ..settled
        }),
        Outcome::SettledByAgreement if claim.offers.last().is_some_and(|offer| offer.repair) => {
            let agreed =
                settled.agreed.map(|agreed| Money { amount: agreed.amount.min(0), ..agreed });
            Some(SettlementFacts { agreed, ..settled })
        }
        _ => None,
    }
}
