//! Looks for secrets in everything that an installation writes: its tables, its topics, its traces.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use recourse_installation::Installation;
use recourse_installation::contents::everything;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// What the libraries say in detail is about bytes and connections.
const FILTER: &str = "debug,recourse_order_intake=trace,recourse_edge=trace,recourse_runtime=trace,\
                      recourse_sealing=trace,recourse_wiring=trace,axum=trace,tower_http=trace";

/// What must be written nowhere.
pub(crate) struct Secret {
    parts: Vec<String>,
}

impl Secret {
    /// A token: neither its content nor its signature may be found. Its header is no secret.
    pub(crate) fn token(token: &str) -> Self {
        let parts: Vec<_> = token.split('.').skip(1).map(str::to_owned).collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| part.len() > 40), "not a signed token");
        Self { parts }
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        self.parts.iter().any(|part| has(part.as_bytes()))
    }
}

/// Everything that this process traces from now on.
#[derive(Clone, Default)]
pub(crate) struct Traces(Arc<Mutex<Vec<u8>>>);

impl Traces {
    /// Can be called once in a process.
    pub(crate) fn capture() -> Self {
        let traces = Self::default();
        let writer = traces.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new(FILTER))
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        traces
    }

    fn written(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

impl Write for Traces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was looked through, and where something was found.
#[derive(Default)]
pub(crate) struct Search {
    pub(crate) looked_at: Vec<String>,
    pub(crate) found: Vec<String>,
}

impl Search {
    /// Looks for the secrets in every table of the installation's schemas, in every record of its
    /// topics, and in what was traced.
    pub(crate) async fn everywhere(
        service: &Installation,
        traces: &Traces,
        secrets: &[Secret],
    ) -> Self {
        let mut search = Self::default();
        for (place, content) in everything(service).await {
            search.look(place, &content, secrets);
        }
        search.look("traces".to_owned(), &traces.written(), secrets);
        search.looked_at.sort();
        search.looked_at.dedup();
        search.found.sort();
        search.found.dedup();
        search
    }

    fn look(&mut self, place: String, content: &[u8], secrets: &[Secret]) {
        if secrets.iter().any(|secret| secret.is_in(content)) {
            self.found.push(place.clone());
        }
        self.looked_at.push(place);
    }
}

#[test]
fn a_leaked_token_is_found_whole_or_in_part() {
    let (payload, signature) = ("eyJzdWIiOiJiLTgxIn0".repeat(3), "q-Zt1_".repeat(14));
    let secret = Secret::token(&format!("eyJhbGciOiJFUzI1NiJ9.{payload}.{signature}"));
    for leak in [
        format!("{{\"token\": \"eyJhbGciOiJFUzI1NiJ9.{payload}.{signature}\"}}"),
        format!("Bearer x.{payload}"),
        format!("signature={signature};"),
    ] {
        assert!(secret.is_in(leak.as_bytes()), "{leak}");
    }
    for harmless in ["", "eyJhbGciOiJFUzI1NiJ9", &signature[1..]] {
        assert!(!secret.is_in(harmless.as_bytes()), "{harmless}");
    }
}
