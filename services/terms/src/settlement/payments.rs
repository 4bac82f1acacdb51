//! Calculates the payments of a settlement.

use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;

use super::{
    CostShare, Outcome, Party, Payment, PaymentKind, SettlementError, SettlementFacts, ShipmentFact,
};
use crate::terms::{DayThatCounts, FeeKind, LossFallsOn};
use crate::{Direction, Terms, Verdict, cash_percent, day_that_counts};

/// The rulebook's stage for a paid repair or an agreement, which have no rule id of their own.
const STAGE_OF_REMEDY: &str = "stage 4";

/// The payments at the end of a claim: for the remedy first, then for the shipments in the order in
/// which they were booked, then the fee.
pub fn payments(terms: &Terms, facts: &SettlementFacts) -> Result<Vec<Payment>, SettlementError> {
    let mut payments: Vec<Payment> = remedy_payment(terms, facts)?.into_iter().collect();
    for shipment in &facts.shipments {
        not_negative(shipment.price)?;
        payments.extend(shipment_payments(terms, facts, shipment)?);
    }
    payments.extend(fee_payment(terms, facts));
    for granted in &facts.goodwill {
        payments.push(extra(PaymentKind::Goodwill, *granted, "granted by the provider")?);
    }
    for result in &facts.review_results {
        payments.push(extra(PaymentKind::ReviewResult, *result, "as a review found")?);
    }
    payments.retain(|payment| payment.amount.amount > 0);
    Ok(payments)
}

fn remedy_payment(
    terms: &Terms,
    facts: &SettlementFacts,
) -> Result<Option<Payment>, SettlementError> {
    Ok(match facts.outcome {
        Outcome::Refunded => Some(cash_payment(terms, facts)?),
        Outcome::RepairedAtBuyersCost => Some(paid_repair_payment(facts)?),
        // C4: another defect was not covered, and the buyer pays for its repair.
        Outcome::Repaired if facts.paid_repair.is_some() => Some(paid_repair_payment(facts)?),
        Outcome::SettledByAgreement => Some(agreement_payment(facts)?),
        Outcome::Repaired
        | Outcome::Replaced
        | Outcome::ReturnedUnrepaired
        | Outcome::Rejected
        | Outcome::Withdrawn => None,
    })
}

/// M1: cash for a device that cannot be repaired: the percentage for the month, applied to the
/// price paid for the device less what the seller has refunded.
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

/// M1: names the event whose day decides the month under these terms.
fn what_counts(terms: &Terms) -> &'static str {
    match terms.cash.day_that_counts {
        DayThatCounts::FirstFiling | DayThatCounts::ThisFiling => "filed",
        DayThatCounts::Verdict => "found",
        DayThatCounts::Payout => "paid",
    }
}

/// M1: the cash percentage that applies to a claim.
pub fn cash_percent_of(terms: &Terms, facts: &SettlementFacts) -> u8 {
    let day = day_that_counts(terms, facts);
    cash_percent(terms, facts.counted_from, day)
}

/// M1, M7: the cash that is due given the seller's total refund of the device's price. Anything
/// paid beyond it goes back to the provider.
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
        note: "the repair that the buyer agreed to pay for".into(),
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
        note: "the amount that buyer and provider agreed on".into(),
    })
}

/// M10: what is paid in addition to what the outcome leads to: from the provider to the buyer, or
/// back if it is negative.
fn extra(kind: PaymentKind, signed: Money, note: &str) -> Result<Payment, SettlementError> {
    let (from, to) = match signed.amount {
        ..0 => (Party::Buyer, Party::Provider),
        0.. => (Party::Provider, Party::Buyer),
    };
    let amount = signed.amount.checked_abs().ok_or(MoneyError::TooLarge)?;
    let amount = Money { amount, ..signed };
    Ok(Payment { kind, from, to, amount, rule: "M10".into(), note: note.into() })
}

/// The payments for one shipment that is booked after the others are settled: the same as if it had
/// been settled with them.
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

/// M3, M4, M5, M8, M13: the payments for a shipment that was picked up. The party that booked it
/// pays the carrier (the buyer has already paid at the counter); the other party reimburses its
/// share of the cost.
fn shipment_payments(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<Payment>, SettlementError> {
    if shipment.never_picked_up {
        return Ok(Vec::new());
    }
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
        let paid_by = match part.percent {
            Some(percent) => format!("{percent} % paid by the {}", part.by),
            None => format!("paid by the {}", part.by),
        };
        let counts = shipment.counts();
        let reduced = if counts == shipment.price { "" } else { &format!(", capped at {counts}") };
        if withheld && part.by == Party::Provider {
            let note = format!("{what}, withheld from the cash");
            let (buyer, provider) = (Party::Buyer, Party::Provider);
            payment(PaymentKind::Forwarding, buyer, provider, part.amount, &terms.cash.rule, note);
        } else if part.by != shipment.booked_by {
            let rule = if shipment.lost { "M8" } else { rule };
            let note = format!("{what}, {paid_by}{reduced}");
            payment(kind, part.by, shipment.booked_by, part.amount, rule, note);
        }
    }
    Ok(payments)
}

/// M6: who pays how much of a shipment's cost: either the party that the terms name pays all of it,
/// or that party pays a share that is rounded once and the other party pays the rest. What the
/// buyer paid above the reimbursement cap stays with the buyer (M3, C5). The parts sum up to the
/// price exactly.
pub fn parts_of_shipment(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: &ShipmentFact,
) -> Result<Vec<CostShare>, SettlementError> {
    if shipment.never_picked_up {
        return Ok(Vec::new());
    }
    let by = payer_of(terms, facts, shipment);
    let counts = shipment.counts();
    let can_be_shared = !shipment.lost && !facts.free_of_charge && !is_not_reimbursed(shipment);
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

/// M3, C5: adds what the buyer paid above the reimbursement cap to the buyer's part.
fn with_the_rest(
    shipment: &ShipmentFact,
    mut parts: Vec<CostShare>,
) -> Result<Vec<CostShare>, SettlementError> {
    let counts = shipment.counts();
    if counts == shipment.price {
        return Ok(parts);
    }
    let rest = shipment.price.minus(counts)?;
    match parts.iter_mut().find(|part| part.by == Party::Buyer) {
        Some(part) => part.amount = part.amount.plus(rest)?,
        None => parts.push(CostShare { by: Party::Buyer, percent: None, amount: rest }),
    }
    Ok(parts)
}

/// M3, C5: whether the buyer booked a shipment that the terms do not offer, so nothing is
/// reimbursed.
fn is_not_reimbursed(shipment: &ShipmentFact) -> bool {
    shipment.booked_by == Party::Buyer && shipment.counts().amount == 0
}

/// The finding that decides who pays for a shipment.
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

/// M3, M4, M5: who pays for a shipment, by its direction and the claim's outcome. M8: if the device
/// was lost on it, the party that the terms name pays. C5: if nothing of it is reimbursed, the
/// buyer pays.
pub fn payer_of(terms: &Terms, facts: &SettlementFacts, shipment: &ShipmentFact) -> Party {
    if is_not_reimbursed(shipment) {
        return Party::Buyer;
    }
    if shipment.lost {
        return match terms.shipments.loss_falls_on {
            LossFallsOn::Booker => shipment.liable(),
            LossFallsOn::Provider => Party::Provider,
        };
    }
    if facts.free_of_charge {
        return Party::Provider;
    }
    let paid_by = &terms.shipment(shipment.direction).paid_by;
    match found(facts) {
        Found::Covered => paid_by.covered,
        Found::NotCovered => paid_by.not_covered,
        Found::NoFault => paid_by.no_fault_found,
        Found::Withdrawn => paid_by.withdrawn,
    }
}

/// M4: whether the provider's part of a shipment's cost is an item of forwarding that is withheld
/// from the cash. That is the case if the terms say so and the provider does not keep the device,
/// because it went back to the buyer or because the terms leave it to the buyer (M9). Some terms
/// withhold it even if the provider keeps the device.
fn is_withheld_from_cash(terms: &Terms, facts: &SettlementFacts, shipment: &ShipmentFact) -> bool {
    let is_kept = facts.provider_keeps_device && terms.provider_keeps_device(facts.outcome);
    facts.outcome == Outcome::Refunded
        && terms.cash.less_forwarding
        && (terms.cash.less_forwarding_when_kept || !is_kept)
        && shipment.booked_by == Party::Provider
        && !shipment.lost
}

/// M4, M5, M13: the fee for an inspection that found nothing to cover, also if the buyer withdraws
/// or stays silent afterwards. None if buyer and provider agreed on an amount.
fn fee_payment(terms: &Terms, facts: &SettlementFacts) -> Option<Payment> {
    if facts.outcome == Outcome::SettledByAgreement || facts.free_of_charge {
        return None;
    }
    let fee = terms.fees.after(facts.verdict?)?;
    let (kind, note) = match fee.kind {
        FeeKind::Diagnosis => (PaymentKind::DiagnosisFee, "consultation and diagnosis"),
        FeeKind::CallOut => (PaymentKind::CallOutFee, "call-out"),
    };
    Some(Payment {
        kind,
        from: Party::Buyer,
        to: Party::Provider,
        amount: fee.amount_in(facts.country.as_ref()),
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
