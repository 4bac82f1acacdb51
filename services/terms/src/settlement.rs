//! Who pays what to whom at the end of a claim (M1, M3 to M6, M8, M9).
//!
//! What the buyer paid a carrier at the counter, and what the buyer paid for the device, has happened
//! already; legs are what is still to be moved. Each is rounded once (M6), in its own currency.

use chrono::NaiveDate;
use recourse_kernel::Money;
use recourse_kernel::money::MoneyError;
use serde::{Deserialize, Serialize};

use crate::terms::{FeeKind, LossFallsOn};
use crate::{Direction, Means, Terms, Verdict, cash_percent, day_that_counts};

/// The rulebook's name for where a paid repair or a middle ground is found; it has no rule id of its own.
const STAGE_OF_REMEDY: &str = "stage 4";

/// How a claim ends. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The device was mended under the policy.
    Repaired,
    /// The buyer got another device.
    Replaced,
    /// The buyer got cash.
    Refunded,
    /// The device was mended, and the buyer paid.
    RepairedAtBuyersCost,
    /// Buyer and provider found a middle ground.
    SettledByAgreement,
    /// The device went back as it came.
    ReturnedUnrepaired,
    /// The provider rejected the claim.
    Rejected,
    /// The buyer withdrew, or never answered.
    Withdrawn,
}

/// Who pays or is paid. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who bought the device and the warranty.
    Buyer,
    /// Who stands behind the program.
    Provider,
    /// Who sold the device.
    Seller,
    /// The shop site.
    Marketplace,
    /// Who moves the device.
    Carrier,
}

/// What an amount is for. This is a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegKind {
    /// The price of a policy goes back (S7, S8, T1).
    PolicyPrice,
    /// The price of a device goes back (S8, T1).
    DeviceRefund,
    /// Cash for a device that cannot be repaired (M1).
    DeviceCash,
    /// Post to the repair shop.
    PostageThere,
    /// A courier to the repair shop.
    CourierThere,
    /// Post to the buyer.
    PostageBack,
    /// A courier to the buyer.
    CourierBack,
    /// One item of forwarding, withheld from the cash (M4).
    Forwarding,
    /// Consultation and diagnosis (M4).
    DiagnosisFee,
    /// A call-out (M5).
    CallOutFee,
    /// A repair that the buyer pays.
    PaidRepair,
    /// What buyer and provider agreed on.
    Agreement,
}

/// One amount of one kind. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// What it is for.
    pub kind: LegKind,
    /// Who pays.
    pub from: Party,
    /// Who is paid.
    pub to: Party,
    /// How much; never 0 or less.
    pub amount: Money,
    /// The rule of the rulebook that asks for it.
    pub rule: String,
    /// What it is, for a person.
    pub note: String,
}

/// One transport of the device that was booked. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayFact {
    /// There or back.
    pub direction: Direction,
    /// Post or courier.
    pub means: Means,
    /// Who booked it, and pays the carrier.
    pub booked_by: Party,
    /// The carrier.
    pub carrier: String,
    /// Its price.
    pub price: Money,
    /// Whether the device was lost or damaged on it.
    #[serde(default)]
    pub lost: bool,
}

/// What a settlement is reckoned from. This is a format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementFacts {
    /// How the claim ends.
    pub outcome: Outcome,
    /// What the inspection found, the last word after an appeal; none if there was no inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The price paid for the device.
    pub device_price: Money,
    /// What the seller has refunded of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_by_seller: Option<Money>,
    /// The day that the policy's months count from.
    pub counted_from: NaiveDate,
    /// The day on which the first claim of the chain was filed, in the policy's zone.
    pub first_filed: NaiveDate,
    /// The day on which this claim was filed, in the policy's zone.
    pub filed: NaiveDate,
    /// The ways that were booked.
    #[serde(default)]
    pub ways: Vec<WayFact>,
    /// The price of a paid repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_repair: Option<Money>,
    /// What was agreed: more than 0 from buyer to provider, less than 0 from provider to buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Money>,
    /// Whether the third repair in a row did not cure the defect (T6).
    #[serde(default)]
    pub third_unsuccessful: bool,
    /// Whether the provider keeps the device (M4, M9).
    #[serde(default)]
    pub provider_keeps_device: bool,
}

/// Why a settlement cannot be reckoned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// Amounts that do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A price below zero.
    #[error("{0} cannot be a price")]
    NegativePrice(Money),
    /// The repair was at the buyer's cost, and nobody said what it costs.
    #[error("the repair was at the buyer's cost, and its price is missing")]
    NoRepairPrice,
    /// There was an agreement, and nobody said on what.
    #[error("the claim was settled by agreement, and the amount is missing")]
    NoAgreedAmount,
}

impl SettlementFacts {
    /// A settlement of one claim that is its own chain, without ways or extras.
    pub fn new(
        outcome: Outcome,
        device_price: Money,
        counted_from: NaiveDate,
        filed: NaiveDate,
    ) -> Self {
        Self {
            outcome,
            verdict: None,
            device_price,
            refunded_by_seller: None,
            counted_from,
            first_filed: filed,
            filed,
            ways: Vec::new(),
            paid_repair: None,
            agreed: None,
            third_unsuccessful: false,
            provider_keeps_device: matches!(outcome, Outcome::Replaced | Outcome::Refunded),
        }
    }
}

/// Who pays what to whom at the end of a claim: what comes of the remedy first, then the ways in the order
/// in which they were booked, then the fee.
pub fn legs(terms: &Terms, facts: &SettlementFacts) -> Result<Vec<Leg>, SettlementError> {
    let mut legs: Vec<Leg> = remedy_leg(terms, facts)?.into_iter().collect();
    for way in &facts.ways {
        not_negative(way.price)?;
        legs.extend(way_legs(terms, facts, way));
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
    let day = day_that_counts(terms, facts.first_filed, facts.filed);
    let percent = cash_percent(terms, facts.counted_from, day);
    Ok(Leg {
        kind: LegKind::DeviceCash,
        from: Party::Provider,
        to: Party::Buyer,
        amount: base.share(percent.into(), 100)?,
        rule: terms.cash.rule.clone(),
        note: format!("{percent} % of {base}: filed on {day}, counted from {}", facts.counted_from),
    })
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

/// M3, M4, M5, M8: what a way moves. Whoever booked it pays the carrier (the buyer did so at the counter);
/// if the other one bears it, that one makes it good.
fn way_legs(terms: &Terms, facts: &SettlementFacts, way: &WayFact) -> Vec<Leg> {
    let what = format!("{} by {}", direction_name(way.direction), way.carrier);
    let leg = |kind, from, to, rule: &str, note| Leg {
        kind,
        from,
        to,
        amount: way.price,
        rule: rule.to_owned(),
        note,
    };
    let mut legs = Vec::new();
    let kind = LegKind::of_way(way);
    let rule = &terms.ways.rule;
    if way.booked_by == Party::Provider {
        legs.push(leg(
            kind,
            Party::Provider,
            Party::Carrier,
            rule,
            format!("{what}, booked by the provider"),
        ));
    }
    let bearer = bearer_of(terms, facts, way);
    if is_withheld_from_cash(terms, facts, way, bearer) {
        let note = format!("{what}, withheld from the cash");
        legs.push(leg(LegKind::Forwarding, Party::Buyer, Party::Provider, &terms.cash.rule, note));
    } else if bearer != way.booked_by {
        let rule = if way.lost { "M8" } else { rule };
        legs.push(leg(kind, bearer, way.booked_by, rule, format!("{what}, borne by the {bearer}")));
    }
    legs
}

/// M3, M4, M5: who bears a way of this direction when the claim ends so; M8: a way on which the device was
/// lost is borne by whom the terms name.
pub fn bearer_of(terms: &Terms, facts: &SettlementFacts, way: &WayFact) -> Party {
    if way.lost {
        return match terms.ways.loss_falls_on {
            LossFallsOn::Booker => way.booked_by,
            LossFallsOn::Provider => Party::Provider,
        };
    }
    let borne_by = &terms.way(way.direction).borne_by;
    match (facts.outcome, facts.verdict) {
        (Outcome::Withdrawn, _) => borne_by.withdrawn,
        (_, Some(Verdict::Covered))
        | (Outcome::Repaired | Outcome::Replaced | Outcome::Refunded, None) => borne_by.covered,
        (_, Some(Verdict::NoFaultFound)) => borne_by.no_fault_found,
        (_, Some(Verdict::NotCovered { .. }) | None) => borne_by.not_covered,
    }
}

/// M4: whether a way is an item of forwarding that is withheld from the cash: one that the provider bears,
/// where the terms say so and the provider does not keep the device.
fn is_withheld_from_cash(
    terms: &Terms,
    facts: &SettlementFacts,
    way: &WayFact,
    bearer: Party,
) -> bool {
    facts.outcome == Outcome::Refunded
        && terms.cash.less_forwarding
        && (terms.cash.less_forwarding_when_kept || !facts.provider_keeps_device)
        && bearer == Party::Provider
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

/// Why the price of a policy goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceBack {
    /// S7: the policy was cancelled before its coverage started.
    CancelledBeforeCover,
    /// S8: the order was cancelled in time.
    OrderCancelled,
    /// T1: the device went back to the shop by day 7.
    Returned,
    /// The seller refunded the whole price in a dispute.
    RefundedBySeller,
    /// The seller exchanged the device.
    ExchangedBySeller,
    /// S5: paid for, but it could not be sold.
    SaleRefused,
}

/// S7, S8, T1: the leg by which a policy's price goes back to the buyer in full.
pub fn policy_price_back(price: Money, because: PriceBack) -> Leg {
    let (rule, note) = match because {
        PriceBack::CancelledBeforeCover => ("S7", "cancelled before its coverage started"),
        PriceBack::OrderCancelled => ("S8", "the order was cancelled in time"),
        PriceBack::Returned => ("T1", "the device went back to the shop in time"),
        PriceBack::RefundedBySeller => ("S7", "the seller refunded the device in full"),
        PriceBack::ExchangedBySeller => ("S7", "the seller exchanged the device"),
        PriceBack::SaleRefused => ("S5", "the warranty could not be sold"),
    };
    Leg {
        kind: LegKind::PolicyPrice,
        from: Party::Provider,
        to: Party::Buyer,
        amount: price,
        rule: rule.into(),
        note: note.into(),
    }
}

impl LegKind {
    /// What the cost of a way is.
    pub fn of_way(way: &WayFact) -> Self {
        match (way.means, way.direction) {
            (Means::Post, Direction::There) => Self::PostageThere,
            (Means::Post, Direction::Back) => Self::PostageBack,
            (Means::Courier, Direction::There) => Self::CourierThere,
            (Means::Courier, Direction::Back) => Self::CourierBack,
        }
    }
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

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Buyer => "buyer",
            Self::Provider => "provider",
            Self::Seller => "seller",
            Self::Marketplace => "marketplace",
            Self::Carrier => "carrier",
        })
    }
}
