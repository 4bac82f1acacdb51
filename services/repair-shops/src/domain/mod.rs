//! The decisions of repair shops: pure and deterministic.
//!
//! Read in this order: [`events`], [`commands`], [`job`] (state), then the decisions: [`opening`],
//! [`moving`], [`shipments`], [`bench`], [`endings`] and [`deadlines`], which follow the [`rules`]
//! or return a [`rejection`].

pub mod bench;
pub mod bench_clock;
pub mod commands;
pub mod deadlines;
pub mod endings;
pub mod events;
pub mod evidence;
pub mod job;
pub mod moving;
pub mod opening;
pub mod rejection;
pub mod rules;
pub mod shipments;

#[cfg(test)]
mod tests;

use recourse_kernel::{ClaimId, Context, Decider, Instant, Record, WireError};
use recourse_terms::TermsBook;

use self::commands::JobCommand;
use self::events::JobEvent;
use self::job::{Device, Jobs};
use self::rejection::JobRejection;

/// The decider for one purchase's repair jobs.
#[derive(Debug, Clone, Copy)]
pub struct RepairShops;

impl Decider for RepairShops {
    const CONTEXT: &'static str = "jobs";
    const TYPE_PREFIX: &'static str = "recourse.job";
    const FOLD_VERSION: u32 = 6;
    const FOREIGN: &'static [&'static str] = &["claims", "settlements"];

    type State = Jobs;
    type Command = JobCommand;
    type Event = JobEvent;
    type Rejection = JobRejection;
    type Reference = TermsBook;

    fn decide(
        jobs: &Jobs,
        command: &JobCommand,
        cx: &Context<'_, TermsBook>,
    ) -> Result<Vec<JobEvent>, JobRejection> {
        let mut events = decide(jobs, command, cx)?;
        if !events.is_empty() {
            let mut after = jobs.clone();
            for event in &events {
                after.evolve(event);
            }
            events.extend(endings::closings(&after));
        }
        Ok(events)
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
        crate::reactions::react(record)
    }

    fn wake_at(jobs: &Jobs) -> Option<Instant> {
        deadlines::wake_at(jobs)
    }

    fn wake(jobs: &Jobs, cx: &Context<'_, TermsBook>) -> Vec<JobEvent> {
        deadlines::wake(jobs, cx.now)
    }
}

fn decide(
    jobs: &Jobs,
    command: &JobCommand,
    cx: &Context<'_, TermsBook>,
) -> Result<Vec<JobEvent>, JobRejection> {
    match command {
        JobCommand::Move(request) => moving::move_job(jobs, request, cx),
        JobCommand::BookShipment(request) => shipments::book(jobs, request, cx),
        JobCommand::PickUpShipment(request) => shipments::pick_up(jobs, request, cx),
        JobCommand::DeliverShipment(request) => shipments::deliver(jobs, request, cx),
        JobCommand::LoseShipment(request) => shipments::lose(jobs, request, cx),
        JobCommand::Receive(request) => bench::receive(jobs, request, cx),
        JobCommand::ResolveSerial(request) => bench::resolve_serial(jobs, request, cx),
        JobCommand::Inspect(request) => bench::inspect(jobs, request, cx),
        JobCommand::AwaitParts(request) => bench::await_parts(jobs, request, cx),
        JobCommand::PartsArrived(request) => bench::parts_arrived(jobs, request, cx),
        JobCommand::Repair(request) => bench::repair(jobs, request, cx),
        JobCommand::DeclareBeyondRepair(request) => bench::declare_beyond_repair(jobs, request, cx),
        JobCommand::SendReplacement(request) => endings::send_replacement(jobs, request, cx),
        JobCommand::HandOver(request) => endings::hand_over(jobs, request, cx),
        JobCommand::Open(accepted) => opening::open(jobs, accepted, cx),
        JobCommand::NoteChain(noted) => opening::note_chain(jobs, noted),
        JobCommand::NoteQuestion(request) => opening::note_question(jobs, request),
        JobCommand::NoteAnswer(answered) => opening::note_answer(jobs, answered),
        JobCommand::NoteRemedy(noted) => opening::note_remedy(jobs, noted, cx),
        JobCommand::NoteWithdrawal(withdrawn) => opening::note_withdrawal(jobs, withdrawn, cx),
        JobCommand::NotePayment(paid) => opening::note_payment(jobs, paid),
        JobCommand::NoteBuyersPayment(paid) => opening::note_buyers_payment(jobs, paid),
        JobCommand::NoteDebt(owed) => opening::note_debt(jobs, owed),
        JobCommand::NoteAbandonment(noted) => endings::note_abandonment(jobs, noted),
        JobCommand::NoteAgreedRepair(agreed) => opening::note_agreed_repair(jobs, agreed),
    }
}
