//! `GET /v1/policies/{policy}`: a policy, when it covers, and whom to contact (C7).

use chrono::NaiveDate;
use recourse_edge::{Call, Json, Problem};
use recourse_kernel::{Instant, PolicyId, Role, WaitsFor};
use recourse_terms::coverage::local_day;
use recourse_terms::{Contact, Coverage, LocalTime, Shop, TermsBook, claims_from};
use serde::Serialize;

use super::READERS;
use crate::projections::PolicyRow;
use crate::projections::policies::CoverageRow;
use crate::queries;

/// C7: the policy, its days of coverage, the provider's contact, and the branch to send a device
/// to.
#[derive(Serialize)]
pub(super) struct Response {
    #[serde(flatten)]
    policy: PolicyRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_days: Option<CoverageDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Shop>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_because: Option<String>,
    /// T11: who has to do what, and until when.
    waits_for: Vec<WaitsFor>,
}

/// The first and last day of coverage as calendar dates, both inclusive, and the first time a claim
/// can be made.
#[derive(Serialize)]
struct CoverageDays {
    first: NaiveDate,
    last: NaiveDate,
    zone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims_from: Option<Instant>,
}

pub(super) async fn answer(call: Call<PolicyId>) -> Result<Json<Response>, Problem> {
    let (caller, id) = (&call.caller, call.path);
    caller.only(READERS)?;
    let policy = queries::policies::policy(call.pool(), id).await?;
    // A buyer must not learn whether another buyer's policy exists.
    let policy = policy
        .filter(|policy| caller.role() != Role::Buyer || policy.buyer == caller.principal.subject);
    let policy = policy.ok_or_else(|| Problem::not_found("policy", id))?;
    Ok(Json(Response::of(policy, &call.terms())))
}

impl Response {
    fn of(policy: PolicyRow, book: &TermsBook) -> Self {
        let city = policy.city.as_deref().unwrap_or_default();
        let branch = book.shop_for(&policy.provider, &policy.country, city);
        Self {
            coverage_days: policy
                .coverage
                .as_ref()
                .and_then(|coverage| days(&policy, coverage, book)),
            contact: book.contact(&policy.provider, &policy.country).cloned(),
            branch: branch.map(|routed| routed.shop.clone()),
            branch_because: branch.map(|routed| routed.because.to_string()),
            waits_for: policy.wait().iter().map(WaitsFor::from).collect(),
            policy,
        }
    }
}

fn days(policy: &PolicyRow, row: &CoverageRow, book: &TermsBook) -> Option<CoverageDays> {
    let zone = row.zone.parse().ok()?;
    let coverage =
        Coverage { counted_from: row.counted_from, starts: row.starts, ends: row.ends, zone };
    let delivery_zone = row.delivery_zone.parse().ok();
    let delivered = delivery_zone.map(|zone| LocalTime { at: row.delivered_at, zone });
    let terms = policy.terms.as_ref().and_then(|terms| book.by_digest(&terms.digest));
    Some(CoverageDays {
        first: local_day(coverage.starts, zone),
        last: local_day(coverage.ends, zone).pred_opt()?,
        zone: row.zone.clone(),
        claims_from: terms.map(|terms| claims_from(terms, &coverage, delivered)),
    })
}
