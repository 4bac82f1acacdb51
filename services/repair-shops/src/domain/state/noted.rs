//! How events change the state of all jobs, and of what is known about their claims.

use recourse_kernel::ClaimId;

use super::claim_notes::ClaimNotes;
use super::job::{Job, Span};
use super::jobs::Jobs;
use crate::domain::events::JobEvent;

impl Jobs {
    pub fn evolve(&mut self, event: &JobEvent) {
        match event {
            JobEvent::Opened(opened) => {
                if opened.job.visit > 1 {
                    self.notes_mut(opened.claim).visited_again(opened.opened_at);
                }
                self.jobs.entry(opened.job).or_insert_with(|| Job::new(opened));
            }
            JobEvent::RepairAgreed(agreed) => {
                self.agreed_repairs.insert(agreed.device, agreed.dispute);
            }
            JobEvent::ChainNoted(noted) => {
                let of_claim = self.notes_mut(noted.claim);
                of_claim.chain = Some((noted.first, noted.position));
                of_claim.repairs = noted.repairs;
            }
            JobEvent::DefectNoted(noted) => {
                let defects = &mut self.notes_mut(noted.claim).defects;
                defects.entry(noted.defect).or_insert_with(|| noted.text.clone());
            }
            JobEvent::AnswerAwaited(awaited) => {
                let span = Span { from: awaited.since, until: None };
                self.notes_mut(awaited.claim).questions.entry(awaited.question).or_insert(span);
            }
            JobEvent::AnswerNoted(noted) => {
                let questions = &mut self.notes_mut(noted.claim).questions;
                if let Some(span) = questions.get_mut(&noted.question) {
                    span.until = Some(noted.at);
                }
            }
            JobEvent::OfferNoted(noted) => {
                self.notes_mut(noted.claim).note_offer(noted.awaited, noted.at);
            }
            JobEvent::AppealNoted(noted) => {
                self.notes_mut(noted.claim).note_appeal(noted.of, noted.open, noted.at);
            }
            JobEvent::VerdictOverturned(noted) => {
                self.notes_mut(noted.claim).overturned(noted.at);
            }
            JobEvent::RemedyNoted(noted) => {
                let (notes, is_again) = (self.notes_mut(noted.job.claim()), noted.job.visit > 1);
                notes.decided(noted.remedy, noted.must_be_paid_first, is_again);
            }
            JobEvent::PaymentNoted(noted) => {
                self.notes_mut(noted.job.claim()).paid(noted.at, noted.repair_by);
            }
            JobEvent::PaymentAwaited(awaited) => {
                self.notes_mut(awaited.job.claim()).unpaid(awaited.at, awaited.for_the_repair);
            }
            _ => {}
        }
        if let Some(job) = event.job().and_then(|job| self.jobs.get_mut(&job)) {
            job.evolve(event);
        }
    }

    fn notes_mut(&mut self, claim: ClaimId) -> &mut ClaimNotes {
        self.claims.entry(claim).or_default()
    }
}
