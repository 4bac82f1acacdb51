//! The edge's validation of a body, before any decision, for cases that are played in memory.

use recourse_claims::Claims;
use recourse_claims::http::form::Form;
use recourse_edge::{Problem, RequestBody, strict_command};
use recourse_kernel::{Decider, Findings, Wire as _};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde_json::Value;

use super::answer::Answer;

/// C2: the edge's refusal of an incomplete form.
pub(super) fn form_is_incomplete(body: &Value) -> Option<Answer> {
    let form: Form = match RequestBody::new(Vec::new(), Some(body.clone())).read() {
        Ok(form) => form,
        Err(problem) => return Some(not_understood(&problem)),
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

/// The edge's refusal of a body that does not match its type, which it checks first.
pub(super) fn is_malformed(type_name: &str, body: &Value) -> Option<Answer> {
    fn known<D: Decider>(type_name: &str, body: &Value) -> Result<(), Problem> {
        if !D::Command::type_names().contains(&type_name) {
            return Ok(());
        }
        strict_command::<D::Command>(type_name, body).map(|_| ())
    }
    let read = known::<Orders>(type_name, body)
        .and_then(|()| known::<Claims>(type_name, body))
        .and_then(|()| known::<RepairShops>(type_name, body))
        .and_then(|()| known::<Refunds>(type_name, body))
        .and_then(|()| known::<TermsCatalogue>(type_name, body));
    read.err().map(|problem| not_understood(&problem))
}

fn not_understood(problem: &Problem) -> Answer {
    Answer::refused(&problem.code, &problem.detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The code and the detail of a refusal.
    fn refused(answer: Option<Answer>) -> (String, String) {
        match answer {
            Some(Answer::Refused { code, detail, .. }) => (code, detail),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_malformed_body_is_refused_in_the_words_of_the_edge() {
        let payment = "pay_WD3YT8B7PZJCNBKJJ8ZYR0QTJ0-1.1-1-1";
        let failed = |body: Value| is_malformed("recourse.settlement.fail_payment.v1", &body);
        let at = "2025-06-02T00:00:00Z";
        assert_eq!(failed(json!({ "payment": payment, "code": "AC04", "failed_at": at })), None);
        for (body, code, detail) in [
            (
                json!({ "payment": payment, "code": 7, "failed_at": at }),
                "body.malformed",
                "`code` must be a text, not 7",
            ),
            (
                json!({ "payment": payment, "code": "AC04" }),
                "body.malformed",
                "`failed_at` is missing",
            ),
            (
                json!({ "payment": payment, "code": "AC04", "failed_at": at, "why": "" }),
                "body.unknown_field",
                "`why` is not a field of this call; known here: `payment`, `code`, `reason`, \
                 `failed_at`",
            ),
        ] {
            assert_eq!(refused(failed(body)), (code.to_owned(), detail.to_owned()));
        }
        let form = json!({ "requested_remedy": "money" });
        let (code, detail) = refused(form_is_incomplete(&form));
        assert_eq!(code, "body.malformed");
        let expected = "`requested_remedy` must be one of `repair`, `replacement`, `refund`, not \
                        `money`";
        assert_eq!(detail, expected);
    }

    #[test]
    fn a_command_of_no_service_is_left_to_the_log() {
        assert_eq!(is_malformed("recourse.nothing.v1", &json!({})), None);
    }
}
