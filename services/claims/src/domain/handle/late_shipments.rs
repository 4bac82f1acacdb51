//! Shipments booked after the settlement started (M3 to M5): their cost is owed in addition, as if
//! they had been among the others.

use recourse_kernel::{Finding, ShipmentId};
use recourse_terms::settlement::payer_of;
use recourse_terms::{Direction, ShipmentFact, payments_of_shipment};

use crate::domain::Cx;
use crate::domain::events::{ClaimEvent, SettlementExtended};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::{pinned, rests_on};
use crate::domain::state::Claim;

/// M3 to M5: what a shipment booked after the settlement started costs each side; `None` if no
/// payment changes.
pub(super) fn extended(
    claim: &Claim,
    shipment_id: ShipmentId,
    shipment: &ShipmentFact,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let Some(settled) = &claim.settled_as else { return Ok(None) };
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut facts = settled.facts.clone();
    facts.shipments.push(shipment.clone());
    let owed = payments_of_shipment(terms, &facts, shipment).unwrap_or_default();
    let Some(first) = owed.first() else { return Ok(None) };
    let why = Finding::passed(&first.rule, "a shipment was booked after the claim was settled")
        .fact("shipment", shipment_id)
        .fact("paid_by", payer_of(terms, &facts, shipment))
        .fact("price", shipment.price);
    let paid_by = format!("shipments.{}.paid_by", direction(shipment.direction));
    Ok(Some(ClaimEvent::SettlementExtended(Box::new(SettlementExtended {
        claim: claim.id,
        settlement: claim.id.settlement(),
        terms: claim.terms.clone(),
        shipment_id,
        shipment: shipment.clone(),
        facts,
        findings: std::iter::once(rests_on(why, &[&paid_by])).chain(shipment.reduced()).collect(),
    }))))
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to_shop",
        Direction::ToBuyer => "to_buyer",
    }
}
