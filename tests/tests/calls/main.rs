//! Every call of every service, malformed in every place: each answer is a problem in our own
//! words, with a code of `services/EDGE.md`, and none is a 500.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod bodies;
mod pending;
mod problems;
mod routes;

use futures::StreamExt as _;
use recourse_kernel::Role;
use recourse_process::ServiceName;
use recourse_tests::test_marketplace::{self, TestMarketplace};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use problems::{Problems, Reply};
use routes::{Ids, Route};

/// How many calls are in progress at once.
const AT_ONCE: usize = 16;
/// Calls that create something under an id of the caller's, so that no id is unknown.
const CREATES: [&str; 4] =
    ["/v1/terms", "/v1/terms/{name}/versions", "/v1/tariffs", "/v1/shop-directories"];

/// A route, who calls it, its path, the body, and what is tried.
type Call<'a> = (&'a Route, Role, String, Option<Vec<u8>>, String);

/// A marketplace, and a client with a new key for each call.
struct Calls {
    market: TestMarketplace,
    client: reqwest::Client,
    problems: Problems,
}

impl Calls {
    async fn open() -> Self {
        let market = TestMarketplace::with(test_marketplace::settings(), &ServiceName::ALL).await;
        market.move_clock("2025-02-01T09:00:00Z").await;
        Self { market, client: reqwest::Client::new(), problems: Problems::of_the_page() }
    }

    fn request(&self, method: &str, role: Role, path: &str) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        let token = self.market.token(role, "x-1");
        self.client.request(method, self.market.url(path)).bearer_auth(token)
    }

    /// Sends a body as JSON, or none.
    async fn call(&self, route: &Route, role: Role, path: &str, body: Option<Vec<u8>>) -> Reply {
        let mut request = self.request(route.method, role, path);
        if route.takes_a_photo() {
            request = request.header("content-type", "image/jpeg").body(Vec::new());
        } else if route.method == "POST" {
            let key = format!("{:x}", rand::random::<u128>());
            request = request.header("idempotency-key", key);
            request = request.header("content-type", "application/json");
            request = request.body(body.unwrap_or_default());
        }
        Reply::to(request).await
    }

    /// A role that may make this call.
    async fn role_for(&self, route: &Route) -> Role {
        let path = route.with(&Ids::Unknown);
        for role in Role::ALL.into_iter().filter(|role| *role != Role::System) {
            let reply = self.call(route, role, &path, Some(b"{}".to_vec())).await;
            if reply.code() != "edge.not_allowed" {
                return role;
            }
        }
        panic!("no role may call {route:?}");
    }

    /// Makes these calls, several at once, and checks every answer.
    async fn all(&self, calls: Vec<Call<'_>>) -> Vec<Reply> {
        let sent = calls.into_iter().map(|(route, role, path, body, what)| async move {
            let reply = self.call(route, role, &path, body).await;
            let name = format!("{} {} ({what})", route.method, route.path);
            self.problems.check(&name, &reply);
            reply
        });
        futures::stream::iter(sent).buffered(AT_ONCE).collect().await
    }

    async fn routes(&self) -> Vec<(Route, Role)> {
        let routes = futures::stream::iter(routes::all())
            .map(|route| async move { (self.role_for(&route).await, route) });
        let routes = routes.buffered(AT_ONCE).map(|(role, route)| (route, role));
        routes.collect().await
    }

    /// Shuts the services down. A command that is refused need not match its contract, so the log
    /// is not compared with it.
    async fn end(self) {
        self.market.process.end().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_call_does_not_know_is_refused_with_what_it_knows() {
    let calls = Calls::open().await;
    let is_refused = |reply: &Reply, code: &str, route: &Route| {
        assert_eq!((reply.status, reply.code()), (400, code), "{route:?}: {}", reply.text);
        let known = &reply.body["facts"]["known"];
        assert!(known.is_array(), "{route:?}: {}", reply.text);
        let detail = reply.body["detail"].as_str().unwrap();
        assert!(
            known
                .as_array()
                .unwrap()
                .iter()
                .all(|name| { detail.contains(&format!("`{}`", name.as_str().unwrap())) })
        );
    };
    for (route, role) in &calls.routes().await {
        let path = route.with(&Ids::Unknown);
        let asked = format!("{path}?no_such_parameter=1");
        let reply = calls.call(route, *role, &asked, Some(b"{}".to_vec())).await;
        is_refused(&reply, "query.unknown_parameter", route);
        if route.method == "POST" && !route.takes_a_photo() {
            let body = json!({ "no_such_field": 1 }).to_string().into_bytes();
            let reply = calls.call(route, *role, &path, Some(body)).await;
            is_refused(&reply, "body.unknown_field", route);
            let sent = bodies::valid(&route.path);
            let known = reply.body["facts"]["known"].as_array().unwrap();
            for field in sent.as_object().unwrap().keys() {
                assert!(known.contains(&json!(field)), "{route:?} does not know {field}");
            }
            assert_eq!(known.is_empty(), sent == json!({}), "a body for {route:?}: {known:?}");
        }
    }
    calls.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_404_and_so_is_what_is_no_id() {
    let calls = Calls::open().await;
    let long = "1".repeat(3_000);
    let malformed = ["nonsense", "%00", "%FF", "1%00", "-1", "%E2%80%AE", "..%2F..", &long];
    let routes = calls.routes().await;
    let mut sent = Vec::new();
    for (route, role) in &routes {
        let body = Some(serde_json::to_vec(&bodies::valid(&route.path)).unwrap());
        let parameters = route.parameters();
        if !parameters.is_empty() && !CREATES.contains(&route.path.as_str()) {
            let path = route.with(&Ids::Unknown);
            sent.push((route, *role, path, body.clone(), "unknown".to_owned()));
        }
        for (number, parameter) in parameters.iter().enumerate() {
            for text in malformed {
                // Both are names in the form of a name.
                let is_a_name = ["sheet", "provider", "name"].contains(parameter);
                if !(is_a_name && matches!(text, "nonsense" | "-1") || *parameter == "n") {
                    let path = route.with(&Ids::With(number, text));
                    sent.push((route, *role, path, body.clone(), format!("{parameter}={text:.9}")));
                }
            }
        }
    }
    let what: Vec<_> = sent.iter().map(|call| (call.2.clone(), call.0.clone())).collect();
    for (reply, (path, route)) in calls.all(sent).await.iter().zip(what) {
        assert_eq!(reply.status, 404, "{} {path:.200}: {}", route.method, reply.text);
        let is_known = reply.code().ends_with(".not_known");
        assert!(is_known, "{} {path:.200}: {}", route.method, reply.text);
    }
    calls.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_in_a_wrong_form_is_refused() {
    let calls = Calls::open().await;
    let long = "x".repeat(1_025);
    for (route, role) in calls.routes().await.iter().filter(|(route, _)| route.method == "GET") {
        let path = route.with(&Ids::Unknown);
        let asked = calls.call(route, *role, &format!("{path}?no_such=1"), None).await;
        let known = asked.body["facts"]["known"].as_array().unwrap().clone();
        let mut sent = Vec::new();
        for name in known.iter().map(|name| name.as_str().unwrap()) {
            for text in ["%00", "a%00b", "%FF", "%C3%28", &long] {
                let what = format!("{name}={text:.9}");
                sent.push((route, *role, format!("{path}?{name}={text}"), None, what));
            }
        }
        for reply in calls.all(sent).await {
            assert_eq!(reply.code(), "query.malformed", "{route:?}: {}", reply.text);
        }
        let mut sent = Vec::new();
        for name in known.iter().map(|name| name.as_str().unwrap()) {
            for text in ["", "%20", "-1", "x", "%E2%80%AE", "true", "9999999999999999999999", "RU"]
            {
                let what = format!("{name}={text}");
                sent.push((route, *role, format!("{path}?{name}={text}"), None, what));
            }
        }
        for reply in calls.all(sent).await {
            assert!([200, 400, 404].contains(&reply.status), "{route:?}: {}", reply.text);
        }
    }
    calls.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_body_is_refused_in_our_own_words() {
    let calls = Calls::open().await;
    let routes = calls.routes().await;
    let mut sent = Vec::new();
    for (route, role) in routes.iter().filter(|(route, _)| route.method == "POST") {
        let path = route.with(&Ids::Unknown);
        let mut bodies = bodies::malformed(&bodies::valid(&route.path));
        if CREATES.contains(&route.path.as_str()) {
            // The same types in each; a third of their many fields is enough.
            bodies = bodies.into_iter().step_by(3).collect();
        }
        for (what, body) in bodies {
            sent.push((route, *role, path.clone(), Some(body), what));
        }
    }
    assert!(sent.len() > 1_000, "{}", sent.len());
    let created: Vec<_> = sent.iter().map(|call| CREATES.contains(&call.0.path.as_str())).collect();
    for (reply, created) in calls.all(sent).await.iter().zip(created) {
        assert!(created || (400..500).contains(&reply.status), "{}", reply.text);
    }
    calls.end().await;
}
