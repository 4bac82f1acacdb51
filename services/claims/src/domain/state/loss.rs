//! Losses for which the provider is liable (M8).

use recourse_kernel::WaitKind;
use recourse_terms::{Outcome, Party};

use super::claim::Claim;
use super::review::Review;
use super::stage::Stage;
use super::visit::Visit;

impl Claim {
    /// M8: whether the provider lost the device on a shipment to a shop and has not compensated it.
    /// Nothing else can follow for it, in whatever stage. M9: a device that was replaced or paid
    /// for is the provider's own.
    pub(crate) fn lost_by_the_provider(&self) -> bool {
        let is_lost = |visit: &Visit| visit.lost == Some(Party::Provider);
        self.visit.as_ref().is_some_and(is_lost) && !self.is_the_providers()
    }

    /// M9: whether the device belongs to the provider.
    pub(crate) fn is_the_providers(&self) -> bool {
        let settled = self.settled_as.as_ref().map(|settled| settled.facts.outcome);
        matches!(settled, Some(Outcome::Replaced | Outcome::Refunded)) || self.abandoned.is_some()
    }

    /// M8: whether the remedy of this claim is the compensation of a loss: before the settlement it
    /// is chosen in the claim itself, afterwards in a review.
    pub(crate) fn loss_is_to_be_compensated(&self) -> bool {
        matches!(self.stage, Stage::Inspection | Stage::Remedy(_)) && self.lost_by_the_provider()
    }

    /// M8: the open review of a device or replacement that the provider lost after the settlement
    /// or the end of the claim.
    pub(crate) fn review_of_the_loss(&self) -> Option<&Review> {
        self.open_reviews().find(|review| review.decisions.iter().any(|would| would.rule == "M8"))
    }

    /// M8: whether the provider has missed the deadline for compensating a loss.
    pub(crate) fn loss_is_overdue(&self) -> bool {
        self.compensate_by.is_some_and(|by| self.is_late(WaitKind::LossCompensation, 0, by.until))
    }
}
