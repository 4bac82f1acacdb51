//! Bodies: JSON, or raw bytes. Errors are problems.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures::StreamExt as _;
use recourse_kernel::json::quotes_no_value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use super::strict;

/// A JSON body, in a request or a response. A request body that does not match is refused with a
/// problem that names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

/// The raw bytes of a body: a photo.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body(pub Bytes);

/// The longest body of a route that takes raw bytes, which its layer sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct LongestBody(pub(super) usize);

/// How much of a body that is too long is read and dropped, as a multiple of the limit. A caller
/// who is still sending would otherwise see a broken connection instead of the answer.
const DROPPED: usize = 4;

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        let body = checked(&Bytes::from_request(request, state).await?)?;
        Ok(Self(strict::body(&body, &[])?))
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
        match request.extensions().get() {
            Some(LongestBody(longest)) => {
                let longest = *longest;
                read_whole(request.into_body(), longest).await.map(Self)
            }
            None => Ok(Self(Bytes::from_request(request, state).await?)),
        }
    }
}

/// Reads a body of this many bytes at most. Of one that is longer, it reads on before it refuses.
async fn read_whole(body: axum::body::Body, longest: usize) -> Result<Bytes, Problem> {
    let mut arriving = body.into_data_stream();
    let (mut bytes, mut length) = (BytesMut::new(), 0_usize);
    while let Some(chunk) = arriving.next().await {
        let chunk = chunk.map_err(|_| incomplete())?;
        length = length.saturating_add(chunk.len());
        if length > longest.saturating_mul(DROPPED) {
            break;
        }
        if length > longest {
            bytes = BytesMut::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if length > longest { Err(too_large()) } else { Ok(bytes.freeze()) }
}

fn too_large() -> Problem {
    let detail = "the body exceeds the size limit of this route";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large", detail)
}

fn incomplete() -> Problem {
    let detail = "the body is incomplete: the connection ended early";
    Problem::bad_request("body.incomplete", detail)
}

/// Parses a body as JSON and checks all of it, including fields that no type reads.
pub(super) fn checked(bytes: &[u8]) -> Result<Value, Problem> {
    let malformed = |detail: String| Problem::bad_request("body.malformed", detail);
    if std::str::from_utf8(bytes).is_err() {
        return Err(malformed("the body is not UTF-8".to_owned()));
    }
    recourse_kernel::json::check(bytes)
        .and_then(|()| serde_json::from_slice(bytes))
        .map_err(|error| malformed(not_read(&error)))
}

/// Why a body cannot be read as JSON, in our own words.
fn not_read(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let sentence = error.to_string();
    if quotes_no_value(&sentence) {
        return sentence;
    }
    let at = format!("line {line}, column {column}");
    if sentence.starts_with("recursion limit exceeded") {
        format!("the body is nested too deeply at {at}; at most 127 levels are read")
    } else if sentence.starts_with("number out of range") {
        format!("the body has a number that is too large at {at}")
    } else if error.is_eof() {
        format!("the body is not valid JSON: it ends too early, at {at}")
    } else {
        format!("the body is not valid JSON at {at}")
    }
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

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { incomplete() }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_body_that_is_not_json_is_refused_with_the_position_of_the_fault() {
        let deep = "[".repeat(200);
        for (body, detail) in [
            (
                &b"{\"a\": 1"[..],
                "the body is not valid JSON: it ends too early, at line 1, column 7",
            ),
            (b"{\n  a: 1}", "the body is not valid JSON at line 2, column 3"),
            (b"\"\xff\"", "the body is not UTF-8"),
            (b"{\"a\": 1e999}", "the body has a number that is too large at line 1, column 11"),
            (b"{\"a\": 1, \"a\": 2}", "the field `a` appears twice at line 1 column 12"),
            (
                deep.as_bytes(),
                "the body is nested too deeply at line 1, column 128; at most 127 levels are read",
            ),
        ] {
            let problem = checked(body).unwrap_err();
            assert_eq!(
                (problem.code.as_ref(), problem.detail.as_str()),
                ("body.malformed", detail)
            );
        }
    }

    /// A body in chunks of this many bytes, and how many of them were read.
    fn chunks(sizes: Vec<usize>) -> (axum::body::Body, Arc<AtomicUsize>) {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let chunks = futures::stream::iter(sizes).map(move |size| {
            counted.fetch_add(size, Ordering::Relaxed);
            Ok::<_, Infallible>(vec![0; size])
        });
        (axum::body::Body::from_stream(chunks), read)
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_read_on_before_it_is_refused() {
        let (fits, _) = chunks(vec![6, 4]);
        assert_eq!(read_whole(fits, 10).await.unwrap().len(), 10);
        for (sizes, expected) in [(vec![6, 5, 9], 20), (vec![20; 100], 60)] {
            let (long, read) = chunks(sizes);
            let refused = read_whole(long, 10).await.unwrap_err();
            assert_eq!((refused.status.as_u16(), refused.code.as_ref()), (413, "body.too_large"));
            assert_eq!(read.load(Ordering::Relaxed), expected);
        }
    }
}
