//! Ways that are booked when it is settled already who pays what (M3 to M5): what such a way costs whom is owed in
//! addition, as if it had been among the others.

use recourse_kernel::{ClaimId, Finding, Findings, SettlementId, ShipmentId};
use recourse_terms::settlement::bearer_of;
use recourse_terms::{Direction, SettlementFacts, ShipmentFact, TermsRef, payments_of_shipment};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Stage, pinned};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// A way was booked when it was settled already who pays what: what it costs whom is owed in addition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementExtended {
    /// The claim.
    pub claim: ClaimId,
    /// Its settlement.
    pub settlement: SettlementId,
    /// The terms that the money is reckoned by.
    pub terms: TermsRef,
    /// The way's id.
    pub shipment_id: ShipmentId,
    /// The way.
    pub shipment: ShipmentFact,
    /// Everything that the money is reckoned from, this way with it.
    pub facts: SettlementFacts,
    /// The rules that were tried.
    pub findings: Findings,
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn settlement_extended(&mut self, event: &SettlementExtended) {
        if let Some(settled) = &mut self.settled_as {
            settled.facts = event.facts.clone();
        }
        if let Stage::Settlement(settling) = &mut self.stage {
            settling.is_paid = false;
        }
    }
}

// ---------------------------------------------------------------- decide

/// M3 to M5: what a way costs whom that is booked after the settlement started; nothing where it moves no money.
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
    let why = Finding::passed(&first.rule, "a way was booked after the claim was settled")
        .fact("shipment", shipment_id)
        .fact("paid_by", bearer_of(terms, &facts, shipment))
        .fact("price", shipment.price);
    let borne = format!("shipments.{}.paid_by", direction(shipment.direction));
    Ok(Some(ClaimEvent::SettlementExtended(Box::new(SettlementExtended {
        claim: claim.id,
        settlement: claim.id.settlement(),
        terms: claim.terms.clone(),
        shipment_id,
        shipment: shipment.clone(),
        facts,
        findings: std::iter::once(rests_on(why, &[&borne])).chain(shipment.reduced()).collect(),
    }))))
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to_shop",
        Direction::ToBuyer => "to_buyer",
    }
}
