//! Everything that repair jobs wait for (T11): one function for each row of the rulebook's table,
//! and what happens when its reminder or its deadline has come.
//!
//! While the claim decides, or the settlement is paid, those are the open matters, not the job.

mod before;
mod bench;
mod leaving;
mod transit;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use recourse_kernel::{Instant, Matter, Owner, Wait, WaitKind};

use super::endings::closings;
use crate::domain::Cx;
use crate::domain::events::{DeadlinePassed, JobEvent, ReminderSent};
use crate::domain::state::{ClaimNotes, Job, Jobs};

pub(super) use bench::duty;

/// A row of the table: what a job waits for, if it does.
type Row = fn(&Job, &ClaimNotes) -> Vec<Wait>;

/// The rows. Whatever a job or its shipments wait for is in one of them.
const ROWS: &[Row] = &[
    before::courier_booking,
    before::hand_over,
    before::forwarding,
    transit::to_shop,
    transit::to_buyer,
    transit::delivery_statement,
    bench::quarantine,
    bench::inspection,
    bench::beyond_repair_approval,
    bench::declaration,
    bench::repair,
    bench::duty_to_declare,
    bench::parts,
    bench::paid_repair,
    leaving::dispatch,
    leaving::collection,
    leaving::payment,
];

/// The open matters: jobs and shipments of which something is awaited here.
pub(crate) fn open(jobs: &Jobs) -> Vec<Matter> {
    let mut open: Vec<_> = waits(jobs).into_iter().map(|wait| wait.matter).collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// Everything that the jobs of a purchase wait for.
pub(crate) fn waits(jobs: &Jobs) -> Vec<Wait> {
    let of_job = |job: &Job| of_job(job, &jobs.notes(job.opened.job));
    jobs.jobs.values().flat_map(of_job).collect()
}

/// Everything that a job and its shipments wait for.
pub(crate) fn of_job(job: &Job, notes: &ClaimNotes) -> Vec<Wait> {
    ROWS.iter().flat_map(|row| row(job, notes)).collect()
}

/// What happens when the reminder or the deadline of a wait has come.
pub(crate) fn passed(jobs: &Jobs, wait: &Wait, cx: &Cx<'_>) -> Vec<JobEvent> {
    let id = match wait.matter {
        Matter::Job(id) => id,
        Matter::Shipment(id) => id.job(),
        _ => return Vec::new(),
    };
    let Some(job) = jobs.jobs.get(&id) else { return Vec::new() };
    let mut events = decided(job, wait, cx);
    let mut after = jobs.clone();
    for event in &events {
        after.evolve(event);
    }
    events.extend(closings(&after));
    events
}

fn decided(job: &Job, wait: &Wait, cx: &Cx<'_>) -> Vec<JobEvent> {
    if wait.is_reminder_due(cx.now) {
        let at = wait.remind_at.unwrap_or(cx.now);
        return vec![JobEvent::ReminderSent(ReminderSent {
            job: job.opened.job,
            kind: wait.what,
            at,
        })];
    }
    match wait.what {
        WaitKind::ShipmentToShop => transit::lost(job, wait),
        WaitKind::ShipmentToBuyer => transit::asked(job, wait, cx),
        WaitKind::DeliveryStatement => transit::delivered(job, wait),
        WaitKind::BeyondRepairApproval => bench::approved_by_silence(job, wait, cx),
        WaitKind::Declaration if wait.number == bench::COUNTED_DAYS => {
            bench::duty_raised(job, wait)
        }
        WaitKind::Parts => bench::part_is_late(job, wait),
        WaitKind::Collection => leaving::not_collected(job, wait),
        _ => vec![missed(job, wait)],
    }
}

/// T8: the event that a deadline has passed. It is escalated to the provider.
fn missed(job: &Job, wait: &Wait) -> JobEvent {
    JobEvent::DeadlinePassed(DeadlinePassed {
        job: job.opened.job,
        deadline: wait.what,
        part: None,
        shipment: match wait.matter {
            Matter::Shipment(shipment) => Some(shipment),
            _ => None,
        },
        due: wait.until.unwrap_or(wait.since),
        owner: wait.owner,
        escalated_to: job.opened.provider.clone(),
    })
}

/// Marks a wait whose deadline has passed and is recorded.
fn marked(job: &Job, wait: Wait) -> Wait {
    let number = match wait.matter {
        Matter::Shipment(shipment) => shipment.shipment,
        _ => 0,
    };
    let is_late = wait.until.is_some_and(|due| job.is_late(wait.what, number, due));
    wait.late(is_late)
}

/// A wait of the job itself, which is late once that is recorded.
fn job_waits(job: &Job, what: WaitKind, owner: Owner, since: Instant, by: Instant) -> Vec<Wait> {
    vec![marked(job, Wait::new(job.opened.job, what, owner, since).until(by))]
}

/// Whether nothing more can happen to the job.
fn is_over(job: &Job) -> bool {
    job.is_closed || job.abandoned.is_some()
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
