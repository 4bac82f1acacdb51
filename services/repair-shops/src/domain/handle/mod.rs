//! Which decision answers a command.

mod approval;
mod clock_notes;
mod couriers;
mod disclosure;
mod endings;
mod inspection;
mod moving;
mod notes;
mod opening;
mod parts;
mod receipt;
mod receipts;
mod remedy;
mod repair;
mod shipments;
pub(crate) mod waits;

use super::commands::JobCommand;
use super::state::Jobs;
use super::{Cx, Decision};

/// Decides a command, and closes the jobs that it finishes.
pub(crate) fn handle(jobs: &Jobs, command: &JobCommand, cx: &Cx<'_>) -> Decision {
    let mut events = decide(jobs, command, cx)?;
    if !events.is_empty() {
        let mut after = jobs.clone();
        for event in &events {
            after.evolve(event);
        }
        events.extend(endings::closings(&after));
    }
    Ok(events)
}

fn decide(jobs: &Jobs, command: &JobCommand, cx: &Cx<'_>) -> Decision {
    match command {
        JobCommand::Move(request) => moving::move_job(jobs, request, cx),
        JobCommand::BookShipment(request) => shipments::book(jobs, request, cx),
        JobCommand::PickUpShipment(request) => shipments::pick_up(jobs, request, cx),
        JobCommand::DeliverShipment(request) => shipments::deliver(jobs, request, cx),
        JobCommand::LoseShipment(request) => shipments::lose(jobs, request, cx),
        JobCommand::CancelShipment(request) => couriers::cancel(jobs, request, cx),
        JobCommand::AddReceipt(request) => receipts::add(jobs, request, cx),
        JobCommand::RequestCourier(request) => couriers::request(jobs, request, cx),
        JobCommand::Receive(request) => receipt::receive(jobs, request, cx),
        JobCommand::ResolveSerial(request) => receipt::resolve_serial(jobs, request, cx),
        JobCommand::Inspect(request) => inspection::inspect(jobs, request, cx),
        JobCommand::AwaitParts(request) => parts::await_parts(jobs, request, cx),
        JobCommand::PartsArrived(request) => parts::parts_arrived(jobs, request, cx),
        JobCommand::Repair(request) => repair::repair(jobs, request, cx),
        JobCommand::DeclareBeyondRepair(request) => repair::declare_beyond(jobs, request, cx),
        JobCommand::ApproveBeyondRepair(request) => approval::approve(jobs, request, cx),
        JobCommand::DeclineBeyondRepair(request) => approval::decline(jobs, request, cx),
        JobCommand::SendReplacement(request) => endings::send_replacement(jobs, request, cx),
        JobCommand::CancelRepair(request) => endings::cancel_repair(jobs, request, cx),
        JobCommand::HandOver(request) => endings::hand_over(jobs, request, cx),
        JobCommand::Disclose(request) => disclosure::disclose(jobs, request, cx),
        JobCommand::Open(accepted) => opening::open(jobs, accepted, cx),
        JobCommand::NoteChain(noted) => Ok(notes::chain(jobs, noted)),
        JobCommand::NoteDefect(noted) => Ok(disclosure::defect(jobs, noted)),
        JobCommand::NoteQuestion(request) => Ok(notes::question(jobs, request)),
        JobCommand::NoteAnswer(answered) => Ok(notes::answer(jobs, answered)),
        JobCommand::NoteOffer(noted) => Ok(clock_notes::offer(jobs, noted)),
        JobCommand::NoteAppeal(noted) => Ok(clock_notes::appeal(jobs, noted, cx)),
        JobCommand::NoteOverturned(noted) => Ok(clock_notes::overturned(jobs, noted)),
        JobCommand::NoteRemedy(noted) => Ok(remedy::note_remedy(jobs, noted, cx)),
        JobCommand::NoteWithdrawal(withdrawn) => Ok(remedy::note_withdrawal(jobs, withdrawn, cx)),
        JobCommand::NotePayment(paid) => Ok(notes::payment(jobs, paid, cx)),
        JobCommand::NoteBuyersPayment(paid) => Ok(notes::buyers_payment(jobs, paid, cx)),
        JobCommand::NoteDebt(owed) => Ok(notes::debt(jobs, owed)),
        JobCommand::NoteReversal(reversed) => Ok(notes::reversal(jobs, reversed)),
        JobCommand::NoteEnd(ended) => Ok(clock_notes::ended(jobs, ended, cx)),
        JobCommand::NoteAbandonment(noted) => Ok(endings::note_abandonment(jobs, noted)),
        JobCommand::NoteAgreedRepair(agreed) => Ok(notes::agreed_repair(jobs, agreed)),
    }
}
