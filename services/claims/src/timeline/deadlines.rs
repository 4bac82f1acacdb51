//! What the events of claims do to deadlines (T8).

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_wiring::timeline::{Body, Change, Step, Which, one};

pub(super) fn changes(name: &str, said: Body<'_>) -> Vec<Change> {
    decisions(name, said)
        .or_else(|| answers(name, said))
        .or_else(|| appeals(name, said))
        .or_else(|| reviews(name, said))
        .unwrap_or_default()
}

/// The check of the documents, the decision, and what ends with the claim.
fn decisions(name: &str, said: Body<'_>) -> Option<Vec<Change>> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "claim", step);
    Some(match name {
        "claim.filed" => {
            let mut changes = of("documents", Step::Set(None, documents_due(said)));
            if said.has("decide_within") {
                changes.extend(of("decision", Step::Set(None, time("decide_by"))));
            }
            changes
        }
        "claim.accepted" => of("documents", Step::Met(Which::Every)),
        "claim.verdict_recorded" => {
            let covered = said.inner("verdict").string("kind") == Some("covered");
            let (owed, other) =
                if covered { ("remedy_choice", "offer") } else { ("offer", "remedy_choice") };
            let mut changes = of(other, Step::Ended(Which::Every));
            changes.extend(of(owed, Step::Set(None, time("act_by"))));
            changes
        }
        "claim.remedy_chosen" => {
            let mut changes = of("decision", Step::Met(Which::Every));
            changes.extend(of("remedy_choice", Step::Met(Which::Every)));
            changes.extend(of("offer", Step::Ended(Which::Every)));
            changes.extend(of("loss_compensation", Step::Met(Which::Every)));
            changes
        }
        "claim.rejected" => {
            let mut changes = of("documents", Step::Met(Which::Every));
            changes.extend(of("decision", Step::Met(Which::Every)));
            changes
        }
        "claim.withdrawn" | "claim.closed" => ENDED_WITH_THE_CLAIM
            .iter()
            .flat_map(|kind| of(kind, Step::Ended(Which::Every)))
            .collect(),
        "claim.deadline_passed" => match said.string("deadline") {
            Some(deadline) => of(kind_of(deadline), Step::Missed(None, time("due"))),
            None => Vec::new(),
        },
        _ => return None,
    })
}

/// Answers to questions and offers.
fn answers(name: &str, said: Body<'_>) -> Option<Vec<Change>> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "claim", step);
    Some(match name {
        "claim.question_asked" => {
            of("answer", Step::Set(numbered(said, "question"), time("answer_by")))
        }
        "claim.question_answered" => {
            let answered = numbered(said, "question").map_or(Which::Every, Which::One);
            of("answer", Step::Met(answered))
        }
        "claim.question_lapsed" => {
            let lapsed = numbered(said, "question").map_or(Which::Every, Which::One);
            of("answer", Step::Ended(lapsed))
        }
        "claim.offer_made" | "claim.offer_reopened" => {
            let mut changes = offered(said);
            changes.extend(of("offer", Step::Met(Which::Every)));
            changes
        }
        "claim.offer_accepted" | "claim.offer_declined" => {
            let answered = numbered(said, "offer").map_or(Which::Offers, Which::One);
            let mut changes = of("answer", Step::Met(answered));
            if name == "claim.offer_declined" {
                changes.extend(match time("act_by") {
                    Some(act_by) => of("offer", Step::Set(None, Some(act_by))),
                    None => of("offer", Step::Met(Which::Every)),
                });
            }
            changes
        }
        _ => return None,
    })
}

/// Appeals, and chains that the buyer may contest.
fn appeals(name: &str, said: Body<'_>) -> Option<Vec<Change>> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "claim", step);
    Some(match name {
        "claim.appealed" if said.has("decide_by") => {
            of("appeal", Step::Set(appeal_of(said), time("decide_by")))
        }
        "claim.appeal_escalated" => {
            of("marketplace_appeal", Step::Set(appeal_of(said), time("decide_by")))
        }
        "claim.appeal_decided" => {
            let decided = || appeal_of(said).map_or(Which::Every, Which::One);
            let mut changes = of("appeal", Step::Met(decided()));
            changes.extend(of("marketplace_appeal", Step::Met(decided())));
            changes
        }
        "claim.chain_changed" if said.has("contest_by") => {
            of("chain_contest", Step::Set(None, time("contest_by")))
        }
        "claim.chain_contested" => {
            let mut changes = of("chain_contest", Step::Met(Which::Every));
            let chain = Some("appeal of the chain".to_owned());
            changes.extend(of("appeal", Step::Set(chain, time("decide_by"))));
            changes
        }
        _ => return None,
    })
}

/// Two appeals can be open at once, of the chain and of another decision.
fn appeal_of(said: Body<'_>) -> Option<String> {
    Some(format!("appeal of the {}", said.string("of")?))
}

/// Reviews, and payments to approve.
fn reviews(name: &str, said: Body<'_>) -> Option<Vec<Change>> {
    let time = |field| said.instant(field);
    let of = |kind, step| one(said, kind, "claim", step);
    Some(match name {
        "claim.review_opened" => {
            of("review", Step::Set(numbered(said, "review"), time("close_by")))
        }
        "claim.review_closed" => of("review", Step::Met(which(said, "review"))),
        "claim.refusal_review_opened" => {
            let step = Step::Set(numbered(said, "review"), time("close_by"));
            one(said, "review", "policy", step)
        }
        "claim.refusal_review_closed" => {
            one(said, "review", "policy", Step::Met(which(said, "review")))
        }
        "claim.refusal_review_overdue" => {
            one(said, "review", "policy", Step::Missed(numbered(said, "review"), time("due")))
        }
        "claim.goodwill_granted" if said.has("approve_by") => {
            of("goodwill_approval", Step::Set(numbered(said, "goodwill"), time("approve_by")))
        }
        "claim.goodwill_approved" | "claim.goodwill_declined" => {
            of("goodwill_approval", Step::Met(which(said, "goodwill")))
        }
        _ => return None,
    })
}

/// The kinds of deadlines that end with the claim.
const ENDED_WITH_THE_CLAIM: &[&str] = &[
    "documents",
    "decision",
    "answer",
    "appeal",
    "marketplace_appeal",
    "remedy_choice",
    "offer",
    "job",
    "settlement",
];

/// The kind under which a missed deadline was set.
fn kind_of(deadline: &str) -> &'static str {
    match deadline {
        "question_answer" | "offer_answer" => "answer",
        "appeal_decision" => "appeal",
        "documents" | "documents_acceptance" => "documents",
        "marketplace_appeal" => "marketplace_appeal",
        "remedy_choice" => "remedy_choice",
        "offer" => "offer",
        "loss_compensation" => "loss_compensation",
        "chain_contest" => "chain_contest",
        "goodwill_approval" => "goodwill_approval",
        "review" => "review",
        "job" => "job",
        "settlement" => "settlement",
        _ => "decision",
    }
}

/// T8: when the check of the documents is due if its clock is never paused.
fn documents_due(said: Body<'_>) -> Option<Instant> {
    let days = said.inner("check_within").0.get("days")?.as_i64()?;
    said.instant("filed_at")?.checked_add_signed(TimeDelta::try_days(days)?)
}

/// The deadline with this number.
fn which(said: Body<'_>, field: &str) -> Which {
    numbered(said, field).map_or(Which::Every, Which::One)
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
