//! The state of one shipment.

use recourse_kernel::{Currency, Instant};
use recourse_terms::{Direction, Party};
use serde::{Deserialize, Serialize};

use super::promise::Promise;
use crate::domain::events::ShipmentBooked;

/// One transport of the device or of its replacement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// To the shop or to the buyer.
    pub direction: Direction,
    pub booked_by: Party,
    /// Who counts as its booker, if that is another party (M3, M8).
    pub counts_as: Option<Party>,
    pub booked_at: Instant,
    /// When it was picked up.
    pub picked_up_at: Option<Instant>,
    /// Since when, and until when, the carrier has it (T11).
    pub en_route: Option<Promise>,
    /// Since when the buyer is asked whether it arrived, and until when (T11).
    pub asked: Option<Promise>,
    /// How it ended, once it has.
    pub end: Option<ShipmentEnd>,
    /// Whether that is presumed, because it was not reported (T11).
    pub presumed: bool,
    /// Whether the booking was cancelled (M13).
    pub cancelled: bool,
    /// The currency of its price.
    pub currency: Currency,
    /// Whether there is a receipt of what the buyer paid (M13).
    pub has_receipt: bool,
    /// The number of the forwarding that it belongs to, if it goes from one shop to another.
    pub forwards: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShipmentEnd {
    /// Delivered at this time.
    Delivered(Instant),
    /// Lost, as of this time.
    Lost(Instant),
}

impl Shipment {
    pub(super) fn new(booked: &ShipmentBooked) -> Self {
        Self {
            direction: booked.direction,
            booked_by: booked.booked_by,
            booked_at: booked.booked_at,
            counts_as: booked.counts_as,
            picked_up_at: None,
            en_route: None,
            asked: None,
            end: None,
            presumed: false,
            cancelled: false,
            currency: booked.price.currency,
            has_receipt: booked.receipt.is_some(),
            forwards: None,
        }
    }

    /// Whether it has neither ended nor been cancelled.
    pub fn is_open(&self) -> bool {
        self.end.is_none() && !self.cancelled
    }

    /// Whether the carrier has it, with what it is about.
    pub fn is_with_the_carrier(&self) -> bool {
        self.is_open() && self.en_route.is_some()
    }

    /// Whether it was only booked so far.
    pub fn is_unused(&self) -> bool {
        self.is_open() && !self.has_left()
    }

    /// Whether it left its sender, as the pick-up or the hand-over to the carrier says.
    pub fn has_left(&self) -> bool {
        self.picked_up_at.is_some() || self.en_route.is_some()
    }

    /// M8: who is liable for its loss.
    pub fn liable(&self) -> Party {
        self.counts_as.unwrap_or(self.booked_by)
    }

    pub fn is_lost(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Lost(_)))
    }

    pub fn is_delivered(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Delivered(_)))
    }
}
