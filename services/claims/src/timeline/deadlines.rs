//! What the events of claims do to deadlines (T8).

use recourse_wiring::timeline::{Body, Change, Step, Which, one};

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "claim", step);
    match name {
        "claim.filed" if said.has("decide_within") => {
            of("decision", Step::Set(None, time("decide_by")))
        }
        "claim.remedy_chosen" | "claim.rejected" => of("decision", Step::Met(Which::Every)),
        "claim.withdrawn" | "claim.closed" => {
            let mut changes = of("decision", Step::Ended(Which::Every));
            changes.extend(of("answer", Step::Ended(Which::Every)));
            changes.extend(of("appeal", Step::Ended(Which::Every)));
            changes
        }
        "claim.question_asked" => {
            of("answer", Step::Set(numbered(said, "question"), time("answer_by")))
        }
        "claim.question_answered" => {
            let answered = numbered(said, "question").map_or(Which::Every, Which::One);
            of("answer", Step::Met(answered))
        }
        "claim.offer_made" => offered(said),
        "claim.offer_accepted" | "claim.offer_declined" => {
            let answered = numbered(said, "offer").map_or(Which::Offers, Which::One);
            of("answer", Step::Met(answered))
        }
        "claim.appealed" if said.has("decide_by") => {
            of("appeal", Step::Set(None, time("decide_by")))
        }
        "claim.appeal_decided" => of("appeal", Step::Met(Which::Every)),
        "claim.deadline_passed" => match said.string("deadline") {
            Some("decision") => of("decision", Step::Missed(None, time("due"))),
            Some("answer") => of("answer", Step::Missed(None, time("due"))),
            Some("appeal") => of("appeal", Step::Missed(None, time("due"))),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Such as `question 2` or `offer 1`.
fn numbered(said: Body<'_>, field: &str) -> Option<String> {
    Some(format!("{field} {}", said.0.get(field)?.as_u64()?))
}

/// An offer replaces the one before it: an offer by the buyer answers it, a new one by the provider
/// ends it. The new offer may then await an answer itself (C3).
fn offered(said: Body<'_>) -> Vec<Change> {
    let Some(claim) = said.string("claim") else { return Vec::new() };
    let before = match said.string("by") {
        Some("buyer") => Step::Met(Which::Offers),
        _ => Step::Ended(Which::Offers),
    };
    let awaited = said.0.get("awaited").and_then(|awaited| awaited.get("answer_by")?.as_str());
    let awaited = awaited.map(|by| Step::Set(numbered(said, "offer"), by.parse().ok()));
    let change = |step| Change { kind: "answer", subject: claim.to_owned(), step };
    std::iter::once(before).chain(awaited).map(change).collect()
}
