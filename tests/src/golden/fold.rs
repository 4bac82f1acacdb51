//! The states that a log folds to, with the services' own deciders.

use std::collections::BTreeMap;

use anyhow::Context as _;
use recourse_claims::Claims;
use recourse_kernel::{Decider, Folded, Record};
use recourse_order_intake::Orders;
use recourse_refunds::Refunds;
use recourse_repair_shops::RepairShops;
use recourse_warranty_sales::Sales;
use recourse_warranty_sales::domain::catalogue::TermsCatalogue;
use serde_json::Value;

use super::Line;

/// The state of every stream of a log, by the stream's name.
pub fn states(lines: &[Line]) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut states = BTreeMap::new();
    states.extend(states_of::<TermsCatalogue>(lines)?);
    states.extend(states_of::<Orders>(lines)?);
    states.extend(states_of::<Sales>(lines)?);
    states.extend(states_of::<Claims>(lines)?);
    states.extend(states_of::<RepairShops>(lines)?);
    states.extend(states_of::<Refunds>(lines)?);
    Ok(states)
}

/// The states of one service's streams.
pub fn states_of<D: Decider>(lines: &[Line]) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut folds: BTreeMap<String, Folded<D::State>> = BTreeMap::new();
    for line in lines {
        let record: Record = line.record()?;
        if record.stream.split('/').next() == Some(D::CONTEXT) {
            let fold = folds.entry(record.stream.clone()).or_default();
            fold.replay::<D>(&record).with_context(|| record.id.clone())?;
        }
    }
    let written = |fold: &Folded<D::State>| serde_json::to_value(fold);
    folds.iter().map(|(stream, fold)| Ok((stream.clone(), written(fold)?))).collect()
}
