//! The parts of other services' events that claims reads, as its own types. Unused fields are left
//! out and unknown ones ignored, so the other services can extend their events.

use recourse_kernel::{DeviceId, DisputeId, Instant, JobId, Money, OrderId, PolicyId};
use recourse_kernel::{SettlementId, ShipmentId};
use recourse_terms::{
    Cause, Country, DeviceKind, Direction, Means, Outcome, Party, Program, Provider, Serial,
    TermsRef, Verdict,
};
use serde::Deserialize;

use crate::domain::commands::CoverageDates;
use crate::domain::events::{CoverageEnd, DefectVerdict, DisputeEnding, ShipmentEnd};

// ---------------------------------------------------------------- orders

/// `recourse.order.completed.v1`
#[derive(Debug, Deserialize)]
pub struct OrderCompleted {
    pub(crate) order: OrderId,
    pub(crate) completed_at: Instant,
}

/// `recourse.order.dispute_opened.v1`
#[derive(Debug, Deserialize)]
pub struct DisputeOpened {
    pub(crate) dispute: DisputeId,
    pub(crate) device: DeviceId,
}

/// `recourse.order.dispute_decided.v1`
#[derive(Debug, Deserialize)]
pub struct DisputeDecided {
    pub(crate) dispute: DisputeId,
    pub(crate) device: DeviceId,
    pub(crate) ending: DisputeEnding,
    pub(crate) amount: Option<Money>,
}

/// `recourse.order.dispute_performed.v1`
#[derive(Debug, Deserialize)]
pub struct DisputePerformed {
    pub(crate) dispute: DisputeId,
    pub(crate) device: DeviceId,
    pub(crate) ending: DisputeEnding,
    pub(crate) amount: Option<Money>,
}

/// `recourse.order.dispute_withdrawn.v1`
#[derive(Debug, Deserialize)]
pub struct DisputeWithdrawn {
    pub(crate) dispute: DisputeId,
    pub(crate) device: DeviceId,
}

/// `recourse.order.deadline_passed.v1`, as far as it is about a dispute.
#[derive(Debug, Deserialize)]
pub struct DisputeOverdue {
    pub(crate) dispute: Option<DisputeId>,
    pub(crate) device: Option<DeviceId>,
    pub(crate) deadline: String,
}

// ---------------------------------------------------------------- policies

/// `recourse.policy.sold.v1`
#[derive(Debug, Deserialize)]
pub struct PolicySold {
    pub(crate) policy: PolicyId,
    pub(crate) order: OrderId,
    pub(crate) device: DeviceId,
    pub(crate) kind: DeviceKind,
    pub(crate) buyer: String,
    pub(crate) program: Program,
    pub(crate) provider: Provider,
    pub(crate) country: Country,
    pub(crate) city: Option<String>,
    pub(crate) price: Money,
    pub(crate) device_price: Money,
    pub(crate) terms: TermsRef,
    /// The marketplace that the device was bought on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The seller of the device, by the marketplace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<String>,
}

/// `recourse.policy.coverage_scheduled.v1`
#[derive(Debug, Deserialize)]
pub struct CoverageScheduled {
    pub(crate) policy: PolicyId,
    #[serde(flatten)]
    pub(crate) days: CoverageDates,
    #[serde(default)]
    pub(crate) corrected: bool,
}

/// `recourse.policy.coverage_started.v1`
#[derive(Debug, Deserialize)]
pub struct CoverageStarted {
    pub(crate) policy: PolicyId,
}

/// `recourse.policy.price_paid_changed.v1`
#[derive(Debug, Deserialize)]
pub struct PricePaidChanged {
    pub(crate) policy: PolicyId,
    pub(crate) device_price_refunded: Money,
}

/// `recourse.policy.cancelled.v1` and `recourse.policy.ended.v1`
#[derive(Debug, Deserialize)]
pub struct PolicyOver {
    pub(crate) policy: PolicyId,
    pub(crate) reason: CoverageEnd,
}

// ---------------------------------------------------------------- jobs

/// Any job event of which only the job id matters here.
#[derive(Debug, Deserialize)]
pub struct OfJob {
    pub(crate) job: JobId,
}

/// `recourse.job.opened.v1` and `…moved.v1`
#[derive(Debug, Deserialize)]
pub struct JobOpened {
    pub(crate) job: JobId,
    pub(crate) shop: ShopOfJob,
}

/// The shop that the job is assigned to.
#[derive(Debug, Deserialize)]
pub struct ShopOfJob {
    pub(crate) id: String,
}

/// `recourse.job.shipment_booked.v1`
#[derive(Debug, Deserialize)]
pub struct ShipmentBooked {
    pub(crate) job: JobId,
    pub(crate) shipment: ShipmentId,
    pub(crate) direction: Direction,
    pub(crate) booked_by: Party,
    /// Who counts as its booker, if that is another party (M3, M8).
    pub(crate) counts_as: Option<Party>,
    /// Post or courier. If absent: courier for the provider's bookings, post for the buyer's.
    pub(crate) means: Option<Means>,
    pub(crate) carrier: String,
    pub(crate) price: Money,
    pub(crate) reimbursement_cap: Option<Money>,
    /// The receipt of what the buyer paid (M13).
    #[serde(default)]
    pub(crate) receipt: Option<PostageReceipt>,
}

/// The receipt of a shipment: only the amount on it.
#[derive(Debug, Deserialize)]
pub struct PostageReceipt {
    pub(crate) amount: Money,
}

/// `recourse.job.receipt_added.v1`
#[derive(Debug, Deserialize)]
pub struct ReceiptAdded {
    pub(crate) job: JobId,
    pub(crate) shipment: ShipmentId,
    pub(crate) receipt: PostageReceipt,
}

/// `recourse.job.shipment_picked_up.v1`, `…shipment_delivered.v1`, `…shipment_lost.v1` and
/// `…shipment_damaged.v1`
#[derive(Debug, Deserialize)]
pub struct ShipmentMoved {
    pub(crate) job: JobId,
    pub(crate) shipment: ShipmentId,
}

/// `recourse.job.deadline_passed.v1`
#[derive(Debug, Deserialize)]
pub struct JobOverdue {
    pub(crate) job: JobId,
    pub(crate) deadline: String,
}

/// `recourse.job.shipment_corrected.v1`
#[derive(Debug, Deserialize)]
pub struct ShipmentCorrected {
    pub(crate) job: JobId,
    pub(crate) shipment: ShipmentId,
    pub(crate) now: ShipmentEnd,
}

/// `recourse.job.received.v1`
#[derive(Debug, Deserialize)]
pub struct DeviceReceived {
    pub(crate) job: JobId,
    pub(crate) serial: Serial,
    pub(crate) serial_matches: bool,
    pub(crate) second_serial: Option<Serial>,
}

/// `recourse.job.serial_resolved.v1`
#[derive(Debug, Deserialize)]
pub struct SerialResolved {
    pub(crate) job: JobId,
    pub(crate) serial: Serial,
}

/// `recourse.job.inspected.v1`
#[derive(Debug, Deserialize)]
pub struct DeviceInspected {
    pub(crate) job: JobId,
    pub(crate) verdict: Verdict,
    pub(crate) cause: Cause,
    /// Further defects found during the inspection (C4).
    #[serde(default)]
    pub(crate) also_found: Vec<Cause>,
    /// Verdicts of single defects, if they differ (C4).
    #[serde(default)]
    pub(crate) defects: Vec<DefectVerdict>,
}

/// `recourse.job.replacement_sent.v1`
#[derive(Debug, Deserialize)]
pub struct ReplacementSent {
    pub(crate) job: JobId,
    pub(crate) serial: Serial,
    pub(crate) shipment: Option<ShipmentId>,
}

// ---------------------------------------------------------------- settlements

/// Any settlement event of which only the settlement matters here.
#[derive(Debug, Deserialize)]
pub struct OfSettlement {
    pub(crate) settlement: SettlementId,
    /// The outcome by refunds, if the settlement is over (M8).
    #[serde(default)]
    pub(crate) outcome: Option<Outcome>,
}

/// `recourse.settlement.deadline_passed.v1`
#[derive(Debug, Deserialize)]
pub struct PaymentOverdue {
    pub(crate) deadline: String,
}

/// `recourse.settlement.payment_added.v1` and `…payment_reversed.v1`
#[derive(Debug, Deserialize)]
pub struct PaymentOwed {
    pub(crate) from: Party,
    pub(crate) to: Party,
}

/// `recourse.settlement.opened.v1`, `…payment_paid.v1`, `…written_off.v1` and
/// `…collection_started.v1`
#[derive(Debug, Deserialize)]
pub struct BuyerPaid {
    /// Whether nothing is owed by or to the buyer any more.
    #[serde(default)]
    pub(crate) buyer_is_settled: bool,
}
