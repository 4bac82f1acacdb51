//! Which verdict a shop may give.

use recourse_kernel::{Finding, Instant};
use recourse_terms::{Exclusion, Party, Verdict};

use super::routing::pinned;
use crate::domain::Cx;
use crate::domain::events::Nature;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{Bench, Job, Jobs};

/// There is no verdict yet.
pub fn not_inspected(bench: &Bench) -> Result<(), JobRejection> {
    if bench.found.is_some() { Err(JobRejection::AlreadyInspected) } else { Ok(()) }
}

/// When the device was inspected, which requires a verdict.
pub fn inspected(bench: &Bench) -> Result<Instant, JobRejection> {
    bench.found.map(|(_, inspected_at)| inspected_at).ok_or(JobRejection::NotInspected)
}

/// C9: whether the policy had expired was decided when the claim was filed; a shop cannot decide
/// it.
pub fn expiry_is_decided_at_filing(verdict: Verdict) -> Result<Finding, JobRejection> {
    if verdict == (Verdict::NotCovered { exclusion: Exclusion::Expired }) {
        return Err(JobRejection::ExpiredIsNotForTheShop);
    }
    Ok(Finding::passed("C9", "the policy counts as it was when the claim was filed"))
}

/// `outside_coverage`: coverage includes electrical and mechanical defects, and visible
/// manufacturing defects if the terms say so. A shop that states the kind of a defect must give a
/// matching verdict.
pub fn nature_fits_the_verdict(
    job: &Job,
    nature: Option<Nature>,
    verdict: Verdict,
    cx: &Cx<'_>,
) -> Result<Option<Finding>, JobRejection> {
    let Some(nature) = nature else { return Ok(None) };
    let terms = pinned(job.opened.terms.digest, cx)?;
    let can_be_covered = match nature {
        Nature::Electrical | Nature::Mechanical => true,
        Nature::Visible => terms.coverage.visible_defects,
        Nature::Other => false,
    };
    match (verdict, can_be_covered) {
        (Verdict::Covered, false) => Err(JobRejection::NatureIsNotCovered { nature }),
        (Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage }, true) => {
            Err(JobRejection::NatureIsCovered { nature })
        }
        _ => Ok(Some(
            Finding::passed("exclusions", "the kind of defect matches the verdict")
                .fact("nature", nature)
                .fact("visible_defects_are_covered", terms.coverage.visible_defects),
        )),
    }
}

/// M8: the party that booked the shipment is liable for damage in transit. If the provider booked
/// it, only the verdict `covered` is accepted, whatever else is found.
pub fn booker_is_liable_for_damage(
    job: &Job,
    verdict: Verdict,
) -> Result<Option<Finding>, JobRejection> {
    let Some((shipment, falls_on)) = job.damaged_on else { return Ok(None) };
    if verdict != Verdict::Covered && falls_on == Party::Provider {
        return Err(JobRejection::DamageIsTheProviders { shipment });
    }
    let outcome = match falls_on {
        Party::Buyer => "the buyer booked the damaged shipment and is liable for the damage",
        _ => {
            "the provider booked the damaged shipment, so the buyer is not liable for the damage \
             to it"
        }
    };
    Ok(Some(Finding::passed("M8", outcome).fact("shipment", shipment).fact("falls_on", falls_on)))
}

/// An earlier repair by an unauthorised shop excludes a device, unless the seller agreed to that
/// repair in a dispute.
pub fn repair_was_not_agreed(jobs: &Jobs, job: &Job, verdict: Verdict) -> Result<(), JobRejection> {
    let excluded = Verdict::NotCovered { exclusion: Exclusion::UnauthorizedRepair };
    match jobs.agreed_repairs.get(&job.opened.device) {
        Some(dispute) if verdict == excluded => {
            Err(JobRejection::RepairWasAgreed { dispute: *dispute })
        }
        _ => Ok(()),
    }
}
