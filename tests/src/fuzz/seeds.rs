//! Good inputs to start from: the examples of the contracts, and other external data.
//!
//! An input consists of lines and a body: the lines hold what a reader gets in addition to the
//! body.

use std::path::{Path, PathBuf};

use recourse_kernel::{CommandRecord, Hash, OrderKeys, Principal, Record, Role};
use recourse_schemas::{examples, topics};
use serde_json::{Value, json};

/// Every example of a kind of topic (`events`, `commands`): its type on a line, then the body.
pub fn examples_of(context: &str, kind: &str) -> Vec<Vec<u8>> {
    let name = format!("recourse.{context}.{kind}.v1");
    let of_topic = topics().iter().filter(|topic| topic.name == name);
    of_topic.flat_map(recourse_schemas::Topic::all_types).flat_map(|name| typed(&name)).collect()
}

/// Every event of every service.
pub fn all_events() -> Vec<Vec<u8>> {
    let events = topics().iter().filter(|topic| topic.kind == "events");
    events.flat_map(recourse_schemas::Topic::all_types).flat_map(|name| typed(&name)).collect()
}

fn typed(type_name: &str) -> Vec<Vec<u8>> {
    let bodies = examples(type_name).iter();
    bodies.map(|example| format!("{type_name}\n{}", example.body).into_bytes()).collect()
}

/// Events with all their headers.
pub fn records() -> Vec<Vec<u8>> {
    let key = OrderKeys::development().key_of("market", "1001").to_string();
    let record = |(version, input): (u64, Vec<u8>)| {
        let (type_name, body) = split(&input);
        let mut record = Record {
            id: format!("claims/{key}/{version}"),
            source: "/recourse/claims".to_owned(),
            type_name,
            subject: format!("clm_{key}-1.2-3"),
            time: recourse_kernel::Instant::UNIX_EPOCH,
            recorded: recourse_kernel::Instant::UNIX_EPOCH,
            key: key.clone(),
            stream: format!("claims/{key}"),
            version,
            input: "recourse.claims.commands.v1/0/1".to_owned(),
            command_id: "c-1".to_owned(),
            command_mac: "m-1".to_owned(),
            causation_id: "policies/K/1".to_owned(),
            correlation_id: format!("ord_{key}"),
            principal: Principal::new(Role::Buyer, "b-1"),
            terms: Some("d1@7".to_owned()),
            claim: None,
            stage: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: Hash::default(),
            hash: Hash::default(),
            traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            body: body.to_vec(),
        };
        record.hash = record.computed_hash();
        framed(&record.key, &record.headers(), &record.body)
    };
    (1..).zip(examples_of("claims", "events").into_iter().step_by(7)).map(record).collect()
}

/// Commands with all their headers.
pub fn commands() -> Vec<Vec<u8>> {
    let key = OrderKeys::development().key_of("market", "1001").to_string();
    let command = |input: Vec<u8>| {
        let (type_name, body) = split(&input);
        let command = CommandRecord {
            id: "c-1".to_owned(),
            source: "/recourse/edge".to_owned(),
            type_name,
            time: recourse_kernel::Instant::UNIX_EPOCH,
            key: key.clone(),
            mac: "m-1".to_owned(),
            principal: Principal::new(Role::Buyer, "b-1"),
            causation_id: "c-1".to_owned(),
            reply_to: Some(3),
            traceparent: None,
            body: body.to_vec(),
        };
        framed(&command.key, &command.headers(), &command.body)
    };
    examples_of("claims", "commands").into_iter().step_by(3).map(command).collect()
}

/// The key on a line, each header on one, an empty line, and the body.
fn framed(key: &str, headers: &[(String, Vec<u8>)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{key}\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes
}

/// The marketplace's facts in structured mode.
pub fn facts() -> Vec<Vec<u8>> {
    let types = topics().iter().filter(|topic| topic.kind == "feed").flat_map(|topic| topic.types);
    let fact = |type_name: &&str| {
        let body = examples(type_name).first().map_or("{}", |example| example.body);
        let data: Value = serde_json::from_str(body).unwrap_or_default();
        let event = json!({
            "specversion": "1.0", "id": "e-1", "source": "market", "type": type_name,
            "time": "2025-03-05T10:00:00Z", "data": data,
        });
        event.to_string().into_bytes()
    };
    types.collect::<Vec<_>>().iter().map(|name| fact(name)).collect()
}

/// Shopify's webhooks: the topic on a line, then the body.
pub fn webhooks() -> Vec<Vec<u8>> {
    let line_items = json!([
        {"id": 11, "title": "Galaxy S24", "vendor": "Samsung", "sku": "S24", "quantity": 2,
         "price": "500.00",
         "discount_allocations": [{"amount": "10.00"}], "properties": [
            {"name": "recourse_warranty", "value": "repair:wisetech-service"},
            {"name": "_recourse_warranty_price", "value": "19.99"},
            {"name": "_recourse_device", "value": "smartphone/android//"}]},
    ]);
    let order = json!({
        "id": 820_982_911_946_154_508_i64, "name": "#9999", "currency": "USD",
        "created_at": "2025-03-05T10:00:00-05:00", "updated_at": "2025-03-05T10:01:00-05:00",
        "cancelled_at": "2025-03-06T10:00:00-05:00", "cancel_reason": "customer",
        "total_price": "1039.98",
        "email": "a@example.org", "financial_status": "paid", "customer": {"id": 115_310},
        "shipping_address": {"name": "A", "city": "Shippington", "province_code": "KY",
                             "country_code": "US"},
        "line_items": line_items,
    });
    let shipped = json!({
        "id": 1, "order_id": 820_982_911_946_154_508_i64, "status": "success",
        "shipment_status": "delivered",
        "created_at": "2025-03-07T10:00:00-05:00", "updated_at": "2025-03-08T10:00:00-05:00",
        "destination": {"country_code": "US", "province_code": "KY"},
        "line_items": [{"id": 11, "quantity": 1}],
    });
    let refund = json!({
        "id": 2, "order_id": 820_982_911_946_154_508_i64, "created_at": "2025-03-09T10:00:00-05:00",
        "refund_line_items": [{"line_item_id": 11, "quantity": 1, "restock_type": "return",
         "subtotal": "490.00",
            "subtotal_set": {"shop_money": {"amount": "490.00", "currency_code": "USD"}}}],
        "transactions": [],
    });
    let event = json!({
        "id": 3, "order_id": 820_982_911_946_154_508_i64, "fulfillment_id": 1,
        "status": "delivered", "happened_at": "2025-03-07T09:00:00-05:00",
    });
    let payment = json!({
        "id": 4, "order_id": 820_982_911_946_154_508_i64, "kind": "refund", "status": "success",
        "amount": "490.00", "currency": "USD", "created_at": "2025-03-09T10:00:00-05:00",
    });
    let mut paid_back = refund.clone();
    paid_back["transactions"] = json!([payment]);
    paid_back["order_adjustments"] = json!([{"kind": "refund_discrepancy", "amount": "5.00"}]);
    let bodies = [
        ("orders/updated", &order),
        ("fulfillment_events/create", &event),
        ("order_transactions/create", &payment),
        ("refunds/create", &paid_back),
        ("orders/create", &order),
        ("orders/paid", &order),
        ("orders/cancelled", &order),
        ("fulfillments/update", &shipped),
        ("refunds/create", &refund),
    ];
    bodies.iter().map(|(topic, body)| format!("{topic}\n{body}").into_bytes()).collect()
}

const WOOCOMMERCE: &str = "services/order-intake/tests/woocommerce";

/// Orders of WooCommerce.
pub fn woocommerce() -> Vec<Vec<u8>> {
    let stories = ["completed", "refunded", "tax"];
    stories.iter().flat_map(|story| files(&format!("{WOOCOMMERCE}/{story}"), "json")).collect()
}

/// The same, and an order with its refunds.
pub fn woocommerce_exports() -> Vec<Vec<u8>> {
    let story = files(&format!("{WOOCOMMERCE}/partial-refund"), "json");
    let texts: Vec<_> = story.iter().map(|file| String::from_utf8_lossy(file)).collect();
    let with_refunds = match &texts[..] {
        [order, refunds, _] => format!(r#"{{"order": {order}, "refunds": {refunds}}}"#),
        _ => String::new(),
    };
    woocommerce().into_iter().chain([with_refunds.into_bytes()]).collect()
}

/// Whole files from a folder of the repository.
pub fn files(folder: &str, extension: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    paths.retain(|path| path.extension().is_some_and(|it| it == extension));
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// The first line and the rest.
pub fn split(input: &[u8]) -> (String, &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let line = String::from_utf8_lossy(&input[..end]).into_owned();
    (line, input.get(end + 1..).unwrap_or_default())
}
