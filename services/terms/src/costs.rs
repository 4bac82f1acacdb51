//! C5: the likely cost of a claim to the buyer, calculated before the device is sent.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use recourse_kernel::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::settlement::{CostShare, parts_of_shipment, payer_of};
use crate::terms::Charge;
use crate::{
    Country, Exclusion, Outcome, Party, Payment, Program, SettlementError, SettlementFacts,
    ShipmentFact, Terms, Verdict, payments,
};

/// What a claim costs the buyer under one possible verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyCost {
    /// The assumed verdict: `covered`, `not_covered` or `no_fault_found`; or `withdrawn`.
    pub verdict: String,
    /// For each shipment, in the given order, who pays for it in the end.
    pub shipments_paid_by: Vec<Party>,
    /// For each shipment whose cost buyer and provider share, in the given order, who pays how
    /// much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments_shared: Vec<Vec<CostShare>>,
    /// The fee that the buyer owes under this verdict, with its range; none if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Charge>,
    /// The payments between buyer and provider.
    pub payments: Vec<Payment>,
    /// The buyer's net cost by currency, including carriers paid at the counter.
    pub buyer_pays: Vec<Money>,
    /// The buyer's net cost in hundredths of a percent of the device's price; none if the
    /// currencies differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_points_of_device_price: Option<u32>,
}

/// C5: the likely cost for each possible verdict, with the shipments as they would be booked.
pub fn likely_costs(
    terms: &Terms,
    country: Country,
    device_price: Money,
    shipments: &[ShipmentFact],
) -> Result<Vec<LikelyCost>, SettlementError> {
    let remedied = match terms.program {
        Program::Repair => Outcome::Repaired,
        Program::Exchange => Outcome::Replaced,
    };
    // All exclusions cost the same, so any one will do.
    let excluded = Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage };
    [
        ("covered", remedied, Verdict::Covered),
        ("not_covered", Outcome::ReturnedUnrepaired, excluded),
        ("no_fault_found", Outcome::ReturnedUnrepaired, Verdict::NoFaultFound),
    ]
    .into_iter()
    .map(|(name, outcome, verdict)| {
        likely_cost(terms, (country, device_price), shipments, name, (outcome, Some(verdict)))
    })
    .collect()
}

/// C3, C5: what it costs the buyer to withdraw once the device is in transit or at the shop, given
/// these shipments.
pub fn cost_if_withdrawn(
    terms: &Terms,
    country: Country,
    device_price: Money,
    shipments: &[ShipmentFact],
) -> Result<LikelyCost, SettlementError> {
    let withdrawn = (Outcome::Withdrawn, None);
    likely_cost(terms, (country, device_price), shipments, "withdrawn", withdrawn)
}

/// C5, M13: what it costs the buyer to withdraw after a verdict against the buyer, for each such
/// verdict: the fee is owed then.
pub fn costs_if_withdrawn_after(
    terms: &Terms,
    country: Country,
    device_price: Money,
    shipments: &[ShipmentFact],
) -> Result<Vec<LikelyCost>, SettlementError> {
    let excluded = Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage };
    [("not_covered", excluded), ("no_fault_found", Verdict::NoFaultFound)]
        .into_iter()
        .map(|(name, verdict)| {
            let withdrawn = (Outcome::Withdrawn, Some(verdict));
            likely_cost(terms, (country, device_price), shipments, name, withdrawn)
        })
        .collect()
}

fn likely_cost(
    terms: &Terms,
    (country, device_price): (Country, Money),
    shipments: &[ShipmentFact],
    name: &str,
    (outcome, verdict): (Outcome, Option<Verdict>),
) -> Result<LikelyCost, SettlementError> {
    // No cash is paid in these outcomes, so the dates do not matter.
    let day = NaiveDate::default();
    let facts = SettlementFacts {
        verdict,
        country: Some(country),
        shipments: shipments.to_vec(),
        ..SettlementFacts::new(outcome, device_price, day, day)
    };
    let payments = payments(terms, &facts)?;
    let buyer_pays = paid_by_buyer(&payments, shipments)?;
    Ok(LikelyCost {
        verdict: name.to_owned(),
        shipments_paid_by: shipments
            .iter()
            .map(|shipment| payer_of(terms, &facts, shipment))
            .collect(),
        shipments_shared: shared(terms, &facts, shipments)?,
        fee: facts
            .verdict
            .and_then(|found| terms.fees.after(found))
            .map(|fee| fee.charge_in(&country)),
        basis_points_of_device_price: share_of(&buyer_pays, device_price),
        payments: payments.into_iter().filter(|payment| payment.to != Party::Carrier).collect(),
        buyer_pays,
    })
}

/// Who pays how much of each shipment whose cost is shared.
fn shared(
    terms: &Terms,
    facts: &SettlementFacts,
    shipments: &[ShipmentFact],
) -> Result<Vec<Vec<CostShare>>, SettlementError> {
    let parts: Vec<_> = shipments
        .iter()
        .map(|shipment| parts_of_shipment(terms, facts, shipment))
        .collect::<Result<_, _>>()?;
    Ok(parts.into_iter().filter(|parts| parts.len() > 1).collect())
}

/// The buyer's total payments to carriers and provider, less reimbursements.
fn paid_by_buyer(
    payments: &[Payment],
    shipments: &[ShipmentFact],
) -> Result<Vec<Money>, SettlementError> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut add = |amount: Money, plus: bool| -> Result<(), SettlementError> {
        let sum = sums.entry(amount.currency).or_insert(Money::zero(amount.currency));
        *sum = if plus { sum.plus(amount)? } else { sum.minus(amount)? };
        Ok(())
    };
    let at_the_counter =
        |shipment: &&ShipmentFact| shipment.booked_by == Party::Buyer && !shipment.never_picked_up;
    for shipment in shipments.iter().filter(at_the_counter) {
        add(shipment.price, true)?;
    }
    for payment in payments {
        if payment.from == Party::Buyer {
            add(payment.amount, true)?;
        }
        if payment.to == Party::Buyer {
            add(payment.amount, false)?;
        }
    }
    Ok(sums.into_values().filter(|sum| sum.amount != 0).collect())
}

fn share_of(amounts: &[Money], price: Money) -> Option<u32> {
    let amount = match amounts {
        [] => 0,
        [only] if only.currency == price.currency => i128::from(only.amount),
        _ => return None,
    };
    let share = (amount * 10_000).checked_div(price.amount.into())?;
    u32::try_from(share).ok()
}
