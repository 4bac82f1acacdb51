//! A shop's notes on a job.

use recourse_kernel::{JobId, Principal, ShipmentId};

/// A shop's notes on a job.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a checklist")]
pub(super) struct JobRun {
    pub(super) job: JobId,
    pub(super) shop: Principal,
    /// The buyer lives nearby, and comes in person.
    pub(super) in_person: bool,
    /// The carrier of return shipments.
    pub(super) carrier: &'static str,
    pub(super) return_shipment: Option<ShipmentId>,
    pub(super) remedy: Option<String>,
    pub(super) waits_for_money: bool,
    pub(super) is_received: bool,
    pub(super) is_repaired: bool,
    pub(super) beyond_repair: bool,
    pub(super) lost: bool,
    pub(super) is_over: bool,
}
