//! M8, T11: whose statement about a shipment counts. The carrier's scans always do; without them,
//! a party states only what is not to its own advantage, and what others may correct.

use recourse_kernel::{Principal, Role};
use recourse_terms::{Direction, Party};

use crate::domain::rejection::JobRejection;
use crate::domain::state::{Shipment, ShipmentEnd};

/// Who reports something about a shipment, and whether the carrier's scans show it.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    is_buyer: bool,
    is_scanned: bool,
}

impl Statement {
    /// The statement of a caller.
    pub fn of(principal: &Principal, is_scanned: bool) -> Self {
        Self { is_buyer: principal.role == Role::Buyer, is_scanned }
    }

    /// M8: a shipment for which the provider is liable was picked up: its carrier, the shop or the
    /// provider states it.
    pub fn picks_up(self, shipment: &Shipment) -> Result<(), JobRejection> {
        self.unless(self.is_buyer && shipment.liable() == Party::Provider)
    }

    /// M8, T11: the shipment arrived. For one for which the provider is liable, the buyer states no
    /// arrival at the shop, unless it counts as lost. That something reached the buyer, who denied
    /// it, is for the carrier to state.
    pub fn delivers(self, shipment: &Shipment) -> Result<(), JobRejection> {
        let is_lost = shipment.is_lost();
        match shipment.end {
            Some(ShipmentEnd::Delivered(_)) if !shipment.presumed && !self.is_scanned => {
                return Err(JobRejection::ShipmentAlready("delivered"));
            }
            _ => {}
        }
        let is_providers = shipment.liable() == Party::Provider;
        self.unless(match shipment.direction {
            Direction::ToShop => self.is_buyer && is_providers && !is_lost,
            Direction::ToBuyer => !self.is_buyer && is_lost && !shipment.presumed,
        })
    }

    /// M8, T11: the shipment is lost. Nothing is lost that was not picked up. The buyer states it
    /// for a shipment for which the buyer is liable, or to the buyer once asked, or once it counts
    /// as delivered; the shop and the provider for one for which the provider is liable, until the
    /// buyer is asked.
    pub fn loses(self, shipment: &Shipment) -> Result<(), JobRejection> {
        match shipment.end {
            Some(ShipmentEnd::Lost(_)) if !shipment.presumed && !self.is_scanned => {
                return Err(JobRejection::ShipmentAlready("lost"));
            }
            Some(ShipmentEnd::Delivered(_)) if !shipment.presumed && !self.is_scanned => {
                return Err(JobRejection::ShipmentAlready("delivered"));
            }
            None if !shipment.has_left() && !self.is_scanned => {
                return Err(JobRejection::NotPickedUp);
            }
            _ => {}
        }
        let is_asked = shipment.asked.is_some() || shipment.presumed;
        let is_providers = shipment.liable() == Party::Provider;
        self.unless(match (self.is_buyer, shipment.direction) {
            (true, Direction::ToShop) => is_providers,
            (true, Direction::ToBuyer) => is_providers && !is_asked,
            (false, _) => !is_providers || shipment.asked.is_some(),
        })
    }

    /// T11: whether others may correct it: neither the carrier states it nor the recipient, and for
    /// a loss not the party that is liable for it either, if that is the buyer.
    pub fn is_presumed(self, shipment: &Shipment, is_lost: bool) -> bool {
        let is_recipient = self.is_buyer == (shipment.direction == Direction::ToBuyer);
        let is_own_loss = is_lost && self.is_buyer && shipment.liable() == Party::Buyer;
        !self.is_scanned && !is_recipient && !is_own_loss
    }

    fn unless(self, is_another_partys: bool) -> Result<(), JobRejection> {
        if is_another_partys && !self.is_scanned {
            return Err(JobRejection::NotYoursToState);
        }
        Ok(())
    }
}
