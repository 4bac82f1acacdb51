//! Whether a claim is in time: after coverage starts, and before it ends or while a replacement's
//! own warranty runs (C1, T2, T7, S7, S8). Checked at the filing, and again when the dates are
//! corrected.

use recourse_kernel::{Finding, Instant};
use recourse_terms::{Coverage, LocalTime, Terms, claims_from};

use super::replacement::Replacement;
use super::rests_on;
use crate::domain::events::{CoverageEnd, PolicyCoverage};
use crate::domain::rejection::ClaimRejection;

/// S7, S8, T1: a cancelled policy, whose price was refunded, covers nothing. M7: neither does one
/// whose device was fully refunded by the seller after the policy's end, when it can no longer be
/// cancelled.
pub(crate) fn coverage_was_not_cancelled(
    policy: &PolicyCoverage,
) -> Result<Finding, ClaimRejection> {
    match policy.ended {
        Some(
            reason @ (CoverageEnd::CancelledBeforeCoverage
            | CoverageEnd::OrderCancelled
            | CoverageEnd::Returned
            | CoverageEnd::ProRata),
        ) => Err(ClaimRejection::CoverageCancelled { reason }),
        Some(reason @ (CoverageEnd::RefundedInFull | CoverageEnd::ExchangedBySeller)) => {
            Err(ClaimRejection::CompensatedBySeller { reason })
        }
        _ if policy.is_refunded_in_full() => {
            Err(ClaimRejection::CompensatedBySeller { reason: CoverageEnd::RefundedInFull })
        }
        // Whether the last day has passed is for C1 to decide, by the dates as they are known now.
        Some(CoverageEnd::Expired | CoverageEnd::CoverageReplaced) | None => {
            Ok(Finding::passed("S7", "the policy was not cancelled"))
        }
    }
}

/// C1, T2: a claim can be filed once coverage has started and the period for disputes with the
/// seller is over; before that, the buyer opens a dispute.
pub(crate) fn coverage_has_started(
    policy: &PolicyCoverage,
    terms: &Terms,
    now: Instant,
) -> Result<Finding, ClaimRejection> {
    let coverage = coverage_of(policy)?;
    let delivered = policy
        .delivered_at
        .map(|at| LocalTime { at, zone: policy.delivery_zone.unwrap_or(coverage.zone) });
    let from = claims_from(terms, &coverage, delivered);
    if now < from {
        return Err(ClaimRejection::BeforeCoverage {
            device: policy.device,
            from,
            zone: coverage.zone,
            dispute_days: terms.marketplace.dispute_days,
        });
    }
    let finding = Finding::passed("C1", "coverage has started").fact("starts", from);
    Ok(rests_on(
        finding,
        &[
            "coverage.starts_on_day",
            "coverage.starts_counted_from",
            "marketplace.claims_wait_for_dispute_days",
        ],
    ))
}

/// C1, T7: a claim must be filed before coverage ends, or while a replacement's warranty runs.
/// After that it is `expired`.
pub(crate) fn policy_still_covers(
    policy: &PolicyCoverage,
    replacement: Option<&Replacement>,
    now: Instant,
) -> Result<Finding, ClaimRejection> {
    let coverage = coverage_of(policy)?;
    if let Some(replacement) = replacement {
        if replacement.is_running_at(now) {
            let finding = match replacement.warranty_until {
                Some(until) => Finding::passed("T7", "the replacement's own warranty is running")
                    .fact("warranty_until", until),
                None => Finding::passed("T7", "the replacement's warranty has not begun yet"),
            };
            return Ok(rests_on(finding, &["replacement.warranty_days"]));
        }
        if let Some(ended) = replacement.warranty_until.filter(|_| replacement.ends_the_coverage) {
            let (device, zone) = (policy.device, coverage.zone);
            return Err(ClaimRejection::CoverageReplaced { device, ended, zone });
        }
    }
    if now >= coverage.ends {
        let (device, ended, zone) = (policy.device, coverage.ends, coverage.zone);
        return Err(ClaimRejection::Expired { device, ended, zone });
    }
    let finding = Finding::passed("C1", "coverage has not ended").fact("ends", coverage.ends);
    Ok(rests_on(finding, &["coverage.months", "coverage.months_counted_from"]))
}

fn coverage_of(coverage: &PolicyCoverage) -> Result<Coverage, ClaimRejection> {
    let PolicyCoverage { counted_from, starts, ends, zone, .. } = coverage;
    match (counted_from, starts, ends, zone) {
        (Some(counted_from), Some(starts), Some(ends), Some(zone)) => {
            Ok(Coverage { counted_from: *counted_from, starts: *starts, ends: *ends, zone: *zone })
        }
        _ => Err(ClaimRejection::NotDeliveredYet { device: coverage.device }),
    }
}
