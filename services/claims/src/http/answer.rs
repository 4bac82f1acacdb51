//! `POST /v1/claims/{clm}/questions/{n}/answer`: the buyer answers, or the staff record what the
//! buyer said (C3).

use recourse_edge::{Accepted, Command, Problem};
use recourse_kernel::ClaimId;
use serde::Deserialize;

use super::file::added;
use super::form::PhotoName;
use super::{BOTH_SIDES, Field, seal};
use crate::domain::commands::{Answer, ClaimCommand};

#[derive(Deserialize)]
struct Body {
    text: String,
    /// Photos that the answer adds, uploaded for the policy before.
    #[serde(default)]
    photos: Vec<PhotoName>,
}

pub(super) async fn answer(call: Command<(ClaimId, u32)>) -> Result<Accepted, Problem> {
    call.only(BOTH_SIDES)?;
    let (claim, question) = call.path;
    let Body { text, photos } = call.request.read()?;
    let photos = added(&call, claim, &photos).await?;
    let text = seal(&call, claim.policy(), Field { name: "text", text: &text }).await?;
    let command = ClaimCommand::Answer(Answer { claim, question, text, photos });
    call.submit(claim.key, &command).await
}
