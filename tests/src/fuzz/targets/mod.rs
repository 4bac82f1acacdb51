//! Every reader of external data, each with its seeds.

#![allow(clippy::expect_used, reason = "a violated expectation is a fault, reported by a panic")]

mod documents;
mod expectations;
mod feeds;
mod records;
mod services;
mod words;

use recourse_claims::Claims;
use recourse_kernel::Decider;
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_runtime::dead_letter::DeadLetter;
use recourse_runtime::reply::Reply;
use recourse_terms::TermsBook;
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;

use super::{Verdict, seeds};
use records::{plain, typed_bodies};

/// A reader.
pub struct Target {
    pub name: &'static str,
    /// Its share of the inputs.
    pub weight: u64,
    /// Good inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads an input; panics on a violated expectation.
    pub harness: fn(&[u8]) -> Verdict,
}

pub fn all() -> Vec<Target> {
    let mut targets = vec![
        target("json", 30, seeds::all_events, records::any_json),
        target("event record", 30, seeds::records, records::event_record),
        target("command record", 30, seeds::commands, records::command_record),
        target("feed", 40, seeds::facts, |input| feeds::feed(&[], input)),
        target("feed in binary mode", 40, feeds::binary_facts, feeds::binary_feed),
        target("shopify webhook", 40, seeds::webhooks, feeds::webhook),
        target("shopify export", 20, feeds::exports, feeds::export),
        target("woocommerce webhook", 40, seeds::woocommerce, feeds::woocommerce_webhook),
        target("woocommerce export", 20, seeds::woocommerce_exports, feeds::woocommerce_export),
        target("terms", 4, documents::terms_documents, documents::terms),
        target("case file", 2, || seeds::files("tests/cases", "yaml"), documents::case),
        target("claim form", 30, documents::forms, documents::form),
        target("photo", 1, documents::pictures, documents::picture),
        target("token", 10, words::tokens, words::token),
        target("ids", 60, words::ids, words::id),
        target("words of the edge", 60, words::words, words::word),
        target("reply", 20, || typed_bodies("recourse.reply.v1"), plain::<Reply>),
        target("dead_letter", 20, || typed_bodies("recourse.dead_letter.v1"), plain::<DeadLetter>),
        target("raw record", 20, records::raw_records, records::raw_record),
        target("sealed", 10, records::sealed_boxes, records::sealed),
    ];
    targets.extend(of_service::<Orders>(["orders: command", "orders: event", "orders: fact"]));
    targets.extend(of_service::<Sales>(["policies: command", "policies: event", "policies: fact"]));
    targets.extend(of_service::<TermsCatalogue>(["terms: command", "terms: event", "terms: fact"]));
    targets.extend(of_service::<Claims>(["claims: command", "claims: event", "claims: fact"]));
    targets.extend(of_service::<RepairShops>(["jobs: command", "jobs: event", "jobs: fact"]));
    let refunds = ["settlements: command", "settlements: event", "settlements: fact"];
    targets.extend(of_service::<Refunds>(refunds));
    targets
}

fn target(
    name: &'static str,
    weight: u64,
    seeds: fn() -> Vec<Vec<u8>>,
    harness: fn(&[u8]) -> Verdict,
) -> Target {
    Target { name, weight, seeds, harness }
}

/// A service's readers: its commands, its events, and the facts of other services that it reacts
/// to.
fn of_service<D: Decider<Reference = TermsBook>>(names: [&'static str; 3]) -> Vec<Target> {
    let [command_name, event_name, fact_name] = names;
    // The documents of terms are long.
    let weight = if D::CONTEXT == TermsCatalogue::CONTEXT { 4 } else { 40 };
    let mut targets = vec![target(
        event_name,
        weight,
        || seeds::examples_of(D::CONTEXT, "events"),
        services::event::<D>,
    )];
    if !seeds::examples_of(D::CONTEXT, "commands").is_empty() {
        let seeds = || seeds::examples_of(D::CONTEXT, "commands");
        targets.push(target(command_name, weight, seeds, services::command::<D>));
    }
    if !D::FOREIGN.is_empty() {
        let seeds = || {
            let all = D::FOREIGN.iter();
            all.flat_map(|context| seeds::examples_of(context, "events")).collect()
        };
        targets.push(target(fact_name, weight, seeds, services::fact::<D>));
    }
    targets
}
