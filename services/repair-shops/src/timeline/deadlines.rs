//! What the events of repair jobs do to deadlines (T8).

use recourse_kernel::Instant;
use recourse_wiring::timeline::{Body, Change, Step, Which, one};

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "job", step);
    match name {
        "job.received" if said.has("repair_by") => of("remedy", Step::Set(None, time("repair_by"))),
        "job.remedy_noted" => remedy_noted(said),
        "job.inspected" if !is_covered(said) => of("remedy", Step::Ended(Which::Every)),
        "job.duty_raised" if said.has("declare_by") => {
            of("declaration", Step::Set(None, time("declare_by")))
        }
        "job.repaired" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Ended(Which::Every)));
            if said.has("send_by") {
                changes.extend(of("dispatch", Step::Set(None, time("send_by"))));
            }
            changes
        }
        "job.declared_beyond_repair" => {
            let mut changes = of("remedy", Step::Met(Which::Every));
            changes.extend(of("declaration", Step::Met(Which::Every)));
            changes
        }
        "job.replacement_sent" | "job.handed_over" | "job.abandoned" | "job.closed" => {
            let is_sent = name.ends_with("_sent") || name.ends_with("_over");
            let all = Which::Every;
            let dispatched =
                if is_sent { Step::Met(all.clone()) } else { Step::Ended(all.clone()) };
            let mut changes = of("remedy", Step::Ended(all.clone()));
            changes.extend(of("declaration", Step::Ended(all)));
            changes.extend(of("dispatch", dispatched));
            changes
        }
        "job.parts_awaited" => part(said, Step::Set(None, end_of_utc_day(said))),
        "job.parts_arrived" => part(said, Step::Met(Which::Every)),
        "job.deadline_passed" => match said.string("deadline") {
            Some("remedy") => of("remedy", Step::Missed(None, time("due"))),
            Some("declaration") => of("declaration", Step::Missed(None, time("due"))),
            Some("dispatch") => of("dispatch", Step::Missed(None, time("due"))),
            Some("parts") => part(said, Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
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
