//! A fact on the marketplace's topic.

use serde_json::{Value, json};

use super::{Given, Sent};

impl Given<'_> {
    pub(super) fn fact(&self) -> Result<Sent, String> {
        let scene = self.scene;
        let purchase = scene.purchase;
        let mut data = self.body()?;
        let own_id = format!("{}-step-{}", purchase.number, scene.step);
        let id = match data.remove("id") {
            Some(Value::String(id)) => format!("{}-{id}", purchase.number),
            _ => own_id,
        };
        if let Some(units) = data.remove("units") {
            let units = units.as_array().cloned().ok_or("`units` must be a list: [1, 2]")?;
            data.insert("devices".to_owned(), units.iter().map(|n| format!("1.{n}")).collect());
        }
        let corrected = data.remove("delivered_at");
        let at = corrected.or(data.remove("at")).unwrap_or(json!(scene.calendar.before));
        data.insert("order".to_owned(), json!(purchase.number));
        data.insert("at".to_owned(), at);
        match self.action.type_name {
            "placed" => data.extend(purchase.placed.as_object().cloned().unwrap_or_default()),
            "paid" => {
                data.entry("amount").or_insert(json!(purchase.whole));
            }
            "delivered" => {
                data.entry("zone").or_insert(json!(purchase.zone.name()));
            }
            "cancelled" => {
                data.entry("reason").or_insert(json!("customer"));
            }
            "returned" => {
                data.entry("reason").or_insert(json!("defect"));
            }
            _ => {}
        }
        Ok(Sent::Fact { kind: self.action.type_name, id, data: Value::Object(data) })
    }
}
