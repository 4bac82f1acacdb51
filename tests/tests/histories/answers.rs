//! Every command is answered by an event, and a refused command changes nothing else.

use std::collections::{BTreeMap, BTreeSet};

use recourse_claims::Claims;
use recourse_kernel::folded::Block;
use recourse_kernel::{Decider, Folded, Record};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_terms::TermsBook;
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde_json::Value;

/// A refused command changes nothing except for the record of its refusal; and the log folds
/// without an error.
#[derive(Default)]
pub(crate) struct Refusals {
    terms: Folds<TermsCatalogue>,
    orders: Folds<Orders>,
    policies: Folds<Sales>,
    claims: Folds<Claims>,
    jobs: Folds<RepairShops>,
    settlements: Folds<Refunds>,
    /// The refused commands, and the records of their refusals.
    refused: BTreeSet<String>,
    records: BTreeSet<String>,
}

impl Refusals {
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), String> {
        if self.refused.contains(&record.command_id) {
            return Err("a refused command has another effect".to_owned());
        }
        // A deadline that fires names the last event of its stream as its cause, whatever that is.
        if record.input != "clock" && self.records.contains(&record.causation_id) {
            return Err("an event is caused by a refusal".to_owned());
        }
        if record.type_name.ends_with(".command_refused.v1") {
            self.refused.insert(record.command_id.clone());
            self.records.insert(record.id.clone());
        }
        match record.stream.split('/').next().unwrap_or_default() {
            TermsCatalogue::CONTEXT => self.terms.take(record),
            Orders::CONTEXT => self.orders.take(record),
            Sales::CONTEXT => self.policies.take(record),
            Claims::CONTEXT => self.claims.take(record),
            RepairShops::CONTEXT => self.jobs.take(record),
            Refunds::CONTEXT => self.settlements.take(record),
            other => Err(format!("no service owns the context {other}")),
        }
    }
}

struct Folds<D: Decider>(BTreeMap<String, Folded<D::State>>);

impl<D: Decider> Default for Folds<D> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<D: Decider<Reference = TermsBook>> Folds<D> {
    fn take(&mut self, record: &Record) -> Result<(), String> {
        let fold = self.0.entry(record.key.clone()).or_default();
        let is_refusal = record.type_name.ends_with(".command_refused.v1");
        let before = is_refusal.then(|| without_answers(fold));
        fold.replay::<D>(record).map_err(|error| error.to_string())?;
        if before.is_some_and(|before| before != without_answers(fold)) {
            return Err("a refusal changes the state".to_owned());
        }
        Ok(())
    }
}

/// What a refusal must not change: the state, except for what is kept about refusals themselves;
/// the inputs seen; and whether the stream is blocked.
fn without_answers<S: serde::Serialize>(
    fold: &Folded<S>,
) -> (Value, BTreeMap<String, u64>, Option<Block>) {
    let mut state = serde_json::to_value(&fold.state).unwrap_or_default();
    if let Value::Object(fields) = &mut state {
        // Filings refused because of their date are kept for a review when that date is corrected.
        fields.remove("refused");
    }
    (state, fold.seen.clone(), fold.blocked.clone())
}

/// Every command that was sent is answered by an event.
pub(crate) fn commands_leave_traces(request: &[String], log: &[Record]) -> Result<(), String> {
    let answered: BTreeSet<_> = log.iter().map(|record| record.command_id.as_str()).collect();
    match request.iter().find(|id| !answered.contains(id.as_str())) {
        None => Ok(()),
        Some(id) => Err(format!("the command {id} was not answered")),
    }
}

/// Every event of another service that this one reacts to is answered by an event.
pub(crate) fn facts_leave_traces<D: Decider>(log: &[Record]) -> Result<(), String> {
    let context = |record: &Record| record.stream.split('/').next().map(str::to_owned);
    let own = log.iter().filter(|record| context(record).as_deref() == Some(D::CONTEXT));
    let answered: BTreeSet<_> = own.map(|record| record.causation_id.as_str()).collect();
    for record in log {
        let is_foreign =
            D::FOREIGN.iter().any(|foreign| context(record).as_deref() == Some(foreign));
        if !is_foreign || answered.contains(record.id.as_str()) {
            continue;
        }
        if D::translate(record).map_err(|error| error.to_string())?.is_some() {
            return Err(format!(
                "{} ({}) was not answered in {}",
                record.id,
                record.type_name,
                D::CONTEXT
            ));
        }
    }
    Ok(())
}

/// A field of a body; empty if it is absent or no text.
pub(crate) fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_default()
}
