//! The routes, one endpoint per file: each parses a request into a command, or runs a query.

mod accept_offer;
mod answer_dispute;
mod confirm_receipt;
mod contest_performance;
mod decide_dispute;
mod decline_offer;
mod get_dispute;
mod get_facts;
mod get_missing_facts;
mod get_order;
mod get_photo;
mod get_uploaded_photo;
mod grant_buyer_access;
mod list_missing_facts;
mod list_orders;
mod list_privacy_requests;
mod missing_facts;
mod open_dispute;
mod perform_dispute;
mod photo_name;
mod receive_webhook;
mod receive_woocommerce_webhook;
mod report_delivery;
mod resolve_privacy_request;
mod shopify_settings;
mod upload_photo;
mod view;
mod webhook_body;
mod withdraw_dispute;

use axum::Router;
use axum::routing::{get, post};
use recourse_edge::{Caller, Command, Edge, Problem};
use recourse_kernel::{Role, Sealed};

use crate::intake::Intake;
use crate::projections::orders::OrderRow;

pub use shopify_settings::ShopifySettings;

/// Roles that can read any order, in addition to its buyer and its marketplace.
const READERS: &[Role] = &[
    Role::Buyer,
    Role::Marketplace,
    Role::Seller,
    Role::Adjuster,
    Role::Provider,
    Role::Gateway,
    Role::Auditor,
    Role::Operator,
];
/// The maximum length of a text, in bytes.
const MAX_TEXT_LENGTH: usize = 10_000;

pub fn routes(edge: Edge, intake: Intake, shopify: ShopifySettings) -> Router {
    let photos = edge.photo_route(post(upload_photo::answer));
    let orders = Router::new()
        .route("/v1/orders", get(list_orders::answer))
        .route("/v1/orders/{order}", get(get_order::answer))
        .route("/v1/orders/{order}/missing-facts", get(get_missing_facts::answer))
        .route("/v1/orders/{order}/facts", get(get_facts::answer))
        .route("/v1/orders/{order}/receipt", post(confirm_receipt::answer))
        .route("/v1/orders/{order}/delivery", post(report_delivery::answer))
        .route("/v1/orders/{order}/buyer-access", post(grant_buyer_access::answer))
        .route("/v1/missing-facts", get(list_missing_facts::answer))
        .route("/v1/privacy-requests", get(list_privacy_requests::answer))
        .route("/v1/privacy-requests/{request}/resolution", post(resolve_privacy_request::answer))
        .route("/v1/devices/{device}/photos", photos)
        .route("/v1/devices/{device}/photos/{sha256}", get(get_uploaded_photo::answer))
        .route("/v1/devices/{device}/disputes", post(open_dispute::answer))
        .route("/v1/disputes/{dispute}", get(get_dispute::answer))
        .route("/v1/disputes/{dispute}/answer", post(answer_dispute::answer))
        .route("/v1/disputes/{dispute}/acceptance", post(accept_offer::answer))
        .route("/v1/disputes/{dispute}/refusal", post(decline_offer::answer))
        .route("/v1/disputes/{dispute}/withdrawal", post(withdraw_dispute::answer))
        .route("/v1/disputes/{dispute}/decision", post(decide_dispute::answer))
        .route("/v1/disputes/{dispute}/performance", post(perform_dispute::answer))
        .route("/v1/disputes/{dispute}/performance/objection", post(contest_performance::answer))
        .route("/v1/disputes/{dispute}/photos/{sha256}", get(get_photo::answer))
        .with_state(edge);
    orders
        .merge(receive_woocommerce_webhook::routes(intake.clone()))
        .merge(receive_webhook::routes(intake, shopify))
}

/// Orders that a caller may not see are answered as not found.
fn may_see(caller: &Caller, row: &OrderRow) -> bool {
    let (placed, subject) = (&row.order.placed, &caller.principal.subject);
    match caller.role() {
        Role::Buyer => placed.buyer == *subject,
        Role::Marketplace => placed.marketplace == *subject,
        _ => true,
    }
}

fn text_fits(field: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() || text.len() > MAX_TEXT_LENGTH {
        let detail = format!("`{field}` must be a text of 1 to {MAX_TEXT_LENGTH} bytes");
        return Err(Problem::bad_request("body.malformed", detail).fact("field", field));
    }
    Ok(())
}

/// Seals a text with the caller's key.
async fn seal<P>(call: &Command<P>, text: &str) -> Result<Sealed, Problem> {
    call.seal(&call.caller.person(), text.trim().as_bytes()).await
}
