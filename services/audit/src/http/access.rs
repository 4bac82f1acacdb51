//! Who may read which timelines.

use recourse_edge::{Call, Problem};
use recourse_kernel::{OrderKey, Role};

use crate::projections::timeline::TimelineRow;
use crate::queries::timeline;
use crate::timelines::is_a_note;

/// Roles that may read the timeline of a purchase; buyers and shops only their own.
const READERS: &[Role] =
    &[Role::Buyer, Role::Shop, Role::Adjuster, Role::Provider, Role::Auditor, Role::Operator];

/// Roles that may read the deadlines of all purchases.
pub(super) const DEADLINE_READERS: &[Role] =
    &[Role::Auditor, Role::Operator, Role::Provider, Role::Adjuster];

/// The events of a purchase in causal order. Empty for a caller who may not see it, so that the
/// answer does not reveal whether the purchase exists.
pub(super) async fn events_for<P, Q>(
    call: &Call<P, Q>,
    purchase: OrderKey,
) -> Result<Vec<(String, TimelineRow)>, Problem> {
    let caller = &call.caller;
    caller.only(READERS)?;
    let events = timeline::of_purchase(call.pool(), purchase).await?;
    let rows = events.iter().map(|(_, row)| row);
    if !may_see(caller.role(), &caller.principal.subject, rows) {
        return Ok(Vec::new());
    }
    let role = caller.role();
    let events = events.into_iter().filter(|(_, row)| concerns(role, row));
    Ok(events.map(|(id, row)| (id, shown_to(role, row))).collect())
}

/// The claim's instruction to the shop, which is the shop's business alone.
const INSTRUCTION: &str = "recourse.job.remedy_noted.v1";

/// How an input was processed: these concern operators.
const INTERNAL_KINDS: &[&str] =
    &["input_noted", "input_dead_lettered", "input_redriven", "input_discarded"];

/// Buyers, sellers and shops see what happened to them; the provider's staff, auditors and
/// operators also see what the services noted, and why a record could not be processed.
fn is_outside(role: Role) -> bool {
    matches!(role, Role::Buyer | Role::Seller | Role::Shop)
}

/// The kind of an event: `purchase_blocked` of `recourse.claim.purchase_blocked.v1`.
fn kind(row: &TimelineRow) -> &str {
    row.type_name.rsplit('.').nth(1).unwrap_or_default()
}

/// Whether a line of the timeline concerns this role.
fn concerns(role: Role, row: &TimelineRow) -> bool {
    let type_name = row.type_name.as_str();
    if !is_outside(role) || (role == Role::Shop && type_name == INSTRUCTION) {
        return true;
    }
    type_name != INSTRUCTION && !is_a_note(type_name) && !INTERNAL_KINDS.contains(&kind(row))
}

/// The line as this role sees it: what a service could not read is of no use to outsiders.
fn shown_to(role: Role, mut row: TimelineRow) -> TimelineRow {
    if is_outside(role) && kind(&row) == "purchase_blocked" {
        "Processing is paused because of a technical problem; an operator must resolve it."
            .clone_into(&mut row.sentence);
    }
    row
}

/// A buyer sees their own purchases, a shop those that it has a job for. An empty name grants no
/// access.
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
            claim: None,
            stage: None,
            release: recourse_kernel::record::RELEASE.to_owned(),
            previous_hash: Hash::default(),
            hash: Hash::default(),
            traceparent: None,
            body: Vec::new(),
        };
        TimelineTable::evolve(None, &AnyEvent(body), &record).unwrap()
    }

    #[test]
    fn buyers_and_shops_see_no_notes_between_services() {
        let sees = |role, type_name| concerns(role, &reported(type_name, json!({})));
        for type_name in ["recourse.claim.coverage_noted.v1", "recourse.order.fact_kept.v1"] {
            assert!(!sees(Role::Buyer, type_name) && !sees(Role::Shop, type_name), "{type_name}");
            assert!(sees(Role::Auditor, type_name) && sees(Role::Adjuster, type_name));
        }
        assert!(!sees(Role::Buyer, "recourse.job.input_noted.v1"));
        for shown in ["recourse.claim.filed.v1", "recourse.claim.command_refused.v1"] {
            assert!(sees(Role::Buyer, shown) && sees(Role::Shop, shown), "{shown}");
        }
        assert!(sees(Role::Buyer, "recourse.claim.purchase_blocked.v1"), "everything waits");
        assert!(sees(Role::Shop, INSTRUCTION) && sees(Role::Adjuster, INSTRUCTION));
        assert!(!sees(Role::Buyer, INSTRUCTION));
    }

    #[test]
    fn only_insiders_see_why_a_purchase_is_blocked() {
        let reason = json!({"dead_letter": "a/0/1", "reason": "missing field `terms`"});
        let row = reported("recourse.claim.purchase_blocked.v1", reason);
        let sees = |role| shown_to(role, row.clone()).sentence;
        assert!(sees(Role::Operator).contains("missing field"));
        for role in [Role::Buyer, Role::Seller, Role::Shop] {
            assert!(sees(role).contains("paused") && !sees(role).contains("missing field"));
        }
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
