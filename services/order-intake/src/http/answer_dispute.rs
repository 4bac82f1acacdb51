//! `POST /v1/disputes/{dispute}/answer`: the seller agrees, makes a counter-offer or declines
//! (D1).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use super::{seal, text_fits};
use crate::domain::OrderCommand;
use crate::domain::commands::AnswerDispute;
use crate::domain::events::{DisputeAnswer, OfferKind};

#[derive(Debug, Deserialize)]
struct Body {
    /// `agree`, `counter` or `decline`.
    answer: DisputeAnswer,
    /// What a counter-offer is: `full_refund`, `partial_refund`, `exchange`, `free_parts` or
    /// `discount`; a part of the price if only an amount is given.
    kind: Option<OfferKind>,
    /// The amount of a partial refund or a discount.
    offer: Option<Money>,
    /// The seller's comment.
    note: Option<String>,
}

pub(super) async fn answer(call: Command<DisputeId>) -> Result<Accepted, Problem> {
    call.only(&[Role::Seller, Role::Marketplace])?;
    let dispute = call.path;
    let Body { answer, kind, offer, note } = call.request.read()?;
    let note = match &note {
        Some(note) => {
            text_fits("note", note)?;
            Some(seal(&call, note).await?)
        }
        None => None,
    };
    let answered = AnswerDispute { dispute, answer, kind, offer, note };
    let command = OrderCommand::AnswerDispute(answered);
    call.submit(dispute.key, &command).await
}
