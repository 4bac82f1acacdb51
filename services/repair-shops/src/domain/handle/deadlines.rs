//! The deadlines of jobs (T8): the repair within counted days (T3, T4), the duty to declare (T5),
//! parts on their expected date (T9), dispatch to the buyer (T3).

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use recourse_kernel::Instant;

use crate::domain::events::{DeadlinePassed, Duty, DutyRaised, JobDeadline, JobEvent, Remedy};
use crate::domain::rules::bench_clock::{over, repair_by, repair_is_owed};
use crate::domain::state::{ClaimNotes, Device, Job, Jobs, Part};

/// When the next deadline of any job is due.
pub(crate) fn wake_at(jobs: &Jobs) -> Option<Instant> {
    let due = jobs.jobs.values().flat_map(|job| due_next(job, &jobs.notes(job.opened.job)));
    due.map(|(at, _)| at).min()
}

/// Everything that is due at `now`, in order. After an outage this includes follow-ups, such as a
/// duty that was raised and missed in the meantime.
pub(crate) fn wake(jobs: &Jobs, now: Instant) -> Vec<JobEvent> {
    let mut after = jobs.clone();
    let mut reported = Vec::new();
    loop {
        let due = due_at(&after, now);
        if due.is_empty() {
            return reported;
        }
        for event in due {
            after.evolve(&event);
            reported.push(event);
        }
    }
}

fn due_at(jobs: &Jobs, now: Instant) -> Vec<JobEvent> {
    let mut due: Vec<(Instant, JobEvent)> = jobs
        .jobs
        .values()
        .flat_map(|job| due_next(job, &jobs.notes(job.opened.job)))
        .filter(|(at, _)| *at <= now)
        .collect();
    due.sort_by_key(|(at, _)| *at);
    due.into_iter().map(|(_, event)| event).collect()
}

/// Every deadline of a job, with the instant at which to report it.
fn due_next(job: &Job, notes: &ClaimNotes) -> Vec<(Instant, JobEvent)> {
    let mut due: Vec<_> = job.parts.iter().filter_map(|part| late_part(job, part)).collect();
    due.extend(late_declaration(job, notes));
    due.extend(late_dispatch(job));
    if repair_is_owed(job, notes) {
        due.extend(late_repair(job, notes));
        due.extend(duty_to_declare(job, notes));
    }
    due
}

/// T3, T4, T8: the repair was not done within the promised counted days.
fn late_repair(job: &Job, notes: &ClaimNotes) -> Option<(Instant, JobEvent)> {
    let due = repair_by(job, notes).filter(|_| !job.remedy_deadline_reported)?;
    Some((just_after(due)?, passed(job, JobDeadline::Remedy, None, due)))
}

/// T3, T8: a replacement, or a device repaired under an exchange policy, was not sent within the
/// days in the terms.
fn late_dispatch(job: &Job) -> Option<(Instant, JobEvent)> {
    let is_moot = job.is_closed || job.abandoned.is_some();
    let owed = job.dispatch.as_ref().filter(|owed| !owed.lateness_reported && !is_moot)?;
    Some((just_after(owed.by)?, passed(job, JobDeadline::Dispatch, None, owed.by)))
}

/// An action at the very instant of the deadline is still in time.
fn just_after(due: Instant) -> Option<Instant> {
    due.checked_add_signed(TimeDelta::microseconds(1))
}

/// T8: a missed deadline is escalated to the provider.
fn passed(job: &Job, deadline: JobDeadline, part: Option<String>, due: Instant) -> JobEvent {
    let (job, escalated_to) = (job.opened.job, job.opened.provider.clone());
    JobEvent::DeadlinePassed(DeadlinePassed { job, deadline, part, due, escalated_to })
}

/// T5: after this many counted days on the bench, the provider must declare the device beyond
/// repair.
fn duty_to_declare(job: &Job, notes: &ClaimNotes) -> Option<(Instant, JobEvent)> {
    let days = job.opened.beyond_repair_after_days.filter(|_| !job.bench_duty_raised)?;
    let at = over(job, notes, days)?;
    Some((at, JobEvent::DutyRaised(duty(job, "T5", at))))
}

/// T5, T6: the duty to declare the device beyond repair, with its deadline.
pub(super) fn duty(job: &Job, rule: &str, at: Instant) -> DutyRaised {
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

/// T5, T8: the provider has not declared the device beyond repair in time. The duty ends when the
/// declaration is made, or when the device is repaired after all, replaced or paid out.
fn late_declaration(job: &Job, notes: &ClaimNotes) -> Option<(Instant, JobEvent)> {
    let declaration = job.declaration.as_ref().filter(|owed| !owed.lateness_reported)?;
    let is_on_bench = match &job.device {
        Device::OnBench(bench) => bench.result.is_none(),
        Device::Awaited | Device::Quarantined(_) => false,
    };
    let is_moot = job.is_closed
        || job.ending.is_some()
        || matches!(notes.remedy, Some((remedy, _)) if remedy != Remedy::Repair);
    if !is_on_bench || is_moot {
        return None;
    }
    Some((declaration.by, passed(job, JobDeadline::Declaration, None, declaration.by)))
}

/// T9: an expected date that passes is a missed deadline; a new expected date can be missed again.
fn late_part(job: &Job, part: &Part) -> Option<(Instant, JobEvent)> {
    let was_reported = part.lateness_reported.is_some_and(|reported| reported >= part.expected_on);
    if part.arrived_at.is_some() || was_reported || job.ending.is_some() {
        return None;
    }
    let due = end_of_day(part.expected_on, job.zone());
    Some((due, passed(job, JobDeadline::Parts, Some(part.part.clone()), due)))
}

/// The first instant after a day in a time zone. If that midnight does not exist, the first instant
/// of the next day.
fn end_of_day(day: NaiveDate, zone: Tz) -> Instant {
    let Some(next) = day.checked_add_days(Days::new(1)) else { return Instant::MAX_UTC };
    let midnight = next.and_time(NaiveTime::MIN);
    // A clock change skips at most an hour, so one of the next quarter hours exists.
    let local = (0..8)
        .map(|quarters| midnight + TimeDelta::minutes(15 * quarters))
        .find_map(|time| zone.from_local_datetime(&time).earliest());
    local.map_or_else(|| midnight.and_utc(), |time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_its_local_midnight() {
        let day = NaiveDate::from_ymd_opt(2025, 3, 4).unwrap();
        let end = end_of_day(day, Tz::Europe__Moscow);
        assert_eq!(end.to_rfc3339(), "2025-03-04T21:00:00+00:00");
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_instant_after_it() {
        // Beirut sets its clocks forward at midnight: 29 March 2025 is followed by 01:00 on the
        // 30th.
        let day = NaiveDate::from_ymd_opt(2025, 3, 29).unwrap();
        let end = end_of_day(day, Tz::Asia__Beirut);
        assert_eq!(end.to_rfc3339(), "2025-03-29T22:00:00+00:00");
    }
}
