//! What one side waits for from the other: answers to questions (C3), and to offers (stage 4).

use recourse_kernel::{Instant, Money};
use serde::{Deserialize, Serialize};

use crate::domain::events::{AsksFor, Awaited, OfferKind, Side};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Number of the question in the claim, from 1.
    pub number: u32,
    pub asked_at: Instant,
    /// Deadline and reminder of the answer.
    pub awaited: Awaited,
    /// Whether it was answered, or its days are over.
    pub answered: bool,
    /// What the buyer was asked to send.
    pub asks_for: Option<AsksFor>,
    /// How many photos the answer added.
    pub photos: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Number of the offer in the claim, from 1.
    pub number: u32,
    pub by: Side,
    pub kind: OfferKind,
    /// What the buyer pays; a negative price is paid by the provider.
    pub price: Money,
    /// Whether the price includes a repair.
    pub repair: bool,
    pub made_at: Instant,
    /// Deadline of the other side's answer.
    pub awaited: Option<Awaited>,
    /// Whether it was accepted, declined or replaced by a later offer.
    pub answered: bool,
}
