//! `POST /v1/claims/{clm}/questions`: the provider asks in writing, or records a phone call (C3).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::{Field, STAFF, seal, seal_if};
use crate::domain::commands::{Ask, ClaimCommand};
use crate::domain::events::{AsksFor, Channel};

#[derive(Deserialize)]
struct Body {
    text: String,
    /// `document` if the buyer is asked to send one (C2).
    asks_for: Option<AsksFor>,
    #[serde(default)]
    channel: Channel,
    said: Option<String>,
}

pub(super) async fn answer(call: Command<ClaimId>) -> Result<Accepted, Problem> {
    call.only(STAFF)?;
    let claim = call.path;
    let Body { text, asks_for, channel, said } = call.request.read()?;
    let text = seal(&call, claim.policy(), Field { name: "text", text: &text }).await?;
    let said = seal_if(&call, claim.policy(), "said", said.as_deref()).await?;
    let command = ClaimCommand::Ask(Ask { claim, text, asks_for, channel, said });
    call.submit(claim.key, &command).await
}
