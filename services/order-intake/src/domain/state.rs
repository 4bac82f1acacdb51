//! What deciding about an order needs to know: a fold of its events.
//!
//! This is cached by the writer under [`super::FOLD_VERSION`]: raise that when anything here changes.

use std::collections::{BTreeMap, BTreeSet};

use recourse_kernel::{DeviceId, DisputeId, Instant, Money, OrderId};
use serde::{Deserialize, Serialize};

use super::events::{
    Delivery, DisputeAnswer, DisputeDecided, DisputeEnding, DisputeOpened, FactKept, MissingFact,
    OrderEvent, OrderPaid, OrderPlaced, RequestedRemedy,
};
use super::rules::UNITS_LIMIT;

/// One purchase, as order-intake knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// The order, once it is placed.
    pub order: Option<Order>,
    /// Facts that wait for an earlier one, in the order in which they came.
    pub kept: Vec<FactKept>,
}

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What was placed, without the contact, which no decision needs.
    pub placed: OrderPlaced,
    /// The payment.
    pub paid: Option<OrderPaid>,
    /// When it was cancelled.
    pub cancelled: Option<Instant>,
    /// When the receipt was confirmed.
    pub receipt_confirmed: Option<Instant>,
    /// When it was completed.
    pub completed: Option<Instant>,
    /// Every unit of every line.
    pub units: BTreeMap<DeviceId, Unit>,
    /// The marketplace's ids of shipments, returns and refunds that were taken.
    pub references: BTreeSet<String>,
}

/// One unit of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// What was paid for it.
    pub price: Money,
    /// The marketplace's id of its line.
    pub reference: Option<String>,
    /// When and where it was delivered.
    pub delivery: Option<Delivery>,
    /// When it went back to the shop.
    pub returned: Option<Instant>,
    /// What the seller has given back of its price, in whole minor units.
    pub refunded: i64,
    /// Every dispute about it; the n-th has number n.
    pub disputes: Vec<Dispute>,
}

/// A dispute about a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// What the buyer wants.
    pub requested_remedy: RequestedRemedy,
    /// What the seller said last.
    pub answer: Option<DisputeAnswer>,
    /// What the seller offers instead, while that is the last word.
    pub offer: Option<Money>,
    /// Until when the seller's answer is awaited (T8); none once it came, or that time ran out.
    pub answer_by: Option<Instant>,
    /// Whether the seller stayed silent until then.
    pub seller_was_silent: bool,
    /// How it ended.
    pub ending: Option<Ending>,
}

/// How a dispute ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// How.
    pub ending: DisputeEnding,
    /// With how much.
    pub amount: Option<Money>,
}

impl OrderState {
    /// Takes one event in. Facts only; cannot fail.
    pub fn evolve(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Placed(event) => {
                self.order = Some(Order::new(event));
                self.kept.retain(|fact| fact.missing != MissingFact::Placed);
            }
            OrderEvent::FactKept(fact) => self.kept.push(fact.clone()),
            OrderEvent::KeptFactRefused(_) => {}
            OrderEvent::Delivered(_) => {
                self.kept.retain(|fact| fact.missing != MissingFact::Delivered);
                self.evolve_order(event);
            }
            _ => self.evolve_order(event),
        }
    }

    fn evolve_order(&mut self, event: &OrderEvent) {
        if let Some(order) = &mut self.order {
            order.evolve(event);
        }
    }
}

impl Order {
    /// An order to which nothing has happened yet.
    pub fn new(placed: &OrderPlaced) -> Self {
        let id = placed.order;
        let units = placed.lines.iter().flat_map(|line| {
            let unit = Unit {
                price: line.unit_price,
                reference: line.reference.clone(),
                delivery: None,
                returned: None,
                refunded: 0,
                disputes: Vec::new(),
            };
            (1..=line.quantity).map(move |number| (id.device(line.line, number), unit.clone()))
        });
        // No order that was decided has more; an event that somebody else wrote may say what it likes.
        let most = usize::try_from(UNITS_LIMIT).unwrap_or(usize::MAX);
        Self {
            units: units.take(most).collect(),
            placed: OrderPlaced { contact: None, ..placed.clone() },
            paid: None,
            cancelled: None,
            receipt_confirmed: None,
            completed: None,
            references: BTreeSet::new(),
        }
    }

    /// The order's id.
    pub fn id(&self) -> OrderId {
        self.placed.order
    }

    /// The dispute with this id.
    pub fn dispute(&self, id: DisputeId) -> Option<&Dispute> {
        let position = usize::try_from(id.dispute).ok()?.checked_sub(1)?;
        self.units.get(&id.device())?.disputes.get(position)
    }

    /// The disputes whose seller has not answered yet, with the moment until which that is awaited (T8).
    pub fn unanswered(&self) -> impl Iterator<Item = (DisputeId, Instant)> {
        self.units.iter().flat_map(|(device, unit)| {
            let open = (1..).zip(&unit.disputes).filter(|(_, dispute)| dispute.ending.is_none());
            open.filter_map(|(number, dispute)| Some((device.dispute(number), dispute.answer_by?)))
        })
    }

    /// Takes one event of the order in.
    pub fn evolve(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::Paid(event) => self.paid = Some(event.clone()),
            OrderEvent::Cancelled(event) => self.cancelled = Some(event.cancelled_at),
            OrderEvent::Delivered(event) => {
                let delivery = Delivery { delivered_at: event.delivered_at, zone: event.zone };
                self.each(&event.devices, |unit| unit.delivery = Some(delivery));
                self.references.extend(event.reference.clone());
            }
            OrderEvent::DeliveryCorrected(event) => {
                let delivery = Delivery { delivered_at: event.delivered_at, zone: event.zone };
                self.each(&event.devices, |unit| unit.delivery = Some(delivery));
            }
            OrderEvent::ReceiptConfirmed(event) => {
                self.receipt_confirmed = Some(event.confirmed_at);
            }
            OrderEvent::Completed(event) => self.completed = Some(event.completed_at),
            OrderEvent::Returned(event) => {
                self.each(&event.devices, |unit| unit.returned = Some(event.returned_at));
                self.references.extend(event.reference.clone());
            }
            OrderEvent::LineRefunded(event) => {
                let amount = event.amount.amount;
                self.each(&event.devices, |unit| {
                    unit.refunded = unit.refunded.saturating_add(amount);
                });
                self.references.extend(event.reference.clone());
            }
            OrderEvent::DisputeOpened(event) => self.open_dispute(event),
            OrderEvent::DisputeAnswered(event) => {
                self.with_dispute(event.dispute, |dispute| {
                    (dispute.answer, dispute.offer) = (Some(event.answer), event.offer);
                    dispute.answer_by = None;
                });
            }
            OrderEvent::DisputeDeadlinePassed(event) => {
                self.with_dispute(event.dispute, |dispute| {
                    (dispute.answer_by, dispute.seller_was_silent) = (None, true);
                });
            }
            OrderEvent::DisputeDecided(event) => self.end_dispute(event),
            OrderEvent::Placed(_) | OrderEvent::FactKept(_) | OrderEvent::KeptFactRefused(_) => {}
        }
    }

    fn each(&mut self, devices: &[DeviceId], change: impl Fn(&mut Unit)) {
        for device in devices {
            if let Some(unit) = self.units.get_mut(device) {
                change(unit);
            }
        }
    }

    fn open_dispute(&mut self, event: &DisputeOpened) {
        let dispute = Dispute {
            requested_remedy: event.requested_remedy,
            answer: None,
            offer: None,
            answer_by: event.answer_by,
            seller_was_silent: false,
            ending: None,
        };
        if let Some(unit) = self.units.get_mut(&event.device) {
            unit.disputes.push(dispute);
        }
    }

    fn end_dispute(&mut self, event: &DisputeDecided) {
        let ending = Ending { ending: event.ending, amount: event.amount };
        self.with_dispute(event.dispute, |dispute| dispute.ending = Some(ending));
    }

    fn with_dispute(&mut self, id: DisputeId, change: impl FnOnce(&mut Dispute)) {
        let Some(unit) = self.units.get_mut(&id.device()) else { return };
        let position = usize::try_from(id.dispute).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some(dispute) = unit.disputes.get_mut(position) {
            change(dispute);
        }
    }
}

impl Unit {
    /// What is left of its price.
    pub fn remaining(&self) -> Money {
        Money { amount: self.price.amount.saturating_sub(self.refunded).max(0), ..self.price }
    }

    /// Whether the seller has given all of its price back.
    pub fn is_refunded_in_full(&self) -> bool {
        self.refunded > 0 && self.refunded >= self.price.amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_says_it_is_of_four_milliards_of_units_is_folded_into_a_thousand() {
        let example = recourse_schemas::examples("recourse.order.placed.v1")[0].body;
        let mut placed: OrderPlaced = serde_json::from_str(example).unwrap();
        placed.lines[0].quantity = u32::MAX;
        assert_eq!(Order::new(&placed).units.len(), 1_000);
    }
}
