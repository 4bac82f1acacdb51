//! The same bodies over HTTP: each gets a problem that says what is wrong, and nothing reaches the
//! log.

use recourse_kernel::Role;
use recourse_process::ServiceName;
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::Value;

use recourse_tests::foreign_writers::{DAY, TEN_MEGABYTES, nested, padded};

/// A body, its content type, and the expected status, code and detail.
type Bad = (Vec<u8>, &'static str, u16, &'static str, &'static str);

fn bad(good: &str) -> Vec<Bad> {
    let json = "application/json";
    vec![
        (good.as_bytes()[..20].to_vec(), json, 400, "body.malformed", "it ends too early"),
        (b"{\"defect\": \"\xff\"}".to_vec(), json, 400, "body.malformed", "not UTF-8"),
        (nested(good, 10_000), json, 400, "body.malformed", "nested too deeply"),
        (
            good.replace('{', "{\"requested_remedy\": \"repair\", ").into_bytes(),
            json,
            400,
            "body.malformed",
            "the field `requested_remedy` appears twice",
        ),
        (
            good.replace('{', "{\"a\": 1, \"a\": 1, ").into_bytes(),
            json,
            400,
            "body.malformed",
            "`a` appears twice",
        ),
        (
            good.replace('{', "{\"a\": 1e999, ").into_bytes(),
            json,
            400,
            "body.malformed",
            "a number that is too large",
        ),
        (good.replace("dark", "\\u0000").into_bytes(), json, 400, "body.malformed", "U+0000"),
        (
            good.replace("\"repair\"", "7").into_bytes(),
            json,
            400,
            "body.malformed",
            "`requested_remedy` must be one of `repair`, `replacement`, `refund`, not 7",
        ),
        (padded(good, TEN_MEGABYTES), json, 413, "body.too_large", "exceeds the size limit"),
        (good.into(), "text/plain", 415, "body.not_json", "send the body as JSON"),
        (b"null".to_vec(), json, 400, "body.malformed", "null"),
        (Vec::new(), json, 400, "body.malformed", "needs a JSON body"),
        (Vec::new(), "text/plain", 400, "body.malformed", "needs a JSON body"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_gets_a_problem_that_says_what_is_wrong() {
    let market = TestMarketplace::with(test_marketplace::settings(), &ServiceName::ALL).await;
    market.move_clock(DAY).await;
    recourse_tests::foreign_writers::places(&market, "1");
    market.settled().await;
    let client = reqwest::Client::new();
    let order = TestMarketplace::order("1");
    let url = market.url(&format!("/v1/policies/{}/claims", order.device(1, 1).policy()));
    let good =
        r#"{"defect": "The screen stays dark after a night.", "requested_remedy": "repair"}"#;
    for (number, (body, content_type, status, code, detail)) in bad(good).into_iter().enumerate() {
        let call = client
            .post(&url)
            .bearer_auth(market.token(Role::Buyer, "b-1"))
            .header("idempotency-key", format!("bad-{number}"))
            .header("content-type", content_type)
            .body(body);
        let answer = match call.send().await {
            // The answer comes before the whole body was sent, and not every client still reads it
            // then.
            Err(error) if status == 413 && error.is_request() => continue,
            answer => answer.unwrap(),
        };
        let is_problem = answer.headers()["content-type"] == "application/problem+json";
        let reported = answer.status().as_u16();
        let problem: Value = answer.json().await.unwrap();
        assert!(is_problem && reported == status, "{detail}: {reported} {problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{detail}: {problem}");
    }
    market.end().await;
}
