//! The form of a claim, with everything required (C2).

use serde_json::{Map, Value, json};

use super::{Given, Scene};
use crate::purchase::contact;

/// The receipt of a repair elsewhere: the same receipt for the same day and shop.
fn receipt(repair: &Value) -> Value {
    let words = format!("receipt of {} on {}", repair["shop"], repair["on"]);
    let sha256 = recourse_kernel::Hash::of_bytes(words.as_bytes()).to_string();
    json!({ "sha256": sha256, "size": 600, "media_type": "image/jpeg" })
}

impl Given<'_> {
    /// Fills the form with everything required (C2), and returns how many photos it has.
    pub(super) fn form(&self, unit: u32, body: &mut Map<String, Value>) -> Result<u64, String> {
        let Scene { purchase, seen, .. } = self.scene;
        let policy = purchase.device(unit).policy();
        let mut photos = body.remove("photos").and_then(|photos| photos.as_u64()).unwrap_or(1);
        if body.remove("photos_again") == Some(json!(true)) {
            let before = seen.last("claim.filed", "policy", &policy.to_string());
            let again = before.map(|filed| filed.body["photos"].clone());
            // None is known while the case is only checked.
            body.insert("photos".to_owned(), again.unwrap_or_else(|| json!([])));
            photos = 0;
        }
        let replaced = seen.events().iter().rev().find(|event| {
            event.kind == "job.replacement_sent"
                && event.text("claim").starts_with(&format!("clm_{}-", policy.device()))
        });
        let serial = replaced.map_or(purchase.serial.as_str(), |event| event.text("serial"));
        let mut contact = contact();
        contact["street"] = body.remove("street").unwrap_or(json!("Lenina 1, apt. 5"));
        let usual = if purchase.program == "exchange" { "replacement" } else { "repair" };
        for (key, value) in [
            ("serial", json!(serial)),
            ("requested_remedy", json!(usual)),
            ("country", json!(purchase.country)),
            ("city", json!(purchase.city)),
            ("defect", json!("It no longer turns on, even when plugged in.")),
            ("contact", contact),
        ] {
            body.entry(key).or_insert(value);
        }
        // `evidence: true` means a scanned receipt.
        let repairs = body.get_mut("earlier_repairs").and_then(Value::as_array_mut);
        for repair in repairs.into_iter().flatten() {
            match repair.get("evidence") {
                Some(Value::Bool(true)) => repair["evidence"] = receipt(repair),
                Some(_) => return Err("`evidence` of an earlier repair must be `true`".to_owned()),
                None => {}
            }
        }
        if let Some(continued) = body.get("continues").and_then(Value::as_u64) {
            let number =
                u32::try_from(continued).map_err(|_| "`continues` must be a claim's number")?;
            body.insert("continues".to_owned(), json!(policy.claim(number)));
        }
        Ok(photos)
    }
}
