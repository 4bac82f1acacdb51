//! The request that became a command: its path parameters and its body. Both are covered by the
//! command's keyed hash, whether read or not, so that the same Idempotency-Key with any other body
//! is a different request.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::call::path_of;
use super::json::{checked, is_json, not_json};
use super::problem::Problem;
use super::strict;

/// A state-changing call: its path parameters, and its JSON body, if it has one.
#[derive(Debug)]
pub struct RequestBody {
    path: Vec<String>,
    body: Option<Value>,
    /// Whether a handler has read the body.
    was_read: AtomicBool,
}

impl RequestBody {
    /// For a call that did not come over HTTP. The keyed hash covers both arguments.
    pub fn new(path: Vec<String>, body: Option<Value>) -> Self {
        Self { path, body, was_read: AtomicBool::new(false) }
    }

    /// The body as type `T`. A body that does not match, or has more than `T` knows, is refused
    /// with a problem that names the field.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        strict::body(self.sent()?, &[])
    }

    /// The body as type `T`, or its default if the caller sent none.
    pub fn read_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, Problem> {
        match self.body {
            Some(_) => self.read(),
            None => Ok(T::default()),
        }
    }

    /// The body as type `T`, with a path parameter inserted as a field. The body itself must not
    /// have this field.
    pub fn read_with<T: DeserializeOwned>(
        &self,
        name: &str,
        id: &dyn ToString,
    ) -> Result<T, Problem> {
        let Value::Object(mut fields) = self.sent()?.clone() else {
            return Err(Problem::bad_request("body.malformed", "the body must be an object"));
        };
        if fields.contains_key(name) {
            let detail = format!("`{name}` is part of the path; remove it from the body");
            return Err(Problem::bad_request("body.unknown_field", detail).fact("field", name));
        }
        fields.insert(name.to_owned(), Value::String(id.to_string()));
        strict::body(&Value::Object(fields), &[name])
    }

    /// 400 if the caller sent fields to a call that reads none.
    pub(super) fn is_understood(&self) -> Result<(), Problem> {
        match &self.body {
            Some(body) if !self.was_read.load(Ordering::Relaxed) => {
                strict::body(body, &[]).map(|Nothing {}| ())
            }
            _ => Ok(()),
        }
    }

    fn sent(&self) -> Result<&Value, Problem> {
        self.was_read.store(true, Ordering::Relaxed);
        self.body.as_ref().ok_or_else(missing)
    }

    /// The text in a field of the body, if there is one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.as_ref()?.get(field)?.as_str()
    }

    /// The same request with a field of the body set, for reading only: what the caller sent is
    /// what the keyed hash covers.
    #[must_use]
    pub fn with(&self, field: &str, text: &dyn ToString) -> Self {
        // What is made of it is read instead.
        self.was_read.store(true, Ordering::Relaxed);
        let mut body = self.body.clone();
        if let Some(Value::Object(fields)) = &mut body {
            fields.insert(field.to_owned(), Value::String(text.to_string()));
        }
        Self::new(self.path.clone(), body)
    }

    /// What the keyed hash covers.
    pub(super) fn whole(&self) -> Value {
        json!({ "path": self.path, "body": self.body })
    }
}

/// The body of a call that reads none.
#[derive(serde::Deserialize)]
struct Nothing {}

fn missing() -> Problem {
    Problem::bad_request("body.malformed", "this call needs a JSON body")
}

impl<S: Send + Sync> FromRequest<S> for RequestBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let path = path_of(&mut parts, state).await?;
        let path = path.into_iter().map(|(_, value)| value).collect();
        let is_json = is_json(&parts.headers);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await?;
        let body = match (bytes.is_empty(), is_json) {
            (true, _) => None,
            (false, false) => return Err(not_json()),
            (false, true) => Some(checked(&bytes)?),
        };
        Ok(Self::new(path, body))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;
    use axum::routing::post;
    use serde::Deserialize;
    use tower::ServiceExt as _;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Price {
        #[expect(dead_code, reason = "only checked to parse")]
        amount: u32,
    }

    #[derive(Debug, Deserialize)]
    struct Thing {
        id: String,
        #[expect(dead_code, reason = "only checked to parse")]
        price: Price,
    }

    /// Runs the extractor on a call with this body.
    async fn request(body: &'static str) -> Result<RequestBody, Problem> {
        let (report, reported) = std::sync::mpsc::channel();
        let routes = Router::new().route(
            "/things/{thing}/parts/{part}",
            post(async move |request: Result<RequestBody, Problem>| {
                report.send(request).unwrap();
            }),
        );
        let request =
            Request::post("/things/t%C3%A9/parts/2").header(CONTENT_TYPE, "application/json");
        routes.oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        reported.recv().unwrap()
    }

    #[tokio::test]
    async fn path_parameters_and_the_whole_body_make_up_the_request() {
        let request = request(r#"{"price": {"amount": 1}}"#).await.unwrap();
        let body = json!({"price": {"amount": 1}});
        assert_eq!(request.whole(), json!({"path": ["té", "2"], "body": body}));
        assert_eq!(request.read_with::<Thing>("id", &7).unwrap().id, "7");
        assert!(request.read_with::<Price>("id", &7).is_err(), "`price` is not a field of it");
    }

    #[tokio::test]
    async fn a_field_can_be_read_and_set_before_the_rest_is_read() {
        let request = request(r#"{"id": "1 and 2", "price": {"amount": 1}}"#).await.unwrap();
        assert_eq!((request.text("id"), request.text("price")), (Some("1 and 2"), None));
        assert_eq!(request.with("id", &1).read::<Thing>().unwrap().id, "1");
        assert_eq!(request.text("id"), Some("1 and 2"), "the request itself does not change");
    }

    #[tokio::test]
    async fn a_mismatched_body_is_refused_with_the_field() {
        let request = request(r#"{"id": "x", "price": {"amount": "much"}}"#).await.unwrap();
        let problem = request.read::<Thing>().unwrap_err();
        assert_eq!(problem.code, "body.malformed");
        let detail = "`price.amount` must be a whole number from 0 to 4294967295, not `much`";
        assert_eq!(problem.detail, detail);
    }

    #[tokio::test]
    async fn what_is_in_the_path_is_not_in_the_body() {
        let request = request(r#"{"id": "8", "price": {"amount": 1}}"#).await.unwrap();
        let problem = request.read_with::<Thing>("id", &7).unwrap_err();
        assert_eq!(problem.detail, "`id` is part of the path; remove it from the body");
    }

    #[tokio::test]
    async fn a_field_that_the_call_does_not_know_is_refused_with_those_that_it_knows() {
        let request = request(r#"{"id": "x", "price": {"amount": 1, "currency": "EUR"}}"#).await;
        let problem = request.unwrap().read::<Thing>().unwrap_err();
        assert_eq!(problem.code, "body.unknown_field");
        let detail = "`price.currency` is not a field of this call; known here: `amount`";
        assert_eq!(problem.detail, detail);
        let facts = json!({"field": "price.currency", "known": ["amount"]});
        assert_eq!(Value::Object(*problem.facts.unwrap()), facts);
    }

    #[tokio::test]
    async fn a_call_that_reads_no_body_has_no_fields() {
        for harmless in ["", "{}"] {
            assert!(request(harmless).await.unwrap().is_understood().is_ok(), "{harmless}");
        }
        let sent = request(r#"{"reason": "x"}"#).await.unwrap();
        let problem = sent.is_understood().unwrap_err();
        let detail = "`reason` is not a field of this call, which has no fields";
        assert_eq!(problem.detail, detail);
    }

    #[tokio::test]
    async fn a_body_may_be_absent_where_none_is_read() {
        let request = request("").await.unwrap();
        assert_eq!(request.whole()["body"], Value::Null);
        assert_eq!(request.read::<Thing>().unwrap_err().code, "body.malformed");
    }
}
