//! What the buyer would get more, or less, by the facts known now than by those a claim was settled
//! by (M7, M10). A review pays or claims back at most this difference, and once that is done it is
//! zero.

use recourse_kernel::Money;
use recourse_terms::coverage::local_day;
use recourse_terms::settlement::{cash_due_after, cash_percent_of};
use recourse_terms::{
    Direction, Outcome, Party, Payment, SettlementFacts, Terms, Verdict, payments,
};

use super::compensation::compensated_by_seller;
use super::in_time::{coverage_has_started, policy_still_covers};
use super::replacement::Replacement;
use crate::domain::events::{DisputeEnding, DisputeState, PolicyCoverage};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Dispute, Purchase, Visit};

/// A settled claim, and what is known about it now.
#[derive(Clone, Copy)]
pub(crate) struct Settled<'a> {
    pub(crate) known: &'a Purchase,
    pub(crate) claim: &'a Claim,
    pub(crate) facts: &'a SettlementFacts,
    pub(crate) coverage: &'a PolicyCoverage,
    pub(crate) terms: &'a Terms,
}

impl<'a> Settled<'a> {
    /// `None` if the claim is not settled.
    pub(crate) fn new(
        known: &'a Purchase,
        claim: &'a Claim,
        coverage: &'a PolicyCoverage,
        terms: &'a Terms,
    ) -> Option<Self> {
        let facts = &claim.settled_as.as_ref()?.facts;
        Some(Self { known, claim, facts, coverage, terms })
    }

    /// The facts as they are known now: dates, what the seller refunded, shipments. The outcome and
    /// the results of reviews are those of the settlement.
    pub(crate) fn facts_now(&self) -> SettlementFacts {
        let Self { claim, facts, coverage, .. } = *self;
        let shipments = claim.visit.as_ref().map(Visit::shipments_that_count);
        let shipments = shipments.unwrap_or_else(|| facts.shipments.clone());
        match (coverage.zone, coverage.counted_from) {
            (Some(zone), Some(counted_from)) => SettlementFacts {
                refunded_by_seller: coverage.device_price_refunded,
                counted_from,
                first_filed: local_day(claim.chain.first_filed_at, zone),
                filed: local_day(claim.counts_as_filed_at, zone),
                shipments,
                ..facts.clone()
            },
            _ => SettlementFacts { shipments, ..facts.clone() },
        }
    }

    /// M10: what the buyer would get more, in the currency of the device's price; negative if the
    /// buyer got too much. `None` if it cannot be calculated.
    pub(crate) fn difference(&self) -> Option<Money> {
        let was = self.net(self.facts)?;
        if self.was_in_time().is_err() {
            let zero = Money::zero(was.currency);
            let owed = if was.amount > 0 { zero } else { was };
            return owed.minus(self.price_of_a_replacement()?).ok()?.minus(was).ok();
        }
        let now = self.net(&self.owed_now())?;
        now.minus(self.received_twice()?).ok()?.minus(was).ok()
    }

    /// M10: the facts known now, by which the buyer gets this much more than before (less if it is
    /// negative). What they do not explain is the result of the review.
    pub(crate) fn carried_out(&self, amount: Money) -> Option<SettlementFacts> {
        let now =
            SettlementFacts { review_results: Vec::new(), ..self.with_seller(self.facts_now()) };
        let owed = self.net(self.facts)?.plus(amount).ok()?;
        let rest = owed.minus(self.net(&now)?).ok()?;
        let review_results = if rest.amount == 0 { Vec::new() } else { vec![rest] };
        Some(SettlementFacts { review_results, ..now })
    }

    /// What the provider owes by the facts known now, without the results of reviews.
    fn owed_now(&self) -> SettlementFacts {
        let mut now = self.with_seller(self.facts_now());
        now.review_results = Vec::new();
        // T11, M8: the device is there, so nothing is owed for its loss; until it is inspected, its
        // shipments count as if it were covered.
        if self.was_paid_for_a_loss() && !self.is_lost() {
            now.outcome = match now.verdict {
                Some(Verdict::NotCovered { .. } | Verdict::NoFaultFound) => {
                    Outcome::ReturnedUnrepaired
                }
                Some(Verdict::Covered) | None => Outcome::Repaired,
            };
        }
        now
    }

    /// M7: cash is not owed for a device that the seller has exchanged or taken back.
    fn with_seller(&self, facts: SettlementFacts) -> SettlementFacts {
        let is_cash = facts.outcome == Outcome::Refunded;
        if is_cash && compensated_by_seller(self.known, self.coverage) {
            let refunded_by_seller = Some(facts.device_price);
            return SettlementFacts { refunded_by_seller, ..facts };
        }
        facts
    }

    fn was_paid_for_a_loss(&self) -> bool {
        let is_lost = |shipment: &recourse_terms::ShipmentFact| {
            shipment.lost && shipment.direction == Direction::ToShop
        };
        self.facts.outcome == Outcome::Refunded && self.facts.shipments.iter().any(is_lost)
    }

    fn is_lost(&self) -> bool {
        let visit = self.claim.visit.as_ref();
        let damaged = |visit: &Visit| {
            let to_shop = |shipment: &recourse_terms::ShipmentFact| {
                shipment.lost && shipment.direction == Direction::ToShop
            };
            visit.lost.is_some() || visit.shipments.values().any(to_shop)
        };
        visit.is_some_and(damaged)
    }

    /// D2, M7: what the seller paid for a device that the provider had repaired or replaced
    /// meanwhile, at most what the device is worth by M1.
    pub(crate) fn received_twice(&self) -> Option<Money> {
        let price = self.facts.device_price;
        let zero = Money::zero(price.currency);
        if !matches!(self.facts.outcome, Outcome::Replaced | Outcome::Repaired) {
            return Some(zero);
        }
        let before = self.facts.refunded_by_seller.unwrap_or(zero);
        let whole = compensated_by_seller(self.known, self.coverage);
        let whole = if whole { price.minus(before).ok()? } else { zero };
        let late = self.known.disputes_about(self.claim.device);
        let late = late.filter(|dispute| self.is_late(dispute));
        let mut late = late.filter_map(|dispute| paid_by_seller(dispute, price));
        let late = late.try_fold(zero, |sum, paid| sum.plus(paid).ok())?;
        let most = self.cash_value()?;
        let paid = whole.amount.max(late.amount).min(most.amount).max(0);
        Some(Money { amount: paid, ..price })
    }

    /// Whether the seller carried out the dispute's outcome after the settlement.
    fn is_late(&self, dispute: &Dispute) -> bool {
        let zone = self.coverage.zone.unwrap_or(chrono_tz::Tz::UTC);
        let on = dispute.decided_at.map(|at| local_day(at, zone));
        on.is_some_and(|on| self.facts.settled.is_some_and(|settled| on >= settled))
    }

    fn price_of_a_replacement(&self) -> Option<Money> {
        match self.facts.outcome {
            Outcome::Replaced => self.cash_value(),
            _ => Some(Money::zero(self.facts.device_price.currency)),
        }
    }

    /// M1: what the device would be worth in cash.
    fn cash_value(&self) -> Option<Money> {
        let percent = cash_percent_of(self.terms, &self.facts_now());
        let price = self.facts.device_price;
        cash_due_after(percent, price, Money::zero(price.currency)).ok()
    }

    /// C1, T2, T7: whether the claim was filed in time by the dates known now.
    pub(crate) fn was_in_time(&self) -> Result<(), ClaimRejection> {
        was_in_time(self.known, self.claim, self.terms, self.coverage)
    }

    fn net(&self, facts: &SettlementFacts) -> Option<Money> {
        net_to_buyer(&payments(self.terms, facts).ok()?, self.facts.device_price)
    }
}

/// C1, T2, T7: whether the claim was filed in time by the dates known now.
pub(crate) fn was_in_time(
    known: &Purchase,
    claim: &Claim,
    terms: &Terms,
    coverage: &PolicyCoverage,
) -> Result<(), ClaimRejection> {
    let replacement = Replacement::before(known, claim.id, terms, coverage);
    coverage_has_started(coverage, terms, claim.counts_as_filed_at)?;
    policy_still_covers(coverage, replacement.as_ref(), claim.counts_as_filed_at)?;
    Ok(())
}

/// D2: what the seller paid by a dispute's outcome that is carried out.
fn paid_by_seller(dispute: &Dispute, price: Money) -> Option<Money> {
    let DisputeState::Performed { ending, amount } = dispute.state else { return None };
    match (ending, amount) {
        (DisputeEnding::Nothing | DisputeEnding::FreeParts, _) => None,
        (_, Some(amount)) => Some(amount).filter(|amount| amount.currency == price.currency),
        (DisputeEnding::FullRefund | DisputeEnding::Exchange, None) => Some(price),
        (_, None) => None,
    }
}

/// What the provider pays the buyer in the currency of this price, less what the buyer pays the
/// provider; `None` if it is too large.
fn net_to_buyer(payments: &[Payment], price: Money) -> Option<Money> {
    let currency = price.currency;
    let mut of_currency = payments.iter().filter(|payment| payment.amount.currency == currency);
    of_currency.try_fold(Money::zero(currency), |sum, payment| match (payment.from, payment.to) {
        (_, Party::Buyer) => sum.plus(payment.amount).ok(),
        (Party::Buyer, _) => sum.minus(payment.amount).ok(),
        _ => Some(sum),
    })
}

/// M12: what the settlement pays the buyer in all.
pub(crate) fn paid_to_buyer(settled: &Settled<'_>) -> Option<Money> {
    settled.net(settled.facts)
}
