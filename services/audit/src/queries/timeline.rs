//! The events of a purchase, or of one of its claims.

use recourse_kernel::{ClaimId, OrderKey};
use sqlx::PgPool;
use sqlx::Row as _;

use crate::order_of_telling::told_in_order;
use crate::projections::timeline::{TimelineRow, read};

/// More events than this of one purchase are not told in one answer.
pub const MOST: i64 = 5_000;

/// All events of a purchase, in the order of telling, each with its id.
pub async fn of_purchase(
    pool: &PgPool,
    purchase: OrderKey,
) -> sqlx::Result<Vec<(String, TimelineRow)>> {
    let rows = sqlx::query(
        "select event, context, purchase, sequence, claim, subject, at, recorded, type, who, cause,
                sentence, buyer, shop
         from timeline where purchase = $1 order by recorded, event limit $2",
    )
    .bind(purchase.as_str())
    .bind(MOST)
    .fetch_all(pool)
    .await?;
    let rows = rows.iter().map(|row| Ok((row.try_get("event")?, read(row)?)));
    Ok(told_in_order(rows.collect::<sqlx::Result<_>>()?))
}

/// The events among these that are about a claim, in the same order.
pub fn about(events: Vec<(String, TimelineRow)>, claim: ClaimId) -> Vec<(String, TimelineRow)> {
    let claim = claim.to_string();
    events.into_iter().filter(|(_, row)| row.claim == claim).collect()
}
