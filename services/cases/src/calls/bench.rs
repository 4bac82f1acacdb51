//! Default fields of a shop's actions.

use serde_json::{Map, Value, json};

use super::Given;

impl Given<'_> {
    /// Default fields of a shop's actions.
    pub(super) fn of_the_bench(&self, body: &mut Map<String, Value>) -> Result<(), String> {
        let job = self.job()?;
        let seen = self.scene.seen;
        let claimed = || {
            let filed = seen.last("claim.filed", "claim", &job.claim().to_string());
            json!(filed.map_or(self.scene.purchase.serial.as_str(), |event| event.text("serial")))
        };
        match self.action.word {
            "receive" | "resolve_serial" => {
                body.entry("serial").or_insert_with(claimed);
            }
            "inspect" => {
                let kind = body.remove("verdict").unwrap_or_default();
                let exclusion = body.remove("exclusion");
                let mut verdict = json!({ "kind": kind });
                match (kind == "not_covered", exclusion) {
                    (true, Some(exclusion)) => verdict["exclusion"] = exclusion,
                    (false, None) => {}
                    _ => return Err("`exclusion` requires `verdict: not_covered`".to_owned()),
                }
                body.insert("verdict".to_owned(), verdict);
                body.entry("cause").or_insert(json!("main board"));
            }
            "parts_arrived" => {
                body.entry("arrived_at").or_insert(json!(self.scene.calendar.before));
            }
            _ => {}
        }
        if let Some(number) = body.get("damaged_on").and_then(Value::as_u64) {
            let number =
                u32::try_from(number).map_err(|_| "`damaged_on` must be a shipment's number")?;
            body.insert("damaged_on".to_owned(), json!(job.shipment(number)));
        }
        if let Some(number) = body.get("shipment").and_then(Value::as_u64) {
            let number = u32::try_from(number).map_err(|_| "`shipment` must be a number")?;
            body.insert("shipment".to_owned(), json!(job.shipment(number)));
        } else if self.action.word == "hand_over" && body.get("to") == Some(&json!("carrier")) {
            let booked = seen.count("job.shipment_booked", "job", &job.to_string());
            body.insert("shipment".to_owned(), json!(job.shipment(booked.max(1))));
        }
        Ok(())
    }
}
