//! C5: what a claim is likely to cost the buyer, before the device is posted.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use recourse_kernel::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::settlement::{BornePart, bearer_of, parts_of_way};
use crate::{
    Exclusion, Leg, Outcome, Party, Program, SettlementError, SettlementFacts, Terms, Verdict,
    WayFact, legs,
};

/// What a claim costs the buyer if the inspection finds so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyCost {
    /// What the inspection would find: `covered`, `not_covered`, `no_fault_found`; or `withdrawn`.
    pub verdict: String,
    /// For each way, in the given order, who bears it in the end.
    pub ways_borne_by: Vec<Party>,
    /// For each way that buyer and provider share, in the given order, who bears how much of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways_shared: Vec<Vec<BornePart>>,
    /// What buyer and provider would pay each other.
    pub legs: Vec<Leg>,
    /// What is left for the buyer to bear, by currency; carriers paid at the counter included.
    pub buyer_bears: Vec<Money>,
    /// That, in hundredths of a percent of the device's price; none where the currencies differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_points_of_device_price: Option<u32>,
}

/// C5: the likely cost for each possible verdict, with the ways as they would be booked.
pub fn likely_costs(
    terms: &Terms,
    device_price: Money,
    ways: &[WayFact],
) -> Result<Vec<LikelyCost>, SettlementError> {
    let remedied = match terms.program {
        Program::Repair => Outcome::Repaired,
        Program::Exchange => Outcome::Replaced,
    };
    // Any exclusion of an inspection costs the same.
    let excluded = Verdict::NotCovered { exclusion: Exclusion::OutsideCover };
    [
        ("covered", remedied, Verdict::Covered),
        ("not_covered", Outcome::ReturnedUnrepaired, excluded),
        ("no_fault_found", Outcome::ReturnedUnrepaired, Verdict::NoFaultFound),
    ]
    .into_iter()
    .map(|(name, outcome, verdict)| {
        likely_cost(terms, device_price, ways, name, (outcome, Some(verdict)))
    })
    .collect()
}

/// C3, C5: what it costs the buyer to withdraw once the device is on its way or at the shop, with these ways.
pub fn cost_if_withdrawn(
    terms: &Terms,
    device_price: Money,
    ways: &[WayFact],
) -> Result<LikelyCost, SettlementError> {
    likely_cost(terms, device_price, ways, "withdrawn", (Outcome::Withdrawn, None))
}

fn likely_cost(
    terms: &Terms,
    device_price: Money,
    ways: &[WayFact],
    name: &str,
    (outcome, verdict): (Outcome, Option<Verdict>),
) -> Result<LikelyCost, SettlementError> {
    // No cash is paid in these outcomes, so the days are of no account.
    let day = NaiveDate::default();
    let facts = SettlementFacts {
        verdict,
        ways: ways.to_vec(),
        ..SettlementFacts::new(outcome, device_price, day, day)
    };
    let legs = legs(terms, &facts)?;
    let buyer_bears = borne_by_buyer(&legs, ways)?;
    Ok(LikelyCost {
        verdict: name.to_owned(),
        ways_borne_by: ways.iter().map(|way| bearer_of(terms, &facts, way)).collect(),
        ways_shared: shared(terms, &facts, ways)?,
        basis_points_of_device_price: share_of(&buyer_bears, device_price),
        legs: legs.into_iter().filter(|leg| leg.to != Party::Carrier).collect(),
        buyer_bears,
    })
}

/// Who bears how much of the ways that are shared.
fn shared(
    terms: &Terms,
    facts: &SettlementFacts,
    ways: &[WayFact],
) -> Result<Vec<Vec<BornePart>>, SettlementError> {
    let parts: Vec<_> =
        ways.iter().map(|way| parts_of_way(terms, facts, way)).collect::<Result<_, _>>()?;
    Ok(parts.into_iter().filter(|parts| parts.len() > 1).collect())
}

/// What the buyer pays in all, to carriers and to the provider, less what comes back.
fn borne_by_buyer(legs: &[Leg], ways: &[WayFact]) -> Result<Vec<Money>, SettlementError> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut add = |amount: Money, plus: bool| -> Result<(), SettlementError> {
        let sum = sums.entry(amount.currency).or_insert(Money::zero(amount.currency));
        *sum = if plus { sum.plus(amount)? } else { sum.minus(amount)? };
        Ok(())
    };
    for way in ways.iter().filter(|way| way.booked_by == Party::Buyer) {
        add(way.price, true)?;
    }
    for leg in legs {
        if leg.from == Party::Buyer {
            add(leg.amount, true)?;
        }
        if leg.to == Party::Buyer {
            add(leg.amount, false)?;
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
