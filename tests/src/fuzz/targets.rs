//! Every reader of external data, each with its seeds.
//!
//! Long because it is one list.

#![allow(clippy::expect_used, reason = "a violated expectation is a fault, reported by a panic")]

use std::str::FromStr;
use std::sync::LazyLock;

use recourse_cases::Case;
use recourse_claims::domain::Claims;
use recourse_claims::domain::form::Form;
use recourse_edge::{IdempotencyKey, Position, Tokens};
use recourse_kernel::MasterKey;
use recourse_kernel::folded::common_kind_of;
use recourse_kernel::record::Header;
use recourse_kernel::{
    ClaimId, CommandRecord, Decider, DeviceId, DisputeId, Folded, Hash, Instant, JobId, Money,
    OrderId, OrderKey, OrderKeys, PaymentId, PolicyId, Principal, Record, Role, Sealed,
    SettlementId, ShipmentId, Wire, json,
};
use recourse_order_intake::domain::Orders;
use recourse_order_intake::feed::{Fact, Identities, Unusable, amounts, native, shopify};
use recourse_order_intake::intake::again::RawRecord;
use recourse_refunds::domain::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_runtime::dead_letter::DeadLetter;
use recourse_runtime::reply::Reply;
use recourse_runtime::telemetry::is_traceparent;
use recourse_terms::publishing::terms_can_be_published;
use recourse_terms::{Serial, Terms, TermsBook};
use recourse_warranty_sales::domain::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Verdict::{self, Accepted, Refused};
use super::seeds;
use crate::{photo, test_marketplace};

/// A reader.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Its share of the inputs.
    pub weight: u64,
    /// Good inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads an input; panics on a violated expectation.
    pub harness: fn(&[u8]) -> Verdict,
}

/// Every target.
pub fn all() -> Vec<Target> {
    let mut targets = vec![
        target("json", 30, seeds::all_events, any_json),
        target("event record", 30, seeds::records, event_record),
        target("command record", 30, seeds::commands, command_record),
        target("feed", 40, seeds::facts, |input| feed(&[], input)),
        target("feed in binary mode", 40, binary_facts, binary_feed),
        target("shopify webhook", 40, seeds::webhooks, webhook),
        target("shopify export", 20, exports, export),
        target("terms", 4, terms_documents, terms),
        target("case file", 2, || seeds::files("tests/cases", "yaml"), case),
        target("claim form", 30, forms, form),
        target("photo", 1, || vec![photo::jpeg()], picture),
        target("token", 10, tokens, token),
        target("ids", 60, ids, id),
        target("words of the edge", 60, words, word),
        target("reply", 20, || typed_bodies("recourse.reply.v1"), plain::<Reply>),
        target("dead_letter", 20, || typed_bodies("recourse.dead_letter.v1"), plain::<DeadLetter>),
        target("raw record", 20, raw_records, raw_record),
        target("sealed", 10, sealed_boxes, sealed),
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
    let mut targets =
        vec![target(event_name, weight, || seeds::examples_of(D::CONTEXT, "events"), event::<D>)];
    if !seeds::examples_of(D::CONTEXT, "commands").is_empty() {
        let seeds = || seeds::examples_of(D::CONTEXT, "commands");
        targets.push(target(command_name, weight, seeds, command::<D>));
    }
    if !D::FOREIGN.is_empty() {
        let seeds = || {
            let all = D::FOREIGN.iter();
            all.flat_map(|context| seeds::examples_of(context, "events")).collect()
        };
        targets.push(target(fact_name, weight, seeds, fact::<D>));
    }
    targets
}

fn verdict<T, E: std::fmt::Display>(read: Result<T, E>) -> Verdict {
    read.map_or_else(|error| Refused(error.to_string()), |_| Accepted)
}

/// What was read must read back the same after it is written.
fn stable<W: Wire>(read: &W) {
    let written = read.encode().expect("what was read can be written");
    let again = W::decode(read.type_name(), &written).expect("what was written can be read");
    let twice = again.encode().expect("what was read can be written");
    assert_eq!(written, twice, "the second write differs");
}

fn any_json(input: &[u8]) -> Verdict {
    let (_, body) = seeds::split(input);
    let checked = json::check(body);
    let read = serde_json::from_slice::<serde_json::Value>(body);
    assert!(checked.is_err() || read.is_ok(), "what is checked can be read");
    verdict(checked)
}

fn parts(input: &[u8]) -> (Vec<u8>, Vec<Header>, &[u8]) {
    let (key, mut rest) = seeds::split(input);
    let mut headers = Vec::new();
    loop {
        let (line, after) = seeds::split(rest);
        rest = after;
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.as_bytes().to_vec())),
            None => return (key.into_bytes(), headers, rest),
        }
    }
}

fn event_record(input: &[u8]) -> Verdict {
    let (key, headers, body) = parts(input);
    let read = Record::read(&key, &headers, body);
    if let Ok(record) = &read {
        let again = Record::read(record.key.as_bytes(), &record.headers(), &record.body);
        let again = again.expect("what was written can be read");
        assert_eq!(again.computed_hash(), record.computed_hash());
    }
    verdict(read)
}

fn command_record(input: &[u8]) -> Verdict {
    let (key, headers, body) = parts(input);
    let read = CommandRecord::read(&key, &headers, body);
    if let Ok(record) = &read {
        let again = CommandRecord::read(record.key.as_bytes(), &record.headers(), &record.body);
        assert!(again.is_ok(), "what was written can be read");
    }
    verdict(read)
}

static BOOK: LazyLock<TermsBook> = LazyLock::new(TermsBook::default);
static IDENTITIES: LazyLock<Identities> =
    LazyLock::new(|| Identities::new([7; 32], OrderKeys::development()));

fn instant() -> Instant {
    Instant::UNIX_EPOCH + chrono::TimeDelta::days(20_000)
}

fn command<D: Decider<Reference = TermsBook>>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    let read = D::Command::decode(&type_name, body);
    if let Ok(command) = &read {
        stable(command);
        if json::check(body).is_ok() {
            let principal = Principal::new(Role::Operator, "fuzz");
            let key = OrderKeys::development().key_of("market", "1001");
            let context = recourse_kernel::Context {
                now: instant(),
                principal: &principal,
                key: key.as_str(),
                reference: &*BOOK,
            };
            // The state is empty: every command must be answered, with events or with a reason.
            if let Err(rejection) = D::decide(&D::State::default(), command, &context) {
                assert!(!rejection.to_string().is_empty());
            }
        }
    }
    verdict(read)
}

fn event<D: Decider>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    if common_kind_of(&type_name).is_some() {
        return verdict(json::check(body));
    }
    let read = D::Event::decode(&type_name, body);
    if let Ok(event) = &read {
        stable(event);
        let mut fold = Folded::<D::State>::default();
        D::evolve(&mut fold.state, event, instant());
        let _ = fold.wake_at::<D>();
        let stored = serde_json::to_vec(&fold).expect("a state can be stored");
        let _: Folded<D::State> =
            serde_json::from_slice(&stored).expect("a stored state can be read");
    }
    verdict(read)
}

fn fact<D: Decider>(input: &[u8]) -> Verdict {
    let (type_name, body) = seeds::split(input);
    let key = OrderKeys::development().key_of("market", "1001").to_string();
    let record = Record {
        id: format!("x/{key}/1"),
        source: "/recourse/x".to_owned(),
        type_name,
        subject: format!("ord_{key}"),
        time: instant(),
        recorded: instant(),
        stream: format!("x/{key}"),
        key,
        version: 1,
        input: "clock".to_owned(),
        command_id: String::new(),
        command_mac: String::new(),
        causation_id: "x".to_owned(),
        correlation_id: "x".to_owned(),
        principal: Principal::system("fuzz"),
        terms: None,
        claim: None,
        stage: None,
        release: recourse_kernel::record::RELEASE.to_owned(),
        previous_hash: Hash::default(),
        hash: Hash::default(),
        traceparent: None,
        body: body.to_vec(),
    };
    match D::translate(&record) {
        Ok(Some(command)) => {
            stable(&command);
            Accepted
        }
        Ok(None) => Refused("not relevant".to_owned()),
        Err(error) => Refused(error.to_string()),
    }
}

fn feed(headers: &[Header], input: &[u8]) -> Verdict {
    reported([native::translate(headers, input, &IDENTITIES)])
}

/// Facts, each of which must be a command that can be written and read back.
fn reported(facts: impl IntoIterator<Item = Result<Fact, Unusable>>) -> Verdict {
    let mut seen = Refused("no facts".to_owned());
    for fact in facts {
        seen = match fact {
            Ok(fact) => {
                stable(&fact.command);
                assert_eq!(fact.key(), fact.command.order().key);
                assert_eq!(fact.command_id().len(), 64);
                Accepted
            }
            Err(unusable) => Refused(unusable.to_string()),
        };
    }
    seen
}

fn binary_facts() -> Vec<Vec<u8>> {
    let facts = seeds::facts().into_iter();
    facts
        .filter_map(|fact| {
            let fact: serde_json::Value = serde_json::from_slice(&fact).ok()?;
            let (kind, data) = (fact["type"].as_str()?, &fact["data"]);
            let headers =
                "ce_specversion:1.0\nce_id:e-1\nce_source:market\nce_time:2025-03-05T10:00:00Z";
            Some(format!("key\n{headers}\nce_type:{kind}\n\n{data}").into_bytes())
        })
        .collect()
}

fn binary_feed(input: &[u8]) -> Verdict {
    let (_, headers, body) = parts(input);
    feed(&headers, body)
}

fn webhook(input: &[u8]) -> Verdict {
    let (topic, body) = seeds::split(input);
    let webhook = shopify::Webhook { shop: "shop.myshopify.com", topic: &topic, id: Some("w-1") };
    match shopify::translate(webhook, body, &IDENTITIES) {
        Ok(facts) => reported(facts.into_iter().map(Ok)),
        Err(unusable) => Refused(unusable.to_string()),
    }
}

fn exports() -> Vec<Vec<u8>> {
    seeds::webhooks().iter().map(|webhook| seeds::split(webhook).1.to_vec()).collect()
}

fn export(input: &[u8]) -> Verdict {
    reported(shopify::exported_bytes("shop.myshopify.com", input, &IDENTITIES))
}

fn terms_documents() -> Vec<Vec<u8>> {
    let read = |bytes: Vec<u8>| {
        let document: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
        let terms = document.get("terms").unwrap_or(&document);
        Some(terms.to_string().into_bytes())
    };
    seeds::files("deploy/terms", "json").into_iter().filter_map(read).collect()
}

fn terms(input: &[u8]) -> Verdict {
    match serde_json::from_slice::<Terms>(input) {
        Ok(terms) => {
            if let Err(rejection) = terms_can_be_published(&BOOK, &terms, instant()) {
                assert!(!rejection.to_string().is_empty());
            }
            let written = serde_json::to_vec(&terms).expect("what was read can be written");
            serde_json::from_slice::<Terms>(&written).expect("what was written can be read");
            Accepted
        }
        Err(error) => Refused(error.to_string()),
    }
}

fn case(input: &[u8]) -> Verdict {
    match std::str::from_utf8(input) {
        Ok(text) => verdict(Case::parse("fuzz.yaml".as_ref(), text)),
        Err(error) => Refused(error.to_string()),
    }
}

fn forms() -> Vec<Vec<u8>> {
    let form = serde_json::json!({
        "defect": "The screen stays dark after it fell asleep.", "requested_remedy": "repair",
        "contact": {"name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00"},
        "city": "Kazan", "country": "RU", "serial": "356938035643809",
        "photos": [{"sha256": "0".repeat(64), "size": 8, "media_type": "image/jpeg"}],
        "earlier_repairs": [{"on": "2025-02-03", "shop": "A shop", "receipt": "r-1"}],
    });
    let bare =
        serde_json::json!({"defect": "It is broken, all of it.", "requested_remedy": "repair"});
    vec![form.to_string().into_bytes(), bare.to_string().into_bytes()]
}

fn form(input: &[u8]) -> Verdict {
    let read = json::check(input).and_then(|()| serde_json::from_slice::<Form>(input));
    if let Ok(form) = &read {
        // Either complete, or with a message for each gap.
        let _ = form.complete().map_err(|gaps| assert!(!gaps.is_empty()));
    }
    verdict(read)
}

fn picture(input: &[u8]) -> Verdict {
    let read = recourse_sealing::photos::checked(input);
    if let Ok(stripped) = &read {
        let again =
            recourse_sealing::photos::checked(stripped).expect("what was stripped is a photo");
        assert!(again == *stripped, "nothing is left to strip");
    }
    verdict(read)
}

static TOKENS: LazyLock<(tokio::runtime::Runtime, Tokens)> = LazyLock::new(|| {
    let builder = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = builder.expect("a runtime");
    let tokens = runtime.block_on(Tokens::of(&test_marketplace::token_settings()));
    (runtime, tokens.expect("the development keys"))
});

fn tokens() -> Vec<Vec<u8>> {
    LazyLock::force(&TOKENS);
    let hour = std::time::Duration::from_secs(36_000);
    let settings = test_marketplace::token_settings();
    let token = |who| {
        let token = recourse_edge::issue_token(&settings, &who, hour);
        token.expect("a token").into_bytes()
    };
    let staff = Principal::new(Role::Adjuster, "wisetech-service:a-1");
    let named = staff.clone().of_provider("wisetech-service");
    vec![token(Principal::new(Role::Buyer, "b-1")), token(staff), token(named)]
}

fn token(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    verdict(TOKENS.0.block_on(TOKENS.1.verify(&text)))
}

fn ids() -> Vec<Vec<u8>> {
    let key = OrderKeys::development().key_of("market", "1001");
    let device = OrderId::new(key).device(1, 2);
    let policy = device.policy();
    let texts = [
        key.to_string(),
        OrderId::new(key).to_string(),
        device.to_string(),
        policy.to_string(),
        policy.claim(3).to_string(),
        policy.claim(3).job(1).to_string(),
        policy.claim(3).job(1).shipment(2).to_string(),
        device.dispute(1).to_string(),
        device.settlement(3).to_string(),
        device.settlement(3).payment(2).to_string(),
        "356938035643809".to_owned(),
        "35-693803-564380-9".to_owned(),
        "A000004F 2B".to_owned(),
        Hash::default().to_string(),
        "buyer:b-1".to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}

fn id(input: &[u8]) -> Verdict {
    fn read<T: FromStr + ToString>(text: &str) -> bool {
        let Ok(id) = text.parse::<T>() else { return false };
        let written = id.to_string();
        let again = written.parse::<T>().ok().map(|id| id.to_string());
        assert_eq!(again, Some(written), "an id reads back as it was written");
        true
    }
    let text = String::from_utf8_lossy(input);
    let readers: [fn(&str) -> bool; 13] = [
        read::<OrderKey>,
        read::<OrderId>,
        read::<DeviceId>,
        read::<PolicyId>,
        read::<ClaimId>,
        read::<JobId>,
        read::<ShipmentId>,
        read::<DisputeId>,
        read::<SettlementId>,
        read::<PaymentId>,
        read::<Serial>,
        read::<Hash>,
        read::<Principal>,
    ];
    let known = readers.iter().filter(|read| read(&text)).count();
    let _ = recourse_kernel::ids::order_key_in(&text);
    if known > 0 { Accepted } else { Refused("not an id of any kind".to_owned()) }
}

fn words() -> Vec<Vec<u8>> {
    let words = [
        "claims/7/120394, jobs/0/3",
        "a-key-of-mine",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "1039.98",
        "-0.005",
        "RUB",
        "cmVjb3Vyc2UtZGV2ZWxvcG1lbnQtbWFzdGVyLWtleSE=",
    ];
    words.map(|word| word.as_bytes().to_vec()).to_vec()
}

fn word(input: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(input);
    let position = text.parse::<Position>().ok();
    if let Some(position) = &position {
        assert_eq!(position.to_string().parse::<Position>().as_ref(), Ok(position));
    }
    let rub = "RUB".parse().expect("roubles");
    let amount: Option<Money> = amounts::decimal(&text, rub);
    let known = [
        position.is_some(),
        IdempotencyKey::new(&text).is_some(),
        is_traceparent(&text),
        amount.is_some(),
        text.parse::<recourse_kernel::Currency>().is_ok(),
        text.parse::<MasterKey>().is_ok(),
    ];
    if known.contains(&true) { Accepted } else { Refused("not one of these words".to_owned()) }
}

fn typed_bodies(type_name: &str) -> Vec<Vec<u8>> {
    let examples = recourse_schemas::examples(type_name).iter();
    examples.map(|example| example.body.as_bytes().to_vec()).collect()
}

fn plain<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(input: &[u8]) -> Verdict {
    let read = serde_json::from_slice::<T>(input);
    if let Ok(value) = &read {
        let written = serde_json::to_vec(value).expect("what was read can be written");
        let again = serde_json::from_slice::<T>(&written).expect("what was written can be read");
        assert_eq!(again, *value);
    }
    verdict(read)
}

fn raw_records() -> Vec<Vec<u8>> {
    let raw = serde_json::json!({"headers": {"ce_type": "marketplace.order.paid"}, "body": "e30="});
    vec![raw.to_string().into_bytes()]
}

fn raw_record(input: &[u8]) -> Verdict {
    let read = RawRecord::decoded(input).and_then(|raw| raw.body());
    if read.is_some() { Accepted } else { Refused("not a raw record".to_owned()) }
}

fn sealed_boxes() -> Vec<Vec<u8>> {
    let sealed =
        serde_json::json!({"person": "buyer:b-1", "box": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"});
    vec![sealed.to_string().into_bytes()]
}

fn sealed(input: &[u8]) -> Verdict {
    plain::<Sealed>(input)
}
