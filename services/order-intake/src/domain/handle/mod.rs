//! Which decision answers a command, and then the kept facts that it makes decidable.

mod access;
mod delivery;
mod delivery_again;
mod delivery_reports;
mod dispute_decisions;
mod dispute_performance;
mod disputes;
mod kept;
mod money;
mod placing;
mod privacy;
mod refunds;
mod returns;
mod revising;
mod shipments;
pub(crate) mod waits;
mod warranties;

use recourse_kernel::Wire as _;

use super::commands::{OrderCommand, Units};
use super::events::{MissingFact, OrderEvent};
use super::rejection::OrderRejection;
use super::rules::completion::may_confirm_receipt;
use super::rules::facts::reported_by_the_marketplace;
use super::rules::units;
use super::state::{Order, OrderState, Unit};
use super::{Cx, Decision};

/// Decides a command. No events means that it was already known.
pub(crate) fn handle(state: &OrderState, command: &OrderCommand, cx: &Cx<'_>) -> Decision {
    let order = command.order();
    if order.key.as_str() != cx.key {
        return Err(OrderRejection::OtherPurchase(order).into());
    }
    let mut events = decide(state, command, cx)?;
    if let Some(order) = &state.order {
        events = dispute_performance::with_outcomes(order, events, cx);
    }
    Ok(with_kept_facts(state, events, cx))
}

fn decide(state: &OrderState, command: &OrderCommand, cx: &Cx<'_>) -> Decision {
    if let OrderCommand::Place(place) = command {
        return placing::place(state, place, cx);
    }
    // Also about an order that is not known.
    match command {
        OrderCommand::Disregard(disregard) => return placing::disregard(state, disregard, cx),
        fact if state.disregarded && fact.reported().is_some() => return Ok(Vec::new()),
        OrderCommand::RequestPrivacy(request) => return privacy::request(state, request, cx),
        OrderCommand::ResolvePrivacyRequest(resolve) => {
            return privacy::resolve(state, resolve, cx);
        }
        _ => {}
    }
    let Some(order) = &state.order else {
        return match command.reported() {
            Some(_) => kept::keep(state, command, MissingFact::Placed),
            None => Err(OrderRejection::OrderNotKnown(command.order()).into()),
        };
    };
    match command {
        OrderCommand::OpenDispute(open) => disputes::open(order, open, cx),
        OrderCommand::AnswerDispute(answer) => disputes::answer(order, answer, cx),
        OrderCommand::AcceptDisputeOffer(taken) => disputes::accept(order, taken, cx),
        OrderCommand::DeclineDisputeOffer(declined) => disputes::decline(order, declined, cx),
        OrderCommand::WithdrawDispute(withdraw) => disputes::withdraw(order, withdraw, cx),
        OrderCommand::DecideDispute(decision) => dispute_decisions::decide(order, decision, cx),
        OrderCommand::PerformDispute(perform) => dispute_performance::perform(order, perform, cx),
        OrderCommand::ContestPerformance(contest) => {
            dispute_performance::contest(order, contest, cx)
        }
        OrderCommand::ReportDelivery(report) => delivery_reports::report(order, report, cx),
        OrderCommand::GrantBuyerAccess(_) => access::grant(order, cx),
        fact => decide_fact(state, order, fact, cx),
    }
}

/// Decides a fact that the marketplace reports, or keeps it until another one is reported.
fn decide_fact(state: &OrderState, order: &Order, command: &OrderCommand, cx: &Cx<'_>) -> Decision {
    match command {
        OrderCommand::ConfirmReceipt(_) => may_confirm_receipt(order, cx.principal)?,
        _ => reported_by_the_marketplace(cx.principal, &order.placed.marketplace)?,
    }
    if let Some(missing) = waits_for(order, command) {
        return kept::keep(state, command, missing);
    }
    match command {
        OrderCommand::Pay(pay) => money::pay(order, pay),
        OrderCommand::Cancel(cancel) => placing::cancel(order, cancel),
        OrderCommand::Deliver(deliver) => delivery::deliver(order, deliver),
        OrderCommand::CorrectDelivery(correct) => delivery::correct(order, correct),
        OrderCommand::ConfirmReceipt(confirm) => delivery::confirm_receipt(order, confirm),
        OrderCommand::Complete(complete) => delivery::complete(order, complete),
        OrderCommand::Return(back) => returns::take_back(order, back, cx),
        OrderCommand::RefundLine(refund) => refunds::refund(order, refund),
        OrderCommand::PayRefund(paid) => refunds::paid(order, paid),
        OrderCommand::RemoveUnits(remove) => revising::remove(order, remove),
        OrderCommand::WithdrawDelivery(withdraw) => Ok(delivery_again::withdraw(order, withdraw)),
        OrderCommand::NoteShipment(note) => Ok(shipments::note(order, note)),
        OrderCommand::Place(_)
        | OrderCommand::Disregard(_)
        | OrderCommand::GrantBuyerAccess(_)
        | OrderCommand::RequestPrivacy(_)
        | OrderCommand::ResolvePrivacyRequest(_)
        | OrderCommand::OpenDispute(_)
        | OrderCommand::AnswerDispute(_)
        | OrderCommand::AcceptDisputeOffer(_)
        | OrderCommand::DeclineDisputeOffer(_)
        | OrderCommand::WithdrawDispute(_)
        | OrderCommand::DecideDispute(_)
        | OrderCommand::PerformDispute(_)
        | OrderCommand::ContestPerformance(_)
        | OrderCommand::ReportDelivery(_) => Ok(Vec::new()),
    }
}

/// What has to be reported before this fact can be decided.
fn waits_for(order: &Order, command: &OrderCommand) -> Option<MissingFact> {
    if units_of(command).iter().any(|units| units::is_line_missing(order, units)) {
        return Some(MissingFact::Line);
    }
    match command {
        OrderCommand::Deliver(deliver) => {
            shipments::are_units_missing(order, deliver).then_some(MissingFact::Shipped)
        }
        _ => waits_for_delivery(order, command).then_some(MissingFact::Delivered),
    }
}

/// The units that a fact of a shop names by their lines.
fn units_of(command: &OrderCommand) -> Vec<&Units> {
    match command {
        OrderCommand::Deliver(deliver) => vec![&deliver.units],
        OrderCommand::Return(back) => vec![&back.units],
        OrderCommand::RemoveUnits(remove) => vec![&remove.units],
        OrderCommand::RefundLine(refund) => refund.refunds.iter().map(|part| &part.units).collect(),
        _ => Vec::new(),
    }
}

/// Corrections and returns apply only to units that were delivered.
fn waits_for_delivery(order: &Order, command: &OrderCommand) -> bool {
    let named = match command {
        OrderCommand::CorrectDelivery(correct) => &correct.units,
        OrderCommand::Return(back) => &back.units,
        _ => return false,
    };
    if named.are_not_named() {
        return order.units.values().all(|unit| unit.delivery.is_none());
    }
    // Units that cannot be resolved are refused later, where the command is decided.
    let is_awaited = |unit: &Unit| unit.is_handed_over() && unit.delivery.is_none();
    units::units_named(order, named, units::delivered_first)
        .is_ok_and(|devices| devices.iter().any(|device| is_awaited(&order.units[device])))
}

/// Returns the events, followed by those of kept facts that can now be decided, in order of
/// arrival.
fn with_kept_facts(
    state: &OrderState,
    mut events: Vec<OrderEvent>,
    cx: &Cx<'_>,
) -> Vec<OrderEvent> {
    let waited: Vec<_> = kept::whose_turn_it_is(state, &events).collect();
    if waited.is_empty() {
        return events;
    }
    let mut staged = state.clone();
    for event in &events {
        staged.evolve(event);
    }
    for fact in waited {
        let follow = match OrderCommand::decode(&fact.command, fact.body.to_string().as_bytes()) {
            Ok(command) => {
                handle(&staged, &command, cx).unwrap_or_else(|why| vec![kept::refused(fact, &why)])
            }
            Err(error) => vec![kept::unreadable(fact, &error)],
        };
        for event in &follow {
            staged.evolve(event);
        }
        events.extend(follow);
    }
    events
}
