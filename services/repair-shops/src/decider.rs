//! The decider: what the runtime calls, in terms of the domain and the reactions.

use recourse_kernel::{ClaimId, Decider, Instant, Matter, Record, Refused, Wait, WireError};
use recourse_terms::TermsBook;

use crate::domain::commands::JobCommand;
use crate::domain::events::JobEvent;
use crate::domain::rejection::JobRejection;
use crate::domain::state::{Device, Jobs};
use crate::domain::{Cx, Decision, handle};
use crate::reactions;

/// The decider for one purchase's repair jobs.
#[derive(Debug, Clone, Copy)]
pub struct RepairShops;

impl Decider for RepairShops {
    const CONTEXT: &'static str = "jobs";
    const TYPE_PREFIX: &'static str = "recourse.job";
    const FOLD_VERSION: u32 = 7;
    const FOREIGN: &'static [&'static str] = &["claims", "settlements"];

    type State = Jobs;
    type Command = JobCommand;
    type Event = JobEvent;
    type Rejection = Refused<JobRejection>;
    type Reference = TermsBook;

    fn decide(jobs: &Jobs, command: &JobCommand, cx: &Cx<'_>) -> Decision {
        handle::handle(jobs, command, cx)
    }

    /// A claim is being inspected until the shop has found something.
    fn stage_of(jobs: &Jobs, claim: ClaimId) -> Option<&'static str> {
        let job = jobs.jobs.get(&jobs.latest_job_of(claim))?;
        let found = matches!(&job.device, Device::OnBench(bench) if bench.found.is_some());
        Some(if found { "remedy" } else { "inspection" })
    }

    fn evolve(jobs: &mut Jobs, event: &JobEvent, _at: Instant) {
        jobs.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<JobCommand>, WireError> {
        reactions::react(record)
    }

    fn open(jobs: &Jobs) -> Vec<Matter> {
        handle::waits::open(jobs)
    }

    fn waits(jobs: &Jobs) -> Vec<Wait> {
        handle::waits::waits(jobs)
    }

    fn passed(jobs: &Jobs, wait: &Wait, cx: &Cx<'_>) -> Vec<JobEvent> {
        handle::waits::passed(jobs, wait, cx)
    }
}
