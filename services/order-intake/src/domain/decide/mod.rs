//! Decides one command, and then the kept facts that it makes decidable.

mod delivery;
mod disputes;
mod kept;
mod money;
mod placing;

pub(super) use disputes::deadlines_passed;

use super::commands::OrderCommand;
use super::events::MissingFact;
use super::rejection::OrderRejection;
use super::rules;
use super::state::{Order, OrderState};
use super::{Cx, Decision};

/// Decides a command. No events means that it was already known.
pub(super) fn decide(state: &OrderState, command: &OrderCommand, request: &Cx<'_>) -> Decision {
    let order = command.order();
    if order.key.as_str() != request.key {
        return Err(OrderRejection::OtherPurchase(order));
    }
    let events = decide_alone(state, command, request)?;
    Ok(kept::with_kept_facts(state, events, request))
}

fn decide_alone(state: &OrderState, command: &OrderCommand, request: &Cx<'_>) -> Decision {
    if let OrderCommand::Place(place) = command {
        return placing::place(state, place, request);
    }
    let Some(order) = &state.order else {
        return match command.reported() {
            Some(_) => kept::keep(state, command, MissingFact::Placed),
            None => Err(OrderRejection::OrderNotKnown(command.order())),
        };
    };
    match command {
        OrderCommand::OpenDispute(open) => return disputes::open(order, open, request),
        OrderCommand::AnswerDispute(answer) => return disputes::answer(order, answer, request),
        OrderCommand::AcceptDisputeOffer(taken) => return disputes::accept(order, taken, request),
        OrderCommand::DecideDispute(decision) => return disputes::decide(order, decision, request),
        _ => rules::reported_by_the_marketplace(request.principal, &order.placed.marketplace)?,
    }
    if waits_for_delivery(order, command) {
        return kept::keep(state, command, MissingFact::Delivered);
    }
    match command {
        OrderCommand::Pay(pay) => money::pay(order, pay),
        OrderCommand::Cancel(cancel) => placing::cancel(order, cancel),
        OrderCommand::Deliver(deliver) => delivery::deliver(order, deliver),
        OrderCommand::CorrectDelivery(correct) => delivery::correct(order, correct),
        OrderCommand::ConfirmReceipt(confirm) => delivery::confirm_receipt(order, confirm),
        OrderCommand::Complete(complete) => delivery::complete(order, complete),
        OrderCommand::Return(back) => delivery::take_back(order, back, request),
        OrderCommand::RefundLine(refund) => money::refund(order, refund),
        OrderCommand::Place(_)
        | OrderCommand::OpenDispute(_)
        | OrderCommand::AnswerDispute(_)
        | OrderCommand::AcceptDisputeOffer(_)
        | OrderCommand::DecideDispute(_) => Ok(Vec::new()),
    }
}

/// Corrections and returns apply only to units that were delivered.
fn waits_for_delivery(order: &Order, command: &OrderCommand) -> bool {
    let units = match command {
        OrderCommand::CorrectDelivery(correct) => &correct.units,
        OrderCommand::Return(back) => &back.units,
        _ => return false,
    };
    if units.are_not_named() {
        return order.units.values().all(|unit| unit.delivery.is_none());
    }
    // Units that cannot be resolved are refused later, where the command is decided.
    rules::units_named(order, units, delivery::delivered_first)
        .is_ok_and(|devices| devices.iter().any(|device| order.units[device].delivery.is_none()))
}
