//! Stage 4, remedy: the choice, and offers.

use recourse_kernel::Instant;

use crate::domain::events::{OfferMade, RemedyChosen};
use crate::domain::state::{Claim, Offer, Stage};

impl Claim {
    pub(super) fn remedy_chosen(&mut self, event: &RemedyChosen, at: Instant) {
        self.end_clock(at);
        if let Stage::Remedy(remedying) = &mut self.stage {
            remedying.chosen = Some(event.remedy);
        }
    }

    pub(super) fn offer_made(&mut self, event: &OfferMade) {
        for earlier in &mut self.offers {
            earlier.answered = true;
        }
        self.offers.push(Offer {
            number: event.offer,
            by: event.by,
            kind: event.kind,
            price: event.price,
            repair: event.repair,
            awaited: event.awaited,
            answered: false,
        });
    }

    pub(super) fn offer_answered(&mut self, number: u32) {
        if let Some(offer) = self.offers.iter_mut().find(|offer| offer.number == number) {
            offer.answered = true;
        }
    }
}
