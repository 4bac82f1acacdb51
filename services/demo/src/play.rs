//! What all actors share while they play.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use recourse_clients::http::{Answer, Http};
use recourse_clients::market::Market;
use recourse_kernel::Instant;

use super::world::Purchase;

/// What all actors share.
#[derive(Clone)]
pub(super) struct Play {
    pub(super) http: Http,
    pub(super) market: Arc<Market>,
    /// The current step's time.
    pub(super) now: Instant,
    edge_refusals: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Play {
    /// Nothing is refused yet.
    pub(super) fn new(http: Http, market: Market, now: Instant) -> Self {
        Self { http, market: Arc::new(market), now, edge_refusals: Arc::default() }
    }

    /// Whether an answer is as expected: accepted, or refused with this code. An unexpected one is
    /// kept for the report.
    pub(super) fn foreseen(
        &self,
        purchase: &mut Purchase,
        what: &str,
        answer: &Answer,
        code: Option<&str>,
    ) -> bool {
        if answer.refusal() == code {
            return true;
        }
        let (refusal, detail) = (answer.refusal().unwrap_or("accepted"), answer.detail());
        let (day, status) = (self.now.date_naive(), answer.status.as_u16());
        purchase.surprised(format_args!("{day}: {what}: {status} {refusal}: {detail}"));
        false
    }

    /// Counts a refusal that never reached the log.
    pub(super) fn refused_at_the_edge(&self, answer: &Answer) {
        if let Some(code) = answer.refusal() {
            let mut refusals = self.edge_refusals.lock().unwrap_or_else(PoisonError::into_inner);
            *refusals.entry(code.to_owned()).or_default() += 1;
        }
    }

    /// The refusals that never reached the log, by code.
    pub(super) fn edge_refusals(&self) -> BTreeMap<String, u64> {
        self.edge_refusals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
