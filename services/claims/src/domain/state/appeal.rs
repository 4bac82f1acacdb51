//! The appeals of a claim: one for each decision (C11), and what waits for them.

use recourse_kernel::Instant;
use recourse_terms::Verdict;
use serde::{Deserialize, Serialize};

use super::stage::{Remedying, Stage};
use super::{Claim, Visit};
use crate::domain::events::{AppealOf, Remedy};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealState {
    pub of: AppealOf,
    pub appealed_at: Instant,
    /// Whether the appeal was upheld; `None` until it is decided.
    pub upheld: Option<bool>,
    /// Deadline of the decision by the provider or, once escalated, by the marketplace.
    pub decide_by: Option<Instant>,
    /// When the appeal went to the marketplace, because the provider did not decide it.
    pub escalated_at: Option<Instant>,
    /// Whether a later decision of the same kind took the place of the one that was appealed, or
    /// the buyer withdrew the claim.
    pub is_outdated: bool,
}

impl AppealState {
    /// Whether the appeal still has to be decided.
    pub fn is_open(&self) -> bool {
        self.upheld.is_none() && !self.is_outdated
    }
}

impl Remedying {
    /// Whether the verdict refuses something, so that it can be appealed (C11): the whole claim, or
    /// a single defect (C4). For a single defect that is possible until the covered repair is done
    /// and the device has left.
    pub(crate) fn refuses_something(&self) -> bool {
        match self.chosen {
            None => self.verdict != Verdict::Covered || self.is_covered_in_part(),
            Some(Remedy::Repair) => self.is_covered_in_part(),
            Some(_) => false,
        }
    }
}

impl Claim {
    /// The undecided appeals: at most one of each decision.
    pub fn open_appeals(&self) -> impl Iterator<Item = &AppealState> {
        self.appeals.iter().filter(|appeal| appeal.is_open())
    }

    /// The undecided appeal of this decision, if there is one.
    pub(crate) fn open_appeal_of(&self, of: AppealOf) -> Option<&AppealState> {
        self.open_appeals().find(|appeal| appeal.of == of)
    }

    /// C11: the appeal against the rejection, the verdict or the chain that is in force.
    pub(crate) fn appeal_of(&self, of: AppealOf) -> Option<&AppealState> {
        self.appeals.iter().rev().find(|appeal| appeal.of == of && !appeal.is_outdated)
    }

    /// C11, T6: the appeal that has to be decided before a remedy is chosen: of the verdict or, for
    /// a covered defect, of the chain, which decides whether the device is beyond repair.
    pub(crate) fn appeal_before_the_choice(&self) -> Option<&AppealState> {
        let is_covered = self.verdict() == Some(Verdict::Covered);
        self.open_appeals().find(|appeal| match appeal.of {
            AppealOf::Verdict => true,
            AppealOf::Chain => is_covered,
            AppealOf::Rejection => false,
        })
    }

    /// C11: until when the buyer can appeal the rejection or the verdict in force; `None` if there
    /// is nothing to appeal, or the buyer has appealed it or consented to it.
    pub(crate) fn appeal_until(&self) -> Option<Instant> {
        if self.consented {
            return None;
        }
        match &self.stage {
            Stage::Rejected { appeal_until, .. } => {
                Some(*appeal_until).filter(|_| self.appeal_of(AppealOf::Rejection).is_none())
            }
            Stage::Remedy(found)
                if found.refuses_something()
                    && (found.chosen.is_none() || self.is_at_the_shop()) =>
            {
                found.appeal_until.filter(|_| self.appeal_of(AppealOf::Verdict).is_none())
            }
            _ => None,
        }
    }

    /// C4, C11: whether the covered repair is done, and the device waits until the buyer can no
    /// longer appeal that another defect is not covered.
    pub(crate) fn is_repaired_in_part(&self) -> bool {
        let Stage::Remedy(found) = &self.stage else { return false };
        let is_done = self.visit.as_ref().is_some_and(|visit| visit.repaired.is_some());
        found.is_covered_in_part() && found.chosen == Some(Remedy::Repair) && is_done
    }

    /// Whether the shop has the device, so that it need not come again.
    pub(crate) fn is_at_the_shop(&self) -> bool {
        self.visit.as_ref().is_some_and(Visit::has_the_device)
    }
}
