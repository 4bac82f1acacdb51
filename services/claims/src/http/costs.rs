//! `GET /v1/claims/{clm}/costs`: what the claim is likely to cost, before the device is posted (C5).

use axum::extract::State;
use axum::http::StatusCode;
use recourse_kernel::ClaimId;
use recourse_runtime::edge::{Caller, Edge, Json, Path, Problem};

use super::branch::Branch;
use super::get_claim::seen_by;
use crate::domain::preview::{Preview, preview};

pub(super) async fn answer(
    State(edge): State<Edge>,
    caller: Caller,
    Path(claim): Path<ClaimId>,
) -> Result<Json<Preview>, Problem> {
    let known = seen_by(&edge, &caller, claim).await?;
    let (book, now) = (edge.terms(), edge.clock().now());
    let claim = &known.row.claim;
    let not_known = |detail: String| {
        Problem::new(StatusCode::CONFLICT, "claim.costs_not_known", detail)
            .rules(&["C5"])
            .instead("ask the provider, and do not post the device before the answer")
    };
    if !claim.is_open() {
        return Err(not_known("the claim is closed; its settlement says what it cost".to_owned()));
    }
    let terms = book.by_digest(&claim.terms.digest);
    let terms = terms.ok_or_else(|| not_known("the terms are not known here yet".to_owned()))?;
    let shop = Branch::of(claim, &known.row, &book).shop;
    let shop = shop.ok_or_else(|| not_known("there is no repair shop to send it to".to_owned()))?;
    let preview = preview(&book, terms, claim, &known.cover, shop, now);
    preview.map(Json).map_err(|why| not_known(why.to_string()))
}
