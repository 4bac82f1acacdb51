//! The state of one job: where the device is, what was done to it, and what is still owed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use recourse_kernel::{Findings, Instant, ShipmentId, WaitKind};
use recourse_terms::{Direction, Party, Serial, Verdict};
use serde::{Deserialize, Serialize};

use super::promise::Promise;
use super::shipment::Shipment;
use crate::domain::events::{BeyondRepairBecause, Due, GoesBack, HandedTo, Opened};

/// One device's visit to one repair shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    /// When the verdict was reported, which may be later than it was found.
    pub verdict_reported_at: Option<Instant>,
    /// From a repair to the overturned verdict that made more work of it; that is not counted (C11).
    pub was_repaired: Vec<Span>,
    /// When the job was moved to another shop, most recently.
    pub moved_at: Option<Instant>,
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
    /// What goes to the buyer, how, and by when (T3, T11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<Leaving>,
    /// Until when the buyer hands the device over (T11).
    pub hand_over: Due,
    /// The courier that the provider owes, until it has picked the device up (M3, T11).
    pub courier: Option<Courier>,
    /// Since when, and until when, the previous shop forwards the device (T11).
    pub forward: Option<Promise>,
    /// Since when, and until when, the shop inspects the device (T11).
    pub inspect: Option<Promise>,
    /// Since when, and until when, the provider resolves the quarantine (T11).
    pub resolve: Option<Promise>,
    /// The declaration of a partner shop that the provider has not approved yet (T11).
    pub proposed: Option<Proposed>,
    /// When the buyer had paid everything owed, most recently (M11).
    pub paid_at: Option<Instant>,
    /// The deadlines that passed and are recorded: what, the number of the part or shipment, and
    /// when it was due.
    pub late: BTreeSet<(WaitKind, u32, Instant)>,
    /// What the buyer was reminded of.
    pub reminded: BTreeSet<WaitKind>,
    /// Whether the buyer never handed the device over (T11).
    pub was_not_handed_over: bool,
    /// When a repair under an exchange policy was chosen; its days count from then (T3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair_chosen_at: Option<Instant>,
    /// Since when the device counts as abandoned (M8).
    pub abandoned: Option<Instant>,
    /// Whether parts have paused the repair's deadline for as long as the terms allow (T9).
    pub parts_pause_over: bool,
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

/// What goes to the buyer, and by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Since when it may go.
    pub since: Instant,
    pub how: GoesBack,
}

/// A courier that the provider booked, or that the buyer requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    pub since: Instant,
    /// Whether the buyer requested it.
    pub is_requested: bool,
    /// Until when the provider books it, or, once it is booked, until when it comes.
    pub by: Instant,
    /// From when the buyer may book it instead.
    pub buyer_may_book_from: Instant,
}

/// A declaration that waits for the provider's approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposed {
    pub because: BeyondRepairBecause,
    pub at: Instant,
    /// From when silence approves it.
    pub approve_by: Instant,
    pub findings: Findings,
}

/// A part that the repair waits for, or waited for (T9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub part: String,
    pub ordered_at: Instant,
    /// When it was reported; the clock is paused from then on.
    pub reported_at: Instant,
    /// The expected arrival date, in the shop's time zone.
    pub expected_on: NaiveDate,
    /// The first date that was promised.
    pub first_expected_on: NaiveDate,
    pub arrived_at: Option<Instant>,
    /// The latest date that had been promised when its lateness was recorded, and since when it is
    /// late.
    pub late: Option<(NaiveDate, Instant)>,
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
            verdict_reported_at: None,
            was_repaired: Vec::new(),
            moved_at: None,
            found_before: None,
            forwarded_from: None,
            forwarded: Vec::new(),
            damaged_on: None,
            declaration: None,
            dispatch: None,
            hand_over: opened.hand_over,
            courier: None,
            forward: None,
            inspect: None,
            resolve: None,
            proposed: None,
            paid_at: None,
            late: BTreeSet::new(),
            reminded: BTreeSet::new(),
            was_not_handed_over: false,
            repair_chosen_at: None,
            abandoned: None,
            parts_pause_over: false,
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

    /// Whether this deadline has passed, and that is recorded.
    pub fn is_late(&self, what: WaitKind, number: u32, due: Instant) -> bool {
        self.late.contains(&(what, number, due))
    }

    /// Whether the repair's deadline was missed, whatever it was then (T4).
    pub fn missed_repair(&self, what: WaitKind) -> Option<Instant> {
        self.late.iter().find(|(kind, ..)| *kind == what).map(|(.., due)| *due)
    }

    /// The shipments to the shop that have neither ended nor been cancelled.
    pub fn en_route_to_shop(&self) -> impl Iterator<Item = (&u32, &Shipment)> {
        let to_shop = |(_, shipment): &(&u32, &Shipment)| {
            shipment.direction == Direction::ToShop && shipment.is_open()
        };
        self.shipments.iter().filter(to_shop)
    }

    /// The provider's booking of a shipment to the shop that the carrier has not picked up.
    pub fn unused_of_provider(&self) -> Option<u32> {
        let mut open = self.en_route_to_shop();
        let is_its =
            |shipment: &Shipment| shipment.is_unused() && shipment.booked_by == Party::Provider;
        open.find(|(_, shipment)| is_its(shipment)).map(|(number, _)| *number)
    }

    /// M3, T11: whether the provider's courier is awaited, and not what the buyer booked instead.
    pub fn awaits_the_courier(&self) -> bool {
        let is_the_buyers = |shipment: &Shipment| shipment.booked_by == Party::Buyer;
        let booked_instead = self.en_route_to_shop().any(|(_, shipment)| is_the_buyers(shipment));
        self.courier.is_some() && !booked_instead
    }

    /// The latest shipment that carries the device from the previous shop to this one.
    pub fn forwarded_with(&self) -> Option<&Shipment> {
        let present = Some(self.forwarded.len());
        let mut latest = self.shipments.values().rev();
        latest.find(|shipment| shipment.forwards == present && !shipment.cancelled)
    }

    /// M8: whether the device was lost on a shipment to the shop for which the provider is liable;
    /// it is compensated, whatever was decided before.
    pub fn is_lost_by_the_provider(&self) -> bool {
        let mut latest = self.shipments.values().rev();
        let latest =
            latest.find(|shipment| shipment.direction == Direction::ToShop && !shipment.cancelled);
        let by_provider =
            |shipment: &Shipment| shipment.is_lost() && shipment.liable() == Party::Provider;
        self.device == Device::Awaited && latest.is_some_and(by_provider)
    }

    /// Whether one shop has the device for another, or has sent it, and it is not lost.
    pub fn is_between_shops(&self) -> bool {
        let is_forwarded = self.device == Device::Awaited && self.forwarded_from.is_some();
        is_forwarded && !self.forwarded_with().is_some_and(Shipment::is_lost)
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
