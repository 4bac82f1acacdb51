//! What changes after the settlement started is settled in addition (M3 to M5, M8, M10, M13):
//! shipments that are booked, picked up, cancelled or lost, payments that are granted, results of
//! reviews. The
//! difference is paid or claimed back, as if it had been among the facts from the start.

use recourse_kernel::{Finding, Findings, ShipmentId};
use recourse_terms::settlement::payer_of;
use recourse_terms::{
    Direction, Party, Payment, SettlementFacts, ShipmentFact, Terms, payments, payments_of_shipment,
};

use crate::domain::Cx;
use crate::domain::events::{ClaimEvent, SettlementExtended};
use crate::domain::rejection::ClaimRejection;
use crate::domain::rules::{pinned, rests_on};
use crate::domain::state::Claim;

/// M3 to M5, M13: what a shipment that was booked, picked up or cancelled after the settlement
/// started costs each side; `None` if no payment changes. The claim is as it is afterwards.
pub(super) fn extended(
    claim: &Claim,
    id: ShipmentId,
    cx: &Cx<'_>,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    let (Some(settled), Some(visit)) = (&claim.settled_as, &claim.visit) else { return Ok(None) };
    let Some(index) = visit.shipments.keys().position(|known| *known == id) else {
        return Ok(None);
    };
    let terms = pinned(&claim.terms, cx.reference)?;
    let Some(shipment) = visit.shipments_that_count().into_iter().nth(index) else {
        return Ok(None);
    };
    let mut facts = settled.facts.clone();
    // The settlement counted the shipments in the same order; a later one is the last.
    match facts.shipments.get_mut(index) {
        Some(counted) => *counted = shipment.clone(),
        None => facts.shipments.push(shipment.clone()),
    }
    let why = why(terms, &facts, id, &shipment);
    let findings = std::iter::once(why).chain(shipment.reduced()).collect();
    Ok(extend(claim, facts, Some((id, &shipment)), findings, terms))
}

fn why(terms: &Terms, facts: &SettlementFacts, id: ShipmentId, shipment: &ShipmentFact) -> Finding {
    let finding = if shipment.lost {
        Finding::passed(
            "M8",
            "a shipment was lost or damaged, as was reported after the settlement",
        )
    } else if shipment.never_picked_up {
        Finding::passed("M13", "a shipment was cancelled after the claim was settled")
    } else {
        let owed = payments_of_shipment(terms, facts, shipment).unwrap_or_default();
        let rule = owed.first().map_or("M3", |payment| payment.rule.as_str());
        Finding::passed(rule, "a shipment was booked after the claim was settled")
    };
    let finding = finding
        .fact("shipment", id)
        .fact("paid_by", payer_of(terms, facts, shipment))
        .fact("price", shipment.price);
    let paid_by = format!("shipments.{}.paid_by", direction(shipment.direction));
    rests_on(finding, &[&paid_by])
}

/// The event that settles the difference between these facts and those before; `None` if no payment
/// changes, or the claim is not settled yet.
pub(super) fn extend(
    claim: &Claim,
    facts: SettlementFacts,
    shipment: Option<(ShipmentId, &ShipmentFact)>,
    findings: Findings,
    terms: &Terms,
) -> Option<ClaimEvent> {
    let settled = claim.settled_as.as_ref()?;
    let before = payments(terms, &settled.facts).unwrap_or_default();
    let now = payments(terms, &facts).unwrap_or_default();
    (before != now).then(|| {
        ClaimEvent::SettlementExtended(Box::new(SettlementExtended {
            claim: claim.id,
            settlement: claim.id.settlement(),
            terms: claim.terms.clone(),
            shipment_id: shipment.map(|(id, _)| id),
            shipment: shipment.map(|(_, shipment)| shipment.clone()),
            concerns_the_buyer: of_the_buyer(&before) != of_the_buyer(&now),
            facts,
            findings,
        }))
    })
}

/// The payments by and to the buyer.
fn of_the_buyer(payments: &[Payment]) -> Vec<&Payment> {
    let is_buyers = |payment: &&Payment| payment.from == Party::Buyer || payment.to == Party::Buyer;
    payments.iter().filter(is_buyers).collect()
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to_shop",
        Direction::ToBuyer => "to_buyer",
    }
}
