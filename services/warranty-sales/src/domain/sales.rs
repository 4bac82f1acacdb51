//! The decider of a purchase's policies: which rule handles which fact.

use recourse_kernel::{Context, Decider, Instant, Record, WireError};
use recourse_terms::TermsBook;

use super::commands::SalesCommand;
use super::events::{PolicyEvent, Requested};
use super::policy::{Sale, SalesState, Stage};
use super::rejection::SalesRejection;
use super::{coverage, ending, sale};
use crate::foreign::{OrderPaid, OrderPlaced};

/// How many units of one line can have a warranty. Each unit is a policy of its own, and consumers
/// do not buy more.
const MAX_UNITS: u32 = 100;

/// The decider of policies: one stream per purchase.
#[derive(Debug)]
pub struct Sales;

impl Decider for Sales {
    const CONTEXT: &'static str = "policies";
    const TYPE_PREFIX: &'static str = "recourse.policy";
    const FOLD_VERSION: u32 = 3;
    const FOREIGN: &'static [&'static str] = &["orders", "claims"];

    type State = SalesState;
    type Command = SalesCommand;
    type Event = PolicyEvent;
    type Rejection = SalesRejection;
    type Reference = TermsBook;

    fn decide(
        state: &SalesState,
        command: &SalesCommand,
        context: &Context<'_, TermsBook>,
    ) -> Result<Vec<PolicyEvent>, SalesRejection> {
        let book = context.reference;
        match command {
            SalesCommand::Cancel(request) => ending::by_its_buyer(state, request, context),
            SalesCommand::NotePlaced(fact) => requested(state, fact),
            SalesCommand::NotePaid(fact) => paid(state, fact, book),
            SalesCommand::NoteCancelled(_) => Ok(ending::order_cancelled(state)),
            SalesCommand::NoteDelivered(fact) => coverage::delivered(state, fact, book),
            SalesCommand::NoteDeliveryCorrected(fact) => {
                coverage::delivery_corrected(state, fact, book)
            }
            SalesCommand::NoteReturned(fact) => Ok(ending::returned(state, fact)),
            SalesCommand::NoteLineRefunded(fact) => Ok(ending::line_refunded(state, fact)),
            SalesCommand::NoteDisputeDecided(fact) => Ok(ending::dispute_decided(state, fact)),
            SalesCommand::NoteClaimClosed(fact) => ending::device_replaced(state, fact, book),
        }
    }

    fn evolve(state: &mut SalesState, event: &PolicyEvent, _at: Instant) {
        state.evolve(event);
    }

    fn translate(record: &Record) -> Result<Option<SalesCommand>, WireError> {
        crate::reactions::translate(record)
    }

    fn wake_at(state: &SalesState) -> Option<Instant> {
        coverage::next_due(state)
    }

    fn wake(state: &SalesState, context: &Context<'_, TermsBook>) -> Vec<PolicyEvent> {
        coverage::due(state, context.now)
    }
}

/// S1: a warranty is requested with its device, in one order; each unit of a line is a policy of
/// its own.
fn requested(state: &SalesState, fact: &OrderPlaced) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let mut events = Vec::new();
    for line in &fact.lines {
        let Some(warranty) = &line.warranty else { continue };
        if line.quantity > MAX_UNITS {
            let (line, quantity, most) = (line.line, line.quantity, MAX_UNITS);
            return Err(SalesRejection::TooManyUnits { line, quantity, most });
        }
        for unit in 1..=line.quantity {
            let device = fact.order.device(line.line, unit);
            // A warranty is never added later: an order that is reported again adds nothing.
            if state.policy(device.policy()).is_some() {
                continue;
            }
            events.push(PolicyEvent::Requested(Requested {
                policy: device.policy(),
                order: fact.order,
                device,
                kind: line.device.clone(),
                buyer: fact.buyer.clone(),
                program: warranty.program,
                provider: warranty.provider.clone(),
                country: fact.country,
                city: fact.city.clone(),
                price: warranty.price,
                device_price: line.unit_price,
                placed_at: fact.placed_at,
                marketplace: fact.marketplace.clone(),
                seller: line.seller.clone(),
            }));
        }
    }
    Ok(events)
}

/// The order's payment decides every warranty requested in it.
fn paid(
    state: &SalesState,
    fact: &OrderPaid,
    book: &TermsBook,
) -> Result<Vec<PolicyEvent>, SalesRejection> {
    let mut events = Vec::new();
    for (id, policy) in state.policies() {
        match &policy.stage {
            Stage::Requested { .. } => {
                let decided = sale::decide_sale(&policy.request, fact, book);
                let schedule = match &decided {
                    PolicyEvent::Sold(sold) => {
                        let (terms, sold_at) = (sold.terms.clone(), sold.sold_at);
                        coverage::scheduled_at_sale(id, policy, &Sale { terms, sold_at }, book)?
                    }
                    _ => None,
                };
                events.push(decided);
                events.extend(schedule);
            }
            Stage::Cancelled { was_paid: false } => {
                events.push(sale::paid_after_cancellation(&policy.request, book));
            }
            _ => {}
        }
    }
    Ok(events)
}
