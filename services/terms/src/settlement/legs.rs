//! The arithmetic of a settlement.

use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;

use super::{BornePart, Leg, LegKind, Outcome, Party, SettlementError, SettlementFacts, WayFact};
use crate::terms::{DayThatCounts, FeeKind, LossFallsOn};
use crate::{Direction, Terms, Verdict, cash_percent, day_that_counts};

/// The rulebook's name for where a paid repair or a middle ground is found; it has no rule id of its own.
const STAGE_OF_REMEDY: &str = "stage 4";

/// Who pays what to whom at the end of a claim: what comes of the remedy first, then the ways in the order
/// in which they were booked, then the fee.
pub fn legs(terms: &Terms, facts: &SettlementFacts) -> Result<Vec<Leg>, SettlementError> {
    let mut legs: Vec<Leg> = remedy_leg(terms, facts)?.into_iter().collect();
    for way in &facts.ways {
        not_negative(way.price)?;
        legs.extend(way_legs(terms, facts, way)?);
    }
    legs.extend(fee_leg(terms, facts));
    legs.retain(|leg| leg.amount.amount > 0);
    Ok(legs)
}

/// What the remedy itself costs or brings.
fn remedy_leg(terms: &Terms, facts: &SettlementFacts) -> Result<Option<Leg>, SettlementError> {
    Ok(match facts.outcome {
        Outcome::Refunded => Some(cash_leg(terms, facts)?),
        Outcome::RepairedAtBuyersCost => Some(paid_repair_leg(facts)?),
        Outcome::SettledByAgreement => Some(agreement_leg(facts)?),
        Outcome::Repaired
        | Outcome::Replaced
        | Outcome::ReturnedUnrepaired
        | Outcome::Rejected
        | Outcome::Withdrawn => None,
    })
}

/// M1: cash for a device that cannot be repaired: the percentage of its month, of the price paid for it
/// less what the seller has refunded.
fn cash_leg(terms: &Terms, facts: &SettlementFacts) -> Result<Leg, SettlementError> {
    not_negative(facts.device_price)?;
    let base = match facts.refunded_by_seller {
        Some(refunded) => facts.device_price.minus(not_negative(refunded)?)?,
        None => facts.device_price,
    };
    let day = day_that_counts(terms, facts);
    let percent = cash_percent(terms, facts.counted_from, day);
    Ok(Leg {
        kind: LegKind::DeviceCash,
        from: Party::Provider,
        to: Party::Buyer,
        amount: base.share(percent.into(), 100)?,
        rule: terms.cash.rule.clone(),
        note: format!(
            "{percent} % of {base}: {} on {day}, counted from {}",
            what_counts(terms),
            facts.counted_from
        ),
    })
}

/// M1: what happened on the day that counts, as the terms choose it.
fn what_counts(terms: &Terms) -> &'static str {
    match terms.cash.day_that_counts {
        DayThatCounts::FirstFiling | DayThatCounts::ThisFiling => "filed",
        DayThatCounts::Verdict => "found",
        DayThatCounts::Payout => "paid",
    }
}

/// M1: the percentage of the day that counts for a claim.
pub fn cash_percent_of(terms: &Terms, facts: &SettlementFacts) -> u8 {
    let day = day_that_counts(terms, facts);
    cash_percent(terms, facts.counted_from, day)
}

/// M1, M7: the cash that is due when the seller has refunded so much of the device's price, all in all: what
/// was paid beyond it goes back to the provider.
pub fn cash_due_after(
    percent: u8,
    device_price: Money,
    refunded_by_seller: Money,
) -> Result<Money, SettlementError> {
    let base = not_negative(device_price)?.minus(not_negative(refunded_by_seller)?)?;
    Ok(Money { amount: base.amount.max(0), ..base }.share(percent.into(), 100)?)
}

fn paid_repair_leg(facts: &SettlementFacts) -> Result<Leg, SettlementError> {
    let price = not_negative(facts.paid_repair.ok_or(SettlementError::NoRepairPrice)?)?;
    Ok(Leg {
        kind: LegKind::PaidRepair,
        from: Party::Buyer,
        to: Party::Provider,
        amount: price,
        rule: STAGE_OF_REMEDY.into(),
        note: "the repair that the buyer accepted to pay".into(),
    })
}

fn agreement_leg(facts: &SettlementFacts) -> Result<Leg, SettlementError> {
    let agreed = facts.agreed.ok_or(SettlementError::NoAgreedAmount)?;
    let (from, to) = if agreed.amount < 0 {
        (Party::Provider, Party::Buyer)
    } else {
        (Party::Buyer, Party::Provider)
    };
    let amount = agreed.amount.checked_abs().ok_or(MoneyError::TooLarge)?;
    Ok(Leg {
        kind: LegKind::Agreement,
        from,
        to,
        amount: Money { amount, ..agreed },
        rule: STAGE_OF_REMEDY.into(),
        note: "what buyer and provider agreed on".into(),
    })
}

/// What one way moves that is booked when the others are settled already: as it would have been among them.
pub fn legs_of_way(
    terms: &Terms,
    facts: &SettlementFacts,
    way: &WayFact,
) -> Result<Vec<Leg>, SettlementError> {
    not_negative(way.price)?;
    let mut legs = way_legs(terms, facts, way)?;
    legs.retain(|leg| leg.amount.amount > 0);
    Ok(legs)
}

/// M3, M4, M5, M8: what a way moves. Whoever booked it pays the carrier (the buyer did so at the counter);
/// what the other one bears of it, that one makes good.
fn way_legs(
    terms: &Terms,
    facts: &SettlementFacts,
    way: &WayFact,
) -> Result<Vec<Leg>, SettlementError> {
    let what = format!("{} by {}", direction_name(way.direction), way.carrier);
    let kind = LegKind::of_way(way);
    let mut legs = Vec::new();
    let mut leg = |kind, from, to, amount, rule: &str, note| {
        legs.push(Leg { kind, from, to, amount, rule: rule.to_owned(), note });
    };
    let rule = &terms.ways.rule;
    if way.booked_by == Party::Provider {
        let note = format!("{what}, booked by the provider");
        leg(kind, Party::Provider, Party::Carrier, way.price, rule, note);
    }
    let withheld = is_withheld_from_cash(terms, facts, way);
    for part in parts_of_way(terms, facts, way)? {
        let borne = match part.percent {
            Some(percent) => format!("{percent} % borne by the {}", part.by),
            None => format!("borne by the {}", part.by),
        };
        let counts = way.counts();
        let reduced = if counts == way.price { "" } else { &format!(", of at most {counts}") };
        if withheld && part.by == Party::Provider {
            let note = format!("{what}, withheld from the cash");
            let (buyer, provider) = (Party::Buyer, Party::Provider);
            leg(LegKind::Forwarding, buyer, provider, part.amount, &terms.cash.rule, note);
        } else if part.by != way.booked_by {
            let rule = if way.lost { "M8" } else { rule };
            let note = format!("{what}, {borne}{reduced}");
            leg(kind, part.by, way.booked_by, part.amount, rule, note);
        }
    }
    Ok(legs)
}

/// M6: who bears how much of a way: the one whom the terms name all of it, or a share that is rounded once,
/// and the other one the rest. What the buyer paid beyond what counts is the buyer's (M3, C5). The parts sum up to the
/// price exactly.
pub fn parts_of_way(
    terms: &Terms,
    facts: &SettlementFacts,
    way: &WayFact,
) -> Result<Vec<BornePart>, SettlementError> {
    let by = bearer_of(terms, facts, way);
    let counts = way.counts();
    let can_be_shared = !way.lost && !is_none_of_it_made_good(way);
    let shared = terms.way(way.direction).shared.as_ref().filter(|_| can_be_shared);
    let share = shared.and_then(|shared| match found(facts) {
        Found::Covered => shared.covered,
        Found::NotCovered => shared.not_covered,
        Found::NoFault => shared.no_fault_found,
        Found::Withdrawn => shared.withdrawn,
    });
    let Some(share) = share else {
        return with_the_rest(way, vec![BornePart { by, percent: None, amount: counts }]);
    };
    let other = if by == Party::Buyer { Party::Provider } else { Party::Buyer };
    let rest = 100_u8.saturating_sub(share.percent);
    let parts = [(by, share.percent), (other, rest)];
    let remainder_on = usize::from(share.remainder_on != by);
    let amounts = counts.split(&[share.percent.into(), rest.into()], remainder_on)?;
    let part = |((by, percent), amount)| BornePart { by, percent: Some(percent), amount };
    with_the_rest(way, parts.into_iter().zip(amounts).map(part).collect())
}

/// M3, C5: what the buyer paid beyond what counts is borne by the buyer. A price in another currency than the one that
/// counts has no such rest.
fn with_the_rest(
    way: &WayFact,
    mut parts: Vec<BornePart>,
) -> Result<Vec<BornePart>, SettlementError> {
    let counts = way.counts();
    if counts == way.price || counts.currency != way.price.currency {
        return Ok(parts);
    }
    let rest = way.price.minus(counts)?;
    match parts.iter_mut().find(|part| part.by == Party::Buyer) {
        Some(part) => part.amount = part.amount.plus(rest)?,
        None => parts.push(BornePart { by: Party::Buyer, percent: None, amount: rest }),
    }
    Ok(parts)
}

/// M3, C5: a way that the buyer booked and that the terms do not name.
fn is_none_of_it_made_good(way: &WayFact) -> bool {
    way.booked_by == Party::Buyer && way.counts().amount == 0
}

/// What a way's cost depends on.
enum Found {
    Covered,
    NotCovered,
    NoFault,
    Withdrawn,
}

fn found(facts: &SettlementFacts) -> Found {
    match (facts.outcome, facts.verdict) {
        (Outcome::Withdrawn, _) => Found::Withdrawn,
        (_, Some(Verdict::Covered))
        | (Outcome::Repaired | Outcome::Replaced | Outcome::Refunded, None) => Found::Covered,
        (_, Some(Verdict::NoFaultFound)) => Found::NoFault,
        (_, Some(Verdict::NotCovered { .. }) | None) => Found::NotCovered,
    }
}

/// M3, M4, M5: who bears a way of this direction when the claim ends so; M8: a way on which the device was
/// lost is borne by whom the terms name. One of which nothing is made good is borne by the buyer (C5).
pub fn bearer_of(terms: &Terms, facts: &SettlementFacts, way: &WayFact) -> Party {
    if is_none_of_it_made_good(way) {
        return Party::Buyer;
    }
    if way.lost {
        return match terms.ways.loss_falls_on {
            LossFallsOn::Booker => way.booked_by,
            LossFallsOn::Provider => Party::Provider,
        };
    }
    let borne_by = &terms.way(way.direction).borne_by;
    match found(facts) {
        Found::Covered => borne_by.covered,
        Found::NotCovered => borne_by.not_covered,
        Found::NoFault => borne_by.no_fault_found,
        Found::Withdrawn => borne_by.withdrawn,
    }
}

/// M4: whether what the provider bears of a way is an item of forwarding that is withheld from the cash: where
/// the terms say so and the provider does not keep the device: because it went back to its buyer, or because the
/// terms leave it to the buyer (M9).
fn is_withheld_from_cash(terms: &Terms, facts: &SettlementFacts, way: &WayFact) -> bool {
    let is_kept = facts.provider_keeps_device && terms.provider_keeps_device(facts.outcome);
    facts.outcome == Outcome::Refunded
        && terms.cash.less_forwarding
        && (terms.cash.less_forwarding_when_kept || !is_kept)
        && way.booked_by == Party::Provider
        && !way.lost
}

/// M4, M5: the fee for an inspection that found nothing to cover. Not where buyer and provider agreed on
/// an amount, nor where the buyer withdrew.
fn fee_leg(terms: &Terms, facts: &SettlementFacts) -> Option<Leg> {
    if matches!(facts.outcome, Outcome::SettledByAgreement | Outcome::Withdrawn) {
        return None;
    }
    let fee = match facts.verdict? {
        Verdict::Covered => None,
        Verdict::NotCovered { .. } => terms.fees.not_covered.as_ref(),
        Verdict::NoFaultFound => terms.fees.no_fault_found.as_ref(),
    }?;
    let (kind, note) = match fee.kind {
        FeeKind::Diagnosis => (LegKind::DiagnosisFee, "consultation and diagnosis"),
        FeeKind::CallOut => (LegKind::CallOutFee, "call-out"),
    };
    Some(Leg {
        kind,
        from: Party::Buyer,
        to: Party::Provider,
        amount: fee.amount,
        rule: fee.rule.clone(),
        note: note.into(),
    })
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::There => "to the repair shop",
        Direction::Back => "to the buyer",
    }
}

fn not_negative(price: Money) -> Result<Money, SettlementError> {
    if price.amount < 0 { Err(SettlementError::NegativePrice(price)) } else { Ok(price) }
}
