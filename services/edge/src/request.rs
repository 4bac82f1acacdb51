//! The request that became a command: its path parameters and its body. Both are covered by the
//! command's keyed hash, whether read or not, so that the same Idempotency-Key with any other body
//! is a different request.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts as _, RawPathParams, Request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::json::{checked, is_json, not_json};
use super::problem::Problem;

/// A state-changing call: its path parameters, and its JSON body, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestBody {
    path: Vec<String>,
    body: Option<Value>,
}

impl RequestBody {
    /// For a call that did not come over HTTP. The keyed hash covers both arguments.
    pub fn new(path: Vec<String>, body: Option<Value>) -> Self {
        Self { path, body }
    }

    /// The body as type `T`. A body that does not match is refused with a problem that names the
    /// field.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        fitting(self.body.as_ref().ok_or_else(missing)?)
    }

    /// The body as type `T`, with a path parameter inserted as a field.
    pub fn read_with<T: DeserializeOwned>(
        &self,
        name: &str,
        id: &dyn ToString,
    ) -> Result<T, Problem> {
        let mut fields = match self.body.as_ref().ok_or_else(missing)? {
            Value::Object(fields) => fields.clone(),
            _ => return Err(Problem::bad_request("body.malformed", "the body must be an object")),
        };
        fields.insert(name.to_owned(), Value::String(id.to_string()));
        fitting(&Value::Object(fields))
    }

    /// What the keyed hash covers.
    pub(super) fn whole(&self) -> Value {
        json!({ "path": self.path, "body": self.body })
    }
}

fn missing() -> Problem {
    Problem::bad_request("body.malformed", "this call needs a JSON body")
}

fn fitting<T: DeserializeOwned>(body: &Value) -> Result<T, Problem> {
    // The text names the field: `lines[0].price: missing field …`.
    serde_path_to_error::deserialize(body)
        .map_err(|error| Problem::bad_request("body.malformed", error.to_string()))
}

impl<S: Send + Sync> FromRequest<S> for RequestBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let named = RawPathParams::from_request_parts(&mut parts, state)
            .await
            .map_err(|rejection| Problem::bad_request("path.malformed", rejection.body_text()))?;
        let path = named.iter().map(|(_, value)| value.to_owned()).collect();
        let is_json = is_json(&parts.headers);
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await?;
        let body = match (bytes.is_empty(), is_json) {
            (true, _) => None,
            (false, false) => return Err(not_json()),
            (false, true) => Some(checked(&bytes)?),
        };
        Ok(Self { path, body })
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
        let request = request(r#"{"price": {"amount": 1}, "unread": true}"#).await.unwrap();
        let body = json!({"price": {"amount": 1}, "unread": true});
        assert_eq!(request.whole(), json!({"path": ["té", "2"], "body": body}));
        assert_eq!(request.read_with::<Thing>("id", &7).unwrap().id, "7");
    }

    #[tokio::test]
    async fn a_mismatched_body_is_refused_with_the_field() {
        let request = request(r#"{"id": "x", "price": {"amount": "much"}}"#).await.unwrap();
        let problem = request.read::<Thing>().unwrap_err();
        assert_eq!(problem.code, "body.malformed");
        assert!(problem.detail.starts_with("price.amount: "), "{}", problem.detail);
    }

    #[tokio::test]
    async fn a_body_may_be_absent_where_none_is_read() {
        let request = request("").await.unwrap();
        assert_eq!(request.whole()["body"], Value::Null);
        assert_eq!(request.read::<Thing>().unwrap_err().code, "body.malformed");
    }
}
