//! Disputes with the seller, as far as claims need them (C8): while a dispute about the device is
//! undecided, verification of a claim waits.

use recourse_kernel::{ClaimId, DeviceId, DisputeId, Instant, Money};
use serde::{Deserialize, Serialize};

use super::review::{LateFact, reviews};
use super::{Claim, ClaimEvent, Cx, Purchase};

// ---------------------------------------------------------------- events (stored permanently)

/// A dispute with the seller was opened or decided (C8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeNoted {
    /// Dispute id, `dsp_…`.
    pub dispute: DisputeId,
    /// The device that the dispute is about.
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    #[serde(flatten)]
    pub state: DisputeState,
    /// When it was opened or decided.
    pub at: Instant,
    /// Whether any dispute about the device is open after this event, so that claims wait (C8).
    #[serde(default)]
    pub waits: bool,
    /// The claims that now wait or can resume.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimId>,
}

/// State of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DisputeState {
    /// Not decided yet.
    Open,
    /// Decided.
    Decided {
        /// How it ended.
        ending: DisputeEnding,
        /// What the seller paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Money>,
    },
}

/// How a dispute with the seller ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeEnding {
    /// The seller refunded the full price.
    FullRefund,
    /// The seller refunded part of the price, and the buyer keeps the device.
    PartialRefund,
    /// The seller exchanged the device.
    Exchange,
    /// The seller paid for a repair.
    RepairReimbursed,
    /// The buyer got nothing.
    Nothing,
}

// ---------------------------------------------------------------- state

/// A dispute, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// The device that the dispute is about.
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    pub state: DisputeState,
    /// When it was opened, if known.
    pub opened_at: Option<Instant>,
    /// When it was decided.
    pub decided_at: Option<Instant>,
}

impl Dispute {
    /// Whether the dispute was undecided at that time.
    pub(super) fn was_open_at(&self, at: Instant) -> bool {
        self.opened_at.is_some_and(|opened| opened <= at)
            && self.decided_at.is_none_or(|decided| at < decided)
    }
}

// ---------------------------------------------------------------- evolve

impl Purchase {
    pub(super) fn dispute_noted(&mut self, event: &DisputeNoted) {
        let before = self.disputes.get(&event.dispute);
        let (opened_at, decided_at) = match event.state {
            DisputeState::Open => (Some(event.at), None),
            DisputeState::Decided { .. } => {
                (before.and_then(|before| before.opened_at), Some(event.at))
            }
        };
        let dispute = Dispute { device: event.device, state: event.state, opened_at, decided_at };
        self.disputes.insert(event.dispute, dispute);
        let noted = ClaimEvent::DisputeNoted(event.clone());
        for id in &event.claims {
            if let Some(claim) = self.claims.get_mut(id) {
                claim.take(&noted, event.at);
            }
        }
    }

    /// C8: whether a dispute about the device is undecided.
    pub fn has_open_dispute(&self, device: DeviceId) -> bool {
        self.disputes_about(device).any(|dispute| dispute.state == DisputeState::Open)
    }

    /// Whether the seller paid for a repair of the device in a dispute, and so agreed to it.
    pub fn seller_agreed_to_a_repair(&self, device: DeviceId) -> bool {
        let paid_for = |dispute: &Dispute| {
            matches!(
                dispute.state,
                DisputeState::Decided { ending: DisputeEnding::RepairReimbursed, .. }
            )
        };
        self.disputes_about(device).any(paid_for)
    }

    /// The disputes about a device.
    pub fn disputes_about(&self, device: DeviceId) -> impl Iterator<Item = &Dispute> {
        self.disputes.values().filter(move |dispute| dispute.device == device)
    }
}

// ---------------------------------------------------------------- decide

/// A fact about a dispute, reported by order-intake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDispute {
    /// Dispute id, `dsp_…`.
    pub dispute: DisputeId,
    /// Device id: one unit of an order line.
    pub device: DeviceId,
    /// Open, or decided with an outcome.
    pub state: DisputeState,
    /// When it was opened or decided.
    pub at: Instant,
}

/// Records the state of a dispute and the claims that wait for it (C8). Opens a review of claims
/// whose documents would not have been accepted had the dispute been known.
pub(super) fn note_dispute(
    purchase: &Purchase,
    command: &NoteDispute,
    cx: &Cx<'_>,
) -> Vec<ClaimEvent> {
    let NoteDispute { dispute, device, state, at } = *command;
    let claims = purchase
        .claims_of(device.policy())
        .filter(|claim| claim.is_open())
        .map(|claim| claim.id)
        .collect();
    let others = purchase.disputes.iter().filter(|(id, _)| **id != dispute);
    let is_open = |state: DisputeState| state == DisputeState::Open;
    let waits = is_open(state)
        || others
            .filter(|(_, other)| other.device == device)
            .any(|(_, other)| is_open(other.state));
    let noted = DisputeNoted { dispute, device, state, at, waits, claims };
    let mut known = purchase.clone();
    known.dispute_noted(&noted);
    let accepted = |claim: &&Claim| claim.accepted_as.is_some();
    let claims = purchase.claims_of(device.policy()).filter(accepted);
    let reviews = reviews(&known, claims, LateFact::Dispute, cx.reference);
    std::iter::once(ClaimEvent::DisputeNoted(noted)).chain(reviews).collect()
}
