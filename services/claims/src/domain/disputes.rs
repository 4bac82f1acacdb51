//! Disputes with the seller, as far as claims need them (C8): while one about the device is undecided, the
//! verification of a claim waits.

use recourse_kernel::{ClaimId, DeviceId, DisputeId, Instant, Money};
use serde::{Deserialize, Serialize};

use super::review::{LateFact, reviews};
use super::{Claim, ClaimEvent, Cx, Purchase};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// A dispute with the seller was opened or decided (C8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DisputeNoted {
    /// The dispute.
    pub dispute: DisputeId,
    /// The device that it is about.
    pub device: DeviceId,
    /// Open or decided, with how it ended.
    #[serde(flatten)]
    pub state: DisputeState,
    /// When that was.
    pub at: Instant,
    /// Whether a dispute about the device is open after this, so that claims wait (C8).
    #[serde(default)]
    pub waits: bool,
    /// The claims that wait, or can go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimId>,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DisputeState {
    /// Nobody has decided it.
    Open,
    /// It is over.
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
    /// The full price went back.
    FullRefund,
    /// A part of the price went back, and the buyer keeps the device.
    PartialRefund,
    /// The seller exchanged the device.
    Exchange,
    /// The seller paid for a repair.
    RepairReimbursed,
    /// Nothing came of it.
    Nothing,
}

// ---------------------------------------------------------------- state

/// A dispute, as far as claims need it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    /// The device that it is about.
    pub device: DeviceId,
    /// Where it stands.
    pub state: DisputeState,
    /// When it was opened, as far as that is known.
    pub opened_at: Option<Instant>,
    /// When it was decided.
    pub decided_at: Option<Instant>,
}

impl Dispute {
    /// Whether it was undecided at a moment.
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

    /// C8: whether a dispute about the device is still undecided.
    pub fn has_open_dispute(&self, device: DeviceId) -> bool {
        self.disputes_about(device).any(|dispute| dispute.state == DisputeState::Open)
    }

    /// Whether the seller paid for a repair of a device in a dispute, and so agreed to it.
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

/// A dispute's fact, as order-intake told it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteDispute {
    /// The dispute.
    pub dispute: DisputeId,
    /// The device.
    pub device: DeviceId,
    /// Where it stands.
    pub state: DisputeState,
    /// Since when.
    pub at: Instant,
}

/// Keeps where a dispute stands, and names the claims that wait for it (C8). Opens a review of claims whose
/// papers would not have been accepted, had it been known.
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
