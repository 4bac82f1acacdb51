//! Extractors for bodies, queries and paths that report errors as problems.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A JSON body, in a request or a response. A request body that does not match is refused with a
/// problem that names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

/// The raw bytes of a body: a photo, or a webhook whose signature covers its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body(pub Bytes);

/// The query parameters, such as `?limit=20`, as a `T`; if they do not match: 400,
/// `query.malformed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Query<T>(pub T);

/// The parameters of the path as a `T`, percent-decoded; if they do not match: 400,
/// `path.malformed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        Ok(Self(checked(&Bytes::from_request(request, state).await?)?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Ok(Self(Bytes::from_request(request, state).await?))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Problem::bad_request("query.malformed", rejection.body_text())),
        }
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(rejection) => Err(Problem::bad_request("path.malformed", rejection.body_text())),
        }
    }
}

/// Parses a body sent as JSON, and checks all of it, including fields that `T` does not read.
pub(super) fn checked<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let axum::Json(body) = axum::Json::from_bytes(bytes)?;
    recourse_kernel::json::check(bytes)
        .map_err(|error| Problem::bad_request("body.malformed", error.to_string()))?;
    Ok(body)
}

/// Whether the content type is JSON: `application/json`, or a derived type such as
/// `application/ld+json`.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let announced = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = announced.unwrap_or_default().split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let kind = media_type.strip_prefix("application/").unwrap_or_default();
    kind == "json" || kind.ends_with("+json")
}

pub(super) fn not_json() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "body.not_json",
        "send the body as JSON, with `Content-Type: application/json`",
    )
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        let detail = rejection.body_text();
        match rejection {
            JsonRejection::MissingJsonContentType(_) => not_json(),
            JsonRejection::BytesRejection(rejection) => rejection.into(),
            // The text names the field: `lines[0].price: missing field …`.
            _ => Self::bad_request("body.malformed", detail),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = "the body exceeds the size limit of this route";
            Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", detail)
        } else {
            Self::bad_request(
                "body.incomplete",
                "the body is incomplete: the connection ended early",
            )
        }
    }
}
