//! What the events of repair jobs do to deadlines (T8).

use recourse_kernel::Instant;
use recourse_wiring::timeline::{Body, Change, Step, Which, one};
use serde_json::Value;

#[expect(clippy::too_many_lines, reason = "a table with one row per event")]
pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "job", step);
    let every = || Which::Every;
    match name {
        "job.opened" => of("hand_over", Step::Set(None, inner(said, "hand_over", "by"))),
        "job.courier_requested" => {
            let mut changes = of("courier_booking", Step::Set(None, time("book_by")));
            changes.extend(of("hand_over", Step::Ended(every())));
            changes
        }
        "job.shipment_cancelled" => turns(said),
        "job.shipment_booked" => booked(said),
        "job.shipment_picked_up" => {
            let mut changes = of("hand_over", Step::Met(every()));
            changes.extend(of("courier_booking", Step::Met(every())));
            changes.extend(shipment(said, Step::Set(None, time("deliver_by"))));
            changes
        }
        "job.delivery_asked" => shipment(said, Step::Set(None, time("presumed_at"))),
        "job.shipment_delivered" | "job.shipment_lost" => {
            let is_presumed = said.0.get("presumed").and_then(Value::as_bool) == Some(true);
            let step = if is_presumed { Step::Ended(every()) } else { Step::Met(every()) };
            shipment(said, step)
        }
        "job.received" => received(said),
        "job.serial_resolved" => {
            let mut changes = of("quarantine", Step::Met(every()));
            changes.extend(of("inspection", Step::Set(None, time("inspect_by"))));
            changes
        }
        "job.remedy_noted" => remedy_noted(said),
        "job.payment_noted" => {
            let mut changes = Vec::new();
            if said.has("repair_by") {
                changes.extend(of("paid_repair", Step::Set(None, time("repair_by"))));
            }
            changes.extend(goes_back(said));
            changes
        }
        "job.appeal_noted" => match said.0.get("open").and_then(Value::as_bool) {
            Some(true) if said.string("of") == Some("verdict") => nothing_leaves(said),
            _ => goes_back(said),
        },
        "job.verdict_overturned" => nothing_leaves(said),
        "job.inspected" => {
            let mut changes = of("inspection", Step::Met(every()));
            if !is_covered(said) {
                changes.extend(of("remedy", Step::Ended(every())));
            }
            changes
        }
        "job.duty_raised" if said.has("declare_by") => {
            of("declaration", Step::Set(None, time("declare_by")))
        }
        "job.beyond_repair_proposed" => {
            of("beyond_repair_approval", Step::Set(None, time("approve_by")))
        }
        "job.beyond_repair_declined" => of("beyond_repair_approval", Step::Met(every())),
        "job.repaired" => repaired(said),
        "job.repair_cancelled" => of("paid_repair", Step::Ended(every())),
        "job.declared_beyond_repair" => {
            let mut changes = of("remedy", Step::Met(every()));
            changes.extend(of("declaration", Step::Met(every())));
            changes.extend(of("beyond_repair_approval", Step::Met(every())));
            changes
        }
        "job.replacement_sent" | "job.handed_over" | "job.abandoned" | "job.closed" => {
            ended(name, said)
        }
        "job.parts_awaited" => part(said, Step::Set(None, end_of_utc_day(said))),
        "job.parts_arrived" => part(said, Step::Met(every())),
        "job.deadline_passed" => passed(said),
        _ => Vec::new(),
    }
}

fn inner(said: Body<'_>, field: &str, name: &str) -> Option<Instant> {
    said.0.get(field)?.get(name)?.as_str()?.parse().ok()
}

fn shipment(said: Body<'_>, step: Step) -> Vec<Change> {
    one(said, "shipment", "shipment", step)
}

/// T11: the provider's courier is due, or the buyer hands the device over.
fn turns(said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "job", step);
    let mut changes = Vec::new();
    if let Some(by) = inner(said, "courier", "by") {
        changes.extend(of("courier_booking", Step::Set(None, Some(by))));
        changes.extend(of("hand_over", Step::Ended(Which::Every)));
    }
    if let Some(by) = inner(said, "hand_over", "by") {
        changes.extend(of("courier_booking", Step::Ended(Which::Every)));
        changes.extend(of("hand_over", Step::Set(None, Some(by))));
    }
    changes
}

/// A shipment to the shop takes the place of the courier that was requested.
fn booked(said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "job", step);
    let mut changes = Vec::new();
    if said.string("direction") == Some("to_shop") {
        changes.extend(of("courier_booking", Step::Met(Which::Every)));
    }
    changes.extend(turns(said));
    if said.has("send_by") {
        changes.extend(of("collection", Step::Ended(Which::Every)));
        changes.extend(of("dispatch", Step::Set(None, said.instant("send_by"))));
    }
    changes
}

fn received(said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "job", step);
    let mut changes = of("hand_over", Step::Met(Which::Every));
    changes.extend(of("courier_booking", Step::Ended(Which::Every)));
    for (kind, field) in
        [("remedy", "repair_by"), ("inspection", "inspect_by"), ("quarantine", "resolve_by")]
    {
        if said.has(field) {
            changes.extend(of(kind, Step::Set(None, said.instant(field))));
        }
    }
    changes.extend(goes_back(said));
    changes
}

fn repaired(said: Body<'_>) -> Vec<Change> {
    let of = |kind, step| one(said, kind, "job", step);
    let mut changes = of("remedy", Step::Met(Which::Every));
    changes.extend(of("paid_repair", Step::Met(Which::Every)));
    changes.extend(of("declaration", Step::Ended(Which::Every)));
    changes.extend(of("beyond_repair_approval", Step::Ended(Which::Every)));
    if said.has("send_by") {
        changes.extend(of("dispatch", Step::Set(None, said.instant("send_by"))));
    }
    changes.extend(goes_back(said));
    changes
}

/// C11: while an appeal is open, nothing leaves the shop.
fn nothing_leaves(said: Body<'_>) -> Vec<Change> {
    let ended = |kind| one(said, kind, "job", Step::Ended(Which::Every));
    ["dispatch", "collection"].into_iter().flat_map(ended).collect()
}

/// What leaves the shop is sent, or collected.
fn goes_back(said: Body<'_>) -> Vec<Change> {
    let Some(back) = said.0.get("goes_back") else { return Vec::new() };
    let by = |how: &str| back.get(how)?.get("by")?.as_str()?.parse().ok();
    let set = |kind, by: Option<Instant>| {
        by.map(|by| one(said, kind, "job", Step::Set(None, Some(by)))).unwrap_or_default()
    };
    let mut changes = set("dispatch", by("sent"));
    changes.extend(set("collection", by("collected")));
    changes
}

fn ended(name: &str, said: Body<'_>) -> Vec<Change> {
    let is_sent = name.ends_with("_sent") || name.ends_with("_over");
    let leaves = if is_sent { Step::Met(Which::Every) } else { Step::Ended(Which::Every) };
    let mut changes = Vec::new();
    for kind in ["dispatch", "collection"] {
        changes.extend(one(said, kind, "job", leaves.clone()));
    }
    for kind in [
        "remedy",
        "paid_repair",
        "declaration",
        "inspection",
        "quarantine",
        "hand_over",
        "courier_booking",
        "beyond_repair_approval",
    ] {
        changes.extend(one(said, kind, "job", Step::Ended(Which::Every)));
    }
    changes
}

/// T8: the kinds in the list of deadlines, by the name of the wait.
fn passed(said: Body<'_>) -> Vec<Change> {
    let missed = || Step::Missed(None, said.instant("due"));
    let kind = match said.string("deadline") {
        Some("repair") => "remedy",
        Some("dispatch" | "replacement_dispatch") => "dispatch",
        Some("parts") => return part(said, missed()),
        Some("shipment_to_shop" | "shipment_to_buyer") => return shipment(said, missed()),
        Some("declaration") => "declaration",
        Some("courier_booking") => "courier_booking",
        Some("hand_over") => "hand_over",
        Some("inspection") => "inspection",
        Some("quarantine") => "quarantine",
        Some("beyond_repair_approval") => "beyond_repair_approval",
        Some("paid_repair") => "paid_repair",
        Some("collection") => "collection",
        _ => return Vec::new(),
    };
    one(said, kind, "job", missed())
}

/// T3: a replacement has a day by which it is sent, a repair under an exchange policy a day by
/// which it is done. An earlier dispatch deadline ends.
fn remedy_noted(said: Body<'_>) -> Vec<Change> {
    let due = |kind, field: &str| {
        let by = said.string(field)?;
        Some(one(said, kind, "job", Step::Set(None, by.parse().ok())))
    };
    let mut changes = due("remedy", "repair_by").unwrap_or_default();
    let nothing_to_send = || one(said, "dispatch", "job", Step::Ended(Which::Every));
    changes.extend(due("dispatch", "send_by").unwrap_or_else(nothing_to_send));
    changes.extend(goes_back(said));
    changes
}

fn is_covered(said: Body<'_>) -> bool {
    let verdict = said.0.get("verdict").and_then(|verdict| verdict.get("kind")?.as_str());
    verdict == Some("covered")
}

fn part(said: Body<'_>, step: Step) -> Vec<Change> {
    let subject = said.string("job").zip(said.string("part"));
    let subject = subject.map(|(job, part)| format!("{job}/{part}"));
    subject.map(|subject| Change { kind: "parts", subject, step }).into_iter().collect()
}

fn end_of_utc_day(said: Body<'_>) -> Option<Instant> {
    let day: chrono::NaiveDate = said.string("expected_on")?.parse().ok()?;
    Some(day.succ_opt()?.and_time(chrono::NaiveTime::MIN).and_utc())
}
