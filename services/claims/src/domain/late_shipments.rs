//! Shipments booked after the settlement started (M3 to M5): their cost is owed in addition, as if
//! they had been among the others.

use recourse_kernel::{ClaimId, Finding, Findings, SettlementId, ShipmentId};
use recourse_terms::settlement::payer_of;
use recourse_terms::{Direction, SettlementFacts, ShipmentFact, TermsRef, payments_of_shipment};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Stage, pinned};

// ---------------------------------------------------------------- events (stored permanently)

/// A shipment was booked after the settlement started; its cost is owed in addition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Settlement of the claim, `stl_…`.
    pub settlement: SettlementId,
    /// Version of the terms by which amounts are calculated.
    pub terms: TermsRef,
    /// Shipment id, `shp_…`.
    pub shipment_id: ShipmentId,
    /// The shipment.
    pub shipment: ShipmentFact,
    /// All facts from which amounts are calculated, including this shipment.
    pub facts: SettlementFacts,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn settlement_extended(&mut self, event: &SettlementExtended) {
        if let Some(settled) = &mut self.settled_as {
            settled.facts = event.facts.clone();
        }
        if let Stage::Settlement(settling) = &mut self.stage {
            settling.all_payments_made = false;
        }
    }
}

// ---------------------------------------------------------------- decide

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
