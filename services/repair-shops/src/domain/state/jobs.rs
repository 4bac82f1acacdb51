//! The jobs of one purchase.

use std::collections::BTreeMap;

use recourse_kernel::{ClaimId, DeviceId, DisputeId, JobId};
use serde::{Deserialize, Serialize};

use super::claim_notes::ClaimNotes;
use super::job::{BenchResult, Device, Job};
use crate::domain::events::Remedy;

/// All jobs of one purchase, and what its claims reported about them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Jobs {
    /// The jobs, by id.
    pub jobs: BTreeMap<JobId, Job>,
    /// Facts about claims, kept whether or not the claim has a job yet, because facts of different
    /// services arrive in any order.
    pub claims: BTreeMap<ClaimId, ClaimNotes>,
    /// The disputes in which the seller agreed to a repair elsewhere, by device.
    pub agreed_repairs: BTreeMap<DeviceId, DisputeId>,
}

impl Jobs {
    /// What is known about a job's claim.
    pub fn notes(&self, job: JobId) -> ClaimNotes {
        self.claims.get(&job.claim()).cloned().unwrap_or_default()
    }

    /// The claim's latest job, or the id of its first if none was opened yet.
    pub fn latest_job_of(&self, claim: ClaimId) -> JobId {
        let (first, last) = (claim.job(0), claim.job(u32::MAX));
        self.jobs.range(first..=last).next_back().map_or_else(|| claim.job(1), |(job, _)| *job)
    }

    /// T6: the number of consecutive earlier repairs that did not cure the defect. The claims
    /// service counts them: repairs here under coverage and elsewhere with evidence, since the last
    /// replacement. If it did not report a number, the repairs of earlier claims in the chain are
    /// counted here. A visit that only diagnosed does not count.
    pub fn repairs_before(&self, claim: ClaimId) -> u32 {
        let notes = self.claims.get(&claim);
        if let Some(reported) = notes.and_then(|notes| notes.repairs) {
            return reported;
        }
        let Some((first, position)) = notes.and_then(|notes| notes.chain) else {
            return 0;
        };
        let is_earlier = |other: ClaimId| match self.claims.get(&other).and_then(|n| n.chain) {
            Some((others_first, number)) => others_first == first && number < position,
            None => other == first,
        };
        let repaired = self.jobs.values().filter(|job| {
            let under_coverage =
                matches!(self.notes(job.opened.job).remedy, Some((Remedy::Repair, _)));
            let Device::OnBench(bench) = &job.device else { return false };
            let is_repaired = matches!(bench.result, Some(BenchResult::Repaired(_)));
            is_repaired && under_coverage && is_earlier(job.opened.claim)
        });
        u32::try_from(repaired.count()).unwrap_or(u32::MAX)
    }
}
