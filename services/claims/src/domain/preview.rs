//! What a claim is likely to cost, before the device is posted (C5): for each possible verdict what sending
//! costs and who bears it, fees, what comes back, and by when.
//!
//! The amounts come from [`recourse_terms::likely_costs`], and so from the function that settles later.

use chrono::NaiveDate;
use recourse_kernel::Instant;
use recourse_terms::coverage::local_day;
use recourse_terms::terms::{ClockStops, RemedyBasis, ReplacementClass};
use recourse_terms::{
    Direction, LikelyCost, Location, Means, Outcome, OwnShipment, Party, Payment, Program,
    SettlementError, SettlementFacts, ShipmentFact, ShipmentMeans, Shop, Terms, TermsBook, Verdict,
    cost_if_withdrawn, likely_costs, payments, reimbursement_cap,
};
use serde::Serialize;

use super::submission::RequestedRemedy;
use super::time::DecisionClock;
use super::{Claim, PolicyCoverage};

/// What a claim is likely to cost, as things stand. This is a public format.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The ways: those that are booked, and those that would usually be booked.
    pub shipments: Vec<LikelyShipment>,
    /// What follows from each verdict that the inspection can find.
    pub by_verdict: Vec<IfFound>,
    /// What it costs the buyer to withdraw once the device is under way (C3).
    pub if_withdrawn: LikelyCost,
    /// Whether the buyer can bring the device to the shop and save the ways: it is in the buyer's city.
    pub in_person: bool,
}

/// A way, and the tariff that its price comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LikelyShipment {
    /// The way, as it counts in a settlement.
    #[serde(flatten)]
    pub fact: ShipmentFact,
    /// Whether it is booked; else it is the usual one.
    pub is_booked: bool,
    /// The tariff of its price; none where the terms fix the price, or it is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tariff: Option<QuotedTariff>,
}

/// A dated tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotedTariff {
    /// Its name in its sheet.
    pub id: String,
    /// The version of the sheet.
    pub sheet_version: u32,
    /// Since when the sheet holds.
    pub valid_from: NaiveDate,
    /// How many days the way usually takes.
    pub usual_days: u16,
}

/// What follows if the inspection finds so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IfFound {
    /// What it costs whom.
    #[serde(flatten)]
    pub cost: LikelyCost,
    /// What the buyer gets back.
    pub comes_back: ComesBack,
    /// By when.
    pub by_when: ByWhen,
    /// The same where the buyer brings the device and fetches it, and no carrier is paid but for ways that are booked;
    /// only where the shop is in the buyer's city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub if_brought: Option<LikelyCost>,
    /// Whether what the buyer owes is to be paid before anything is sent back (M3).
    pub paid_before_dispatch: bool,
    /// Whether a paid repair is offered instead (stage 4).
    pub paid_repair_offered: bool,
    /// What would be paid where the device cannot be repaired and the provider chooses cash (M1, M2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub or_cash: Option<Vec<Payment>>,
}

/// What the buyer gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ComesBack {
    /// The device, mended.
    Repaired,
    /// Another device.
    Replacement {
        /// How good it may be (S2).
        class: ReplacementClass,
    },
    /// The device as it came.
    Unrepaired,
}

/// By when the decision or the remedy is due (T3, T4).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByWhen {
    /// The most days that count.
    pub within_days: u16,
    /// The least, where the provider names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least_days: Option<u16>,
    /// What they count from.
    pub counted_from: RemedyBasis,
    /// What makes them stand still.
    pub stands_still_for: ClockStops,
    /// The day as things stand, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// How many days the way back usually takes on top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_shipment_days: Option<u16>,
}

/// Why nothing can be said of what a claim costs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPreview {
    /// The terms name no manner of sending there.
    #[error("the terms name no way {} for the buyer's city", reported(*.0))]
    NoMeans(Direction),
    /// The carrier has no tariff on that day.
    #[error("{carrier} has no tariff {} on {on}", reported(*.direction))]
    NoTariff {
        /// The carrier.
        carrier: String,
        /// There or back.
        direction: Direction,
        /// The day.
        on: NaiveDate,
    },
    /// The amounts cannot be reckoned.
    #[error(transparent)]
    NotReckonable(#[from] SettlementError),
}

fn reported(direction: Direction) -> &'static str {
    match direction {
        Direction::ToShop => "to the repair shop",
        Direction::ToBuyer => "back to the buyer",
    }
}

/// C5: carrier and tariff of each way, who bears it for each possible verdict, fees, how that compares with the
/// device's price, what comes back and by when.
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
    let costs = likely_costs(terms, coverage.device_price, &facts)?;
    let booked: Vec<ShipmentFact> = shipments
        .iter()
        .filter(|shipment| shipment.is_booked)
        .map(|shipment| shipment.fact.clone())
        .collect();
    let if_brought = likely_costs(terms, coverage.device_price, &booked)?;
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
    let if_withdrawn = cost_if_withdrawn(terms, coverage.device_price, &facts)?;
    Ok(Preview { shipments, by_verdict, if_withdrawn, in_person })
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
        // T7: in a replacement's own warranty it is another replacement.
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
            stands_still_for: remedy.clock_stops.clone(),
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

/// M1, M2: what would be paid, were it cash. Nothing where the terms do not let the provider choose it yet.
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
    let filed = local_day(claim.filed_at, zone);
    let facts = SettlementFacts {
        verdict: Some(Verdict::Covered),
        refunded_by_seller: coverage.device_price_refunded,
        first_filed: local_day(claim.chain.first_filed_at, zone),
        // As if it were found and paid today.
        found: Some(on),
        settled: Some(on),
        shipments: shipments.to_vec(),
        ..SettlementFacts::new(Outcome::Refunded, coverage.device_price, counted_from, filed)
    };
    let payments = payments(terms, &facts)?;
    Ok(Some(payments.into_iter().filter(|payment| payment.to != Party::Carrier).collect()))
}

/// The ways of one direction: those that are booked, else the usual one. A device that is with the shop already, and
/// for which no way there was booked, was brought in person: that way costs nobody anything.
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
        .filter(|shipment| shipment.direction == direction)
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
    // Were it booked today, as much of it would be made good (M3).
    let own =
        OwnShipment { direction, carrier: &carrier, buyer: &buyer, shop: &branch, paid: price, on };
    let is_own = booked_by == Party::Buyer;
    let reimbursement_cap = is_own.then(|| reimbursement_cap(book, terms, own).0).flatten();
    let fact = ShipmentFact {
        direction,
        means,
        booked_by,
        carrier,
        price,
        lost: false,
        reimbursement_cap,
    };
    Ok(LikelyShipment { fact, is_booked: false, tariff })
}
