//! The part of the report about people who were slow, silent or unlucky: which deadlines passed,
//! who owed what, and how the claim ended all the same (T11).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::lines::{heading, table};
use super::story::{LATE, STORIES};
use super::summary::{ClaimLine, Summary};

/// A claim of one of the stories of delay.
struct Late<'a> {
    story: &'static str,
    claim: &'a str,
    outcome: &'a str,
    /// What was due, and who owed it, in the order in which it passed.
    passed: &'a [(String, String)],
}

/// The claims of those stories, by story.
fn all(summary: &Summary) -> Vec<Late<'_>> {
    let mut found = Vec::new();
    for (id, claim) in &summary.claims {
        let Some(story) = story_of(claim).filter(|story| LATE.contains(story)) else { continue };
        let outcome = claim.outcome.as_deref().unwrap_or("open");
        let passed = summary.passed.get(id).map_or(&[][..], Vec::as_slice);
        found.push(Late { story, claim: id, outcome, passed });
    }
    found.sort_by_key(|late| LATE.iter().position(|story| *story == late.story));
    found
}

/// The story of a claim, by its buyer's name: `b-SEED-INDEX`.
fn story_of(claim: &ClaimLine) -> Option<&'static str> {
    let index: usize = claim.buyer.rsplit('-').next()?.parse().ok()?;
    Some(STORIES[index % STORIES.len()].name)
}

fn said((deadline, owner): &(String, String)) -> String {
    format!("{} ({owner})", deadline.replace('_', " "))
}

/// The section of the report.
pub(super) fn section(summary: &Summary, out: &mut String) -> std::fmt::Result {
    heading(out, "Slow, silent or unlucky: what passed, and how it ended");
    let rows: Vec<_> = all(summary)
        .into_iter()
        .map(|late| {
            let passed: Vec<_> = late.passed.iter().map(said).collect();
            [
                late.story.to_owned(),
                late.claim.to_owned(),
                passed.join(", "),
                late.outcome.replace('_', " "),
            ]
        })
        .collect();
    table(out, ["story", "claim", "deadlines that passed", "outcome"], &rows)?;
    writeln!(out, "  every wait has an owner and a date: nothing waits without one")
}

/// The same for machines. Its names are a public format.
pub(super) fn json(summary: &Summary) -> Vec<Value> {
    let passed = |late: &Late<'_>| -> Vec<Value> {
        late.passed
            .iter()
            .map(|(deadline, owner)| json!({ "deadline": deadline, "owner": owner }))
            .collect()
    };
    all(summary)
        .iter()
        .map(|late| {
            json!({
                "story": late.story,
                "claim": late.claim,
                "outcome": late.outcome,
                "passed": passed(late),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_of_delay_shows_what_passed_and_how_it_ended() {
        let index = STORIES.iter().position(|story| story.name == LATE[0]);
        let buyer = format!("b-1-{}", index.unwrap_or_default());
        let outcome = Some("repaired".to_owned());
        let mut summary = Summary::default();
        let claim = ClaimLine { buyer, outcome, ..ClaimLine::default() };
        summary.claims.insert("clm_1".to_owned(), claim);
        let passed = vec![("documents".to_owned(), "provider".to_owned())];
        summary.passed.insert("clm_1".to_owned(), passed);
        let reported = json(&summary);
        assert_eq!(reported[0]["story"], LATE[0]);
        assert_eq!(reported[0]["outcome"], "repaired");
        assert_eq!(reported[0]["passed"][0]["owner"], "provider");
        let mut text = String::new();
        assert!(section(&summary, &mut text).is_ok());
        assert!(text.contains("documents (provider)"), "{text}");
    }
}
