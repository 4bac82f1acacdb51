//! `POST /v1/disputes/{dispute}/answer`: the seller agrees, makes a counter-offer or declines (T8).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use super::{seal, text_fits};
use crate::domain::OrderCommand;
use crate::domain::commands::AnswerDispute;
use crate::domain::events::DisputeAnswer;

#[derive(Debug, Deserialize)]
struct Body {
    /// `agree`, `counter` or `decline`.
    answer: DisputeAnswer,
    /// The amount of a counter-offer.
    offer: Option<Money>,
    /// The seller's comment.
    note: Option<String>,
}

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Seller, Role::Marketplace])?;
    let dispute = call.path;
    let Body { answer, offer, note } = call.request.read()?;
    let note = match &note {
        Some(note) => {
            text_fits("note", note)?;
            Some(seal(&call, note).await?)
        }
        None => None,
    };
    let command = OrderCommand::AnswerDispute(AnswerDispute { dispute, answer, offer, note });
    call.submit(dispute.key, &command).await
}
