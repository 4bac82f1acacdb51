//! A played case as a timeline for people, and as JSON for machines.

use recourse_audit::timelines::sentence;
use serde_json::{Value, json};

use super::answer::Answer;
use super::expect::local;
use super::playing::{Played, Report};
use super::when::Calendar;

/// One line: the result, the rules and the headline.
pub fn headline(report: &Report) -> String {
    let mark = if report.holds() { "ok    " } else { "DIFFERS" };
    format!("{mark}  {:<12}  {}  ({})", report.rules.join(" "), report.case, report.path.display())
}

/// The full timeline, with expectations that were not met.
pub fn timeline(report: &Report) -> String {
    let mut lines = vec![headline(report)];
    lines.extend(report.about.as_ref().map(|about| format!("    {}", about.trim())));
    for scene in &report.scenes {
        lines.push(format!("  {}  {}", stamp(scene, &report.calendar), scene.did));
        lines.extend(scene.note.as_ref().map(|note| format!("{:30}({note})", "")));
        for answer in &scene.answers {
            if let Answer::Refused { code, rules, detail, findings } = answer {
                let by =
                    if rules.is_empty() { String::new() } else { format!(" {}", rules.join(" ")) };
                lines.push(format!("{:30}refused{by}: {detail} [{code}]", ""));
                let besides = findings.iter().filter(|tried| {
                    tried.facts.get("code").is_some_and(|other| other != code.as_str())
                });
                lines
                    .extend(besides.map(|tried| {
                        format!("{:30}also by {}: {}", "", tried.rule, tried.outcome)
                    }));
            }
        }
        for event in scene.reported.iter().filter(|event| !event.is_refusal()) {
            let says = sentence(&event.type_name, &event.body);
            lines.push(format!("{:30}{:<28} {says}", "", event.kind));
        }
        for difference in &scene.differences {
            let (line, what) = (difference.line, &difference.what);
            lines.push(format!("  ✗ line {line}: {what}"));
            lines.push(format!("      expected  {}", difference.wanted));
            lines.push(format!("      actual    {}", difference.got));
        }
    }
    lines.join("\n")
}

/// `2025-01-21 12:00  day 16`
fn stamp(scene: &Played, calendar: &Calendar) -> String {
    let day = scene.at.with_timezone(&calendar.zone).date_naive();
    let day = calendar.delivered.map(|delivered| (day - delivered).num_days());
    let day = day.map_or(String::new(), |day| format!("day {day}"));
    format!("{}  {day:<8}", &local(scene.at, calendar).chars().take(16).collect::<String>())
}

/// The full timeline as JSON.
pub fn machine(report: &Report) -> Value {
    let scenes: Vec<_> = report.scenes.iter().map(scene_json).collect();
    json!({
        "case": report.case,
        "file": report.path,
        "rules": report.rules,
        "order": report.order,
        "holds": report.holds(),
        "steps": scenes,
    })
}

fn scene_json(scene: &Played) -> Value {
    let answers: Vec<_> = scene
        .answers
        .iter()
        .map(|answer| match answer {
            Answer::Accepted => json!({ "accepted": true }),
            Answer::Refused { code, rules, detail, findings } => json!({
                "refused": code, "rules": rules, "detail": detail, "findings": findings,
            }),
        })
        .collect();
    let events: Vec<_> = scene
        .reported
        .iter()
        .map(|event| {
            let says = sentence(&event.type_name, &event.body);
            json!({ "type": event.kind, "at": event.at, "who": event.who, "says": says,
                    "body": event.body })
        })
        .collect();
    let differences: Vec<_> = scene
        .differences
        .iter()
        .map(|d| json!({ "line": d.line, "what": d.what, "wanted": d.wanted, "got": d.got }))
        .collect();
    json!({
        "at": scene.at,
        "line": scene.line,
        "did": scene.did,
        "answers": answers,
        "events": events,
        "differences": differences,
    })
}
