//! Errors as RFC 9457 problems. `code` is stable and meant for machines, `detail` for people.

use std::borrow::Cow;
use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use recourse_kernel::record::PROBLEM_BASE;
use recourse_kernel::{Findings, Method, NextCall, Refusal, WireError};
use recourse_runtime::database::passes;
use recourse_sealing::SealError;
use recourse_sealing::photos::{NotAPhoto, PhotoError};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::challenge::challenge;
use super::position::{POSITION_HEADER, Position};

/// The `Content-Type` of a problem (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// How much of an id is quoted, in characters.
const LONGEST_ID: usize = 100;

/// Why a call failed. Its JSON is a public format.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Also in the body: `status` is its number, `title` its reason phrase.
    pub status: StatusCode,
    /// A stable name for machines: `claim.before_coverage`.
    pub code: Cow<'static, str>,
    /// The rulebook ids of the rules that refused the call, such as `C1`.
    pub rules: Box<[String]>,
    /// The sentence shown to a person.
    pub detail: String,
    /// What the caller can do instead.
    pub instead: Option<Box<Instead>>,
    /// The facts the refusal is based on.
    pub facts: Option<Box<Map<String, Value>>>,
    /// Every rule that was checked, with its outcome.
    pub findings: Option<Box<Findings>>,
    /// The number of seconds after which the same call may succeed.
    pub retry_after: Option<u16>,
    /// The position of the refusal in the log, if it was recorded.
    pub position: Option<Box<Position>>,
}

/// What a caller can do instead of what was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Instead {
    /// What to do, for a person to read: `Open a dispute until 15 March.`
    pub sentence: String,
    /// The path of the call that does it, or that shows what to look at, where there is one.
    pub url: Option<String>,
    /// The method with which to call `url`, such as `POST`.
    pub method: Option<Method>,
}

impl Problem {
    /// Only what every problem has; facts and the rest are added by the methods below.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            rules: Box::default(),
            detail: detail.into(),
            instead: None,
            facts: None,
            findings: None,
            retry_after: None,
            position: None,
        }
    }

    /// 400: the call itself is malformed, regardless of what is stored.
    pub fn bad_request(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: the caller is not authenticated.
    pub fn unauthorized(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: the caller is not allowed to do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "edge.not_allowed", detail)
    }

    /// 404: there is no resource of this kind with this id, such as a `claim`.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        let code = format!("{}.not_known", what.replace([' ', '-'], "_"));
        // No id is longer than what is quoted of it.
        let id: String = id.to_string().chars().take(LONGEST_ID).collect();
        Self::new(StatusCode::NOT_FOUND, code, format!("there is no {what} {id}"))
    }

    /// 503: temporarily unavailable; the same call may be retried.
    pub fn unavailable(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail) }
    }

    /// 500: a defect in this service. Log the cause; do not show it to the caller.
    pub fn internal() -> Self {
        let detail = "something went wrong on our side; retry with the same Idempotency-Key";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "edge.internal", detail)
    }

    /// 413: a photo has more bytes than the limit.
    pub fn photo_too_large(limit: usize) -> Self {
        let detail = format!("a photo may have at most {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "photo.too_large", detail)
            .fact("limit", limit)
            .instead("Save the photo with less quality, or scale it down.")
    }

    /// Adds a sentence on what the caller can do instead; it replaces an earlier one and its call.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        let sentence = instead.into();
        self.instead = Some(Box::new(Instead { sentence, url: None, method: None }));
        self
    }

    /// Adds the call that does what [`Problem::instead`] says; without effect before that.
    #[must_use]
    pub fn instead_call(mut self, call: NextCall) -> Self {
        if let Some(instead) = &mut self.instead {
            instead.url = Some(call.path);
            instead.method = Some(call.method);
        }
        self
    }

    /// Sets the rulebook ids of the rules that refused the call, such as `C1`.
    #[must_use]
    pub fn rules(mut self, rules: &[&str]) -> Self {
        self.rules = rules.iter().map(|&rule| rule.to_owned()).collect();
        self
    }

    /// Adds a fact that the refusal is based on.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.facts.get_or_insert_default().insert(name.to_owned(), value);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.status.as_u16(), self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &format_args!("{PROBLEM_BASE}{}", self.code))?;
        map.serialize_entry("title", self.status.canonical_reason().unwrap_or("Problem"))?;
        map.serialize_entry("status", &self.status.as_u16())?;
        map.serialize_entry("code", &self.code)?;
        map.serialize_entry("detail", &self.detail)?;
        if !self.rules.is_empty() {
            map.serialize_entry("rules", &self.rules)?;
        }
        if let Some(instead) = &self.instead {
            map.serialize_entry("instead", &instead.sentence)?;
            if let Some(url) = &instead.url {
                map.serialize_entry("instead_url", url)?;
            }
            if let Some(method) = &instead.method {
                map.serialize_entry("instead_method", method)?;
            }
        }
        if let Some(facts) = &self.facts {
            map.serialize_entry("facts", facts)?;
        }
        if let Some(findings) = &self.findings {
            map.serialize_entry("findings", findings)?;
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(position) = self.position.as_deref().and_then(Position::header) {
            headers.insert(POSITION_HEADER, position);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, challenge(&self.code, &self.detail));
        }
        response
    }
}

/// The status of a refusal follows from the last segment of its code; everything else is a conflict
/// with what is stored.
impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.code.rsplit('.').next().unwrap_or_default() {
            "not_known" | "unknown" => StatusCode::NOT_FOUND,
            "not_allowed" => StatusCode::FORBIDDEN,
            _ => StatusCode::CONFLICT,
        };
        let (url, method) = (refusal.instead_url, refusal.instead_method);
        let instead = refusal.instead.map(|sentence| Instead { sentence, url, method });
        Self {
            status,
            code: refusal.code.into(),
            rules: refusal.rules.into(),
            detail: refusal.detail,
            instead: instead.map(Box::new),
            facts: (!refusal.facts.is_empty()).then(|| Box::new(refusal.facts)),
            findings: (!refusal.findings.is_empty()).then(|| Box::new(refusal.findings)),
            retry_after: None,
            position: None,
        }
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        tracing::error!(%error, "a command could not be encoded");
        Self::internal()
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        let passes = match &error {
            sqlx::Error::Database(error) => error.code().is_some_and(|code| passes(&code)),
            // A connection cut in the middle of a response shows up as a protocol error.
            other => matches!(
                other,
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::Protocol(_)
            ),
        };
        if passes {
            tracing::warn!(%error, "the database is unavailable");
            Self::unavailable(
                "edge.database_unavailable",
                "the read model is temporarily unavailable",
            )
        } else {
            tracing::error!(%error, "a query failed");
            Self::internal()
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Erased => Self::new(StatusCode::GONE, "person.erased", error.to_string()),
            SealError::NoPerson => Self::bad_request("person.malformed", error.to_string()),
            SealError::Unreachable(error) => error.into(),
            SealError::NotOpened | SealError::NoRandomness(_) => {
                tracing::error!(%error, "personal data could not be sealed or opened");
                Self::internal()
            }
        }
    }
}

fn not_a_photo(refused: &NotAPhoto) -> Problem {
    let (code, instead) = match refused {
        NotAPhoto::Another(_) => (
            "photo.not_a_jpeg",
            "Save the picture as a JPEG and upload that file. On an iPhone, choose Settings, \
             Camera, Formats, Most Compatible.",
        ),
        NotAPhoto::Unsupported(_) => (
            "photo.kind_not_supported",
            "Save the picture as a baseline JPEG and upload that file.",
        ),
        NotAPhoto::Damaged => {
            ("photo.damaged", "Upload the original file again, or another photo.")
        }
        NotAPhoto::TooManyPixels { .. } => {
            ("photo.too_many_pixels", "Scale the photo down, or take it with fewer megapixels.")
        }
        NotAPhoto::TooMuchMemory { .. } => (
            "photo.too_much_memory",
            "Save the picture as a baseline JPEG, not a progressive one, or scale it down.",
        ),
    };
    let status = match refused {
        NotAPhoto::Another(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, code, refused.to_string()).instead(instead)
}

impl From<PhotoError> for Problem {
    fn from(error: PhotoError) -> Self {
        let detail = error.to_string();
        match error {
            PhotoError::NotAPhoto(refused) => not_a_photo(&refused),
            PhotoError::TooLarge { limit, .. } => Self::photo_too_large(limit),
            PhotoError::TooMany(count) => {
                Self::new(StatusCode::CONFLICT, "photo.too_many", detail).fact("uploaded", count)
            }
            PhotoError::Unknown => Self::new(StatusCode::NOT_FOUND, "photo.not_known", detail),
            PhotoError::Seal(error) => error.into(),
            PhotoError::Table(error) => error.into(),
            PhotoError::Store(error) => {
                tracing::error!(%error, "the photo store failed");
                Self::unavailable("photo.store_unavailable", detail)
            }
            PhotoError::NotChecked => Self::internal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Finding;

    use super::*;

    fn refusal(code: &str) -> Refusal {
        Refusal {
            command: "recourse.claim.file.v1".to_owned(),
            code: code.to_owned(),
            rules: vec!["C1".to_owned()],
            detail: "coverage starts on 16 March".to_owned(),
            instead: Some("Open a dispute until 15 March.".to_owned()),
            instead_url: Some("/v1/devices/K-1.1/disputes".to_owned()),
            instead_method: Some(Method::Post),
            facts: Map::from_iter([("starts".to_owned(), Value::from("2026-03-16"))]),
            findings: vec![Finding::passed("T10", "the order is completed")],
        }
    }

    #[test]
    fn a_refusal_carries_code_rules_and_an_alternative() {
        let problem = Problem::from(refusal("claim.before_coverage"));
        assert_eq!(
            serde_json::to_value(&problem).unwrap(),
            serde_json::json!({
                "type": "https://recourse.example/problems/claim.before_coverage",
                "title": "Conflict",
                "status": 409,
                "code": "claim.before_coverage",
                "detail": "coverage starts on 16 March",
                "rules": ["C1"],
                "instead": "Open a dispute until 15 March.",
                "instead_url": "/v1/devices/K-1.1/disputes",
                "instead_method": "POST",
                "facts": {"starts": "2026-03-16"},
                "findings": [
                    {"rule": "T10", "passed": true, "outcome": "the order is completed"},
                ],
            })
        );
    }

    #[test]
    fn the_status_follows_from_the_last_segment_of_the_code() {
        for (code, status) in [
            ("policy.not_known", 404),
            ("claim.not_allowed", 403),
            ("claim.before_coverage", 409),
            ("claim.unknown_serial", 409),
            ("claim.question.not_known", 404),
            ("claim.question_not_open", 409),
        ] {
            assert_eq!(Problem::from(refusal(code)).status.as_u16(), status, "{code}");
        }
    }

    #[test]
    fn a_response_is_a_problem_and_says_when_to_retry() {
        let response = Problem::unavailable("edge.busy", "too many calls").into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
