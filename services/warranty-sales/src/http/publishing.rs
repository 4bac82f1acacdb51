//! What all publishing has in common: who may, where the command goes, and that whoever publishes can read
//! it back at once.

use std::time::Duration;

use recourse_kernel::{Decider, Role};
use recourse_runtime::edge::{
    Accepted, AtPosition, Caller, Edge, IdempotencyKey, Position, Problem, RequestBody, Submit,
};

use crate::domain::catalogue::{CatalogueCommand, TermsCatalogue};

/// Who may publish.
pub(super) const PUBLISHERS: &[Role] = &[Role::Provider, Role::Operator];

/// How often the book of terms is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Publishes for one who may, and waits until this process has read it back: what is
/// published next may build on it, as terms do on shops.
pub(super) async fn publish(
    edge: &Edge,
    caller: &Caller,
    idempotency_key: &IdempotencyKey,
    command: &CatalogueCommand,
    request: &RequestBody,
) -> Result<Accepted, Problem> {
    let accepted = edge
        .submit_to(
            TermsCatalogue::CONTEXT,
            Submit { caller, idempotency_key, key: command.key(), command, request, created: true },
        )
        .await?;
    if let Some(position) = &accepted.position {
        // It is decided and stays so. Whoever reads too early is told so there.
        read_back(edge, position).await.ok();
    }
    Ok(accepted)
}

/// Waits until the book of terms holds what a read's position names.
pub(super) async fn seen(edge: &Edge, position: &AtPosition) -> Result<(), Problem> {
    match &position.0 {
        Some(position) => read_back(edge, position).await,
        None => Ok(()),
    }
}

async fn read_back(edge: &Edge, position: &Position) -> Result<(), Problem> {
    let places = position.places().iter();
    let wanted = places.filter(|place| place.context == TermsCatalogue::CONTEXT);
    let Some(offset) = wanted.map(|place| place.offset).max() else { return Ok(()) };
    let known = async {
        while edge.terms().known_to() < offset {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let wait = edge.settings().http.position_wait();
    tokio::time::timeout(wait, known).await.map_err(|_| {
        Problem::unavailable(
            "position.not_reached",
            "what was published at this position cannot be read yet",
        )
    })
}
