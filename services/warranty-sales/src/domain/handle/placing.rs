//! A warranty is requested with its device, in one order.

use recourse_kernel::Tried;

use crate::domain::Decision;
use crate::domain::events::{PolicyEvent, Requested};
use crate::domain::rules::placing::has_few_units;
use crate::domain::state::SalesState;
use crate::foreign::OrderPlaced;

/// S1: each unit of a line with a warranty is a policy of its own. A warranty is never added later:
/// an order that is reported again adds nothing.
pub(super) fn requested(state: &SalesState, fact: &OrderPlaced) -> Decision {
    let chosen = || fact.lines.iter().filter_map(|line| Some((line, line.warranty.as_ref()?)));
    let mut rules = Tried::default();
    rules.all(chosen().map(|(line, _)| has_few_units(line)));
    rules.passed()?;
    let mut events = Vec::new();
    for (line, warranty) in chosen() {
        for unit in 1..=line.quantity {
            let device = fact.order.device(line.line, unit);
            if state.policy(device.policy()).is_some() {
                continue;
            }
            events.push(PolicyEvent::Requested(Requested {
                policy: device.policy(),
                order: fact.order,
                device,
                kind: line.device.clone(),
                buyer: fact.buyer.clone(),
                program: warranty.program,
                provider: warranty.provider.clone(),
                country: fact.country,
                city: fact.city.clone(),
                price: warranty.price,
                device_price: line.unit_price,
                tax: warranty.tax,
                device_tax: line.unit_tax,
                placed_at: fact.placed_at,
                marketplace: fact.marketplace.clone(),
                seller: line.seller.clone(),
            }));
        }
    }
    Ok(events)
}
