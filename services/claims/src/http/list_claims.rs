//! `GET /v1/claims?policy=&stage=&provider=&cursor=&limit=`: lists claims in the order of their
//! ids. Buyers see only their own.

use recourse_edge::{AnyOrder, List, Page, Problem};
use recourse_kernel::{PolicyId, Role};
use recourse_terms::Provider;
use serde::Deserialize;

use super::get_claim::READERS;
use super::summary::ClaimSummary;
use crate::queries;
use crate::queries::claims::Filter;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    policy: Option<PolicyId>,
    stage: Option<StageName>,
    provider: Option<Provider>,
}

/// The names of the stages.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StageName {
    Submission,
    Verification,
    Inspection,
    Remedy,
    Settlement,
    Closed,
}

impl StageName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Verification => "verification",
            Self::Inspection => "inspection",
            Self::Remedy => "remedy",
            Self::Settlement => "settlement",
            Self::Closed => "closed",
        }
    }
}

pub(super) async fn answer(
    list: List<ListQuery, (), AnyOrder>,
) -> Result<Page<ClaimSummary>, Problem> {
    let (caller, page) = (&list.caller.0, &list.page);
    caller.only(READERS)?;
    let ListQuery { policy, stage, provider } = &list.query;
    let filter = Filter {
        policy: policy.map(|policy| policy.to_string()),
        stage: stage.map(|stage| stage.as_str().to_owned()),
        provider: provider.as_ref().map(ToString::to_string),
        order: caller.order,
        buyer: (caller.role() == Role::Buyer).then(|| caller.principal.subject.clone()),
    };
    let after = page.cursor.as_deref();
    let rows = queries::claims::list(list.pool(), &filter, after, page.rows()).await?;
    let items = rows.iter().map(ClaimSummary::from_row).collect();
    Ok(Page::of(items, page, |item: &ClaimSummary| item.claim.to_string()))
}
