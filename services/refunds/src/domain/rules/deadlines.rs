//! By when a payment is to be made (T11, M8).

use chrono::TimeDelta;
use recourse_kernel::Instant;
use recourse_terms::{
    Country, Direction, Outcome, Party, Program, Provider, SettlementFacts, ShipmentFact, Span,
    Terms, TermsBook, TermsRef,
};

use crate::domain::rejection::RefundsRejection;

/// The deadlines of the payments that a decision adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadlines {
    /// By when the provider, or a carrier, has to pay.
    provider_pays_by: Instant,
    buyer: BuyersDeadlines,
}

/// The deadlines of what the buyer owes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuyersDeadlines {
    Held(HeldDevice),
    Recovery { remind_at: Instant, pay_by: Instant },
}

/// M8: the deadlines of a payment for which the shop holds a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldDevice {
    /// When a buyer who has not paid gets a notice.
    pub(crate) notice_at: Instant,
    /// When the device of a buyer who has not paid counts as abandoned.
    pub(crate) abandoned_at: Instant,
}

/// T11: how long the provider and the buyer have if no terms can be found: the warranty was never
/// sold, and its provider has published nothing.
const WITHOUT_TERMS: TimeDelta = TimeDelta::days(10);

impl Deadlines {
    /// The deadlines of payments that become due now, under these terms.
    pub(crate) fn new(
        book: &TermsBook,
        terms: &Terms,
        country: Option<Country>,
        now: Instant,
        held: Option<HeldDevice>,
    ) -> Self {
        let after = |span| after(book, terms, country, now, span);
        let recovered = after(terms.waits.recovery);
        let remind_at = halfway(now, recovered);
        let recovery = BuyersDeadlines::Recovery { remind_at, pay_by: recovered };
        Self {
            provider_pays_by: after(terms.waits.provider_payment),
            buyer: held.map_or(recovery, BuyersDeadlines::Held),
        }
    }

    /// The deadlines of payments for which no device is held, under the terms of a policy; or, if
    /// it was never sold, under those that its provider published last.
    pub(crate) fn without_device(
        book: &TermsBook,
        terms: Option<&TermsRef>,
        provider: &Provider,
        country: Option<Country>,
        now: Instant,
    ) -> Self {
        let pinned = terms.and_then(|terms| book.by_digest(&terms.digest));
        let own = || book.published().map(|published| &published.terms);
        let of_provider = || own().filter(|terms| terms.provider == *provider);
        let last = || of_provider().max_by_key(|terms| (terms.sold_from, terms.version));
        if let Some(terms) = pinned.or_else(last) {
            return Self::new(book, terms, country, now, None);
        }
        let pay_by = now.checked_add_signed(WITHOUT_TERMS).unwrap_or(Instant::MAX_UTC);
        let recovery = BuyersDeadlines::Recovery { remind_at: halfway(now, pay_by), pay_by };
        Self { provider_pays_by: pay_by, buyer: recovery }
    }

    /// The first instant at which a payment by this party is too late, and when the party is
    /// reminded.
    pub(crate) fn of(&self, from: Party) -> (Instant, Option<Instant>) {
        match (from, self.buyer) {
            (Party::Buyer, BuyersDeadlines::Held(held)) => {
                (held.abandoned_at, Some(held.notice_at))
            }
            (Party::Buyer, BuyersDeadlines::Recovery { remind_at, pay_by }) => {
                (pay_by, Some(remind_at))
            }
            _ => (self.provider_pays_by, None),
        }
    }

    /// M8: the deadlines of a payment for which the shop holds a device, if this is one.
    pub(crate) fn held(&self, from: Party) -> Option<HeldDevice> {
        match self.buyer {
            BuyersDeadlines::Held(held) if from == Party::Buyer => Some(held),
            _ => None,
        }
    }
}

/// M8: when a buyer who does not pay for a device gets a notice, and when the device counts as
/// abandoned.
pub(crate) fn held_device(terms: &Terms, now: Instant) -> Result<HeldDevice, RefundsRejection> {
    let after = |days: u16| {
        let due = now.checked_add_signed(TimeDelta::days(days.into()));
        due.ok_or(RefundsRejection::BeyondCalendar)
    };
    Ok(HeldDevice {
        notice_at: after(terms.held_device.notice_after_days)?,
        abandoned_at: after(terms.held_device.abandoned_after_days)?,
    })
}

/// M8: whether the shop holds a device that goes to the buyer only once it is paid for. A device
/// whose terms let it go before that is not held; agreed amounts are always paid first.
pub(crate) fn shop_holds_device(
    terms: &Terms,
    facts: &SettlementFacts,
    reported: Option<bool>,
) -> bool {
    let is_at_the_shop = reported.unwrap_or(match facts.outcome {
        Outcome::Refunded | Outcome::Rejected => false,
        Outcome::Withdrawn => facts.verdict.is_some() || facts.shipments.iter().any(arrives),
        _ => true,
    });
    is_at_the_shop && is_paid_first(terms, facts.outcome)
}

/// M8: the same after a claim was settled: a device is still there if its return shipment is booked
/// only now.
pub(crate) fn shop_still_holds_device(
    terms: &Terms,
    facts: &SettlementFacts,
    shipment: Option<&ShipmentFact>,
    reported: Option<bool>,
) -> bool {
    let is_sent =
        shipment.is_some_and(|shipment| shipment.direction == Direction::ToBuyer && !shipment.lost);
    let goes_to_the_buyer = facts.outcome != Outcome::Refunded;
    reported.unwrap_or(is_sent && goes_to_the_buyer) && is_paid_first(terms, facts.outcome)
}

fn is_paid_first(terms: &Terms, outcome: Outcome) -> bool {
    match outcome {
        Outcome::RepairedAtBuyersCost | Outcome::SettledByAgreement => true,
        // What the provider owes does not wait for what the buyer owes.
        Outcome::Repaired | Outcome::Replaced | Outcome::Refunded => false,
        Outcome::ReturnedUnrepaired | Outcome::Rejected | Outcome::Withdrawn => {
            terms.shipments.paid_before_dispatch
        }
    }
}

fn arrives(shipment: &ShipmentFact) -> bool {
    shipment.direction == Direction::ToShop && !shipment.lost
}

/// M11: by when the shop does a repair that is paid for now.
pub(crate) fn work_by(
    book: &TermsBook,
    terms: &Terms,
    country: Option<Country>,
    paid_at: Instant,
) -> Instant {
    let days = match terms.program {
        Program::Repair => terms.remedy.within_days,
        Program::Exchange => terms.remedy.days_to_repair_under_exchange(),
    };
    after(book, terms, country, paid_at, Span::Days(days))
}

/// T11: the first instant after a period. Without a country, the first of the terms counts.
fn after(
    book: &TermsBook,
    terms: &Terms,
    country: Option<Country>,
    since: Instant,
    span: Span,
) -> Instant {
    match country.or_else(|| terms.countries.first().copied()) {
        Some(country) => book.after(terms, &country, since, span),
        None => since
            .checked_add_signed(TimeDelta::days(span.days().into()))
            .unwrap_or(Instant::MAX_UTC),
    }
}

fn halfway(since: Instant, until: Instant) -> Instant {
    since.checked_add_signed(until.signed_duration_since(since) / 2).unwrap_or(until)
}
