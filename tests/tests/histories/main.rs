//! Random histories over all services: purchases under every line of terms, facts in any order, and
//! actors who mostly act sensibly and sometimes at random. Their invariants are in
//! `histories/checks.rs` and `histories/answers.rs`; `histories/injected.rs` tests each check with
//! an injected bug.
//!
//! `HISTORIES=5000` plays more than the default, `FIRST=17` starts with another seed; a failure
//! prints its seed and the events so far.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod answers;
mod chance;
mod checks;
mod history;
mod injected;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use recourse_cases::Documents;

/// The default number of histories.
const HISTORIES: u64 = 500;

/// Every outcome of a claim.
const OUTCOMES: [&str; 8] = [
    "repaired",
    "replaced",
    "refunded",
    "repaired_at_buyers_cost",
    "settled_by_agreement",
    "returned_unrepaired",
    "rejected",
    "withdrawn",
];

fn documents() -> Documents {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    Documents::read(&deploy).expect("the shipped documents")
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// How often each event type, and each outcome of a claim, was reached.
#[derive(Default)]
struct Reached {
    types: BTreeMap<String, u64>,
    outcomes: BTreeMap<String, u64>,
}

impl Reached {
    fn take(&mut self, log: &[recourse_kernel::Record]) {
        for record in log {
            *self.types.entry(checks::kind(record).to_owned()).or_default() += 1;
            if checks::kind(record) == "claim.closed" {
                let body: serde_json::Value = serde_json::from_slice(&record.body).expect("JSON");
                let outcome = body["outcome"].as_str().unwrap_or_default().to_owned();
                *self.outcomes.entry(outcome).or_default() += 1;
            }
        }
    }

    fn add(&mut self, other: Self) {
        for (name, times) in other.types {
            *self.types.entry(name).or_default() += times;
        }
        for (name, times) in other.outcomes {
            *self.outcomes.entry(name).or_default() += times;
        }
    }
}

/// Plays some seeds: what they reached, and the violations found.
fn play_some(seeds: impl Iterator<Item = u64>) -> (Reached, Vec<String>) {
    let (documents, mut reached, mut found) = (documents(), Reached::default(), Vec::new());
    for seed in seeds {
        match history::play(seed, &documents) {
            Ok(played) => reached.take(&played.log),
            Err(reported) => found.push(reported),
        }
    }
    (reached, found)
}

#[test]
fn the_invariants_of_all_services_hold_in_every_history() {
    let (first, count) = (number("FIRST", 0), number("HISTORIES", HISTORIES));
    let seeds = first..first + count;
    let even = thread::spawn({
        let seeds = seeds.clone();
        move || play_some(seeds.filter(|seed| seed % 2 == 0))
    });
    let (mut reached, mut found) = play_some(seeds.filter(|seed| seed % 2 == 1));
    let (others, more) = even.join().expect("the other half");
    reached.add(others);
    found.extend(more);
    println!("{:?}\n{:?}", reached.outcomes, reached.types);
    for reported in &found {
        println!("{}", reported.lines().next().unwrap_or_default());
    }
    let reported = found.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} of {count} histories:\n{reported}", found.len());
    if count < HISTORIES {
        return;
    }
    let ended: BTreeSet<_> = reached.outcomes.keys().map(String::as_str).collect();
    assert_eq!(ended, BTreeSet::from(OUTCOMES), "every outcome is reached: {:?}", reached.outcomes);
    assert_eq!(MUST_BE_REACHED.iter().find(|kind| !reached.types.contains_key(**kind)), None);
}

/// Events that only long histories contain.
const MUST_BE_REACHED: [&str; 24] = [
    "claim.appeal_decided",
    "claim.command_refused",
    "claim.deadline_passed",
    "claim.defect_added",
    "claim.offer_accepted",
    "claim.offer_declined",
    "claim.question_answered",
    "claim.review_opened",
    "job.command_refused",
    "job.declared_beyond_repair",
    "job.handed_over",
    "job.parts_arrived",
    "job.repaired",
    "job.replacement_sent",
    "job.shipment_lost",
    "order.dispute_decided",
    "order.fact_kept",
    "order.line_refunded",
    "policy.cancelled",
    "policy.ended",
    "policy.price_paid_changed",
    "settlement.closed",
    "settlement.payment_failed",
    "settlement.payment_paid",
];
