//! Every stream folds without an error, with its service's own decider; the results are kept.

use std::collections::HashMap;

use recourse_claims::Claims;
use recourse_kernel::{ClaimId, Decider, FoldError, Folded};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_terms::Outcome;
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;

use super::waits::Waiting;
use super::{Break, Check, Entry};

struct Streams<D: Decider> {
    folds: HashMap<String, Folded<D::State>>,
}

impl<D: Decider> Default for Streams<D> {
    fn default() -> Self {
        Self { folds: HashMap::new() }
    }
}

impl<D: Decider> Streams<D> {
    fn take(&mut self, entry: &Entry) -> Option<Break> {
        let fold = self.folds.entry(entry.record.key.clone()).or_default();
        match fold.replay::<D>(&entry.record) {
            // Other checks report these, once each.
            Ok(()) | Err(FoldError::Version { .. } | FoldError::Chain { .. }) => None,
            Err(error) => Some(Break::at(Check::Folding, entry, error.to_string())),
        }
    }
}

impl<D: Decider> Streams<D> {
    /// What each stream waits for; a blocked one waits for an operator.
    fn waiting(&self) -> impl Iterator<Item = (String, Waiting)> {
        let folds = self.folds.iter().filter(|(_, fold)| fold.blocked.is_none());
        folds.map(|(key, fold)| {
            let waiting = Waiting { open: D::open(&fold.state), waits: D::waits(&fold.state) };
            (format!("{}/{key}", D::CONTEXT), waiting)
        })
    }
}

/// All streams of all services.
#[derive(Default)]
pub struct Folds {
    orders: Streams<Orders>,
    policies: Streams<Sales>,
    terms: Streams<TermsCatalogue>,
    claims: Streams<Claims>,
    jobs: Streams<RepairShops>,
    settlements: Streams<Refunds>,
}

/// A claim as replayed from the log alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedClaim {
    pub claim: ClaimId,
    /// Its stage: `inspection`.
    pub stage: &'static str,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
}

impl Folds {
    pub fn take(&mut self, entry: &Entry) -> Option<Break> {
        match entry.context.as_str() {
            Orders::CONTEXT => self.orders.take(entry),
            Sales::CONTEXT => self.policies.take(entry),
            TermsCatalogue::CONTEXT => self.terms.take(entry),
            Claims::CONTEXT => self.claims.take(entry),
            RepairShops::CONTEXT => self.jobs.take(entry),
            Refunds::CONTEXT => self.settlements.take(entry),
            other => Some(Break::at(
                Check::Folding,
                entry,
                format!("no service owns the context {other}"),
            )),
        }
    }

    /// Every claim, as replayed so far.
    pub fn claims(&self) -> Vec<ReplayedClaim> {
        let mut claims: Vec<_> = self
            .claims
            .folds
            .values()
            .flat_map(|fold| fold.state.claims.values())
            .map(|claim| ReplayedClaim {
                claim: claim.id,
                stage: claim.stage.name(),
                outcome: claim.outcome(),
            })
            .collect();
        claims.sort_by_key(|claim| claim.claim);
        claims
    }

    /// What each stream waits for, by the stream's name, without blocked ones (T11).
    pub fn waiting(&self) -> impl Iterator<Item = (String, Waiting)> {
        let before_claims = self.orders.waiting().chain(self.policies.waiting());
        let from_claims = self.claims.waiting().chain(self.jobs.waiting());
        before_claims.chain(from_claims).chain(self.settlements.waiting())
    }

    /// Blocked purchases, by context.
    pub fn blocked(&self) -> Vec<(&'static str, String)> {
        fn blocked<D: Decider>(
            streams: &Streams<D>,
        ) -> impl Iterator<Item = (&'static str, String)> {
            let blocked = streams.folds.iter().filter(|(_, fold)| fold.blocked.is_some());
            blocked.map(|(key, _)| (D::CONTEXT, key.clone()))
        }
        let mut all: Vec<_> = blocked(&self.orders)
            .chain(blocked(&self.policies))
            .chain(blocked(&self.claims))
            .chain(blocked(&self.jobs))
            .chain(blocked(&self.settlements))
            .collect();
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::injected;
    use super::*;

    #[test]
    fn a_sound_stream_folds() {
        let mut folds = Folds::default();
        for entry in injected::settlement() {
            assert_eq!(folds.take(&entry), None);
        }
    }

    #[test]
    fn an_event_of_an_unknown_type_is_found() {
        let mut entries = injected::settlement();
        let record = &mut entries[0].record;
        record.type_name = "recourse.settlement.invented.v1".to_owned();
        record.hash = record.computed_hash();
        let found = Folds::default().take(&entries[0]).unwrap();
        assert!(found.why.contains("unknown type"), "{found}");
    }
}
