//! Stage 4, remedy: the choice, and offers.

use recourse_kernel::{Instant, PauseReason};

use crate::domain::events::{OfferAccepted, OfferMade, OfferReopened, RemedyChosen, Side};
use crate::domain::state::{Claim, Offer, Stage, Turn};

impl Claim {
    pub(super) fn remedy_chosen(&mut self, event: &RemedyChosen, at: Instant) {
        self.end_clock(at);
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.chosen = Some(event.remedy);
            remedying.turn = None;
        }
        if self.is_open() {
            self.stage_since = at;
        }
    }

    pub(super) fn offer_made(&mut self, event: &OfferMade, at: Instant) {
        for earlier in &mut self.offers {
            earlier.answered = true;
        }
        self.offers.push(Offer {
            number: event.offer,
            by: event.by,
            kind: event.kind,
            price: event.price,
            repair: event.repair,
            made_at: at,
            awaited: event.awaited,
            answered: false,
        });
        self.offer_is_open(event.by, at);
    }

    /// T12: the buyer's days for an answer do not count against the provider.
    fn offer_is_open(&mut self, by: Side, at: Instant) {
        match by {
            Side::Provider => self.stop_clock(PauseReason::Offer, at),
            Side::Buyer => self.start_clock(PauseReason::Offer, at),
        }
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.turn = None;
        }
    }

    /// C4: an offer for defects that are not covered does not end the covered repair.
    pub(super) fn offer_accepted(&mut self, event: &OfferAccepted, at: Instant) {
        let accepted = self.offers.iter().find(|offer| offer.number == event.offer);
        let is_in_part = matches!(&self.stage, Stage::Remedy(found) if found.is_covered_in_part());
        if let Some(offer) = accepted.filter(|_| is_in_part) {
            self.also_paid = Some(offer.price);
            // C11: what the buyer agreed to is not appealed.
            self.consented = true;
        }
        self.offer_answered(event.offer, at, event.act_by);
    }

    /// The offer was accepted or declined, or its days are over.
    pub(super) fn offer_answered(&mut self, number: u32, at: Instant, act_by: Option<Instant>) {
        if let Some(offer) = self.offers.iter_mut().find(|offer| offer.number == number) {
            offer.answered = true;
        }
        self.start_clock(PauseReason::Offer, at);
        if let (Stage::Remedy(remedying), Some(until)) = (&mut self.stage, act_by) {
            remedying.turn = Some(Turn { since: at, until });
        }
    }

    /// T11: it is no longer the provider's turn.
    pub(super) fn provider_has_acted(&mut self, next: Option<Instant>) {
        if let (Stage::Remedy(remedying), None) = (&mut self.stage, next) {
            remedying.turn = None;
        }
    }

    /// T11: the provider's own offer takes the place of the counter-offer that it did not answer.
    pub(super) fn offer_reopened(&mut self, event: &OfferReopened, at: Instant) {
        for offer in &mut self.offers {
            offer.answered = offer.number != event.offer;
            if !offer.answered {
                offer.awaited = Some(event.awaited);
                offer.made_at = at;
            }
        }
        self.offer_is_open(Side::Provider, at);
    }
}
