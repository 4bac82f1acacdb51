//! A valid body for every call that has one.

use std::path::Path;

use serde_json::{Value, json};

const SERIAL: &str = "490154203237518";
const AT: &str = "2025-02-01T00:00:00Z";

fn shipped(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn price() -> Value {
    json!({ "amount": 100_000, "currency": "RUB" })
}

fn photo() -> Value {
    json!({ "sha256": "0".repeat(64), "size": 1000, "media_type": "image/jpeg" })
}

/// A valid body for a `POST` to this path, with every field that has no default; `{}` for a call
/// without fields.
#[expect(clippy::too_many_lines, reason = "one line for each call")]
pub(crate) fn valid(path: &str) -> Value {
    match path {
        "/v1/policies/{pol}/claims" => json!({
            "defect": "The screen stays dark.", "requested_remedy": "repair",
            "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
            "city": "Kazan", "country": "RU", "serial": SERIAL, "photos": [],
            "earlier_repairs": [{ "on": "2025-01-05", "shop": "Fix it" }],
        }),
        "/v1/policies/{pol}/reviews/{n}/closing" | "/v1/claims/{clm}/reviews/{n}/closing" => {
            json!({ "note": "It was in time." })
        }
        "/v1/claims/{clm}/defects" => json!({ "defect": "The camera shows only black, too." }),
        "/v1/claims/{clm}/questions" => {
            json!({ "text": "Since when?", "channel": "phone", "said": "Since Monday." })
        }
        "/v1/claims/{clm}/questions/{n}/answer" => json!({ "text": "Since Monday." }),
        "/v1/claims/{clm}/rejection" => {
            json!({ "code": "excluded", "exclusion": "misuse", "explanation": "It is bent." })
        }
        "/v1/claims/{clm}/remedy" => json!({ "remedy": "repair" }),
        "/v1/claims/{clm}/offers" => json!({
            "kind": "agreement", "price": price(), "repair": true, "valid_until": AT,
            "text": "A new battery.",
        }),
        "/v1/claims/{clm}/appeal" => json!({ "grounds": "It was not bent." }),
        "/v1/claims/{clm}/appeal/decision" => {
            json!({ "upheld": true, "explanation": "It is bent." })
        }
        "/v1/devices/{device}/disputes" => {
            json!({
                "reason": "It is dark.", "requested_remedy": "repair", "photos": [photo()],
                "receipt": { "amount": price(), "photo": photo() },
            })
        }
        "/v1/disputes/{dispute}/answer" => {
            json!({
                "answer": "counter", "kind": "discount", "offer": price(), "note": "As agreed.",
            })
        }
        "/v1/disputes/{dispute}/acceptance" => json!({ "offer": price() }),
        "/v1/disputes/{dispute}/decision" => json!({
            "ending": "repair_reimbursed", "amount": price(), "receipt": price(),
            "beyond_repair": false,
        }),
        "/v1/disputes/{dispute}/performance" => json!({ "at": AT }),
        "/v1/orders/{order}/delivery" => {
            json!({ "delivered_at": AT, "zone": "Europe/Moscow" })
        }
        "/v1/privacy-requests/{request}/resolution" => json!({ "outcome": "answered" }),
        "/v1/payments/{payment}/paid" => {
            json!({ "amount": price(), "reference": "pay-1", "paid_at": AT })
        }
        "/v1/payments/{payment}/failed" => {
            json!({ "code": "AC04", "reason": "the account is closed", "failed_at": AT })
        }
        "/v1/payments/{payment}/reversed" => json!({ "code": "chargeback", "reversed_at": AT }),
        "/v1/policies/{policy}/cancellation" => {
            json!({ "receipt": { "dated": "2025-01-01", "number": "A-17" } })
        }
        "/v1/jobs/{job}/shipments" => json!({
            "direction": "to_shop", "booked_by": "buyer", "means": "post", "carrier": "post",
            "tracking_number": "RA1", "price": price(), "from": "Kazan", "to": "Moscow",
            "booked_at": AT,
        }),
        "/v1/shipments/{shipment}/picked-up"
        | "/v1/shipments/{shipment}/delivered"
        | "/v1/shipments/{shipment}/lost" => json!({ "at": AT }),
        "/v1/jobs/{job}/moved" => {
            json!({ "because": "refused", "to": "a-shop", "note": "no technician", "moved_at": AT })
        }
        "/v1/jobs/{job}/received" => json!({
            "serial": SERIAL, "condition": "used", "received_at": AT, "photos": [photo()],
        }),
        "/v1/jobs/{job}/serial-resolved" => json!({ "serial": SERIAL, "note": "on the board" }),
        "/v1/jobs/{job}/inspected" => json!({
            "verdict": { "kind": "not_covered", "exclusion": "misuse" }, "cause": "a bent frame",
            "also_found": ["a silent loudspeaker"], "notes": "see the photo", "inspected_at": AT,
        }),
        "/v1/jobs/{job}/parts-awaited" => {
            json!({ "part": "a screen", "ordered_at": AT, "expected_on": "2025-03-01" })
        }
        "/v1/jobs/{job}/parts-arrived" => {
            json!({ "part": "a screen", "arrived_at": AT, "reason": "customs" })
        }
        "/v1/jobs/{job}/repaired" => json!({
            "repaired_at": AT,
            "work": {
                "description": "a new screen",
                "symptom_code": "113", "defect_code": "E", "repair_code": "A",
                "parts": [{ "number": "GH82", "name": "screen", "quantity": 1 }],
            },
        }),
        "/v1/jobs/{job}/beyond-repair" => json!({ "because": "counted_days", "at": AT }),
        "/v1/jobs/{job}/replacement" => json!({ "serial": SERIAL, "sent_at": AT }),
        "/v1/jobs/{job}/handed-over" => json!({ "to": "buyer", "at": AT, "photos": [photo()] }),
        "/v1/terms" => shipped("terms/wisetech-repair-1.json"),
        "/v1/terms/{name}/versions" => {
            json!({ "versions": [shipped("terms/wisetech-repair-1.json")] })
        }
        "/v1/terms/{name}/withdrawal" => json!({ "version": 1, "until": "2030-01-01T00:00:00Z" }),
        "/v1/tariffs" => shipped("tariffs/2025.json"),
        "/v1/shop-directories" => shipped("shops/tomrepair.json"),
        _ => json!({}),
    }
}

/// Bodies that are malformed in one place, each with what was changed.
pub(crate) fn malformed(body: &Value) -> Vec<(String, Vec<u8>)> {
    let long = "x".repeat(40_000);
    let wrong = [
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!(""),
        json!("\u{202E}nonsense"),
        json!(long),
        json!([]),
        json!({}),
        json!([{}]),
        json!({ "no_such_field": 1 }),
    ];
    let mut found = Vec::new();
    for place in places(body) {
        for value in &wrong {
            let mut changed = body.clone();
            *changed.pointer_mut(&place).unwrap() = value.clone();
            let what = value.to_string().chars().take(30).collect::<String>();
            found.push((format!("{place} = {what}"), serde_json::to_vec(&changed).unwrap()));
        }
        found.push((
            format!("{place} removed"),
            serde_json::to_vec(&without(body, &place)).unwrap(),
        ));
    }
    let text = body.to_string();
    let last = text.trim_end_matches('}');
    let raw: [(&str, Vec<u8>); 8] = [
        ("cut off", text.as_bytes()[..text.len() - 1].to_vec()),
        ("not JSON", b"defect=dark".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("more after it", format!("{text} x").into_bytes()),
        ("not UTF-8", [b"{\"a\": \"\xFF\", ", &text.as_bytes()[1..]].concat()),
        ("U+0000", format!("{{\"a\": \"\\u0000\", {}", &text[1..]).into_bytes()),
        ("too long a number", format!("{last}, \"n\": 1e999}}").into_bytes()),
    ];
    found.extend(raw.into_iter().map(|(what, bytes)| (what.to_owned(), bytes)));
    found
}

/// The places of a body, as JSON pointers: the fields, and those of the objects in them. Of a list,
/// only the first item is changed.
fn places(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), body)];
    while let Some((place, value)) = open.pop() {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (format!("{place}/{name}"), value)).collect()
            }
            Value::Array(items) => {
                items.iter().take(1).map(|value| (format!("{place}/0"), value)).collect()
            }
            _ => Vec::new(),
        };
        found.extend(inner.iter().map(|(place, _)| place.clone()));
        open.extend(inner);
    }
    found
}

fn without(body: &Value, place: &str) -> Value {
    let mut changed = body.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match changed.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.remove(name);
        }
        Some(Value::Array(items)) => items.clear(),
        _ => {}
    }
    changed
}
