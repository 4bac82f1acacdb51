//! Payments: of one settlement, or all in one state.

use recourse_kernel::SettlementId;
use sqlx::PgPool;
use sqlx::types::Json;

use crate::projections::{PaymentRow, PaymentState};

/// The payments of a settlement, in order.
pub async fn of_settlement(
    pool: &PgPool,
    settlement: SettlementId,
) -> sqlx::Result<Vec<PaymentRow>> {
    let rows: Vec<(Json<PaymentRow>,)> =
        sqlx::query_as("select document from payments where settlement = $1 order by payment")
            .bind(settlement.to_string())
            .fetch_all(pool)
            .await?;
    let mut payments: Vec<PaymentRow> = rows.into_iter().map(|(Json(row),)| row).collect();
    // Sorted by number; as text, the tenth would come before the second.
    payments.sort_by_key(|payment| payment.payment);
    Ok(payments)
}

/// Payments with ids after `after`, in order. Those that failed are still owed.
pub async fn in_state(
    pool: &PgPool,
    state: Option<PaymentState>,
    after: Option<&str>,
    most: i64,
) -> sqlx::Result<Vec<PaymentRow>> {
    let rows: Vec<(Json<PaymentRow>,)> = sqlx::query_as(
        "select document from payments
         where ($1::text[] is null or state = any($1))
           and ($2::text is null or payment > $2)
         order by payment
         limit $3",
    )
    .bind(state.map(listed_as))
    .bind(after)
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(Json(row),)| row).collect())
}

/// The states of the rows that a list of payments in this state has.
fn listed_as(state: PaymentState) -> Vec<&'static str> {
    let failed = (state == PaymentState::Owed).then_some(PaymentState::Failed);
    [state].into_iter().chain(failed).map(PaymentState::name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_listed_as_owed_too() {
        assert_eq!(listed_as(PaymentState::Owed), ["owed", "failed"]);
        assert_eq!(listed_as(PaymentState::Failed), ["failed"]);
        assert_eq!(listed_as(PaymentState::Paid), ["paid"]);
    }
}
