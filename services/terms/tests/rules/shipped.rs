//! The shipped documents match the rulebook's table, and mark values that no source states.

use std::collections::BTreeMap;

use recourse_terms::publishing::{shops_can_be_published, tariffs_can_be_published};
use recourse_terms::terms::{Brands, MonthsBasis, RemedyBasis, SourceKind, StartBasis};
use recourse_terms::{
    Direction, Location, Program, ShopDirectory, TariffSheet, Terms, TermsBook,
    terms_can_be_published,
};
use serde_json::Value;

use crate::{at, book_without_terms, day, documents, publish, shipped_book, terms};

const LINES: [(&str, &[u32]); 6] = [
    ("tomrepair-exchange", &[1]),
    ("tomrepair-repair", &[1, 2]),
    ("warranty-group-exchange", &[1]),
    ("warranty-group-repair", &[1]),
    ("wisetech-exchange", &[1]),
    ("wisetech-repair", &[1, 2]),
];

#[test]
fn the_six_lines_exist_and_their_files_are_named_after_them() {
    let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (name, terms) in documents::<Terms>("terms") {
        assert_eq!(name, format!("{}-{}.json", terms.line, terms.version));
        found.entry(terms.line.to_string()).or_default().push(terms.version);
    }
    let wanted = LINES.map(|(line, versions)| (line.to_owned(), versions.to_vec()));
    assert_eq!(found, BTreeMap::from(wanted));
}

#[test]
fn every_shipped_document_can_be_published_in_order() {
    let mut book = TermsBook::default();
    for (name, directory) in documents::<ShopDirectory>("shops") {
        shops_can_be_published(&book, &directory).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for (name, sheet) in documents::<TariffSheet>("tariffs") {
        tariffs_can_be_published(&book, &sheet).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    book.clone_from(&book_without_terms());
    for (name, terms) in documents::<Terms>("terms") {
        let findings = terms_can_be_published(&book, &terms, None, at("2024-12-31T00:00:00Z"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(findings.iter().all(|finding| finding.passed));
        publish(&mut book, terms);
    }
}

#[test]
fn nothing_in_a_shipped_document_is_lost_in_reading() {
    // A misspelled field would be ignored on reading, and its default would silently apply.
    for (name, written) in documents::<Value>("terms") {
        let terms: Terms = serde_json::from_value(written.clone()).unwrap();
        let read = serde_json::to_value(&terms).unwrap();
        let mut lost = Vec::new();
        missing_in(&written, &read, "", &mut lost);
        assert_eq!(lost, Vec::<String>::new(), "{name}");
    }
}

fn missing_in(written: &Value, read: &Value, path: &str, lost: &mut Vec<String>) {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            for (name, value) in written {
                let path = format!("{path}.{name}");
                match read.get(name) {
                    Some(read) => missing_in(value, read, &path, lost),
                    None => lost.push(path),
                }
            }
        }
        _ if written == read => {}
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| missing_in(a, b, path, lost));
        }
        _ => lost.push(path.to_owned()),
    }
}

#[test]
fn every_value_has_a_source_and_every_source_has_a_value() {
    for (name, document) in documents::<Value>("terms") {
        let terms: Terms = serde_json::from_value(document.clone()).unwrap();
        let mut leaves = Vec::new();
        leaves_of(&document, "", &mut leaves);
        for leaf in leaves {
            let named = ["line", "version", "title", "provider", "program"].contains(&&*leaf);
            let said = named || leaf.starts_with("sources") || terms.source_of(&leaf).is_some();
            assert!(said, "{name}: {leaf}");
        }
        for path in terms.sources.keys() {
            assert!(is_of_a_value(&document, path), "{name}: {path} is the source of nothing");
        }
    }
}

fn leaves_of(value: &Value, path: &str, leaves: &mut Vec<String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                let dot = if path.is_empty() { "" } else { "." };
                leaves_of(value, &format!("{path}{dot}{name}"), leaves);
            }
        }
        _ => leaves.push(path.to_owned()),
    }
}

/// Whether a path leads to a value, or into a list and on to a word that identifies an item.
fn is_of_a_value(document: &Value, path: &str) -> bool {
    let mut value = document;
    for part in path.split('.') {
        match value {
            Value::Array(_) => return value.to_string().contains(part),
            _ => match value.get(part) {
                Some(member) => value = member,
                None => return false,
            },
        }
    }
    true
}

/// The values that the rulebook's table marks with °, those of its rules T2, T3, T8, C3, C8, M1,
/// M4, M8 and M9, and the time limit for a seller's answer.
const CHOSEN_EVERYWHERE: &[&str] = &[
    "sold_from",
    "waits",
    "claim.answer_within_days",
    "claim.reminder_after_days",
    "claim.appeal_within_days",
    "remedy.clock_stops.dispute",
    "remedy.send_within_days",
    "cash.day_that_counts",
    "shipments.to_shop.paid_by.withdrawn",
    "shipments.to_buyer.paid_by.withdrawn",
    "shipments.loss_falls_on",
    "replacement.original_coverage",
    "replacement.old_device_belongs_to",
    "held_device.notice_after_days",
    "held_device.abandoned_after_days",
    "marketplace.return_needs_defect",
    "marketplace.claims_wait_for_dispute_days",
    "marketplace.seller_answers_within_days",
];

const CHOSEN: [(&str, u32, &[&str]); 7] = [
    (
        "wisetech-repair",
        1,
        &[
            "sold_until",
            "coverage.months_counted_from",
            "beyond_repair.declare_within_days",
            "shipments.to_shop.paid_by.no_fault_found",
            "shipments.to_buyer.paid_by.no_fault_found",
        ],
    ),
    (
        "wisetech-repair",
        2,
        &[
            "devices.brands",
            "coverage.months_counted_from",
            "beyond_repair.declare_within_days",
            "shipments.to_shop.means.UA",
            "shipments.to_shop.means.BY",
            "shipments.to_shop.paid_by.no_fault_found",
            "shipments.to_buyer.paid_by.no_fault_found",
        ],
    ),
    (
        "wisetech-exchange",
        1,
        &[
            "sold_until",
            "price_basis_points",
            "coverage.months_counted_from",
            "remedy.repair_under_exchange",
            "remedy.repair_under_exchange_within_days",
            "remedy.clock_stops.hand_over",
            "shipments.to_shop.paid_by.no_fault_found",
            "shipments.to_buyer.paid_by.no_fault_found",
            "claim.photos_at_least",
        ],
    ),
    ("tomrepair-repair", 1, &["beyond_repair.declare_within_days"]),
    ("tomrepair-repair", 2, &["beyond_repair.declare_within_days"]),
    (
        "tomrepair-exchange",
        1,
        &[
            "sold_until",
            "remedy.repair_under_exchange",
            "remedy.repair_under_exchange_within_days",
            "remedy.clock_stops.hand_over",
            "remedy.paid_repair_offered",
        ],
    ),
    (
        "warranty-group-exchange",
        1,
        &[
            "sold_until",
            "countries.US",
            "countries.DE",
            "zones",
            "price_basis_points",
            "devices.brands",
            "remedy.repair_under_exchange",
            "remedy.clock_stops.hand_over",
            "remedy.paid_repair_offered",
            "beyond_repair.remedies",
            "cash.steps",
            "shipments.to_buyer.paid_by.not_covered",
            "fees.not_covered.amount",
            "replacement.warranty_days",
        ],
    ),
];

const TOMREPAIR: &[&str] = &[
    "price_basis_points",
    "devices.brands",
    "coverage.months_counted_from",
    "beyond_repair.remedies.replacement",
    "remedy.replacement_class",
    "shipments.to_shop.means.courier.price",
    "replacement.warranty_days",
    "claim.photos_at_least",
    "claim.registration",
];

#[test]
fn values_without_a_source_are_marked_as_chosen() {
    for (line, version, paths) in CHOSEN {
        let terms = terms(line, version);
        let inherited = if line.starts_with("tomrepair-") { TOMREPAIR } else { &[] };
        for path in paths.iter().chain(inherited).chain(CHOSEN_EVERYWHERE) {
            let source = terms.source_of(path).map(|source| source.source);
            assert_eq!(source, Some(SourceKind::Chosen), "{line} {version}: {path}");
        }
    }
}

/// The documents state the values that the code would otherwise default to, so that they are listed
/// among the sources.
#[test]
fn values_that_equal_a_code_default_are_stated() {
    for (name, terms) in documents::<Terms>("terms") {
        let (remedy, beyond) = (&terms.remedy, &terms.beyond_repair);
        assert_eq!(terms.marketplace.seller_answers_within_days, Some(5), "{name}");
        assert_eq!(remedy.send_within_days, Some(3), "{name}");
        let has_a_duty =
            beyond.after_counted_days.is_some() || beyond.after_unsuccessful_repairs.is_some();
        assert_eq!(beyond.declare_within_days, has_a_duty.then_some(3), "{name}");
        let its_days = remedy.repair_under_exchange_within_days;
        assert_eq!(its_days.is_some(), remedy.repair_under_exchange, "{name}");
    }
}

#[test]
fn values_with_a_source_are_not_marked_as_chosen() {
    let stated = [
        ("wisetech-repair", 1, "price_basis_points"),
        ("wisetech-repair", 1, "devices.brands"),
        ("wisetech-repair", 1, "remedy.within_days"),
        ("wisetech-repair", 1, "beyond_repair.after_counted_days"),
        ("wisetech-repair", 1, "claim.registration"),
        ("wisetech-repair", 1, "claim.photos_at_least"),
        ("wisetech-repair", 1, "replacement.warranty_days"),
        ("wisetech-repair", 2, "countries"),
        ("wisetech-repair", 2, "shipments.to_shop.means.RU"),
        ("tomrepair-repair", 1, "fees.no_fault_found.amount"),
        ("tomrepair-repair", 1, "beyond_repair.remedies.cash"),
        ("tomrepair-repair", 1, "cash.less_forwarding_when_kept"),
        ("warranty-group-exchange", 1, "shipments.to_shop.reimbursed_without_cap"),
        ("warranty-group-repair", 1, "countries"),
        ("warranty-group-exchange", 1, "coverage.months_counted_from"),
        ("warranty-group-exchange", 1, "coverage.visible_defects"),
        ("warranty-group-exchange", 1, "countries.RU"),
        ("warranty-group-exchange", 1, "fees.not_covered.at_least"),
        ("warranty-group-exchange", 1, "claim.photos_at_least"),
    ];
    for (line, version, path) in stated {
        let terms = terms(line, version);
        let source = terms.source_of(path).map(|source| source.source);
        assert_eq!(source, Some(SourceKind::Stated), "{line} {version}: {path}");
    }
}

#[test]
fn the_documents_match_the_rulebooks_table() {
    // The sources name the countries of this program, but nothing else about it.
    let is_in_the_table = |(name, _): &(String, Terms)| name != "warranty-group-repair-1.json";
    for (name, terms) in documents::<Terms>("terms").into_iter().filter(is_in_the_table) {
        let is_group = terms.provider.as_str() == "the-warranty-group";
        let is_exchange = terms.program == Program::Exchange;
        let wisetech = terms.provider.as_str() == "wisetech-service";
        assert_eq!(terms.price_basis_points, if is_exchange { 600 } else { 400 }, "{name}");
        assert_eq!(terms.coverage.visible_defects, is_group, "{name}");
        let starts = if is_group { StartBasis::Issue } else { StartBasis::Delivery };
        assert_eq!(terms.coverage.starts_counted_from, starts, "{name}");
        let months = if is_group { MonthsBasis::Issue } else { MonthsBasis::Delivery };
        assert_eq!(terms.coverage.months_counted_from, months, "{name}");
        assert_eq!((terms.coverage.starts_on_day, terms.coverage.months), (16, 12), "{name}");
        let (basis, days) = match (is_exchange, wisetech) {
            (true, _) => (RemedyBasis::Filing, (None, 20)),
            (false, true) => (RemedyBasis::ReceiptAtShop, (Some(5), 20)),
            (false, false) => (RemedyBasis::ReceiptAtShop, (Some(2), 5)),
        };
        assert_eq!(terms.remedy.counted_from, basis, "{name}");
        assert_eq!((terms.remedy.at_least_days, terms.remedy.within_days), days, "{name}");
        if terms.remedy.repair_under_exchange {
            let days = terms.remedy.days_to_repair_under_exchange();
            assert_eq!(days, if wisetech { 20 } else { 5 }, "{name}");
        }
        assert_eq!(terms.claim.registration, wisetech, "{name}");
        assert_eq!(terms.claim.photos_at_least, u8::from(is_exchange), "{name}");
        assert_eq!(terms.remedy.paid_repair_offered, !is_group, "{name}");
        let is_listed = matches!(terms.devices.brands, Brands::Listed(_));
        assert_eq!(is_listed, name == "wisetech-repair-2.json", "{name}");
        let withdrawn = terms.sold_until == Some(at("2025-10-01T00:00:00Z"));
        assert_eq!(withdrawn, terms.version == 1, "{name}");
    }
}

#[test]
fn every_shipping_option_has_a_price() {
    let book = shipped_book();
    for (name, terms) in documents::<Terms>("terms") {
        for country in &terms.countries {
            let centre = book.shop_for(&terms.provider, country, "nowhere").unwrap().shop;
            for direction in [Direction::ToShop, Direction::ToBuyer] {
                let means = terms.means(direction, country, "nowhere");
                assert!(!means.is_empty(), "{name}: {country} {direction:?}");
                for means in means {
                    let buyer = Location::city(*country, "nowhere");
                    let shop = Location::city(*country, centre.city.clone());
                    let quoted = book.tariff(&means.carrier, &buyer, &shop, day("2025-06-01"));
                    assert!(quoted.is_some(), "{name}: {} in {country}", means.carrier);
                }
            }
        }
    }
}
