//! Disputes between buyer and seller: open, answer, accept, decide, read.

use axum::extract::State;
use recourse_edge::{
    Accepted, Caller, Edge, IdempotencyKey, Json, Path, Problem, RequestBody, Submit,
};
use recourse_kernel::{DeviceId, DisputeId, Money, Role};
use serde::Deserialize;

use super::view::DisputeView;
use super::{READERS, may_see};
use crate::domain::OrderCommand;
use crate::domain::commands::{AcceptDisputeOffer, AnswerDispute, DecideDispute, OpenDispute};
use crate::domain::events::{DisputeAnswer, DisputeEnding, PhotoReference, RequestedRemedy};
use crate::queries;

/// The maximum length of a text, in bytes.
const MAX_TEXT_LENGTH: usize = 10_000;
/// The same maximum as for claims (C2).
const MAX_PHOTOS: usize = 3;
/// Roles that can read the texts of both sides.
const SIDES: &[Role] = &[Role::Buyer, Role::Seller, Role::Marketplace];

#[derive(Debug, Deserialize)]
struct OpenBody {
    /// The buyer's description of the problem.
    reason: String,
    /// `refund` or `exchange`.
    requested_remedy: RequestedRemedy,
    /// Photos uploaded before.
    #[serde(default)]
    photos: Vec<PhotoReference>,
}

/// `POST /v1/devices/{device}/disputes`
pub(super) async fn open(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(device): Path<DeviceId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer, Role::Marketplace])?;
    let body: OpenBody = request.read()?;
    text_fits("reason", &body.reason)?;
    if body.photos.len() > MAX_PHOTOS {
        let detail = format!("a dispute can have at most {MAX_PHOTOS} photos");
        return Err(Problem::bad_request("dispute.too_many_photos", detail));
    }
    let reason = edge.seal(&caller.person(), body.reason.trim().as_bytes()).await?;
    let OpenBody { requested_remedy, photos, .. } = body;
    let command =
        OrderCommand::OpenDispute(OpenDispute { device, reason, requested_remedy, photos });
    let submit = Submit {
        caller: &caller,
        idempotency_key: &idempotency_key,
        key: device.key.as_str(),
        command: &command,
        request: &request,
        created: true,
    };
    edge.submit(submit).await
}

#[derive(Debug, Deserialize)]
struct AnswerBody {
    /// `agree`, `counter` or `decline`.
    answer: DisputeAnswer,
    /// The amount of a counter-offer.
    offer: Option<Money>,
    /// The seller's comment.
    note: Option<String>,
}

/// `POST /v1/disputes/{dispute}/answer`
pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Seller, Role::Marketplace])?;
    let body: AnswerBody = request.read()?;
    let note = match &body.note {
        Some(note) => {
            text_fits("note", note)?;
            Some(edge.seal(&caller.person(), note.trim().as_bytes()).await?)
        }
        None => None,
    };
    let AnswerBody { answer, offer, .. } = body;
    let command = OrderCommand::AnswerDispute(AnswerDispute { dispute, answer, offer, note });
    about(dispute, &edge, &caller, &idempotency_key, &command, &request).await
}

#[derive(Debug, Deserialize)]
struct DecisionBody {
    /// `full_refund`, `partial_refund`, `exchange`, `repair_reimbursed` or `nothing`.
    ending: DisputeEnding,
    /// The amount, for endings that pay money; a full refund needs none.
    amount: Option<Money>,
    /// The cost of the repair on its receipt.
    receipt: Option<Money>,
    /// Whether the service centre found the device beyond repair.
    #[serde(default)]
    beyond_repair: bool,
}

/// `POST /v1/disputes/{dispute}/decision`
pub(super) async fn decide(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Seller, Role::Marketplace])?;
    let DecisionBody { ending, amount, receipt, beyond_repair } = request.read()?;
    let decided = DecideDispute { dispute, ending, amount, receipt, beyond_repair };
    let command = OrderCommand::DecideDispute(decided);
    about(dispute, &edge, &caller, &idempotency_key, &command, &request).await
}

#[derive(Debug, Deserialize)]
struct AcceptanceBody {
    /// The amount the seller offered.
    offer: Money,
}

/// `POST /v1/disputes/{dispute}/acceptance`
pub(super) async fn accept(
    State(edge): State<Edge>,
    caller: Caller,
    idempotency_key: IdempotencyKey,
    Path(dispute): Path<DisputeId>,
    request: RequestBody,
) -> Result<Accepted, Problem> {
    caller.only(&[Role::Buyer, Role::Marketplace])?;
    let AcceptanceBody { offer } = request.read()?;
    let taken = AcceptDisputeOffer { dispute, offer };
    let command = OrderCommand::AcceptDisputeOffer(taken);
    about(dispute, &edge, &caller, &idempotency_key, &command, &request).await
}

/// `GET /v1/disputes/{dispute}`
pub(super) async fn one(
    State(edge): State<Edge>,
    caller: Caller,
    Path(dispute): Path<DisputeId>,
) -> Result<Json<DisputeView>, Problem> {
    caller.only(READERS)?;
    let unknown = || Problem::not_found("dispute", dispute);
    let row = queries::dispute(edge.pool(), dispute).await?.ok_or_else(unknown)?;
    let order = queries::order(edge.pool(), dispute.device().order()).await?;
    if !order.is_some_and(|order| may_see(&caller, &order)) {
        return Err(unknown());
    }
    let mut view = DisputeView::new(&row);
    if SIDES.contains(&caller.role()) {
        view.reason = Some(edge.open_text(&row.opened.reason).await?);
    }
    Ok(Json(view))
}

fn text_fits(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() || text.len() > MAX_TEXT_LENGTH {
        let detail = format!("`{field}` must be a text of 1 to {MAX_TEXT_LENGTH} bytes");
        return Err(Problem::bad_request("body.malformed", detail));
    }
    Ok(())
}

/// Sends a command about an existing dispute.
async fn about(
    dispute: DisputeId,
    edge: &Edge,
    caller: &Caller,
    idempotency_key: &IdempotencyKey,
    command: &OrderCommand,
    request: &RequestBody,
) -> Result<Accepted, Problem> {
    let key = dispute.key.as_str();
    edge.submit(Submit { caller, idempotency_key, key, command, request, created: false }).await
}
