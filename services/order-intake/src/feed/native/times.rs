//! When a fact happened: in `at`, or in the field that only facts of its type have.

use recourse_kernel::Instant;
use serde::Deserialize as _;
use serde_json::Value;

use crate::feed::unusable::Unusable;
use crate::feed::values::sensible;

/// The field for the time of every type.
const AT: &str = "at";

/// The field for the time of this kind of fact alone.
fn field_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "placed" => "placed_at",
        "paid" => "paid_at",
        "cancelled" => "cancelled_at",
        "delivered" | "delivery_corrected" => "delivered_at",
        "receipt_confirmed" => "confirmed_at",
        "completed" => "completed_at",
        "returned" => "returned_at",
        "line_refunded" => "refunded_at",
        _ => return None,
    })
}

/// The time that the body says. Fields of other types are ignored, like all that are not known: the
/// order was placed at another time than it was delivered.
pub(super) fn time_in(body: &Value, kind: &str) -> Result<Option<Instant>, Unusable> {
    let at = time(body, AT)?;
    let Some(field) = field_of(kind) else { return Ok(at) };
    match (at, time(body, field)?) {
        (Some(at), Some(own)) if at != own => Err(Unusable::TwoTimes(field)),
        (at, own) => Ok(own.or(at)),
    }
}

fn time(body: &Value, field: &str) -> Result<Option<Instant>, Unusable> {
    let Some(value) = body.get(field) else { return Ok(None) };
    let invalid = || Unusable::value(field);
    let time = Option::<Instant>::deserialize(value).map_err(|_| invalid())?;
    time.map(|time| sensible(time).map_err(|_| invalid())).transpose()
}
