//! How long each party may take (T11). A stable format, like all of terms.

use serde::{Deserialize, Serialize};

/// A number of days, as terms state it: `{"days": 5}` or `{"business_days": 5}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// Calendar days of 24 hours.
    Days(u16),
    /// Business days of the calendar that the terms name: the same local time, that many business
    /// days later.
    BusinessDays(u16),
}

impl Span {
    /// How many days, of either kind.
    pub fn days(self) -> u16 {
        match self {
            Self::Days(days) | Self::BusinessDays(days) => days,
        }
    }
}

/// T11: the time that each party has. What happens when it is over is in the rulebook's table of
/// deadlines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Provider: checks the documents of a claim, from its filing; counted, without pauses.
    pub documents: Span,
    /// After how many counted days from the filing unchecked documents count as accepted (T8);
    /// never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documents_accepted_after: Option<Span>,
    /// Provider: books the courier, from the buyer's request.
    pub courier_booking: Span,
    /// How long after that deadline the buyer may book the courier instead.
    pub buyer_books_after: Span,
    /// Buyer: hands over the device, from the acceptance of the documents.
    pub hand_over: Span,
    /// Carrier: a shipment to the shop, from its pick-up until it counts as lost (M8).
    pub shipment_to_shop: Span,
    /// Carrier: a shipment to the buyer, from its pick-up until the buyer is asked.
    pub shipment_to_buyer: Span,
    /// Buyer: states whether that shipment arrived, from the question; silence means that it did.
    pub delivery_statement: Span,
    /// Shop: inspects the device, from its receipt.
    pub inspection: Span,
    /// Provider: resolves a quarantine, from its start (C6).
    pub quarantine: Span,
    /// Provider: approves a partner shop's declaration that the device is beyond repair; silence
    /// approves. Absent if such a declaration needs no approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond_repair_approval: Option<Span>,
    /// Provider: chooses the remedy, from the verdict.
    pub remedy_choice: Span,
    /// Provider: makes an offer after a verdict against the buyer, or declines to.
    pub offer: Span,
    /// Buyer: answers an offer.
    pub buyers_answer: Span,
    /// Provider: answers a counter-offer.
    pub providers_answer: Span,
    /// Buyer: contests a chain that the adjuster made (C12).
    pub chain_contest: Span,
    /// Another reviewer: decides an appeal (C11).
    pub appeal_decision: Span,
    /// Marketplace: decides an appeal that was undecided for that long.
    pub marketplace_appeal: Span,
    /// Shop: dispatches whatever goes back, from when it may go.
    pub dispatch: Span,
    /// Buyer: collects the device at the shop, from when it may.
    pub collection: Span,
    /// Provider: pays what it owes.
    pub provider_payment: Span,
    /// Buyer: pays where no device is held, until the debt is handed to collection.
    pub recovery: Span,
    /// Marketplace: decides a dispute that the seller declined, countered or ignored.
    pub dispute_decision: Span,
    /// Seller: carries out the outcome of a dispute.
    pub dispute_performance: Span,
    /// Provider: closes a review.
    pub review: Span,
    /// Provider: compensates for what it lost (M8).
    pub loss_compensation: Span,
    /// Seller: delivers an order with a policy.
    pub delivery: Span,
    /// T9: for how many days of waiting for parts the repair's clock is paused, in all.
    pub parts_at_most_days: u16,
}

impl Waits {
    /// The periods in which a clock may be paused, which are therefore counted in days of 24 hours,
    /// by the paths of their fields.
    pub fn counted(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let documents = [("waits.documents", self.documents)];
        let accepted = self.documents_accepted_after;
        documents.into_iter().chain(accepted.map(|span| ("waits.documents_accepted_after", span)))
    }

    /// Every period, by the path of its field.
    pub fn spans(&self) -> Vec<(&'static str, Span)> {
        let always = [
            ("waits.courier_booking", self.courier_booking),
            ("waits.buyer_books_after", self.buyer_books_after),
            ("waits.hand_over", self.hand_over),
            ("waits.shipment_to_shop", self.shipment_to_shop),
            ("waits.shipment_to_buyer", self.shipment_to_buyer),
            ("waits.delivery_statement", self.delivery_statement),
            ("waits.inspection", self.inspection),
            ("waits.quarantine", self.quarantine),
            ("waits.remedy_choice", self.remedy_choice),
            ("waits.offer", self.offer),
            ("waits.buyers_answer", self.buyers_answer),
            ("waits.providers_answer", self.providers_answer),
            ("waits.chain_contest", self.chain_contest),
            ("waits.appeal_decision", self.appeal_decision),
            ("waits.marketplace_appeal", self.marketplace_appeal),
            ("waits.dispatch", self.dispatch),
            ("waits.collection", self.collection),
            ("waits.provider_payment", self.provider_payment),
            ("waits.recovery", self.recovery),
            ("waits.dispute_decision", self.dispute_decision),
            ("waits.dispute_performance", self.dispute_performance),
            ("waits.review", self.review),
            ("waits.loss_compensation", self.loss_compensation),
            ("waits.delivery", self.delivery),
        ];
        let approval = self.beyond_repair_approval;
        let approval = approval.map(|span| ("waits.beyond_repair_approval", span));
        self.counted().chain(always).chain(approval).collect()
    }
}
