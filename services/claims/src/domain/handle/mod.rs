//! Decides each command: one function per command, in the file of its stage or topic.
//!
//! ```text
//! submission ─▶ verification ─▶ inspection ─▶ remedy ─▶ settlement ─▶ closed
//!                  │  ▲                        │  ▲                     ▲
//!                  ▼  └─ appeal upheld         └──┘ beyond repair       │
//!               rejected ───────────── appeal over ─────────────────────┘
//! ```

mod appeal;
mod chain;
mod defects;
mod endings;
mod facts;
mod failed_repair;
mod goodwill;
mod inspection;
mod late_shipments;
mod losses;
mod lost;
mod negotiation;
mod overturned;
mod questions;
mod refusal_reviews;
mod remedy;
mod reviews;
mod settlement;
mod submission;
mod verification;
pub(crate) mod waits;

use super::commands::ClaimCommand;
use super::state::Purchase;
use super::{Cx, Decision};

/// The events of a command, or its refusal.
pub(crate) fn handle(purchase: &Purchase, command: &ClaimCommand, cx: &Cx<'_>) -> Decision {
    match command {
        ClaimCommand::File(command) => submission::file(purchase, command, cx),
        ClaimCommand::AddDefect(command) => defects::add(purchase, command, cx),
        ClaimCommand::Ask(command) => questions::ask(purchase, command, cx),
        ClaimCommand::Answer(command) => questions::answer(purchase, command, cx),
        ClaimCommand::Accept(command) => verification::accept(purchase, command, cx),
        ClaimCommand::Reject(command) => verification::reject(purchase, command, cx),
        ClaimCommand::ChooseRemedy(command) => remedy::choose(purchase, command, cx),
        ClaimCommand::MakeOffer(command) => negotiation::make(purchase, command, cx),
        ClaimCommand::AcceptOffer(command) => negotiation::accept(purchase, command, cx),
        ClaimCommand::DeclineOffer(command) => negotiation::decline(purchase, command, cx),
        ClaimCommand::Withdraw(command) => settlement::withdraw(purchase, command, cx),
        ClaimCommand::Appeal(command) => appeal::appeal(purchase, command, cx),
        ClaimCommand::Consent(command) => appeal::consent(purchase, command, cx),
        ClaimCommand::DecideAppeal(command) => appeal::decide(purchase, command, cx),
        ClaimCommand::ChangeChain(command) => chain::change(purchase, command, cx),
        ClaimCommand::ContestChain(command) => chain::contest(purchase, command, cx),
        ClaimCommand::GrantGoodwill(command) => goodwill::grant(purchase, command, cx),
        ClaimCommand::ApproveGoodwill(command) => goodwill::approve(purchase, command, cx),
        ClaimCommand::DeclineGoodwill(command) => goodwill::decline(purchase, command, cx),
        ClaimCommand::CloseReview(command) => reviews::close(purchase, command, cx),
        ClaimCommand::CloseRefusalReview(command) => refusal_reviews::close(purchase, command, cx),
        ClaimCommand::NoteCoverage(command) => facts::note_coverage(purchase, command, cx),
        ClaimCommand::NoteOrder(command) => Ok(facts::note_order(purchase, command)),
        ClaimCommand::NoteDispute(command) => facts::note_dispute(purchase, command, cx),
        ClaimCommand::NoteJob(command) => inspection::note_job(purchase, command, cx),
        ClaimCommand::RecordVerdict(command) => inspection::record_verdict(purchase, command, cx),
        ClaimCommand::NoteSettlement(command) => Ok(settlement::note(purchase, command, cx)),
    }
}
