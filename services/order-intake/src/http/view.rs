//! Orders and disputes as callers see them. These are public formats.

use chrono_tz::Tz;
use recourse_kernel::{DeviceId, DisputeId, Instant, Matter, Money, OrderId, WaitsFor};
use recourse_terms::{Country, DeviceKind, Serial};
use serde::Serialize;

use crate::domain::events::{
    DecidedBy, DisputeAnswer, DisputeEnding, OfferKind, OrderLine, PhotoReference, Receipt,
    RequestedRemedy, WarrantyBought,
};
use crate::domain::handle::waits::waits;
use crate::domain::state::{Order, Unit};
use crate::feed::Contact;
use crate::projections::disputes::DisputeRow;
use crate::projections::orders::OrderRow;

/// An order with its lines, units and disputes.
#[derive(Debug, Serialize)]
pub(super) struct OrderView {
    order: OrderId,
    marketplace: String,
    number: String,
    stage: &'static str,
    placed_at: Instant,
    /// Imported only as history: no warranty was sold for it, or refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    history: bool,
    buyer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact>,
    country: Country,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shop: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<Tz>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid: Option<PaidView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_confirmed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<Instant>,
    lines: Vec<LineView>,
    disputes: Vec<DisputeView>,
    /// What the order and its disputes wait for.
    waits_for: Vec<WaitsFor>,
}

#[derive(Debug, Serialize)]
struct PaidView {
    paid_at: Instant,
    amount: Money,
}

#[derive(Debug, Serialize)]
struct LineView {
    line: u32,
    title: String,
    quantity: u32,
    unit_price: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<DeviceKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warranty: Option<WarrantyBought>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seller: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    serials: Vec<Serial>,
    units: Vec<UnitView>,
}

#[derive(Debug, Serialize)]
struct UnitView {
    device: DeviceId,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<Tz>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refunded: Option<Money>,
}

/// An order as an entry of a list.
#[derive(Debug, Serialize)]
pub(super) struct OrderSummary {
    order: OrderId,
    marketplace: String,
    number: String,
    stage: &'static str,
    placed_at: Instant,
    /// Imported only as history: no warranty was sold for it, or refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    history: bool,
    buyer: String,
    devices: usize,
}

/// A dispute, with the texts that the caller may read.
#[derive(Debug, Serialize)]
pub(super) struct DisputeView {
    dispute: DisputeId,
    device: DeviceId,
    state: &'static str,
    requested_remedy: RequestedRemedy,
    opened_at: Instant,
    /// Only for both sides and the marketplace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    photos: Vec<PhotoReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
    answer_by: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    silent_since: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<AnswerView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<DecisionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    performed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Instant>,
    /// Who must act, and until when.
    waits_for: Vec<WaitsFor>,
}

#[derive(Debug, Serialize)]
struct AnswerView {
    answer: DisputeAnswer,
    /// What is offered instead of the requested remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<OfferKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Money>,
    answered_at: Instant,
    /// When the buyer declined the offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_declined_at: Option<Instant>,
}

#[derive(Debug, Serialize)]
struct DecisionView {
    ending: DisputeEnding,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Money>,
    by: DecidedBy,
    decided_at: Instant,
    /// Until when it is to be carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    perform_by: Option<Instant>,
}

impl OrderView {
    pub(super) fn new(row: OrderRow, contact: Option<Contact>, disputes: &[DisputeRow]) -> Self {
        let stage = row.stage();
        let order = row.order;
        let disputes = disputes.iter().map(|dispute| DisputeView::new(dispute, &order)).collect();
        let waits_for = waits(&order).iter().map(WaitsFor::from).collect();
        let placed = order.placed;
        let units = &order.units;
        let lines = placed.lines.into_iter().map(|line| {
            let of_line = || units.iter().filter(|(device, _)| device.line == line.line);
            // As the order is now: an edit may have added a warranty, or removed it.
            let warranty = of_line().find_map(|(_, unit)| unit.warranty.clone());
            LineView::new(
                OrderLine { warranty, ..line.clone() },
                of_line().map(|(id, unit)| UnitView::new(*id, unit)).collect(),
            )
        });
        Self {
            order: placed.order,
            marketplace: placed.marketplace,
            number: placed.number,
            stage,
            placed_at: placed.placed_at,
            history: placed.history,
            buyer: placed.buyer,
            contact,
            country: placed.country,
            city: placed.city,
            shop: placed.shop,
            language: placed.language,
            time_zone: placed.time_zone,
            paid: order.paid.map(|paid| PaidView { paid_at: paid.paid_at, amount: paid.amount }),
            cancelled_at: order.cancelled,
            receipt_confirmed_at: order.receipt_confirmed,
            completed_at: order.completed,
            lines: lines.collect(),
            disputes,
            waits_for,
        }
    }
}

impl LineView {
    fn new(line: OrderLine, units: Vec<UnitView>) -> Self {
        let OrderLine {
            line, title, quantity, unit_price, device, warranty, seller, serials, ..
        } = line;
        Self { line, title, quantity, unit_price, device, warranty, seller, serials, units }
    }
}

impl UnitView {
    fn new(device: DeviceId, unit: &Unit) -> Self {
        let refunded = Money { amount: unit.refunded, ..unit.price };
        Self {
            device,
            delivered_at: unit.delivery.map(|delivery| delivery.delivered_at),
            zone: unit.delivery.map(|delivery| delivery.zone),
            returned_at: unit.returned,
            refunded: (unit.refunded > 0).then_some(refunded),
        }
    }
}

impl OrderSummary {
    pub(super) fn new(row: OrderRow) -> Self {
        let stage = row.stage();
        let placed = row.order.placed;
        Self {
            order: placed.order,
            marketplace: placed.marketplace,
            number: placed.number,
            stage,
            placed_at: placed.placed_at,
            history: placed.history,
            buyer: placed.buyer,
            devices: row.order.units.len(),
        }
    }

    /// The cursor at which the next page begins.
    pub(super) fn key(&self) -> String {
        self.order.to_string()
    }
}

impl DisputeView {
    pub(super) fn new(row: &DisputeRow, order: &Order) -> Self {
        let opened = &row.opened;
        let waits = waits(order);
        let of_it = waits.iter().filter(|wait| wait.matter == Matter::Dispute(opened.dispute));
        Self {
            dispute: opened.dispute,
            device: opened.device,
            state: row.state(),
            requested_remedy: opened.requested_remedy,
            opened_at: opened.opened_at,
            reason: None,
            photos: opened.photos.clone(),
            receipt: opened.receipt.clone(),
            answer_by: opened.answer_by,
            silent_since: row.silent_since,
            answer: row.answered.as_ref().map(|answered| AnswerView {
                answer: answered.answer,
                kind: answered.kind,
                offer: answered.offer,
                answered_at: answered.answered_at,
                offer_declined_at: row.offer_declined_at,
            }),
            decision: row.decided.as_ref().map(|decided| DecisionView {
                ending: decided.ending,
                amount: decided.amount,
                by: decided.by,
                decided_at: decided.decided_at,
                perform_by: decided.perform_by,
            }),
            performed_at: row.performed.as_ref().map(|performed| performed.at),
            withdrawn_at: row.withdrawn_at,
            waits_for: of_it.map(WaitsFor::from).collect(),
        }
    }
}
