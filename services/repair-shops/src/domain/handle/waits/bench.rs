//! The work at the shop (T3, T4, T5, T9, T11).

use chrono::Days;
use recourse_kernel::{Instant, Owner, PauseReason, Wait, WaitKind};

use super::{end_of_day, is_over, job_waits, marked, missed};
use crate::domain::Cx;
use crate::domain::events::{Approval, DeadlinePassed, Duty, DutyRaised, JobEvent, Remedy};
use crate::domain::handle::approval::declared;
use crate::domain::rules::bench_clock::{
    over, paid_repair_by, parts_pause_ends, pause_of, repair_by, repair_is_owed,
};
use crate::domain::state::{ClaimNotes, Device, Job, Part};

/// The number of the wait for T5's duty, which is not the declaration itself.
pub(super) const COUNTED_DAYS: u32 = 5;

/// The provider resolves a quarantine (C6).
pub(super) fn quarantine(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_quarantined = matches!(job.device, Device::Quarantined(_)) && notes.remedy.is_none();
    let Some(promise) = job.resolve.filter(|_| is_quarantined && is_here(job)) else {
        return Vec::new();
    };
    job_waits(job, WaitKind::Quarantine, Owner::Provider, promise.since, promise.by)
}

/// The shop inspects the device, from its receipt, or from its delivery to the shop. One that was
/// forwarded is received, whatever was found or chosen before.
pub(super) fn inspection(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_decided = notes.remedy.is_some();
    let is_awaited = match &job.device {
        Device::OnBench(bench) => bench.found.is_none() && !is_decided,
        Device::Quarantined(_) => false,
        Device::Awaited if job.forwarded_from.is_some() => job.is_between_shops(),
        Device::Awaited => !is_decided && !job.is_lost_by_the_provider(),
    };
    let is_due = is_awaited && is_here(job);
    let Some(promise) = job.inspect.filter(|_| is_due) else { return Vec::new() };
    job_waits(job, WaitKind::Inspection, Owner::Shop, promise.since, promise.by)
}

/// The provider approves the declaration of a partner shop; silence approves it.
pub(super) fn beyond_repair_approval(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let Some(proposed) = job.proposed.as_ref().filter(|_| is_here(job)) else {
        return Vec::new();
    };
    let (since, by) = (proposed.at, proposed.approve_by);
    job_waits(job, WaitKind::BeyondRepairApproval, Owner::Provider, since, by)
}

pub(super) fn approved_by_silence(job: &Job, wait: &Wait, cx: &Cx<'_>) -> Vec<JobEvent> {
    let Some(proposed) = &job.proposed else { return Vec::new() };
    vec![missed(job, wait), declared(job, proposed, Approval::BySilence, cx)]
}

/// T5, T8: the declaration that the device is beyond repair. The duty ends when it is made, or when
/// the device is repaired after all, replaced or paid out.
pub(super) fn declaration(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let Some(owed) = job.declaration.as_ref().filter(|_| job.proposed.is_none()) else {
        return Vec::new();
    };
    let is_on_bench = match &job.device {
        Device::OnBench(bench) => bench.result.is_none(),
        Device::Awaited | Device::Quarantined(_) => false,
    };
    let is_another = matches!(notes.remedy, Some((remedy, _)) if remedy != Remedy::Repair);
    if !is_on_bench || is_another || !is_here(job) {
        return Vec::new();
    }
    let since = job.first_receipt.unwrap_or(job.opened.opened_at);
    let wait = Wait::new(job.opened.job, WaitKind::Declaration, Owner::Shop, since).until(owed.by);
    vec![wait.late(owed.lateness_reported)]
}

/// T3, T4, T8: the covered repair, within the counted days of the terms.
pub(super) fn repair(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    if !is_here(job) || !repair_is_owed(job, notes) || job.proposed.is_some() {
        return Vec::new();
    }
    let since = job.repair_chosen_at.or(job.first_receipt).unwrap_or(job.opened.opened_at);
    let wait = Wait::new(job.opened.job, WaitKind::Repair, Owner::Shop, since);
    if let Some(due) = job.missed_repair(WaitKind::Repair) {
        return vec![wait.until(due).late(true)];
    }
    paused_or_due(job, notes, wait, repair_by(job, notes))
}

/// A paused clock has no date. Parts pause it only for so long (T9).
fn paused_or_due(job: &Job, notes: &ClaimNotes, wait: Wait, due: Option<Instant>) -> Vec<Wait> {
    match (pause_of(job, notes), due) {
        (Some(PauseReason::Parts), _) => {
            let ends = parts_pause_ends(job).filter(|_| !job.parts_pause_over);
            vec![wait.paused(PauseReason::Parts).remind_at(ends)]
        }
        (Some(reason), _) => vec![wait.paused(reason)],
        (None, Some(due)) => vec![wait.until(due)],
        (None, None) => Vec::new(),
    }
}

/// T5: after this many counted days with all parts there, the provider must declare the device
/// beyond repair.
pub(super) fn duty_to_declare(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_on_bench = matches!(job.device, Device::OnBench(_)) && is_here(job);
    let is_open = is_on_bench && repair_is_owed(job, notes) && !job.bench_duty_raised;
    let days = job.opened.beyond_repair_after_days.filter(|_| is_open);
    let Some(at) = days.and_then(|days| over(job, notes, days)) else { return Vec::new() };
    let since = job.first_receipt.unwrap_or(job.opened.opened_at);
    let wait = Wait::new(job.opened.job, WaitKind::Declaration, Owner::Shop, since);
    vec![wait.number(COUNTED_DAYS).until(at)]
}

pub(super) fn duty_raised(job: &Job, wait: &Wait) -> Vec<JobEvent> {
    let at = wait.until.unwrap_or(wait.since);
    vec![JobEvent::DutyRaised(duty(job, "T5", at))]
}

/// T5, T6: the duty to declare the device beyond repair, with its deadline.
pub(in crate::domain::handle) fn duty(job: &Job, rule: &str, at: Instant) -> DutyRaised {
    let days = Days::new(job.opened.declare_within_days.unwrap_or(3).into());
    let last_day = at.with_timezone(&job.zone()).date_naive().checked_add_days(days);
    DutyRaised {
        job: job.opened.job,
        duty: Duty::DeclareBeyondRepair,
        rule: rule.to_owned(),
        at,
        declare_by: last_day.map(|day| end_of_day(day, job.zone())),
    }
}

/// T9: the first promise that passes is a missed deadline, whatever was promised since, and so is
/// the end of the days for which parts pause the clock. A later promise can be missed as well.
pub(super) fn parts(job: &Job, _: &ClaimNotes) -> Vec<Wait> {
    let is_at_work = is_here(job) && !matches!(job.device, Device::Awaited);
    let is_done = matches!(&job.device, Device::OnBench(bench) if bench.result.is_some());
    let wait = |(number, part): (u32, &Part)| {
        let wait = Wait::new(job.opened.job, WaitKind::Parts, Owner::Shop, part.reported_at);
        let wait = wait.number(number);
        match part.late {
            Some((promised, due)) if promised >= part.expected_on => wait.until(due).late(true),
            Some(_) => wait.until(end_of_day(part.expected_on, job.zone())),
            None => {
                let first = end_of_day(part.first_expected_on, job.zone());
                wait.until(parts_pause_ends(job).map_or(first, |ends| ends.min(first)))
            }
        }
    };
    let awaited = (1..).zip(&job.parts).filter(|(_, part)| part.arrived_at.is_none());
    awaited.filter(|_| is_at_work && !is_done).map(wait).collect()
}

pub(super) fn part_is_late(job: &Job, wait: &Wait) -> Vec<JobEvent> {
    let index = usize::try_from(wait.number.saturating_sub(1)).unwrap_or(usize::MAX);
    let JobEvent::DeadlinePassed(passed) = missed(job, wait) else { return Vec::new() };
    let part = job.parts.get(index).map(|part| part.part.clone());
    vec![JobEvent::DeadlinePassed(DeadlinePassed { part, ..passed })]
}

/// M11: a repair that the buyer paid for, counted from the payment. If the bank takes the payment
/// back, the shop owes nothing until it is paid again (M12).
pub(super) fn paid_repair(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    let is_done = match &job.device {
        Device::OnBench(bench) => bench.result.is_some(),
        Device::Awaited | Device::Quarantined(_) => true,
    };
    if !notes.was_paid_for() || is_done || !is_here(job) {
        return Vec::new();
    }
    let since = notes.paid_at.unwrap_or(job.opened.opened_at);
    let wait = Wait::new(job.opened.job, WaitKind::PaidRepair, Owner::Shop, since);
    if notes.repair_is_unpaid() {
        return vec![wait.paused(PauseReason::Payment)];
    }
    if let Some(due) = job.missed_repair(WaitKind::PaidRepair).filter(|due| *due > since) {
        return vec![wait.until(due).late(true)];
    }
    paused_or_due(job, notes, wait, paid_repair_by(job, notes, 1))
        .into_iter()
        .map(|wait| marked(job, wait))
        .collect()
}

/// The job still has to do with the device.
fn is_here(job: &Job) -> bool {
    !is_over(job) && job.ending.is_none()
}
