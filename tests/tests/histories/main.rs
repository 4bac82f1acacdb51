//! Random histories over all services: purchases under every line of terms, facts in any order, and
//! actors who mostly act sensibly, sometimes at random, and sometimes not at all. Each history
//! stops anywhere; then only time passes, and everything must be closed, or name who is late (T11).
//! The invariants are in `histories/checks.rs`, `histories/money.rs`, `histories/answers.rs` and
//! `histories/sleep.rs`; `histories/injected.rs` tests each check with an injected bug.
//!
//! `HISTORIES=5000` plays another number than the default, `FIRST=17` starts with another seed,
//! `STORY=17` prints the history of a seed. A failure prints the shortest histories that fail, each
//! with its seed and its events.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod answers;
mod chance;
mod checks;
mod history;
mod injected;
mod money;
mod sleep;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::thread;

use recourse_audit::verification::waits::table::TABLE;
use recourse_cases::Documents;
use recourse_kernel::WaitKind;

use sleep::Met;

/// The default number of histories. One in [`history::THOROUGH`] is long and thoroughly checked.
const HISTORIES: u64 = 20_000;

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
    met: Met,
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
        self.met.add(other.met);
    }
}

/// Plays some seeds: what they reached, and the violations found.
fn play_some(seeds: impl Iterator<Item = u64>) -> (Reached, Vec<String>) {
    let (documents, mut reached, mut found) = (documents(), Reached::default(), Vec::new());
    for seed in seeds {
        match history::play(seed, &documents) {
            Ok(played) => {
                reached.take(&played.log);
                reached.met.add(played.met);
            }
            Err(reported) => found.push(reported),
        }
    }
    (reached, found)
}

#[test]
fn the_invariants_of_all_services_hold_in_every_history() {
    if let Some(seed) = std::env::var("STORY").ok().and_then(|text| text.parse().ok()) {
        let played = history::play_written(seed, &documents());
        return println!("{}", played.map_or_else(|found| found, |played| played.story.join("\n")));
    }
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
    println!("{:?}\n{:?}\n{:?}", reached.outcomes, reached.types, reached.met);
    found.sort_by_key(|reported| reported.lines().count());
    for reported in &found {
        println!("{}", reported.lines().next().unwrap_or_default());
    }
    let reported = found.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} of {count} histories:\n{reported}", found.len());
    if count >= HISTORIES {
        everything_is_reached(&reached);
    }
}

fn everything_is_reached(reached: &Reached) {
    let ended: BTreeSet<_> = reached.outcomes.keys().map(String::as_str).collect();
    assert_eq!(ended, BTreeSet::from(OUTCOMES), "every outcome is reached: {:?}", reached.outcomes);
    let is_unreached = |kind: &&str| !reached.types.contains_key(*kind);
    assert_eq!(
        MUST_BE_REACHED.iter().copied().filter(is_unreached).collect::<Vec<&str>>(),
        [""; 0]
    );
    every_row_is_met(&reached.met);
}

/// T11: each kind of wait was met, its deadline passed, and a service without that row would have
/// been reported.
fn every_row_is_met(met: &Met) {
    let rows: BTreeSet<WaitKind> =
        TABLE.iter().flat_map(|rows| *rows).map(|row| row.what).collect();
    let all: BTreeSet<WaitKind> = ALL.into_iter().collect();
    assert_eq!(all.difference(&rows).collect::<Vec<_>>(), [&WaitKind::Delivery; 0], "no row");
    let missed = |met: &BTreeSet<WaitKind>| all.difference(met).copied().collect::<Vec<_>>();
    assert_eq!(missed(&met.awaited), [], "never awaited");
    assert_eq!(missed(&met.guarded), [], "its row could be removed");
    assert_eq!(missed(&met.passed), NEVER_PASS, "the deadline never passed");
}

/// What has no deadline of its own: the seller's and the marketplace's deadlines end a dispute, and
/// what is in collection is late already.
const NEVER_PASS: [WaitKind; 2] = [WaitKind::DisputeEnd, WaitKind::Collected];

/// Every kind of wait.
const ALL: [WaitKind; 44] = [
    WaitKind::Delivery,
    WaitKind::Completion,
    WaitKind::CoverageStart,
    WaitKind::CoverageEnd,
    WaitKind::DisputeAnswer,
    WaitKind::DisputeOfferAnswer,
    WaitKind::DisputeDecision,
    WaitKind::DisputePerformance,
    WaitKind::DisputeEnd,
    WaitKind::Documents,
    WaitKind::DocumentsAcceptance,
    WaitKind::QuestionAnswer,
    WaitKind::Decision,
    WaitKind::CourierBooking,
    WaitKind::HandOver,
    WaitKind::ShipmentToShop,
    WaitKind::ShipmentToBuyer,
    WaitKind::DeliveryStatement,
    WaitKind::Quarantine,
    WaitKind::Inspection,
    WaitKind::BeyondRepairApproval,
    WaitKind::Declaration,
    WaitKind::RemedyChoice,
    WaitKind::Offer,
    WaitKind::OfferAnswer,
    WaitKind::ChainContest,
    WaitKind::Appeal,
    WaitKind::AppealDecision,
    WaitKind::MarketplaceAppeal,
    WaitKind::Parts,
    WaitKind::Repair,
    WaitKind::PaidRepair,
    WaitKind::ReplacementDispatch,
    WaitKind::Dispatch,
    WaitKind::Collection,
    WaitKind::LossCompensation,
    WaitKind::Review,
    WaitKind::GoodwillApproval,
    WaitKind::ProviderPayment,
    WaitKind::BuyerPayment,
    WaitKind::Recovery,
    WaitKind::Collected,
    WaitKind::Job,
    WaitKind::Settlement,
];

/// Events that only long histories contain.
const MUST_BE_REACHED: [&str; 48] = [
    "claim.appeal_decided",
    "claim.appeal_escalated",
    "claim.chain_changed",
    "claim.chain_contested",
    "claim.command_refused",
    "claim.consented",
    "claim.deadline_passed",
    "claim.defect_added",
    "claim.offer_accepted",
    "claim.goodwill_approved",
    "claim.goodwill_granted",
    "claim.offer_declined",
    "claim.offer_reopened",
    "claim.question_answered",
    "claim.question_lapsed",
    "claim.review_closed",
    "claim.review_opened",
    "job.beyond_repair_proposed",
    "job.command_refused",
    "job.courier_requested",
    "job.declared_beyond_repair",
    "job.defect_noted",
    "job.delivery_asked",
    "job.disclosed",
    "job.handed_over",
    "job.parts_arrived",
    "job.repaired",
    "job.repair_cancelled",
    "job.replacement_sent",
    "job.shipment_cancelled",
    "job.shipment_corrected",
    "job.shipment_lost",
    "order.deadline_passed",
    "order.dispute_decided",
    "order.dispute_offer_declined",
    "order.dispute_performed",
    "order.dispute_withdrawn",
    "order.fact_kept",
    "order.line_refunded",
    "policy.cancelled",
    "policy.deadline_passed",
    "policy.ended",
    "policy.price_paid_changed",
    "settlement.closed",
    "settlement.collection_started",
    "settlement.payment_failed",
    "settlement.payment_paid",
    "settlement.payment_reversed",
];
