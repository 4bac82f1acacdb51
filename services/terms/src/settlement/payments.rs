//! The arithmetic of a settlement.

use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;

use super::{
    CostShare, Outcome, Party, Payment, PaymentKind, SettlementError, SettlementFacts, ShipmentFact,
};
use crate::terms::{DayThatCounts, FeeKind, LossFallsOn};
use crate::{Direction, Terms, Verdict, cash_percent, day_that_counts};

/// The rulebook's name for where a paid repair or a middle ground is found; it has no rule id of its own.
const STAGE_OF_REMEDY: &str = "stage 4";

/// Who pays what to whom at the end of a claim: what comes of the remedy first, then the ways in the order
/// in which they were booked, then the fee.
pub fn payments(terms: &Terms, facts: &SettlementFacts) -> Result<Vec<Payment>, SettlementError> {
    let mut payments: Vec<Payment> = remedy_payment(terms, facts)?.into_iter().collect();
    for shipment in &facts.shipments {
        not_negative(shipment.price)?;
        payments.extend(shipment_payments(terms, facts, shipment)?);
    }
    payments.extend(fee_payment(terms, facts));
    payments.retain(|payment| payment.amount.amount > 0);
    Ok(payments)
}

/// What the remedy itself costs or brings.
fn remedy_payment(
    terms: &Terms,
    facts: &SettlementFacts,
) -> Result<Option<Payment>, SettlementError> {
    Ok(match facts.outcome {
        Outcome::Refunded => Some(cash_payment(terms, facts)?),
        Outcome::RepairedAtBuyersCost => Some(paid_repair_payment(facts)?),
        Outcome::SettledByAgreement => Some(agreement_payment(facts)?),
        Outcome::Repaired
        | Outcome::Replaced
        | Outcome::ReturnedUnrepaired
        | Outcome::Rejected
        | Outcome::Withdrawn => None,
    })
}

/// M1: cash for a device that cannot be repaired: the percentage of its month, of the price paid for it
/// less what the seller has refunded.
fn cash_payment(terms: &Terms, facts: &SettlementFacts) -> Result<Payment, SettlementError> {
    not_negative(facts.device_price)?;
    let base = match facts.refunded_by_seller {
        Some(refunded) => facts.device_price.minus(not_negative(refunded)?)?,
        None => facts.device_price,
    };
    let day = day_that_counts(terms, facts);
    let percent = cash_percent(terms, facts.counted_from, day);
    Ok(Payment {
        kind: PaymentKind::DeviceCash,
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

fn paid_repair_payment(facts: &SettlementFacts) -> Result<Payment, SettlementError> {
    let price = not_negative(facts.paid_repair.ok_or(SettlementError::NoRepairPrice)?)?;
    Ok(Payment {
        kind: PaymentKind::PaidRepair,
        from: Party::Buyer,
        to: Party::Provider,
        amount: price,
        rule: STAGE_OF_REMEDY.into(),
        note: "the repair that the buyer accepted to pay".into(),
    })
}

fn agreement_payment(facts: &SettlementFacts) -> Result<Payment, SettlementError> {
    let agreed = facts.agreed.ok_or(SettlementError::NoAgreedAmount)?;
    let (from, to) = if agreed.amount < 0 {
        (Party::Provider, Party::Buyer)
    } else {
        (Party::Buyer, Party::Provider)
    };
    let amount = agreed.amount.checked_abs().ok_or(MoneyError::TooLarge)?;
    Ok(Payment {
        kind: PaymentKind::Agreement,
        from,
        to,
        amount: Money { amount, ..agreed },
        rule: STAGE_OF_REMEDY.into(),
        note: "what buyer and provider agreed on".into(),
    })
}

/// What one way moves that is booked when the others are settled already: as it would have been among them.
pub fn payments_of_shipment(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<Payment>, SettlementError> {
    not_negative(shipment.price)?;
    let mut payments = shipment_payments(terms, facts, shipment)?;
    payments.retain(|payment| payment.amount.amount > 0);
    Ok(payments)
}

/// M3, M4, M5, M8: what a way moves. Whoever booked it pays the carrier (the buyer did so at the counter);
/// what the other one bears of it, that one makes good.
fn shipment_payments(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<Payment>, SettlementError> {
    let what = format!("{} by {}", direction_name(shipment.direction), shipment.carrier);
    let kind = PaymentKind::of_shipment(shipment);
    let mut payments = Vec::new();
    let mut payment = |kind, from, to, amount, rule: &str, note| {
        payments.push(Payment { kind, from, to, amount, rule: rule.to_owned(), note });
    };
    let rule = &terms.shipments.rule;
    if shipment.booked_by == Party::Provider {
        let note = format!("{what}, booked by the provider");
        payment(kind, Party::Provider, Party::Carrier, shipment.price, rule, note);
    }
    let withheld = is_withheld_from_cash(terms, facts, shipment);
    for part in parts_of_shipment(terms, facts, shipment)? {
        let borne = match part.percent {
            Some(percent) => format!("{percent} % borne by the {}", part.by),
            None => format!("borne by the {}", part.by),
        };
        let counts = shipment.counts();
        let reduced = if counts == shipment.price { "" } else { &format!(", of at most {counts}") };
        if withheld && part.by == Party::Provider {
            let note = format!("{what}, withheld from the cash");
            let (buyer, provider) = (Party::Buyer, Party::Provider);
            payment(PaymentKind::Forwarding, buyer, provider, part.amount, &terms.cash.rule, note);
        } else if part.by != shipment.booked_by {
            let rule = if shipment.lost { "M8" } else { rule };
            let note = format!("{what}, {borne}{reduced}");
            payment(kind, part.by, shipment.booked_by, part.amount, rule, note);
        }
    }
    Ok(payments)
}

/// M6: who bears how much of a way: the one whom the terms name all of it, or a share that is rounded once,
/// and the other one the rest. What the buyer paid beyond what counts is the buyer's (M3, C5). The parts sum up to the
/// price exactly.
pub fn parts_of_shipment(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<CostShare>, SettlementError> {
    let by = bearer_of(terms, facts, shipment);
    let counts = shipment.counts();
    let can_be_shared = !shipment.lost && !is_none_of_it_reimbursed(shipment);
    let shared = terms.shipment(shipment.direction).shared.as_ref().filter(|_| can_be_shared);
    let share = shared.and_then(|shared| match found(facts) {
        Found::Covered => shared.covered,
        Found::NotCovered => shared.not_covered,
        Found::NoFault => shared.no_fault_found,
        Found::Withdrawn => shared.withdrawn,
    });
    let Some(share) = share else {
        return with_the_rest(shipment, vec![CostShare { by, percent: None, amount: counts }]);
    };
    let other = if by == Party::Buyer { Party::Provider } else { Party::Buyer };
    let rest = 100_u8.saturating_sub(share.percent);
    let parts = [(by, share.percent), (other, rest)];
    let remainder_on = usize::from(share.remainder_on != by);
    let amounts = counts.split(&[share.percent.into(), rest.into()], remainder_on)?;
    let part = |((by, percent), amount)| CostShare { by, percent: Some(percent), amount };
    with_the_rest(shipment, parts.into_iter().zip(amounts).map(part).collect())
}

/// M3, C5: what the buyer paid beyond what counts is borne by the buyer. A price in another currency than the one that
/// counts has no such rest.
fn with_the_rest(
    shipment: &ShipmentFact,
    mut parts: Vec<CostShare>,
) -> Result<Vec<CostShare>, SettlementError> {
    let counts = shipment.counts();
    if counts == shipment.price || counts.currency != shipment.price.currency {
        return Ok(parts);
    }
    let rest = shipment.price.minus(counts)?;
    match parts.iter_mut().find(|part| part.by == Party::Buyer) {
        Some(part) => part.amount = part.amount.plus(rest)?,
        None => parts.push(CostShare { by: Party::Buyer, percent: None, amount: rest }),
    }
    Ok(parts)
}

/// M3, C5: a way that the buyer booked and that the terms do not name.
fn is_none_of_it_reimbursed(shipment: &ShipmentFact) -> bool {
    shipment.booked_by == Party::Buyer && shipment.counts().amount == 0
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
pub fn bearer_of(terms: &Terms, facts: &SettlementFacts, shipment: &ShipmentFact) -> Party {
    if is_none_of_it_reimbursed(shipment) {
        return Party::Buyer;
    }
    if shipment.lost {
        return match terms.shipments.loss_falls_on {
            LossFallsOn::Booker => shipment.booked_by,
            LossFallsOn::Provider => Party::Provider,
        };
    }
    let paid_by = &terms.shipment(shipment.direction).paid_by;
    match found(facts) {
        Found::Covered => paid_by.covered,
        Found::NotCovered => paid_by.not_covered,
        Found::NoFault => paid_by.no_fault_found,
        Found::Withdrawn => paid_by.withdrawn,
    }
}

/// M4: whether what the provider bears of a way is an item of forwarding that is withheld from the cash: where
/// the terms say so and the provider does not keep the device: because it went back to its buyer, or because the
/// terms leave it to the buyer (M9).
fn is_withheld_from_cash(terms: &Terms, facts: &SettlementFacts, shipment: &ShipmentFact) -> bool {
    let is_kept = facts.provider_keeps_device && terms.provider_keeps_device(facts.outcome);
    facts.outcome == Outcome::Refunded
        && terms.cash.less_forwarding
        && (terms.cash.less_forwarding_when_kept || !is_kept)
        && shipment.booked_by == Party::Provider
        && !shipment.lost
}

/// M4, M5: the fee for an inspection that found nothing to cover. Not where buyer and provider agreed on
/// an amount, nor where the buyer withdrew.
fn fee_payment(terms: &Terms, facts: &SettlementFacts) -> Option<Payment> {
    if matches!(facts.outcome, Outcome::SettledByAgreement | Outcome::Withdrawn) {
        return None;
    }
    let fee = match facts.verdict? {
        Verdict::Covered => None,
        Verdict::NotCovered { .. } => terms.fees.not_covered.as_ref(),
        Verdict::NoFaultFound => terms.fees.no_fault_found.as_ref(),
    }?;
    let (kind, note) = match fee.kind {
        FeeKind::Diagnosis => (PaymentKind::DiagnosisFee, "consultation and diagnosis"),
        FeeKind::CallOut => (PaymentKind::CallOutFee, "call-out"),
    };
    Some(Payment {
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
        Direction::ToShop => "to the repair shop",
        Direction::ToBuyer => "to the buyer",
    }
}

fn not_negative(price: Money) -> Result<Money, SettlementError> {
    if price.amount < 0 { Err(SettlementError::NegativePrice(price)) } else { Ok(price) }
}
