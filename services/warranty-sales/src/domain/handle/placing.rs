//! A warranty is requested with its device, in one order.

use recourse_kernel::Tried;

use crate::domain::Decision;
use crate::domain::events::{DeliveryNoted, PolicyEvent, Requested};
use crate::domain::rules::placing::has_few_units;
use crate::domain::state::{Policy, SalesState};
use crate::foreign::{OrderPlaced, WarrantyAdded};

/// S1: each unit of a line with a warranty is a policy of its own. An order that is reported again
/// adds nothing.
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
                added_at: None,
                marketplace: fact.marketplace.clone(),
                seller: line.seller.clone(),
            }));
        }
    }
    Ok(events)
}

/// S1: an edit added a warranty to devices that the order had already. It is judged at its payment,
/// like the others, and replaces one that is over. A policy in force stays as it is.
pub(super) fn warranty_added(state: &SalesState, fact: &WarrantyAdded) -> Vec<PolicyEvent> {
    let mut events = Vec::new();
    for device in &fact.devices {
        let policy = device.policy();
        if state.policy(policy).is_some_and(Policy::is_paid) {
            continue;
        }
        events.push(PolicyEvent::Requested(Requested {
            policy,
            order: fact.order,
            device: *device,
            kind: fact.kind.clone(),
            buyer: fact.buyer.clone(),
            program: fact.warranty.program,
            provider: fact.warranty.provider.clone(),
            country: fact.country,
            city: fact.city.clone(),
            price: fact.warranty.price,
            device_price: fact.unit_price,
            tax: fact.warranty.tax,
            device_tax: fact.unit_tax,
            placed_at: fact.placed_at,
            added_at: Some(fact.added_at),
            marketplace: fact.marketplace.clone(),
            seller: fact.seller.clone(),
        }));
        if let Some(delivery) = &fact.delivery {
            let (delivered_at, zone) = (delivery.delivered_at, delivery.zone.clone());
            events.push(PolicyEvent::DeliveryNoted(DeliveryNoted { policy, delivered_at, zone }));
        }
    }
    events
}
