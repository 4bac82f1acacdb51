//! Who reads whose story.

use recourse_kernel::{OrderKey, Role};
use recourse_runtime::edge::{Caller, Edge, Problem};

use crate::projections::timeline::TimelineRow;
use crate::queries::timeline;

/// Who reads the story of a purchase; buyers and shops only of their own.
const READERS: &[Role] =
    &[Role::Buyer, Role::Shop, Role::Adjuster, Role::Provider, Role::Auditor, Role::Operator];

/// The events of a purchase in the order of telling. None where there are none for this caller: whether
/// another's purchase exists is not told.
pub(super) async fn events_for(
    caller: &Caller,
    edge: &Edge,
    purchase: OrderKey,
) -> Result<Vec<(String, TimelineRow)>, Problem> {
    caller.only(READERS)?;
    let events = timeline::of_purchase(edge.pool(), purchase).await?;
    let rows = events.iter().map(|(_, row)| row);
    let may_see = may_see(caller.role(), &caller.principal.subject, rows);
    Ok(if may_see { events } else { Vec::new() })
}

/// A buyer sees their own purchases, a shop those that it has a job of. An event that names nobody opens nothing.
fn may_see<'a>(role: Role, subject: &str, mut rows: impl Iterator<Item = &'a TimelineRow>) -> bool {
    match role {
        Role::Buyer => rows.any(|row| !row.buyer.is_empty() && row.buyer == subject),
        Role::Shop => rows.any(|row| !row.shop.is_empty() && row.shop == subject),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use recourse_kernel::{Hash, Instant, Principal, Record};
    use recourse_runtime::projector::Table as _;
    use serde_json::json;

    use super::*;
    use crate::any_event::AnyEvent;
    use crate::projections::timeline::TimelineTable;

    fn reported(type_name: &str, body: serde_json::Value) -> TimelineRow {
        let record = Record {
            id: "jobs/K/1".to_owned(),
            source: String::new(),
            type_name: type_name.to_owned(),
            subject: String::new(),
            time: Instant::UNIX_EPOCH,
            recorded: Instant::UNIX_EPOCH,
            key: "K".to_owned(),
            stream: "jobs/K".to_owned(),
            version: 1,
            input: String::new(),
            command_id: String::new(),
            command_mac: String::new(),
            causation_id: String::new(),
            correlation_id: String::new(),
            principal: Principal::system("test"),
            terms: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: Hash::default(),
            hash: Hash::default(),
            traceparent: None,
            body: Vec::new(),
        };
        TimelineTable::evolve(None, &AnyEvent(body), &record).unwrap()
    }

    #[test]
    fn a_buyer_and_a_shop_see_only_what_is_theirs() {
        let rows = [
            reported("recourse.order.placed.v1", json!({"buyer": "b-81"})),
            reported("recourse.job.opened.v1", json!({"buyer": "b-81", "shop": {"id": "moscow"}})),
        ];
        let sees = |role, subject| may_see(role, subject, rows.iter());
        assert!(sees(Role::Buyer, "b-81") && sees(Role::Shop, "moscow"));
        assert!(!sees(Role::Buyer, "b-8") && !sees(Role::Buyer, ""));
        assert!(!sees(Role::Shop, "b-81") && !sees(Role::Shop, ""));
        assert!(sees(Role::Auditor, "any") && sees(Role::Adjuster, "any"));
    }
}
