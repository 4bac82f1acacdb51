//! What the events of policies do to deadlines (T8).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};

/// T11: the seller delivers the device of a policy that was sold.
pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let of = |step| one(said, "delivery", "policy", step);
    match name {
        "policy.sold" => of(Step::Set(None, said.instant("deliver_by"))),
        "policy.coverage_scheduled" => of(Step::Met(Which::Every)),
        "policy.cancelled" | "policy.ended" => of(Step::Ended(Which::Every)),
        "policy.deadline_passed" => of(Step::Missed(None, said.instant("due"))),
        _ => Vec::new(),
    }
}
