//! The table `policies`: one row per policy, as buyers and providers read it.

use recourse_kernel::{DeviceId, Findings, Instant, Money, OrderId, PolicyId, Record, Wait};
use recourse_runtime::projector::{Column, Columns, PgTable};
use recourse_terms::{Country, DeviceKind, Program, Provider, TermsRef};
use serde::{Deserialize, Serialize};

use crate::domain::PolicyEvent;
use crate::domain::events::{
    CancelReason, CoverageScheduled, EndReason, Receipt, Requested, SaleRefused, Sold,
};
use crate::domain::handle::waits;
use crate::domain::state::continues;

pub struct Policies;

/// A policy as it is read. This is a stable format: `GET /v1/policies/{policy}` returns it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRow {
    pub policy: PolicyId,
    /// Id of the order in which it was requested.
    pub order: OrderId,
    pub device: DeviceId,
    /// The kind of device; absent if the order line is not a device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The program: repair or exchange (S2).
    pub program: Program,
    /// The provider of the warranty (S6).
    pub provider: Provider,
    /// The country the order is shipped to.
    pub country: Country,
    /// The buyer's city, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The price of the warranty for one unit.
    pub price: Money,
    /// The price of the device for one unit.
    pub device_price: Money,
    /// The total that the seller has refunded of the device's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_price_refunded: Option<Money>,
    /// When the order was placed.
    pub placed_at: Instant,
    pub stage: PolicyStage,
    /// The terms it was sold under; absent until it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<TermsRef>,
    /// When it was sold; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sold_at: Option<Instant>,
    /// The first instant at which the delivery of the device is late; absent until it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<Instant>,
    /// Whether it is recorded that the delivery was late (T8).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivery_late: bool,
    /// When it covers; absent until the device is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageRow>,
    /// Why it was not sold; present only if the sale was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedRow>,
    /// Why it was cancelled; present only if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<CancelReason>,
    /// The receipt, if it was cancelled after its coverage started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Why it ended; present only if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndReason>,
    /// The part of its price that is refunded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_owed: Option<Money>,
    /// The rules checked at its latest decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Findings,
    /// The version of the purchase's stream up to which this row is current.
    pub version: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// The day from which months are counted.
    pub counted_from: chrono::NaiveDate,
    /// The first instant of coverage.
    pub starts: Instant,
    /// The first instant after coverage.
    pub ends: Instant,
    /// The IANA time zone in which days are counted.
    pub zone: String,
    /// When the device was delivered, as reported.
    pub delivered_at: Instant,
    /// The IANA time zone of the place of delivery.
    pub delivery_zone: String,
    /// Whether the delivery was corrected after coverage was scheduled.
    pub corrected: bool,
    /// Since when these days are known.
    pub known_since: Instant,
}

/// Why a policy was not sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// A stable code for machines.
    pub code: String,
    /// The reason as a sentence for people.
    pub detail: String,
    /// Ids of the rules that refuse the sale.
    pub rules: Vec<String>,
}

/// A policy's stage, as one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyStage {
    /// Requested, not paid.
    Requested,
    /// Paid, but not sold.
    SaleRefused,
    /// Sold; the device has not been delivered.
    Sold,
    /// Delivered; coverage starts later.
    Scheduled,
    /// Coverage has started.
    Covered,
    /// Cancelled before its regular end.
    Cancelled,
    /// Expired, or ended with a replacement.
    Ended,
}

impl PolicyStage {
    fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::SaleRefused => "sale_refused",
            Self::Sold => "sold",
            Self::Scheduled => "scheduled",
            Self::Covered => "covered",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }
}

impl PgTable for Policies {
    const NAME: &'static str = "policies";
    const KEY: &'static str = "policy";
    type Event = PolicyEvent;
    type Row = PolicyRow;
    const COLUMNS: Columns<PolicyRow> = Columns::with_document(&[
        Column::owned_text("order_id", |row| row.order.to_string()),
        Column::text("buyer", |row| &row.buyer),
        Column::text("stage", |row| row.stage.name()),
    ]);

    fn key(event: &PolicyEvent, _record: &Record) -> Option<String> {
        Some(event.policy().to_string())
    }

    fn evolve(row: Option<PolicyRow>, event: &PolicyEvent, record: &Record) -> Option<PolicyRow> {
        let mut row = match (row, event) {
            (None, PolicyEvent::Requested(request)) => PolicyRow::request(request),
            // Another warranty for the same device: what the seller refunded of it stays refunded.
            (Some(row), PolicyEvent::Requested(request)) => PolicyRow {
                device_price_refunded: row.device_price_refunded,
                ..PolicyRow::request(request)
            },
            (row, _) => row?,
        };
        row.version = record.version;
        row.take(event, record.time);
        Some(row)
    }
}

impl PolicyRow {
    fn request(request: &Requested) -> Self {
        Self {
            policy: request.policy,
            order: request.order,
            device: request.device,
            kind: request.kind.clone(),
            buyer: request.buyer.clone(),
            program: request.program,
            provider: request.provider.clone(),
            country: request.country,
            city: request.city.clone(),
            price: request.price,
            device_price: request.device_price,
            device_price_refunded: None,
            placed_at: request.placed_at,
            stage: PolicyStage::Requested,
            terms: None,
            sold_at: None,
            deliver_by: None,
            delivery_late: false,
            coverage: None,
            refused: None,
            cancelled: None,
            receipt: None,
            ended: None,
            price_owed: None,
            findings: Findings::new(),
            version: 0,
        }
    }

    /// T11: what it waits for; nothing before its sale or after its end.
    pub(crate) fn wait(&self) -> Option<Wait> {
        let id = self.policy;
        let coverage = self.coverage.as_ref();
        match self.stage {
            PolicyStage::Sold => {
                Some(waits::delivered_by(id, self.sold_at?, self.deliver_by?, self.delivery_late))
            }
            PolicyStage::Scheduled => {
                coverage.map(|days| waits::covered_from(id, days.known_since, days.starts))
            }
            PolicyStage::Covered => {
                coverage.map(|days| waits::covered_until(id, days.starts, days.ends))
            }
            _ => None,
        }
    }

    fn take(&mut self, event: &PolicyEvent, at: Instant) {
        match event {
            PolicyEvent::Requested(_)
            | PolicyEvent::DeliveryNoted(_)
            | PolicyEvent::PriceRefunded(_)
            | PolicyEvent::UsedUp(_) => {}
            PolicyEvent::Sold(sold) => self.sold(sold),
            PolicyEvent::SaleRefused(refused) => self.refused(refused),
            PolicyEvent::CoverageScheduled(scheduled) => self.scheduled(scheduled, at),
            PolicyEvent::DeadlinePassed(_) => self.delivery_late = true,
            PolicyEvent::CoverageStarted(_) => self.stage = PolicyStage::Covered,
            PolicyEvent::PricePaidChanged(changed) => {
                self.device_price_refunded = Some(changed.device_price_refunded);
            }
            PolicyEvent::Cancelled(cancelled) => {
                self.stage = PolicyStage::Cancelled;
                self.cancelled = Some(cancelled.reason);
                self.receipt.clone_from(&cancelled.receipt);
                self.price_owed = Some(cancelled.price_owed);
                self.findings.clone_from(&cancelled.findings);
            }
            PolicyEvent::Ended(ended) => {
                self.stage = PolicyStage::Ended;
                self.ended = Some(ended.reason);
            }
        }
    }

    fn sold(&mut self, sold: &Sold) {
        self.stage = PolicyStage::Sold;
        self.terms = Some(sold.terms.clone());
        self.sold_at = Some(sold.sold_at);
        self.deliver_by = Some(sold.deliver_by);
        self.findings.clone_from(&sold.findings);
    }

    fn refused(&mut self, refused: &SaleRefused) {
        self.stage = PolicyStage::SaleRefused;
        self.price_owed = Some(refused.price_owed);
        self.refused = Some(RefusedRow {
            code: refused.code.clone(),
            detail: refused.detail.clone(),
            rules: refused.rules.clone(),
        });
        self.findings.clone_from(&refused.findings);
    }

    fn scheduled(&mut self, scheduled: &CoverageScheduled, known_since: Instant) {
        let ends_later =
            self.coverage.as_ref().is_some_and(|coverage| scheduled.ends > coverage.ends);
        let refunded = self.device_price_refunded.map_or(0, |refunded| refunded.amount);
        let in_full = refunded >= self.device_price.amount;
        if self.ended.is_none_or(|over| continues(over, ends_later, in_full)) {
            self.stage = PolicyStage::Scheduled;
            self.ended = None;
        }
        self.coverage = Some(CoverageRow {
            counted_from: scheduled.counted_from,
            starts: scheduled.starts,
            ends: scheduled.ends,
            zone: scheduled.zone.clone(),
            delivered_at: scheduled.delivered_at,
            delivery_zone: scheduled.delivery_zone.clone(),
            corrected: scheduled.corrected,
            known_since,
        });
    }
}
