//! The likely costs of a claim, before the device is posted (C5): for each possible verdict the
//! shipping costs and who pays them, fees, what the buyer gets back, and by when.
//!
//! The amounts come from [`recourse_terms::likely_costs`], the same function that the settlement
//! uses later.

use chrono::NaiveDate;
use recourse_kernel::Instant;
use recourse_terms::coverage::local_day;
use recourse_terms::terms::{ClockStops, RemedyBasis, ReplacementClass};
use recourse_terms::{
    Direction, LikelyCost, Location, Means, Outcome, OwnShipment, Party, Payment, Program,
    SettlementError, SettlementFacts, ShipmentFact, ShipmentMeans, Shop, Terms, TermsBook, Verdict,
    cost_if_withdrawn, costs_if_withdrawn_after, likely_costs, payments, reimbursement_cap,
};
use serde::Serialize;

use crate::domain::events::{PolicyCoverage, RequestedRemedy};
use crate::domain::state::{Claim, DecisionClock};

/// The likely costs of a claim at present. This is a public format.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The shipments: those that are booked, and those that would usually be booked.
    pub shipments: Vec<LikelyShipment>,
    /// The consequences of each verdict that the inspection can find.
    pub by_verdict: Vec<IfFound>,
    /// What it costs the buyer to withdraw once the device is in transit (C3).
    pub if_withdrawn: LikelyCost,
    /// What it costs the buyer to withdraw or to stay silent after a verdict against the buyer: the
    /// fee is owed then (M13).
    pub if_withdrawn_after: Vec<LikelyCost>,
    /// Whether the buyer can drop the device off at the shop: it is in the buyer's city.
    pub in_person: bool,
}

/// A shipment, and the tariff that its price comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LikelyShipment {
    /// The shipment, as a settlement counts it.
    #[serde(flatten)]
    pub fact: ShipmentFact,
    /// Whether it is booked; otherwise it is the usual one.
    pub is_booked: bool,
    /// Tariff of its price; absent if the terms fix the price or the shipment is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tariff: Option<QuotedTariff>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotedTariff {
    pub id: String,
    pub sheet_version: u32,
    /// First day on which the sheet is valid.
    pub valid_from: NaiveDate,
    /// Usual duration of the shipment, in days.
    pub usual_days: u16,
}

/// The consequences of one verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IfFound {
    /// What it costs each side.
    #[serde(flatten)]
    pub cost: LikelyCost,
    /// What the buyer gets back.
    pub comes_back: ComesBack,
    /// By when the buyer gets it.
    pub by_when: ByWhen,
    /// The same costs if the buyer drops off and collects the device, so that only booked
    /// shipments are paid; present only if the shop is in the buyer's city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_brought: Option<LikelyCost>,
    /// Whether the buyer must pay what they owe before anything is sent back (M3).
    pub paid_before_dispatch: bool,
    /// Whether a paid repair is offered instead (stage 4).
    pub paid_repair_offered: bool,
    /// What would be paid if the device is beyond repair and the provider chooses cash (M1, M2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or_cash: Option<Vec<Payment>>,
}

/// What the buyer gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ComesBack {
    Repaired,
    Replacement {
        /// Class of the replacement (S2).
        class: ReplacementClass,
    },
    Unrepaired,
}

/// When the decision or the remedy is due (T3, T4).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByWhen {
    /// Maximum number of counted days.
    pub within_days: u16,
    /// Minimum number of days, if the provider names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least_days: Option<u16>,
    /// The event from which the days count.
    pub counted_from: RemedyBasis,
    /// What pauses the count.
    pub paused_by: ClockStops,
    /// The due date at present, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Usual duration of the return shipment in days, which comes on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_shipment_days: Option<u16>,
}

/// Why the likely costs cannot be calculated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPreview {
    /// The terms offer no shipping in this direction.
    #[error("the terms offer no shipping {} for the buyer's city", reported(*.0))]
    NoMeans(Direction),
    /// The carrier has no tariff on that day.
    #[error("{carrier} has no tariff {} on {on}", reported(*.direction))]
    NoTariff {
        carrier: String,
        /// To the shop or to the buyer.
        direction: Direction,
        on: NaiveDate,
    },
    /// The amounts cannot be calculated.
    #[error(transparent)]
    NotCalculable(#[from] SettlementError),
}

fn reported(direction: Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to the repair shop",
        Direction::ToBuyer => "back to the buyer",
    }
}

/// C5: the carrier and tariff of each shipment, who pays for it under each possible verdict, the
/// fees, how that compares with the price of the device, what the buyer gets back and by when.
pub fn preview(
    book: &TermsBook,
    terms: &Terms,
    claim: &Claim,
    coverage: &PolicyCoverage,
    shop: &Shop,
    now: Instant,
) -> Result<Preview, NoPreview> {
    let on = local_day(now, coverage.zone.unwrap_or(chrono_tz::Tz::UTC));
    let mut shipments = shipments_of(book, terms, claim, shop, Direction::ToShop, on)?;
    shipments.extend(shipments_of(book, terms, claim, shop, Direction::ToBuyer, on)?);
    let facts: Vec<ShipmentFact> = shipments.iter().map(|shipment| shipment.fact.clone()).collect();
    let return_shipment_days = shipments
        .iter()
        .rfind(|shipment| shipment.fact.direction == Direction::ToBuyer)
        .and_then(|shipment| Some(shipment.tariff.as_ref()?.usual_days));
    let in_person = shop.is_in(&claim.city);
    let costs = likely_costs(terms, claim.country, coverage.device_price, &facts)?;
    let booked: Vec<ShipmentFact> = shipments
        .iter()
        .filter(|shipment| shipment.is_booked)
        .map(|shipment| shipment.fact.clone())
        .collect();
    let if_brought = likely_costs(terms, claim.country, coverage.device_price, &booked)?;
    let by_verdict = costs
        .into_iter()
        .zip(if_brought)
        .map(|(cost, if_brought)| {
            let or_cash = match cost.verdict.as_str() {
                "covered" => cash(terms, claim, coverage, &facts, on)?,
                _ => None,
            };
            let if_brought = in_person.then_some(if_brought);
            Ok(IfFound {
                if_brought,
                or_cash,
                ..if_found(terms, claim, cost, return_shipment_days)
            })
        })
        .collect::<Result<_, SettlementError>>()?;
    let (country, price) = (claim.country, coverage.device_price);
    let if_withdrawn = cost_if_withdrawn(terms, country, price, &facts)?;
    let if_withdrawn_after = costs_if_withdrawn_after(terms, country, price, &facts)?;
    Ok(Preview { shipments, by_verdict, if_withdrawn, if_withdrawn_after, in_person })
}

fn if_found(
    terms: &Terms,
    claim: &Claim,
    cost: LikelyCost,
    return_shipment_days: Option<u16>,
) -> IfFound {
    let is_covered = cost.verdict == "covered";
    let remedy = &terms.remedy;
    let comes_back = match (is_covered, terms.program) {
        (false, _) => ComesBack::Unrepaired,
        // T7: under a replacement's own warranty it is another replacement.
        (true, _) if claim.under_replacement => {
            ComesBack::Replacement { class: remedy.replacement_class }
        }
        (true, Program::Repair) => ComesBack::Repaired,
        (true, Program::Exchange)
            if remedy.repair_under_exchange
                && claim.requested_remedy == RequestedRemedy::Repair =>
        {
            ComesBack::Repaired
        }
        (true, Program::Exchange) => ComesBack::Replacement { class: remedy.replacement_class },
    };
    IfFound {
        comes_back,
        by_when: ByWhen {
            within_days: remedy.within_days,
            at_least_days: remedy.at_least_days,
            counted_from: remedy.counted_from,
            paused_by: remedy.clock_stops.clone(),
            due: claim.clock.as_ref().and_then(DecisionClock::due),
            return_shipment_days,
        },
        paid_before_dispatch: terms.shipments.paid_before_dispatch
            && cost.payments.iter().any(|payment| payment.from == Party::Buyer),
        paid_repair_offered: remedy.paid_repair_offered && cost.verdict == "not_covered",
        or_cash: None,
        if_brought: None,
        cost,
    }
}

/// M1, M2: the amount if it were paid in cash; `None` if the terms do not let the provider choose
/// cash yet.
fn cash(
    terms: &Terms,
    claim: &Claim,
    coverage: &PolicyCoverage,
    shipments: &[ShipmentFact],
    on: NaiveDate,
) -> Result<Option<Vec<Payment>>, SettlementError> {
    let repairs = usize::try_from(claim.chain.unsuccessful_repairs).unwrap_or(usize::MAX);
    let (Some(counted_from), Some(zone)) = (coverage.counted_from, coverage.zone) else {
        return Ok(None);
    };
    if claim.under_replacement || !terms.may_pay_cash_after(repairs) {
        return Ok(None);
    }
    let filed = local_day(claim.counts_as_filed_at, zone);
    let facts = SettlementFacts {
        verdict: Some(Verdict::Covered),
        refunded_by_seller: coverage.device_price_refunded,
        first_filed: local_day(claim.chain.first_filed_at, zone),
        // Calculated as if it were found and paid today.
        found: Some(on),
        settled: Some(on),
        shipments: shipments.to_vec(),
        country: Some(claim.country),
        ..SettlementFacts::new(Outcome::Refunded, coverage.device_price, counted_from, filed)
    };
    let payments = payments(terms, &facts)?;
    Ok(Some(payments.into_iter().filter(|payment| payment.to != Party::Carrier).collect()))
}

/// The shipments in one direction: the booked ones, otherwise the usual one. If the device is at
/// the shop already without a shipment, the buyer dropped it off, and that direction costs nothing.
fn shipments_of(
    book: &TermsBook,
    terms: &Terms,
    claim: &Claim,
    shop: &Shop,
    direction: Direction,
    on: NaiveDate,
) -> Result<Vec<LikelyShipment>, NoPreview> {
    let booked = claim.visit.iter().flat_map(|visit| visit.shipments.values());
    let booked: Vec<LikelyShipment> = booked
        .filter(|shipment| shipment.direction == direction && !shipment.never_picked_up)
        .map(|shipment| LikelyShipment { fact: shipment.clone(), is_booked: true, tariff: None })
        .collect();
    let was_brought = direction == Direction::ToShop
        && claim.visit.as_ref().is_some_and(|visit| visit.given_up.is_some());
    if was_brought || !booked.is_empty() {
        return Ok(booked);
    }
    let means = terms.means(direction, &claim.country, &claim.city);
    let usual = *means.first().ok_or(NoPreview::NoMeans(direction))?;
    Ok(vec![usual_shipment(book, terms, usual, claim, shop, direction, on)?])
}

fn usual_shipment(
    book: &TermsBook,
    terms: &Terms,
    usual: &ShipmentMeans,
    claim: &Claim,
    shop: &Shop,
    direction: Direction,
    on: NaiveDate,
) -> Result<LikelyShipment, NoPreview> {
    let buyer = Location::city(claim.country, &claim.city);
    let branch = Location::city(shop.country, &shop.city);
    let (from, to) = match direction {
        Direction::ToShop => (&buyer, &branch),
        Direction::ToBuyer => (&branch, &buyer),
    };
    let carrier = usual.carrier.clone();
    let quoted = book.tariff(&carrier, from, to, on);
    let price = usual.price.or_else(|| Some(quoted.as_ref()?.tariff.price));
    let Some(price) = price else { return Err(NoPreview::NoTariff { carrier, direction, on }) };
    let (means, booked_by): (Means, Party) = (usual.means, usual.booked_by);
    let tariff = quoted.filter(|_| usual.price.is_none()).map(|quoted| QuotedTariff {
        id: quoted.tariff.id.clone(),
        sheet_version: quoted.sheet_version,
        valid_from: quoted.valid_from,
        usual_days: quoted.tariff.days,
    });
    // Reimbursement is capped as if the shipment were booked today (M3).
    let own =
        OwnShipment { direction, carrier: &carrier, buyer: &buyer, shop: &branch, paid: price, on };
    let is_own = booked_by == Party::Buyer;
    let reimbursement_cap = is_own.then(|| reimbursement_cap(book, terms, own).0).flatten();
    let fact = ShipmentFact {
        direction,
        means,
        booked_by,
        counts_as: None,
        carrier,
        price,
        lost: false,
        never_picked_up: false,
        reimbursement_cap,
    };
    Ok(LikelyShipment { fact, is_booked: false, tariff })
}
