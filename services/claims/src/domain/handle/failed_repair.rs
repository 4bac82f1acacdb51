//! A repair that the buyer was to pay for fails, which cancels the agreement (stage 4). The buyer
//! gets back the price of the repair, and the device unrepaired.

use chrono_tz::Tz;
use recourse_kernel::{Finding, Instant, Money};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, SettlementFacts};

use super::endings;
use crate::domain::events::{ClaimEvent, Remedy, Side};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase};

/// Stage 4: if a device turns out to be beyond repair, the buyer does not pay for the repair. The
/// claim is settled again as if no repair had been agreed on; `None` if none was. M11: it is
/// `free_of_charge` if the repair was cancelled or forgotten.
pub(super) fn cancel_agreement(
    purchase: &Purchase,
    claim: &Claim,
    free_of_charge: bool,
    now: Instant,
) -> Result<Vec<ClaimEvent>, ClaimRejection> {
    let Some(facts) = facts_without_the_repair(claim, free_of_charge) else {
        return Ok(Vec::new());
    };
    let zone = purchase.coverage(claim.policy)?.zone.unwrap_or(Tz::UTC);
    let facts = SettlementFacts { settled: Some(local_day(now, zone)), ..facts };
    let outcome = "the repair that the buyer was to pay for is impossible: the device is returned \
         unrepaired and the price of the repair is refunded";
    let why = Finding::failed("stage 4", outcome).fact("outcome", facts.outcome);
    let returned =
        endings::chosen(claim, Remedy::ReturnUnrepaired, Side::Provider, None, vec![why.clone()]);
    Ok(vec![returned, endings::started_by(claim, zone, facts, vec![why])])
}

/// The facts of the settlement without the buyer's payment for a repair; `None` if the buyer was
/// not to get a repair for money. What the provider pays under an agreement remains due: the failed
/// repair was not the buyer's fault.
fn facts_without_the_repair(claim: &Claim, free_of_charge: bool) -> Option<SettlementFacts> {
    let settled = claim.settled_as.as_ref()?.facts.clone();
    match settled.outcome {
        Outcome::RepairedAtBuyersCost => Some(SettlementFacts {
            outcome: Outcome::ReturnedUnrepaired,
            paid_repair: None,
            free_of_charge,
            ..settled
        }),
        Outcome::SettledByAgreement if claim.offers.last().is_some_and(|offer| offer.repair) => {
            let agreed =
                settled.agreed.map(|agreed| Money { amount: agreed.amount.min(0), ..agreed });
            Some(SettlementFacts { agreed, free_of_charge, ..settled })
        }
        _ => None,
    }
}
