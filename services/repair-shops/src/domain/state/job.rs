//! The state of one job: where the device is, what was done to it, and what is still owed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{Instant, ShipmentId};
use recourse_terms::{Party, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::shipment::Shipment;
use crate::domain::events::{BeyondRepairBecause, HandedTo, Opened};

/// One device's visit to one repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub opened: Box<Opened>,
    /// Shipments, by number.
    pub shipments: BTreeMap<u32, Shipment>,
    pub device: Device,
    /// Parts, in the order in which they were first awaited.
    pub parts: Vec<Part>,
    /// How the device or its replacement was sent to the buyer.
    pub ending: Option<Ending>,
    /// When a shop first received the device; the clock continues from there after a move (T4).
    pub first_receipt: Option<Instant>,
    /// The verdict of an earlier shop, which remains valid after a move.
    pub found_before: Option<(Verdict, Instant)>,
    /// The city from which the device still has to be forwarded to the current shop.
    pub forwarded_from: Option<String>,
    /// The periods between leaving one shop and being received by the next.
    pub forwarded: Vec<Span>,
    /// The shipment on which the device was damaged, and who had booked it (M8).
    pub damaged_on: Option<(ShipmentId, Party)>,
    /// The declaration that is due, and by when (T5, T6).
    pub declaration: Option<Owed>,
    /// The dispatch to the buyer that is due, and by when (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Owed>,
    /// When a repair under an exchange policy was chosen; its days count from then (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_chosen_at: Option<Instant>,
    /// Since when the device counts as abandoned (M8).
    pub abandoned: Option<Instant>,
    /// Whether the missed repair deadline was reported (T4, T8).
    pub remedy_deadline_reported: bool,
    /// Whether T5's duty was raised.
    pub bench_duty_raised: bool,
    /// Whether the job is finished.
    pub is_closed: bool,
}

/// A period of time; it is open while `until` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: Instant,
    pub until: Option<Instant>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Device {
    /// With the buyer or in transit.
    Awaited,
    /// At the shop, but with a serial other than the claimed one: no verdict is possible (C6).
    Quarantined(Receipt),
    /// At the shop, ready for work.
    OnBench(Bench),
}

/// A device that a shop received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub at: Instant,
    /// The serial read from the device.
    pub serial: Serial,
}

/// The work on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    pub receipt: Receipt,
    /// The verdict and its time.
    pub found: Option<(Verdict, Instant)>,
    /// The result of the work, once there is one.
    pub result: Option<BenchResult>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BenchResult {
    /// Repaired at this time.
    Repaired(Instant),
    /// Declared beyond repair at this time.
    BeyondRepair(BeyondRepairBecause, Instant),
}

/// A part that the repair waits for, or waited for (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub part: String,
    pub ordered_at: Instant,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
    pub arrived_at: Option<Instant>,
    /// The expected date whose passing was reported.
    pub lateness_reported: Option<NaiveDate>,
}

/// Something that the provider owes by a fixed time: the declaration that the device is beyond
/// repair (T5, T6), or a dispatch (T3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// The time by which it must be done.
    pub by: Instant,
    /// Whether its lateness was reported.
    pub lateness_reported: bool,
}

/// How something was sent to the buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The device itself was handed over.
    HandedOver(HandedTo, Option<ShipmentId>),
    Replaced(Option<ShipmentId>),
}

impl Job {
    /// The state of a job that was just opened.
    pub fn new(opened: &Opened) -> Self {
        Self {
            opened: Box::new(opened.clone()),
            shipments: BTreeMap::new(),
            device: Device::Awaited,
            parts: Vec::new(),
            ending: None,
            first_receipt: None,
            found_before: None,
            forwarded_from: None,
            forwarded: Vec::new(),
            damaged_on: None,
            declaration: None,
            dispatch: None,
            repair_chosen_at: None,
            abandoned: None,
            remedy_deadline_reported: false,
            bench_duty_raised: false,
            is_closed: false,
        }
    }

    /// The shop's time zone, in which its days are counted; UTC if the name in the directory is
    /// unknown.
    pub fn zone(&self) -> Tz {
        self.opened.shop.zone.parse().unwrap_or(Tz::UTC)
    }

    /// The receipt of the device at the shop, in quarantine or not.
    pub fn receipt(&self) -> Option<&Receipt> {
        match &self.device {
            Device::Awaited => None,
            Device::Quarantined(receipt) => Some(receipt),
            Device::OnBench(bench) => Some(&bench.receipt),
        }
    }

    /// The first part that is still awaited.
    pub fn awaited_part(&self) -> Option<&Part> {
        self.parts.iter().find(|part| part.arrived_at.is_none())
    }

    /// The part of this name, if it is awaited.
    pub fn awaited(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.part == name && part.arrived_at.is_none())
    }

    /// M8: whether what was sent to the buyer was lost in transit.
    pub fn ended_with_a_lost_shipment(&self) -> bool {
        let shipment = match self.ending {
            Some(Ending::Replaced(shipment) | Ending::HandedOver(_, shipment)) => shipment,
            None => None,
        };
        shipment
            .and_then(|shipment| self.shipments.get(&shipment.shipment))
            .is_some_and(Shipment::is_lost)
    }
}

impl Owed {
    pub(super) fn by(by: Instant) -> Self {
        Self { by, lateness_reported: false }
    }

    pub(super) fn lateness_reported(owed: &mut Option<Self>) {
        if let Some(owed) = owed {
            owed.lateness_reported = true;
        }
    }
}
