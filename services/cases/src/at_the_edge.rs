//! The edge's validation of a body, before any decision, for cases that are played in memory.

use recourse_claims::Claims;
use recourse_claims::http::form::Form;
use recourse_kernel::{Decider, Findings, Wire as _};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde::Deserialize as _;
use serde_json::Value;

use super::answer::Answer;

/// C2: the edge's refusal of an incomplete form.
pub(super) fn form_is_incomplete(body: &Value) -> Option<Answer> {
    let form = match Form::deserialize(body) {
        Ok(form) => form,
        Err(error) => return Some(Answer::refused("body.malformed", &error.to_string())),
    };
    let gaps = form.complete().err()?;
    let fields: Vec<_> = gaps.keys().copied().collect();
    Some(Answer::Refused {
        code: "claim.form_incomplete".to_owned(),
        rules: vec!["C2".to_owned()],
        detail: format!("the form is incomplete: {}", fields.join(", ")),
        findings: Findings::new(),
    })
}

/// Whether the body matches its type, which the edge checks first.
pub(super) fn decode(type_name: &str, body: &[u8]) -> Result<(), String> {
    fn known<D: Decider>(type_name: &str, body: &[u8]) -> Result<(), String> {
        if !D::Command::type_names().contains(&type_name) {
            return Ok(());
        }
        D::Command::decode(type_name, body).map(|_| ()).map_err(|error| error.to_string())
    }
    known::<Orders>(type_name, body)?;
    known::<Claims>(type_name, body)?;
    known::<RepairShops>(type_name, body)?;
    known::<Refunds>(type_name, body)?;
    known::<TermsCatalogue>(type_name, body)
}
