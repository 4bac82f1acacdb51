//! A dispute about a unit, and who must act in it.

use recourse_kernel::{DisputeId, Instant, Money, WaitKind};
use serde::{Deserialize, Serialize};

use super::Order;
use crate::domain::events::{
    DeadlinePassed, DisputeAnswer, DisputeAnswered, DisputeDecided, DisputeEnding, DisputeOpened,
    Offer, OrderEvent, RequestedRemedy,
};

/// A dispute about a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispute {
    pub requested_remedy: RequestedRemedy,
    /// The price on the scanned receipt of a repair, if the buyer sent one.
    pub receipt: Option<Money>,
    /// The seller's latest answer.
    pub answer: Option<DisputeAnswer>,
    /// The seller's counter-offer, while it can be accepted.
    pub offer: Option<Offer>,
    /// Whether the seller did not answer in time.
    pub seller_was_silent: bool,
    /// Who must act, and until when.
    pub stage: DisputeStage,
    /// What was counted as refunded when the outcome was confirmed, and what of it the marketplace
    /// has not reported yet.
    pub unreported: Option<Money>,
}

/// Who must act in a dispute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStage {
    /// The seller answers.
    Answer(Period),
    /// The buyer answers the seller's offer.
    OfferAnswer(Period),
    /// The marketplace decides.
    Decision(Period),
    /// The seller carries out what was decided.
    Performance(Owed),
    /// It is over; `None` if the buyer withdrew it.
    Over(Option<Ending>),
}

/// The time that a party has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// Since when it is their turn.
    pub since: Instant,
    /// The first instant at which acting is too late.
    pub until: Instant,
    /// Whether that has passed, and is recorded.
    pub is_late: bool,
}

/// What the seller owes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    pub ending: Ending,
    pub period: Period,
    /// What was refunded of the price before the decision, in whole minor units.
    pub refunded_before: i64,
    /// The seller's statement that it was carried out, while the buyer may object.
    pub stated: Option<Stated>,
    /// Whether the buyer objected to such a statement.
    pub is_contested: bool,
}

/// The seller states that the outcome was carried out (D2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// When it was carried out, as the seller states.
    pub at: Instant,
    /// The time in which the buyer may object.
    pub period: Period,
}

/// How a dispute ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    pub ending: DisputeEnding,
    /// The amount the buyer gets, if any.
    pub amount: Option<Money>,
}

impl Period {
    fn new(since: Instant, until: Instant) -> Self {
        Self { since, until, is_late: false }
    }
}

impl Dispute {
    fn new(event: &DisputeOpened) -> Self {
        Self {
            requested_remedy: event.requested_remedy,
            receipt: event.receipt.as_ref().map(|receipt| receipt.amount),
            answer: None,
            offer: None,
            seller_was_silent: false,
            stage: DisputeStage::Answer(Period::new(event.opened_at, event.answer_by)),
            unreported: None,
        }
    }

    /// How it was decided, whether or not that is carried out; none if it is undecided, or was
    /// withdrawn.
    pub fn ending(&self) -> Option<Ending> {
        match &self.stage {
            DisputeStage::Performance(owed) => Some(owed.ending),
            DisputeStage::Over(ending) => *ending,
            _ => None,
        }
    }

    /// Whether it is still to be decided.
    pub fn is_undecided(&self) -> bool {
        !matches!(self.stage, DisputeStage::Performance(_) | DisputeStage::Over(_))
    }

    /// Whether nothing is left to do in it.
    pub fn is_over(&self) -> bool {
        matches!(self.stage, DisputeStage::Over(_))
    }

    /// Whether the seller's latest answer was an offer.
    pub fn answer_was_an_offer(&self) -> bool {
        self.answer == Some(DisputeAnswer::Counter)
    }

    fn answered(&mut self, event: &DisputeAnswered) {
        self.answer = Some(event.answer);
        self.offer = event.kind.map(|kind| Offer { kind, amount: event.offer });
        let since = event.answered_at;
        if let Some(until) = event.offer_until {
            self.stage = DisputeStage::OfferAnswer(Period::new(since, until));
        } else if let Some(until) = event.decide_by {
            self.stage = DisputeStage::Decision(Period::new(since, until));
        }
    }

    fn deadline_passed(&mut self, event: &DeadlinePassed) {
        self.seller_was_silent |= event.deadline == WaitKind::DisputeAnswer;
        match &mut self.stage {
            DisputeStage::Answer(_) | DisputeStage::OfferAnswer(_) => {
                let until = event.decide_by.unwrap_or(event.due);
                self.stage = DisputeStage::Decision(Period::new(event.due, until));
            }
            DisputeStage::Decision(period) => period.is_late = true,
            DisputeStage::Performance(owed) => {
                owed.period.is_late |= event.deadline == WaitKind::DisputePerformance;
            }
            DisputeStage::Over(_) => {}
        }
    }

    fn decided(&mut self, event: &DisputeDecided, refunded_before: i64) {
        let ending = Ending { ending: event.ending, amount: event.amount };
        self.offer = None;
        self.stage = match event.perform_by {
            Some(until) => {
                let period = Period::new(event.decided_at, until);
                DisputeStage::Performance(Owed {
                    ending,
                    period,
                    refunded_before,
                    stated: None,
                    is_contested: false,
                })
            }
            None => DisputeStage::Over(Some(ending)),
        };
    }
}

impl Dispute {
    fn with_owed(&mut self, change: impl FnOnce(&mut Owed)) {
        if let DisputeStage::Performance(owed) = &mut self.stage {
            change(owed);
        }
    }
}

impl Order {
    /// Every dispute about a unit of the order.
    pub fn disputes(&self) -> impl Iterator<Item = (DisputeId, &Dispute)> {
        self.units.iter().flat_map(|(device, unit)| {
            (1..).zip(&unit.disputes).map(|(number, dispute)| (device.dispute(number), dispute))
        })
    }

    pub fn dispute(&self, id: DisputeId) -> Option<&Dispute> {
        let position = usize::try_from(id.dispute).ok()?.checked_sub(1)?;
        self.units.get(&id.device())?.disputes.get(position)
    }

    pub(super) fn evolve_dispute(&mut self, event: &OrderEvent) {
        match event {
            OrderEvent::DisputeOpened(event) => {
                if let Some(unit) = self.units.get_mut(&event.device) {
                    unit.disputes.push(Dispute::new(event));
                }
            }
            OrderEvent::DisputeAnswered(event) => {
                self.with_dispute(event.dispute, |dispute, _| dispute.answered(event));
            }
            OrderEvent::DisputeOfferDeclined(event) => {
                self.with_dispute(event.dispute, |dispute, _| {
                    dispute.offer = None;
                    if let Some(until) = event.decide_by {
                        let period = Period::new(event.declined_at, until);
                        dispute.stage = DisputeStage::Decision(period);
                    }
                });
            }
            OrderEvent::DisputeWithdrawn(event) => {
                self.with_dispute(event.dispute, |dispute, _| {
                    (dispute.offer, dispute.stage) = (None, DisputeStage::Over(None));
                });
            }
            OrderEvent::DeadlinePassed(event) => {
                self.with_dispute(event.dispute, |dispute, _| dispute.deadline_passed(event));
            }
            OrderEvent::DisputeDecided(event) => {
                self.with_dispute(event.dispute, |dispute, refunded| {
                    dispute.decided(event, refunded);
                });
            }
            OrderEvent::DisputePerformanceStated(event) => {
                let period = Period::new(event.stated_at, event.object_by);
                let stated = Stated { at: event.at, period };
                self.with_dispute(event.dispute, |dispute, _| {
                    dispute.with_owed(|owed| owed.stated = Some(stated));
                });
            }
            OrderEvent::DisputePerformanceContested(event) => {
                self.with_dispute(event.dispute, |dispute, _| {
                    dispute.with_owed(|owed| (owed.stated, owed.is_contested) = (None, true));
                });
            }
            OrderEvent::DisputePerformed(event) => {
                let ending = Ending { ending: event.ending, amount: event.amount };
                self.with_dispute(event.dispute, |dispute, _| {
                    dispute.stage = DisputeStage::Over(Some(ending));
                });
            }
            _ => {}
        }
    }

    /// M7: an amount was counted of an outcome before its payment was reported.
    pub(super) fn expect_report(&mut self, dispute: Option<DisputeId>, amount: Money) {
        if let Some(id) = dispute {
            self.with_dispute(id, |dispute, _| dispute.unreported = Some(amount));
        }
    }

    /// M7: an amount that was counted of an outcome is reported, in one payment or in several.
    pub(super) fn reported(&mut self, dispute: Option<DisputeId>, amount: Money) {
        if let Some(id) = dispute {
            self.with_dispute(id, |dispute, _| {
                let rest = dispute.unreported.map(|rest| Money {
                    amount: rest.amount.saturating_sub(amount.amount),
                    ..rest
                });
                dispute.unreported = rest.filter(|rest| rest.amount > 0);
            });
        }
    }

    /// Changes a dispute; `change` also gets what was refunded of the unit's price.
    fn with_dispute(&mut self, id: DisputeId, change: impl FnOnce(&mut Dispute, i64)) {
        let Some(unit) = self.units.get_mut(&id.device()) else { return };
        let position = usize::try_from(id.dispute).unwrap_or(usize::MAX).wrapping_sub(1);
        if let Some(dispute) = unit.disputes.get_mut(position) {
            change(dispute, unit.refunded);
        }
    }
}
