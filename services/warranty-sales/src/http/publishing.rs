//! What all publishing endpoints share: who may publish, where the command goes, and that the
//! caller can read the result at once.

use std::time::Duration;

use recourse_edge::{Accepted, AtPosition, Command, Edge, Position, Problem};
use recourse_kernel::{Decider, Role};

use crate::domain::catalogue::{CatalogueCommand, TermsCatalogue};

pub(super) const PUBLISHERS: &[Role] = &[Role::Provider, Role::Operator];

/// How often to check whether the book of terms has caught up.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Publishes a document that can then be read at this path.
pub(super) async fn publish<P>(
    call: &Command<P>,
    command: &CatalogueCommand,
    path: String,
) -> Result<Accepted, Problem> {
    publish_under(call, command.key(), command, path).await
}

/// Publishes under this key what can then be read at this path.
pub(super) async fn publish_under<P>(
    call: &Command<P>,
    key: &str,
    command: &CatalogueCommand,
    path: String,
) -> Result<Accepted, Problem> {
    let context = TermsCatalogue::CONTEXT;
    read_back_after(call, call.create_in(context, key, command, |_| path).await?).await
}

/// Changes what was published.
pub(super) async fn change<P>(
    call: &Command<P>,
    command: &CatalogueCommand,
) -> Result<Accepted, Problem> {
    let context = TermsCatalogue::CONTEXT;
    read_back_after(call, call.submit_to(context, command.key(), command).await?).await
}

/// Waits until this process has read the result back: the next publication may build on it, as
/// terms build on shops.
async fn read_back_after(edge: &Edge, accepted: Accepted) -> Result<Accepted, Problem> {
    if let Some(position) = &accepted.position {
        // The command is decided and permanent. A caller that reads too early gets an error there.
        read_back(edge, position).await.ok();
    }
    Ok(accepted)
}

/// Waits until the book of terms has reached the position given with a read.
pub(super) async fn seen(edge: &Edge, position: &AtPosition) -> Result<(), Problem> {
    match &position.0 {
        Some(position) => read_back(edge, position).await,
        None => Ok(()),
    }
}

async fn read_back(edge: &Edge, position: &Position) -> Result<(), Problem> {
    let parts = position.parts().iter();
    let wanted = parts.filter(|part| part.context == TermsCatalogue::CONTEXT);
    let Some(offset) = wanted.map(|part| part.offset).max() else { return Ok(()) };
    let known = async {
        while edge.terms().known_to() < offset {
            tokio::time::sleep(POLL_INTERVAL).await;
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
