//! Stage 5: until when a claim can be withdrawn, and the facts from which the amounts are
//! calculated (M1 to M9).

use chrono_tz::Tz;
use recourse_kernel::{Instant, Money};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, SettlementFacts};

use crate::domain::events::{PolicyCoverage, Remedy};
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::state::{Claim, Stage, Visit};

const WITHDRAWING: Action = Action {
    sentence: "a claim can be withdrawn",
    possible_in: &["submission", "verification", "inspection", "remedy"],
};

/// A claim can be withdrawn until the remedy is in progress, or the provider has lost the device
/// (M8).
pub(crate) fn claim_can_be_withdrawn(claim: &Claim) -> Result<(), ClaimRejection> {
    if claim.loss_is_to_be_compensated() {
        return Err(ClaimRejection::ProviderLostIt);
    }
    match &claim.stage {
        Stage::Remedy(remedying) => match remedying.chosen {
            // T9: once a part is overdue, the buyer may withdraw.
            Some(Remedy::Repair) if claim.is_free_of_charge => Ok(()),
            Some(remedy) => Err(ClaimRejection::RemedyIsChosen { remedy }),
            None => Ok(()),
        },
        Stage::Settlement(_) | Stage::Closed { .. } => Err(claim.wrong_stage(&WITHDRAWING)),
        Stage::Submission | Stage::Verification | Stage::Rejected { .. } | Stage::Inspection => {
            Ok(())
        }
    }
}

/// M1 to M9: all facts from which the amounts are calculated if the claim ends now with this
/// outcome. Corrections made before the settlement count: dates, and what the seller has refunded.
pub(crate) fn facts(
    coverage: &PolicyCoverage,
    claim: &Claim,
    outcome: Outcome,
    price: Option<Money>,
    now: Instant,
) -> SettlementFacts {
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let filed = local_day(claim.counts_as_filed_at, zone);
    let counted_from = coverage.counted_from.unwrap_or(filed);
    let visit = claim.visit.as_ref();
    let found_at = match &claim.stage {
        Stage::Remedy(remedying) => Some(remedying.found_at),
        _ => None,
    };
    SettlementFacts {
        found: found_at.map(|at| local_day(at, zone)),
        settled: Some(local_day(now, zone)),
        verdict: claim.verdict(),
        refunded_by_seller: coverage.device_price_refunded,
        first_filed: local_day(claim.chain.first_filed_at, zone),
        shipments: visit.map(Visit::shipments_that_count).unwrap_or_default(),
        country: Some(claim.country),
        goodwill: claim.goodwill_owed(),
        review_results: claim.review_results.clone(),
        paid_repair: match outcome {
            Outcome::RepairedAtBuyersCost => price,
            Outcome::Repaired => claim.also_paid,
            _ => None,
        },
        agreed: price.filter(|_| outcome == Outcome::SettledByAgreement),
        // T9: a withdrawal because of an overdue part.
        free_of_charge: claim.is_free_of_charge && outcome == Outcome::Withdrawn,
        third_unsuccessful: matches!(&claim.stage, Stage::Remedy(talk) if talk.third_unsuccessful),
        ..SettlementFacts::new(outcome, coverage.device_price, counted_from, filed)
    }
}
