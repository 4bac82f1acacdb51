//! The routes, one endpoint per file: each parses a request into a command, or runs a query.

mod add_receipt;
mod approve_beyond_repair;
mod await_parts;
mod book_shipment;
mod cancel_repair;
mod cancel_shipment;
mod declare_beyond_repair;
mod decline_beyond_repair;
mod deliver_shipment;
mod disclose;
mod get_job;
mod get_photo;
mod get_shipment;
mod hand_over;
mod inspect;
mod list_jobs;
mod list_shops;
mod lose_shipment;
mod move_job;
mod pick_up_shipment;
mod receive;
mod receive_parts;
mod repair;
mod request_courier;
mod resolve_serial;
mod send_replacement;
mod view;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Command, Edge, Problem};
use recourse_kernel::{Role, Sealed};

/// Roles that may work on jobs. Whether on a particular job is up to the decider.
const WORKERS: &[Role] = &[Role::Shop, Role::Adjuster];
/// Roles that may report shipments.
const MOVERS: &[Role] = &[Role::Shop, Role::Adjuster, Role::Buyer];
/// Roles that may read any job; a shop reads only its own.
const READERS: &[Role] =
    &[Role::Shop, Role::Adjuster, Role::Provider, Role::Auditor, Role::Operator];

pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/jobs", get(list_jobs::answer))
        .route("/v1/jobs/{job}", get(get_job::answer))
        .route("/v1/shops", get(list_shops::answer))
        .route("/v1/jobs/{job}/disclosure", post(disclose::answer))
        .route("/v1/jobs/{job}/photos/{sha256}", get(get_photo::answer))
        .route("/v1/jobs/{job}/shipments", post(book_shipment::answer))
        .route("/v1/shipments/{shipment}", get(get_shipment::answer))
        .route("/v1/shipments/{shipment}/picked-up", post(pick_up_shipment::answer))
        .route("/v1/shipments/{shipment}/delivered", post(deliver_shipment::answer))
        .route("/v1/shipments/{shipment}/lost", post(lose_shipment::answer))
        .route("/v1/shipments/{shipment}/cancellation", post(cancel_shipment::answer))
        .route("/v1/shipments/{shipment}/receipt", post(add_receipt::answer))
        .route("/v1/jobs/{job}/courier", post(request_courier::answer))
        .route("/v1/jobs/{job}/repair-cancellation", post(cancel_repair::answer))
        .route("/v1/jobs/{job}/beyond-repair/approval", post(approve_beyond_repair::answer))
        .route("/v1/jobs/{job}/beyond-repair/refusal", post(decline_beyond_repair::answer))
        .route("/v1/jobs/{job}/moved", post(move_job::answer))
        .route("/v1/jobs/{job}/received", post(receive::answer))
        .route("/v1/jobs/{job}/serial-resolved", post(resolve_serial::answer))
        .route("/v1/jobs/{job}/inspected", post(inspect::answer))
        .route("/v1/jobs/{job}/parts-awaited", post(await_parts::answer))
        .route("/v1/jobs/{job}/parts-arrived", post(receive_parts::answer))
        .route("/v1/jobs/{job}/repaired", post(repair::answer))
        .route("/v1/jobs/{job}/beyond-repair", post(declare_beyond_repair::answer))
        .route("/v1/jobs/{job}/replacement", post(send_replacement::answer))
        .route("/v1/jobs/{job}/handed-over", post(hand_over::answer))
        .with_state(edge)
}

/// Seals a text with the caller's key.
async fn seal_if<P>(call: &Command<P>, text: Option<&str>) -> Result<Option<Sealed>, Problem> {
    match text {
        Some(text) => Ok(Some(call.seal(&call.caller.person(), text.as_bytes()).await?)),
        None => Ok(None),
    }
}
