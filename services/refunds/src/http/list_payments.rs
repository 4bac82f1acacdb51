//! `GET /v1/payments?state=owed&cursor=&limit=`: payments ordered by id, for a payment gateway to
//! work through. A payment whose last attempt failed is still owed, so `owed` lists it as well.

use recourse_edge::{List, Page, Problem};
use recourse_kernel::Role;
use serde::Deserialize;

use crate::projections::{PaymentRow, PaymentState};
use crate::queries;

#[derive(Deserialize)]
pub(super) struct ListQuery {
    state: Option<PaymentState>,
}

pub(super) async fn answer(list: List<ListQuery>) -> Result<Page<PaymentRow>, Problem> {
    list.caller.only(&[Role::Gateway, Role::Auditor, Role::Operator])?;
    let (page, state) = (&list.page, list.query.state);
    let after = page.cursor.as_deref();
    let rows = queries::payments::in_state(list.pool(), state, after, page.rows()).await?;
    Ok(Page::of(rows, page, |row| row.payment.to_string()))
}
