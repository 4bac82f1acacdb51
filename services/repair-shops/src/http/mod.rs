//! The routes: from request to command, or from query to response.

mod bench;
mod endings;
mod jobs;
mod moved;
mod shipments;
mod shops;
mod view;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Accepted, Caller, Edge, IdempotencyKey, Problem, RequestBody, Submit};
use recourse_kernel::{OrderKey, Role};

use crate::domain::commands::JobCommand;

/// Roles that may work on jobs. Whether on a particular job is up to the decider.
const WORKERS: &[Role] = &[Role::Shop, Role::Adjuster];

/// All routes of the service.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/v1/jobs", get(jobs::list))
        .route("/v1/jobs/{job}", get(jobs::one))
        .route("/v1/shops", get(shops::list))
        .route("/v1/jobs/{job}/shipments", post(shipments::book))
        .route("/v1/shipments/{shipment}/picked-up", post(shipments::picked_up))
        .route("/v1/shipments/{shipment}/delivered", post(shipments::delivered))
        .route("/v1/shipments/{shipment}/lost", post(shipments::lost))
        .route("/v1/jobs/{job}/moved", post(moved::moved))
        .route("/v1/jobs/{job}/received", post(bench::received))
        .route("/v1/jobs/{job}/serial-resolved", post(bench::serial_resolved))
        .route("/v1/jobs/{job}/inspected", post(bench::inspected))
        .route("/v1/jobs/{job}/parts-awaited", post(bench::parts_awaited))
        .route("/v1/jobs/{job}/parts-arrived", post(bench::parts_arrived))
        .route("/v1/jobs/{job}/repaired", post(bench::repaired))
        .route("/v1/jobs/{job}/beyond-repair", post(bench::beyond_repair))
        .route("/v1/jobs/{job}/replacement", post(endings::replacement))
        .route("/v1/jobs/{job}/handed-over", post(endings::handed_over))
        .with_state(edge)
}

/// The sender of a report, and the key that makes retries idempotent.
struct Teller {
    edge: Edge,
    caller: Caller,
    key: IdempotencyKey,
}

impl Teller {
    fn new(edge: Edge, caller: Caller, key: IdempotencyKey) -> Self {
        Self { edge, caller, key }
    }

    /// Sends a command.
    async fn report(
        &self,
        purchase: OrderKey,
        command: &JobCommand,
        request: &RequestBody,
    ) -> Result<Accepted, Problem> {
        let submit = Submit {
            caller: &self.caller,
            idempotency_key: &self.key,
            key: purchase.as_str(),
            command,
            request,
            created: matches!(command, JobCommand::BookShipment(_)),
        };
        self.edge.submit(submit).await
    }
}
