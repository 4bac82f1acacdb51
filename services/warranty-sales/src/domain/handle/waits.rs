//! What policies wait for (T11): one function for each row, and what happens when its date has
//! come.
//!
//! A policy is open from its sale to its end. A warranty that was only requested is not a policy
//! yet; its order waits for the payment.

use recourse_kernel::{Instant, Matter, Owner, PolicyId, Wait, WaitKind};

use crate::domain::Cx;
use crate::domain::events::{CoverageStarted, DeadlinePassed, EndReason, Ended, PolicyEvent};
use crate::domain::state::{Policy, SalesState, Stage};

/// A row: what a policy waits for.
type Row = fn(PolicyId, &Policy) -> Option<Wait>;

/// The rows about policies. Each policy that is in force has exactly one.
const ROWS: [Row; 3] = [delivery, coverage_start, coverage_end];

/// The policies that were sold and have not ended.
pub(crate) fn open(state: &SalesState) -> Vec<Matter> {
    let open = state.policies().filter(|(_, policy)| policy.is_paid());
    open.map(|(id, _)| id.into()).collect()
}

/// Everything that the policies of a purchase wait for.
pub(crate) fn waits(state: &SalesState) -> Vec<Wait> {
    let policies = state.policies();
    policies.flat_map(|(id, policy)| ROWS.iter().filter_map(move |row| row(id, policy))).collect()
}

/// Seller: delivers the device of a sold policy. If it is late, that is recorded once, and
/// escalated to the marketplace.
fn delivery(id: PolicyId, policy: &Policy) -> Option<Wait> {
    let Stage::Sold(sale) = &policy.stage else { return None };
    Some(delivered_by(id, sale.sold_at, sale.deliver_by, policy.is_delivery_late))
}

/// T2: coverage starts on its day.
fn coverage_start(id: PolicyId, policy: &Policy) -> Option<Wait> {
    let Stage::Scheduled(_, dates) = &policy.stage else { return None };
    Some(covered_from(id, dates.since, dates.starts))
}

/// S9: coverage ends on its day.
fn coverage_end(id: PolicyId, policy: &Policy) -> Option<Wait> {
    let Stage::Started(_, dates) = &policy.stage else { return None };
    Some(covered_until(id, dates.starts, dates.ends))
}

/// The wait for a delivery.
pub(crate) fn delivered_by(id: PolicyId, sold: Instant, by: Instant, is_late: bool) -> Wait {
    Wait::new(id, WaitKind::Delivery, Owner::Seller, sold).until(by).late(is_late)
}

/// The wait for the first day of coverage.
pub(crate) fn covered_from(id: PolicyId, since: Instant, starts: Instant) -> Wait {
    Wait::new(id, WaitKind::CoverageStart, Owner::Provider, since).until(starts)
}

/// The wait for the end of coverage.
pub(crate) fn covered_until(id: PolicyId, starts: Instant, ends: Instant) -> Wait {
    Wait::new(id, WaitKind::CoverageEnd, Owner::Provider, starts).until(ends.max(starts))
}

/// What happens when the date of a wait has come.
pub(crate) fn passed(state: &SalesState, wait: &Wait, _: &Cx<'_>) -> Vec<PolicyEvent> {
    let Matter::Policy(id) = wait.matter else { return Vec::new() };
    let Some(policy) = state.policy(id) else { return Vec::new() };
    match &policy.stage {
        Stage::Sold(sale) => vec![PolicyEvent::DeadlinePassed(DeadlinePassed {
            policy: id,
            deadline: WaitKind::Delivery,
            due: sale.deliver_by,
            owner: Owner::Seller,
            escalated_to: policy.request.marketplace.clone(),
        })],
        Stage::Scheduled(_, dates) => {
            let started = CoverageStarted { policy: id, starts: dates.starts };
            vec![PolicyEvent::CoverageStarted(started)]
        }
        Stage::Started(_, dates) => {
            let (reason, ended_at) = (EndReason::Expired, dates.ends);
            vec![PolicyEvent::Ended(Ended { policy: id, reason, ended_at })]
        }
        _ => Vec::new(),
    }
}
