//! `GET /v1/orders?buyer=&marketplace=&number=&stage=&cursor=`: orders; buyers and marketplaces see
//! their own.

use recourse_edge::{AnyOrder, List, Page, Problem};
use recourse_kernel::Role;
use serde::Deserialize;

use super::READERS;
use super::view::OrderSummary;
use crate::queries;
use crate::queries::OrderFilter;

#[derive(Clone, Deserialize)]
pub(super) struct ListQuery {
    buyer: Option<String>,
    marketplace: Option<String>,
    number: Option<String>,
    stage: Option<StageName>,
}

/// The names of the stages.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StageName {
    Placed,
    Paid,
    Delivered,
    Completed,
    Cancelled,
}

impl StageName {
    fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Delivered => "delivered",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }
}

pub(super) async fn answer(
    list: List<ListQuery, (), AnyOrder>,
) -> Result<Page<OrderSummary>, Problem> {
    let (caller, page, request) = (&list.caller.0, &list.page, list.query.clone());
    caller.only(READERS)?;
    let own = |role: Role, request: Option<String>| {
        if caller.role() == role { Some(caller.principal.subject.clone()) } else { request }
    };
    let filter = OrderFilter {
        order: caller.order,
        buyer: own(Role::Buyer, request.buyer),
        marketplace: own(Role::Marketplace, request.marketplace),
        number: request.number,
        stage: request.stage.map(|stage| stage.as_str().to_owned()),
    };
    let rows = queries::orders(list.pool(), &filter, page.cursor.as_deref(), page.rows()).await?;
    let items = rows.into_iter().map(OrderSummary::new).collect();
    Ok(Page::of(items, page, OrderSummary::key))
}
