//! What every answer must satisfy.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{RequestBuilder, Value};

/// Words of the libraries that read JSON, dates and numbers, and of those that read tables.
const OF_LIBRARIES: &[&str] = &[
    "invalid type",
    "invalid value",
    "invalid length",
    "invalid digit",
    "missing field",
    "unknown field",
    "unknown variant",
    "duplicate field",
    "did not match any variant",
    ", expected ",
    "expected one of",
    "premature end",
    "input contains",
    "input is out of range",
    "trailing",
    "EOF",
    "recursion limit",
    "number out of range",
    "error returned from",
    "cannot parse",
    "serde",
    "sqlx",
    "struct ",
    "enum ",
];

/// An answer as its caller sees it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The body; null if it is not JSON.
    pub(crate) body: Value,
    pub(crate) text: String,
    content_type: String,
}

impl Reply {
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let content_type = header("content-type");
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, body, text, content_type }
    }

    /// The code of a problem; empty for any other answer.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// The codes of each status, as `services/EDGE.md` lists them.
pub(crate) struct Problems(BTreeMap<u16, BTreeSet<String>>);

impl Problems {
    pub(crate) fn of_the_page() -> Self {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services/EDGE.md");
        let page = std::fs::read_to_string(page).unwrap();
        let table = page.split("| status | when |").nth(1).unwrap();
        let mut codes: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
        for row in table.lines().skip(2).take_while(|row| row.starts_with('|')) {
            let statuses = row.split('|').nth(1).unwrap().split(',');
            for status in statuses.map(|status| status.trim().parse().unwrap()) {
                let listed = row.split('`').skip(1).step_by(2).map(str::to_owned);
                codes.entry(status).or_default().extend(listed);
            }
        }
        Self(codes)
    }

    /// Asserts that an answer is a success, or a problem of the page in our own words.
    #[track_caller]
    pub(crate) fn check(&self, call: &str, reply: &Reply) {
        let Reply { status, text, .. } = reply;
        assert!(*status < 500, "{call}: {status} {text}");
        if *status < 300 {
            return;
        }
        assert_eq!(reply.content_type, "application/problem+json", "{call}: {text}");
        let code = reply.code();
        let is_a_rules = match status {
            403 => code.ends_with(".not_allowed"),
            404 => code.ends_with(".not_known") || code.ends_with(".unknown"),
            409 => code.contains('.'),
            _ => false,
        };
        let is_listed = self.0.get(status).is_some_and(|codes| codes.contains(code));
        assert!(is_a_rules || is_listed, "{call}: {status} {code} is not in EDGE.md: {text}");
        let detail = reply.body["detail"].as_str().unwrap();
        for words in OF_LIBRARIES {
            assert!(!detail.contains(words), "{call}: `{words}` in {detail}");
        }
        assert!(detail.len() < 1_000, "{call}: {} bytes of detail", detail.len());
    }
}
