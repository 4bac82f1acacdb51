//! All commands of the claims service: from buyers and adjusters over HTTP, and translated from
//! other services' facts ([`crate::reactions`]).
//!
//! This is a format: commands stay on the command topic permanently. The edge seals texts before
//! they get here.

use recourse_kernel::wire_format;

use super::appeal::{Appeal, DecideAppeal};
use super::defects::AddDefect;
use super::disputes::NoteDispute;
use super::facts::{NoteCoverage, NoteOrder};
use super::inspection::{NoteJob, RecordVerdict};
use super::negotiation::{AcceptOffer, DeclineOffer, MakeOffer};
use super::questions::{Answer, Ask};
use super::refusals::CloseRefusalReview;
use super::remedy::ChooseRemedy;
use super::review::CloseReview;
use super::settlement::{NoteSettlement, Withdraw};
use super::submission::File;
use super::verification::{Accept, Reject};

wire_format! {
    /// A command to the claims service.
    #[derive(Debug, Clone, PartialEq)]
    pub enum ClaimCommand {
        "recourse.claim.file.v1" => File(Box<File>),
        "recourse.claim.add_defect.v1" => AddDefect(AddDefect),
        "recourse.claim.ask.v1" => Ask(Ask),
        "recourse.claim.answer.v1" => Answer(Answer),
        "recourse.claim.accept.v1" => Accept(Accept),
        "recourse.claim.reject.v1" => Reject(Reject),
        "recourse.claim.choose_remedy.v1" => ChooseRemedy(ChooseRemedy),
        "recourse.claim.make_offer.v1" => MakeOffer(MakeOffer),
        "recourse.claim.accept_offer.v1" => AcceptOffer(AcceptOffer),
        "recourse.claim.decline_offer.v1" => DeclineOffer(DeclineOffer),
        "recourse.claim.withdraw.v1" => Withdraw(Withdraw),
        "recourse.claim.appeal.v1" => Appeal(Appeal),
        "recourse.claim.decide_appeal.v1" => DecideAppeal(DecideAppeal),
        "recourse.claim.close_review.v1" => CloseReview(CloseReview),
        "recourse.claim.close_refusal_review.v1" => CloseRefusalReview(CloseRefusalReview),

        // Translated from other services' facts; never on a topic.
        "recourse.claim.note_coverage.v1" => NoteCoverage(Box<NoteCoverage>),
        "recourse.claim.note_order.v1" => NoteOrder(NoteOrder),
        "recourse.claim.note_dispute.v1" => NoteDispute(NoteDispute),
        "recourse.claim.note_job.v1" => NoteJob(Box<NoteJob>),
        "recourse.claim.record_verdict.v1" => RecordVerdict(Box<RecordVerdict>),
        "recourse.claim.note_settlement.v1" => NoteSettlement(NoteSettlement),
    }
}
