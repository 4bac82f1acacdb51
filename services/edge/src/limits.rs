//! Middleware of every call: tracing, metrics, limits on concurrency, time and size; and the
//! fallback responses, which are problems too.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use recourse_runtime::telemetry;
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::Edge;
use super::json::LongestBody;
use super::problem::Problem;

#[derive(Clone)]
struct Limits {
    edge: Edge,
    free: Arc<Semaphore>,
}

/// A service's routes within all limits. Routers of several services may be merged; then apply
/// [`with_fallbacks`].
pub(super) fn limited(edge: &Edge, routes: Router) -> Router {
    let http = &edge.settings().http;
    let limits = Limits { edge: edge.clone(), free: Arc::new(Semaphore::new(http.concurrency)) };
    routes
        .layer(DefaultBodyLimit::max(http.body_limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(limits, admit))
}

/// What a call that takes a photo sets: it may take as long as a slow connection needs.
#[derive(Clone, Default)]
struct TakesAPhoto(Arc<AtomicBool>);

#[derive(Clone)]
struct Uploads {
    edge: Edge,
    free: Arc<Semaphore>,
}

/// A route that takes photos: its bodies may be longer and take longer, but few are read at once,
/// because each is in memory until it is stored.
pub(super) fn photo_route<S: Clone + Send + Sync + 'static>(
    edge: &Edge,
    route: MethodRouter<S>,
) -> MethodRouter<S> {
    let http = &edge.settings().http;
    let free = Arc::new(Semaphore::new(http.photo_concurrency));
    let uploads = Uploads { edge: edge.clone(), free };
    route.layer((
        from_fn_with_state(uploads, take_photo),
        Extension(LongestBody(http.photo_limit)),
        DefaultBodyLimit::max(http.photo_limit),
    ))
}

async fn take_photo(State(uploads): State<Uploads>, request: Request, next: Next) -> Response {
    let Ok(_permit) = uploads.free.try_acquire() else {
        uploads.edge.metrics().refused("concurrency");
        let detail = "too many photos are being uploaded";
        return Problem::unavailable("edge.busy", detail).into_response();
    };
    if let Some(TakesAPhoto(longer)) = request.extensions().get() {
        longer.store(true, Ordering::Relaxed);
    }
    let response = next.run(request).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::photo_too_large(uploads.edge.settings().http.photo_limit).into_response();
    }
    response
}

/// Answers unknown routes with 404 (`route.not_known`), and known ones with another method with 405
/// (`route.method_not_allowed`).
pub fn with_fallbacks(routes: Router) -> Router {
    routes.fallback(unknown_route).method_not_allowed_fallback(unknown_method)
}

async fn admit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (edge, method) = (&limits.edge, request.method().clone());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let traceparent = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .filter(|text| telemetry::is_traceparent(text))
        .map(str::to_owned);
    let span = telemetry::serving(method.as_str(), &route, traceparent.as_deref());
    let carried = traceparent.or_else(telemetry::new_traceparent).unwrap_or_default();
    let response = telemetry::carry(carried, within_limits(&limits, request, next))
        .instrument(span.clone())
        .await;
    span.record("http.response.status_code", response.status().as_u16());
    edge.metrics().call(method.as_str(), &route, response.status().as_u16(), began.elapsed());
    response
}

async fn within_limits(limits: &Limits, mut request: Request, next: Next) -> Response {
    let edge = &limits.edge;
    let Ok(_permit) = limits.free.try_acquire() else {
        edge.metrics().refused("concurrency");
        return Problem::unavailable("edge.busy", "too many calls are in progress").into_response();
    };
    let (http, takes_a_photo) = (&edge.settings().http, TakesAPhoto::default());
    request.extensions_mut().insert(takes_a_photo.clone());
    let mut answer = std::pin::pin!(next.run(request));
    if let Ok(response) = tokio::time::timeout(http.timeout(), &mut answer).await {
        return response;
    }
    if takes_a_photo.0.load(Ordering::Relaxed) {
        let rest = http.photo_timeout().saturating_sub(http.timeout());
        if let Ok(response) = tokio::time::timeout(rest, answer).await {
            return response;
        }
    }
    edge.metrics().refused("timeout");
    Problem::unavailable("edge.timeout", "the call took too long")
        .instead(
            "Retry; a command sent again with the same Idempotency-Key takes effect only once.",
        )
        .into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the layer passes the payload by value")]
fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let said = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("panic payload is not a string");
    tracing::error!(said, "a call panicked");
    Problem::internal().into_response()
}

async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(
        StatusCode::NOT_FOUND,
        "route.not_known",
        format!("there is no resource at {path}"),
    )
}

async fn unknown_method(method: Method, uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    let detail = format!("{method} is not allowed at {path}");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "route.method_not_allowed", detail)
}
