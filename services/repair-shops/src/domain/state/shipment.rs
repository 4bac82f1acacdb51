//! The state of one shipment.

use recourse_kernel::Instant;
use recourse_terms::{Direction, Party};
use serde::{Deserialize, Serialize};

use crate::domain::events::ShipmentBooked;

/// One transport of the device or of its replacement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    /// To the shop or to the buyer.
    pub direction: Direction,
    pub booked_by: Party,
    pub booked_at: Instant,
    /// When it was picked up.
    pub picked_up_at: Option<Instant>,
    /// How it ended, once it has.
    pub end: Option<ShipmentEnd>,
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
            picked_up_at: None,
            end: None,
        }
    }

    pub fn is_lost(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Lost(_)))
    }

    pub fn is_delivered(&self) -> bool {
        matches!(self.end, Some(ShipmentEnd::Delivered(_)))
    }
}
