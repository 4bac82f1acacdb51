//! What open matters wait for: who must act, since when, and until when (T8).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ClaimId, DisputeId, Instant, JobId, OrderId, PolicyId, SettlementId, ShipmentId};

/// One thing that an open matter waits for. Every deadline of a service is one of these, so that
/// nothing can wait without an owner (T8).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// The next time at which something is due, which orders waits; see [`Wait::next`].
    next: Option<Instant>,
    /// The matter that waits.
    pub matter: Matter,
    /// What it waits for.
    pub what: WaitKind,
    /// The number of the question, offer or review, or of the payment or part, where a matter waits
    /// for several at once; 0 otherwise.
    pub number: u32,
    /// Who must act.
    pub owner: Owner,
    /// Since when it waits.
    pub since: Instant,
    /// The first instant at which acting is too late. None while the clock is paused.
    pub until: Option<Instant>,
    /// When the owner is reminded; none once reminded, or if there is no reminder.
    pub remind_at: Option<Instant>,
    /// Why the clock is paused; none while it runs.
    pub paused: Option<PauseReason>,
    /// Whether the deadline has passed and that is recorded. The matter still waits, and the owner
    /// is late since `until`, but time alone changes nothing more.
    pub is_late: bool,
}

impl Wait {
    /// A wait without a deadline yet; [`Wait::until`] or [`Wait::paused`] must follow.
    pub fn new(matter: impl Into<Matter>, what: WaitKind, owner: Owner, since: Instant) -> Self {
        Self {
            next: None,
            matter: matter.into(),
            what,
            number: 0,
            owner,
            since,
            until: None,
            remind_at: None,
            paused: None,
            is_late: false,
        }
    }

    /// Sets the first instant at which acting is too late.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }.scheduled()
    }

    /// Sets when the owner is reminded, if that is still to come.
    #[must_use]
    pub fn remind_at(self, remind_at: Option<Instant>) -> Self {
        Self { remind_at, ..self }.scheduled()
    }

    /// The clock is paused, so there is no date.
    #[must_use]
    pub fn paused(self, reason: PauseReason) -> Self {
        Self { until: None, paused: Some(reason), ..self }.scheduled()
    }

    /// Sets whether the deadline has passed and that is recorded.
    #[must_use]
    pub fn late(self, is_late: bool) -> Self {
        Self { is_late, ..self }.scheduled()
    }

    /// Distinguishes the waits of one matter for several questions, offers, reviews or payments.
    #[must_use]
    pub fn number(self, number: u32) -> Self {
        Self { number, ..self }
    }

    /// When something is due next: the reminder, or the deadline if it has not passed yet.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Whether the reminder is due at this instant, and the deadline is not.
    pub fn is_reminder_due(&self, now: Instant) -> bool {
        self.remind_at.is_some_and(|at| at <= now) && self.until.is_none_or(|until| until > now)
    }

    fn scheduled(mut self) -> Self {
        let dates = [self.remind_at, self.until];
        self.next = dates.into_iter().flatten().min().filter(|_| !self.is_late);
        self
    }
}

/// A matter that is open until its owner has acted: the subject of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Matter {
    /// An order that is not completed.
    Order(OrderId),
    /// A policy that has not ended.
    Policy(PolicyId),
    /// A complaint to the seller.
    Dispute(DisputeId),
    /// A complaint to the provider, with its reviews.
    Claim(ClaimId),
    /// A device's visit to a shop.
    Job(JobId),
    /// One transport.
    Shipment(ShipmentId),
    /// Payments that are still owed.
    Settlement(SettlementId),
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(id) => id.fmt(f),
            Self::Policy(id) => id.fmt(f),
            Self::Dispute(id) => id.fmt(f),
            Self::Claim(id) => id.fmt(f),
            Self::Job(id) => id.fmt(f),
            Self::Shipment(id) => id.fmt(f),
            Self::Settlement(id) => id.fmt(f),
        }
    }
}

macro_rules! matters {
    ($($id:ident => $matter:ident),*) => {
        $(impl From<$id> for Matter {
            fn from(id: $id) -> Self {
                Self::$matter(id)
            }
        })*
    };
}

matters! {
    OrderId => Order, PolicyId => Policy, DisputeId => Dispute, ClaimId => Claim, JobId => Job,
    ShipmentId => Shipment, SettlementId => Settlement
}

/// Who must act. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Bought the device and the warranty.
    Buyer,
    /// Handles the claims of its warranty program.
    Provider,
    /// Receives and repairs the device.
    Shop,
    /// Transports the device.
    Carrier,
    /// Sold the device.
    Seller,
    /// The site on which the device was sold.
    Marketplace,
}

/// What a matter waits for. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitKind {
    /// The delivery of the order's device.
    Delivery,
    /// The completion of the order (T10).
    Completion,
    /// The first day of coverage (T2).
    CoverageStart,
    /// The last day of coverage (S9).
    CoverageEnd,
    /// The seller's answer to a dispute.
    DisputeAnswer,
    /// The buyer's answer to the seller's counter-offer in a dispute.
    DisputeOfferAnswer,
    /// The marketplace's decision on a dispute.
    DisputeDecision,
    /// The outcome of a dispute, which the seller carries out.
    DisputePerformance,
    /// The buyer's objection to the seller's statement that the outcome was carried out (D2).
    DisputeObjection,
    /// The end of a dispute, for which a claim waits (C8).
    DisputeEnd,
    /// The check of a claim's documents.
    Documents,
    /// The acceptance of the documents by the clock, if the provider does not check them (T8).
    DocumentsAcceptance,
    /// The buyer's answer to a question (C3).
    QuestionAnswer,
    /// The decision on an exchange claim (T3).
    Decision,
    /// The courier that the buyer requested.
    CourierBooking,
    /// The device, from the buyer.
    HandOver,
    /// The arrival of a shipment to the shop (M8).
    ShipmentToShop,
    /// The arrival of a shipment to the buyer.
    ShipmentToBuyer,
    /// The buyer's statement whether a shipment has arrived.
    DeliveryStatement,
    /// What the serial of a received device means (C6).
    Quarantine,
    /// The inspection of the device.
    Inspection,
    /// The provider's approval of a partner shop's declaration that the device is beyond repair.
    BeyondRepairApproval,
    /// The declaration that the device is beyond repair (T5, T6).
    Declaration,
    /// The choice of the remedy.
    RemedyChoice,
    /// The provider's offer after a verdict against the buyer.
    Offer,
    /// The answer to an offer.
    OfferAnswer,
    /// The buyer's objection to a chain that the adjuster made.
    ChainContest,
    /// The buyer's appeal, while it is still possible.
    Appeal,
    /// The decision on an appeal, by another reviewer.
    AppealDecision,
    /// The marketplace's decision on an appeal that the provider did not decide.
    MarketplaceAppeal,
    /// A part for the repair (T9).
    Parts,
    /// The covered repair (T3, T4).
    Repair,
    /// The repair that the buyer paid for.
    PaidRepair,
    /// Sending a replacement, or a device that was repaired under an exchange policy (T3).
    ReplacementDispatch,
    /// Sending whatever goes back to the buyer.
    Dispatch,
    /// The buyer's collection of the device at the shop.
    Collection,
    /// The replacement or cash for what the provider lost (M8).
    LossCompensation,
    /// A review of decisions, which a late fact opened.
    Review,
    /// The provider's approval of a payment or goodwill above the limit, by another reviewer.
    GoodwillApproval,
    /// What the provider owes.
    ProviderPayment,
    /// What the buyer owes for a device that the shop holds (M8).
    BuyerPayment,
    /// What the buyer owes where no device is held (M7).
    Recovery,
    /// What was handed to collection; it stays owed.
    Collected,
    /// The repair shop, for which a claim waits.
    Job,
    /// The settlement, for which a claim waits.
    Settlement,
}

/// Why a clock may be paused. This is a stable format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// Waiting for spare parts (T4).
    Parts,
    /// The device is in transit (T4).
    Transit,
    /// Waiting for the buyer's answer to a question (C3).
    Answer,
    /// Waiting for the buyer's answer to an offer.
    Offer,
    /// From a decision against the buyer until the appeal is decided, or can no longer be made.
    Appeal,
    /// The buyer has not handed the device over yet (T3).
    HandOver,
    /// A dispute with the seller is open (C8).
    Dispute,
    /// Waiting for the buyer's payment.
    Payment,
}

/// A wait as callers read it: `waits_for` of a view. This is a stable format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitsFor {
    /// Who must act.
    pub who: Owner,
    /// What is awaited.
    pub what: WaitKind,
    /// The id of the matter: `clm_…`, `job_…`, `shp_…`.
    pub matter: String,
    /// Since when.
    pub since: Instant,
    /// The first instant at which acting is too late; absent while the clock is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Why the clock is paused; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<PauseReason>,
    /// Since when the owner is late; absent if the deadline has not passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_since: Option<Instant>,
}

impl From<&Wait> for WaitsFor {
    fn from(wait: &Wait) -> Self {
        Self {
            who: wait.owner,
            what: wait.what,
            matter: wait.matter.to_string(),
            since: wait.since,
            until: wait.until,
            paused: wait.paused,
            late_since: wait.until.filter(|_| wait.is_late),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn noon() -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::hours(12)
    }

    fn wait() -> Wait {
        let key = crate::OrderKeys::development().key_of("market", "1001");
        let claim: ClaimId = format!("clm_{key}-1.2-3").parse().unwrap();
        Wait::new(claim, WaitKind::Documents, Owner::Provider, noon())
    }

    #[test]
    fn the_reminder_is_due_before_the_deadline() {
        let wait = wait().until(noon() + TimeDelta::days(5)).remind_at(Some(noon()));
        assert_eq!(wait.next(), Some(noon()));
        assert!(wait.is_reminder_due(noon()));
        let reminded = wait.remind_at(None);
        assert_eq!(reminded.next(), Some(noon() + TimeDelta::days(5)));
        assert_eq!(reminded.late(true).next(), None);
    }

    #[test]
    fn a_paused_wait_has_no_date() {
        let wait = wait().until(noon()).paused(PauseReason::Answer);
        assert_eq!((wait.until, wait.next()), (None, None));
    }

    #[test]
    fn callers_read_since_when_the_owner_is_late() {
        let wait = wait().until(noon()).late(true);
        let read = serde_json::to_value(WaitsFor::from(&wait)).unwrap_or_default();
        assert_eq!(read["late_since"], "1970-01-01T12:00:00Z");
        assert_eq!((&read["who"], &read["what"]), (&"provider".into(), &"documents".into()));
    }
}
