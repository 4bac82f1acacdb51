//! Translates other services' facts into commands of this service. Pure: the domain decides what a
//! fact means, as it does for any other command.

use recourse_kernel::wire::decode_body;
use recourse_kernel::{Instant, JobId, PolicyId, Record, Role, WireError};
use recourse_terms::{Means, Party, ShipmentFact};
use serde::de::DeserializeOwned;

use crate::domain::commands::{
    ClaimCommand, CoverageFact, NoteCoverage, NoteDispute, NoteJob, NoteOrder, NoteSettlement,
    RecordVerdict,
};
use crate::domain::events::{DisputeState, MoneyProgress, PolicyCoverage, Progress, Shipment};
use crate::foreign::{
    BuyerPaid, CoverageScheduled, CoverageStarted, DeviceInspected, DeviceReceived, DisputeDecided,
    DisputeOpened, DisputeOverdue, DisputePerformed, DisputeWithdrawn, JobOpened, JobOverdue,
    OfJob, OfSettlement, OrderCompleted, PaymentOverdue, PaymentOwed, PolicyOver, PolicySold,
    PricePaidChanged, ReceiptAdded, ReplacementSent, SerialResolved, ShipmentBooked,
    ShipmentCorrected, ShipmentMoved,
};

/// Translates a record into a command, or returns `None` if it does not concern claims.
pub fn translate(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    for of_source in [of_order, of_policy, of_job, of_shipment, of_settlement] {
        if let Some(command) = of_source(record)? {
            return Ok(Some(command));
        }
    }
    Ok(None)
}

/// Facts about the order, from order-intake.
fn of_order(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    let at = record.time;
    Ok(Some(match record.type_name.as_str() {
        "recourse.order.completed.v1" => {
            let OrderCompleted { order, completed_at } = read(record)?;
            ClaimCommand::NoteOrder(NoteOrder { order, completed_at })
        }
        "recourse.order.dispute_opened.v1" => {
            let DisputeOpened { dispute, device } = read(record)?;
            let state = DisputeState::Open;
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
        }
        "recourse.order.dispute_decided.v1" => {
            let DisputeDecided { dispute, device, ending, amount } = read(record)?;
            let state = DisputeState::Decided { ending, amount };
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
        }
        "recourse.order.dispute_performed.v1" => {
            let DisputePerformed { dispute, device, ending, amount } = read(record)?;
            let state = DisputeState::Performed { ending, amount };
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
        }
        "recourse.order.dispute_withdrawn.v1" => {
            let DisputeWithdrawn { dispute, device } = read(record)?;
            let state = DisputeState::Withdrawn;
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
        }
        "recourse.order.deadline_passed.v1" => {
            let DisputeOverdue { dispute, device, deadline } = read(record)?;
            let (Some(dispute), Some(device), "dispute_decision") =
                (dispute, device, deadline.as_str())
            else {
                return Ok(None);
            };
            // C8: from now on claims no longer wait for it.
            let state = DisputeState::Overdue;
            ClaimCommand::NoteDispute(NoteDispute { dispute, device, state, at })
        }
        _ => return Ok(None),
    }))
}

/// Facts about a policy, from warranty-sales.
fn of_policy(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    Ok(Some(match record.type_name.as_str() {
        "recourse.policy.sold.v1" => sold(read(record)?),
        "recourse.policy.coverage_scheduled.v1" => scheduled(&read(record)?),
        "recourse.policy.coverage_started.v1" => {
            coverage(read::<CoverageStarted>(record)?.policy, CoverageFact::Started)
        }
        "recourse.policy.price_paid_changed.v1" => {
            let PricePaidChanged { policy, device_price_refunded } = read(record)?;
            coverage(policy, CoverageFact::Refunded(device_price_refunded))
        }
        "recourse.policy.cancelled.v1" => {
            let PolicyOver { policy, reason } = read(record)?;
            coverage(policy, CoverageFact::Cancelled(reason))
        }
        "recourse.policy.ended.v1" => {
            let PolicyOver { policy, reason } = read(record)?;
            coverage(policy, CoverageFact::Ended(reason))
        }
        _ => return Ok(None),
    }))
}

/// Facts about a visit to a shop, from repair-shops.
fn of_job(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    let at = record.time;
    Ok(Some(match record.type_name.as_str() {
        "recourse.job.opened.v1" => {
            let JobOpened { job, shop } = read(record)?;
            let opened = NoteJob { shop: Some(shop.id), ..noted(job, Progress::Opened, at) };
            ClaimCommand::NoteJob(Box::new(opened))
        }
        "recourse.job.moved.v1" => {
            let JobOpened { job, shop } = read(record)?;
            let moved = NoteJob { shop: Some(shop.id), ..noted(job, Progress::Moved, at) };
            ClaimCommand::NoteJob(Box::new(moved))
        }
        "recourse.job.routing_failed.v1" => job_noted(record, Progress::RoutingFailed)?,
        "recourse.job.received.v1" => {
            let DeviceReceived { job, serial, serial_matches, second_serial } = read(record)?;
            ClaimCommand::NoteJob(Box::new(if serial_matches {
                let serials = std::iter::once(serial).chain(second_serial).collect();
                NoteJob { serials, ..noted(job, Progress::Received, at) }
            } else {
                noted(job, Progress::SerialMismatch, at)
            }))
        }
        "recourse.job.serial_resolved.v1" => {
            let SerialResolved { job, serial } = read(record)?;
            let resolved = NoteJob { serials: vec![serial], ..noted(job, Progress::Received, at) };
            ClaimCommand::NoteJob(Box::new(resolved))
        }
        "recourse.job.inspected.v1" => {
            let DeviceInspected { job, verdict, cause, also_found, defects } = read(record)?;
            let by = record.principal.clone();
            let found =
                RecordVerdict { job, verdict, cause, by, found_at: at, also_found, defects };
            ClaimCommand::RecordVerdict(Box::new(found))
        }
        "recourse.job.deadline_passed.v1" => {
            let JobOverdue { job, deadline } = read(record)?;
            let what = match deadline.as_str() {
                "hand_over" => Progress::NotHandedOver,
                "parts" => Progress::PartsOverdue,
                _ => return Ok(None),
            };
            ClaimCommand::NoteJob(Box::new(noted(job, what, at)))
        }
        "recourse.job.repair_cancelled.v1" => job_noted(record, Progress::RepairCancelled)?,
        "recourse.job.repaired.v1" => job_noted(record, Progress::Repaired)?,
        "recourse.job.declared_beyond_repair.v1" => job_noted(record, Progress::BeyondRepair)?,
        "recourse.job.abandoned.v1" => job_noted(record, Progress::Abandoned)?,
        "recourse.job.handed_over.v1" => job_noted(record, Progress::HandedOver)?,
        "recourse.job.replacement_sent.v1" => replacement_sent(read(record)?, at),
        _ => return Ok(None),
    }))
}

/// Facts about a shipment of a visit, from repair-shops.
fn of_shipment(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    let at = record.time;
    Ok(Some(match record.type_name.as_str() {
        "recourse.job.shipment_booked.v1" => shipment_booked(read(record)?, at),
        "recourse.job.shipment_picked_up.v1" => shipment_moved(record, Progress::ShipmentPickedUp)?,
        "recourse.job.shipment_delivered.v1" => {
            shipment_moved(record, Progress::ShipmentDelivered)?
        }
        "recourse.job.shipment_lost.v1" => shipment_moved(record, Progress::ShipmentLost)?,
        "recourse.job.shipment_damaged.v1" => shipment_moved(record, Progress::ShipmentDamaged)?,
        "recourse.job.shipment_cancelled.v1" => {
            shipment_moved(record, Progress::ShipmentCancelled)?
        }
        "recourse.job.receipt_added.v1" => {
            let ReceiptAdded { job, shipment, receipt } = read(record)?;
            let shipment = Some(Shipment { id: shipment, fact: None });
            let added = noted(job, Progress::ReceiptAdded, at);
            let receipt = Some(receipt.amount);
            ClaimCommand::NoteJob(Box::new(NoteJob { shipment, receipt, ..added }))
        }
        "recourse.job.shipment_corrected.v1" => {
            let ShipmentCorrected { job, shipment, now } = read(record)?;
            let shipment = Some(Shipment { id: shipment, fact: None });
            let corrected = noted(job, Progress::ShipmentCorrected, at);
            ClaimCommand::NoteJob(Box::new(NoteJob { shipment, now: Some(now), ..corrected }))
        }
        _ => return Ok(None),
    }))
}

/// Facts about the payments of a claim, from refunds.
fn of_settlement(record: &Record) -> Result<Option<ClaimCommand>, WireError> {
    let what = match record.type_name.as_str() {
        "recourse.settlement.closed.v1" => MoneyProgress::Closed,
        "recourse.settlement.deadline_passed.v1" => {
            let PaymentOverdue { deadline } = read(record)?;
            match deadline.as_str() {
                "notice" => MoneyProgress::Notice,
                "abandoned" => MoneyProgress::Abandoned,
                _ => return Ok(None),
            }
        }
        "recourse.settlement.opened.v1"
        | "recourse.settlement.payment_paid.v1"
        | "recourse.settlement.written_off.v1"
        | "recourse.settlement.outcome_changed.v1"
        | "recourse.settlement.collection_started.v1" => {
            let BuyerPaid { buyer_is_settled } = read(record)?;
            if !buyer_is_settled {
                return Ok(None);
            }
            MoneyProgress::BuyerSettled
        }
        "recourse.settlement.payment_added.v1" | "recourse.settlement.payment_reversed.v1" => {
            let PaymentOwed { from, to } = read(record)?;
            // What others owe each other does not hold up the claim.
            if from != Party::Buyer && to != Party::Buyer {
                return Ok(None);
            }
            MoneyProgress::BuyerOwes
        }
        _ => return Ok(None),
    };
    let OfSettlement { settlement, outcome } = read(record)?;
    // Number 0 is the settlement of a policy's price.
    if settlement.claim == 0 {
        return Ok(None);
    }
    let policy = PolicyId { key: settlement.key, line: settlement.line, unit: settlement.unit };
    let (claim, at) = (policy.claim(settlement.claim), record.time);
    let noted = NoteSettlement { claim, settlement, what, outcome, at };
    Ok(Some(ClaimCommand::NoteSettlement(noted)))
}

fn read<T: DeserializeOwned>(record: &Record) -> Result<T, WireError> {
    decode_body(&record.type_name, &record.body)
}

fn coverage(policy: PolicyId, fact: CoverageFact) -> ClaimCommand {
    ClaimCommand::NoteCoverage(Box::new(NoteCoverage { policy, fact }))
}

fn sold(sold: PolicySold) -> ClaimCommand {
    let policy = sold.policy;
    let as_sold = PolicyCoverage {
        order: sold.order,
        device: sold.device,
        kind: sold.kind,
        buyer: sold.buyer,
        marketplace: sold.marketplace,
        seller: sold.seller,
        program: sold.program,
        provider: sold.provider,
        country: sold.country,
        city: sold.city,
        price: sold.price,
        device_price: sold.device_price,
        device_price_refunded: None,
        terms: sold.terms,
        delivered_at: None,
        delivery_zone: None,
        counted_from: None,
        starts: None,
        ends: None,
        zone: None,
        ended: None,
    };
    coverage(policy, CoverageFact::Sold(Box::new(as_sold)))
}

fn scheduled(scheduled: &CoverageScheduled) -> ClaimCommand {
    let CoverageScheduled { policy, days, corrected } = *scheduled;
    coverage(policy, CoverageFact::Scheduled { days, corrected })
}

fn noted(job: JobId, what: Progress, at: Instant) -> NoteJob {
    NoteJob {
        job,
        what,
        shipment: None,
        shop: None,
        serial: None,
        serials: Vec::new(),
        now: None,
        receipt: None,
        counts_from: None,
        at,
    }
}

fn job_noted(record: &Record, what: Progress) -> Result<ClaimCommand, WireError> {
    let OfJob { job } = read(record)?;
    Ok(ClaimCommand::NoteJob(Box::new(noted(job, what, record.time))))
}

fn shipment_booked(booked: ShipmentBooked, at: Instant) -> ClaimCommand {
    let ShipmentBooked {
        job,
        shipment,
        direction,
        booked_by,
        counts_as,
        means,
        carrier,
        price,
        reimbursement_cap,
        receipt,
    } = booked;
    let usual = if booked_by == Party::Provider { Means::Courier } else { Means::Post };
    let means = means.unwrap_or(usual);
    let fact = ShipmentFact {
        direction,
        means,
        booked_by,
        counts_as,
        carrier,
        price,
        lost: false,
        never_picked_up: false,
        reimbursement_cap,
    };
    let shipment = Some(Shipment { id: shipment, fact: Some(fact) });
    ClaimCommand::NoteJob(Box::new(NoteJob {
        shipment,
        receipt: receipt.map(|receipt| receipt.amount),
        ..noted(job, Progress::ShipmentBooked, at)
    }))
}

fn shipment_moved(record: &Record, what: Progress) -> Result<ClaimCommand, WireError> {
    let ShipmentMoved { job, shipment } = read(record)?;
    let shipment = Some(Shipment { id: shipment, fact: None });
    let is_late = record.principal.role == Role::Buyer && record.time < record.recorded;
    let counts_from = is_late.then_some(record.recorded);
    let moved = NoteJob { shipment, counts_from, ..noted(job, what, record.time) };
    Ok(ClaimCommand::NoteJob(Box::new(moved)))
}

fn replacement_sent(sent: ReplacementSent, at: Instant) -> ClaimCommand {
    let ReplacementSent { job, serial, shipment } = sent;
    let shipment = shipment.map(|id| Shipment { id, fact: None });
    let sent =
        NoteJob { shipment, serial: Some(serial), ..noted(job, Progress::ReplacementSent, at) };
    ClaimCommand::NoteJob(Box::new(sent))
}
