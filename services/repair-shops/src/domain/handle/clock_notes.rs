//! What the buyer owes an answer to: facts that pause the bench clock (T12). A fact that is already
//! noted changes nothing.

use crate::domain::commands::{NoteOffer, NoteOverturned};
use crate::domain::events::{JobEvent, OfferNoted, VerdictOverturned};
use crate::domain::state::Jobs;

/// T12: an offer awaits the buyer's answer, or no longer.
pub(super) fn offer(jobs: &Jobs, noted: &NoteOffer) -> Vec<JobEvent> {
    let NoteOffer { claim, awaited, at } = *noted;
    let last = jobs.claims.get(&claim).and_then(|notes| notes.offers.last());
    let is_awaited = last.is_some_and(|span| span.until.is_none());
    if is_awaited == awaited {
        return Vec::new();
    }
    vec![JobEvent::OfferNoted(OfferNoted { claim, awaited, at })]
}

/// C11, T12: an appeal against the verdict was upheld, so the count continues where it stopped.
pub(super) fn overturned(jobs: &Jobs, noted: &NoteOverturned) -> Vec<JobEvent> {
    let NoteOverturned { claim, at } = *noted;
    if jobs.claims.get(&claim).is_some_and(|notes| notes.overturned_at.is_some()) {
        return Vec::new();
    }
    vec![JobEvent::VerdictOverturned(VerdictOverturned { claim, at })]
}
