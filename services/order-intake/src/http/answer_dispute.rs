//! `POST /v1/disputes/{dispute}/answer`: the seller agrees, makes a counter-offer or declines (T8).

use axum::extract::State;
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Path, Problem, RequestBody};
use recourse_kernel::{DisputeId, Money, Role};
use serde::Deserialize;

use super::{Call, text_fits};
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

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Seller, Role::Marketplace])?;
    let Body { answer, offer, note } = request.read()?;
    let call = Call::new(edge, caller, key);
    let note = match &note {
        Some(note) => {
            text_fits("note", note)?;
            Some(call.seal(note).await?)
        }
        None => None,
    };
    let command = OrderCommand::AnswerDispute(AnswerDispute { dispute, answer, offer, note });
    call.submit(dispute.key, &command, &request).await
}
