//! The order in which events of several streams are shown: by the time they were recorded, but
//! never before their cause. Pure.
//!
//! Timestamps alone are not enough: an event and the reaction of another service to it can carry
//! the same time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use crate::projections::timeline::TimelineRow;

/// Tie-break between services for events recorded at the same time.
const CONTEXTS: [&str; 6] = ["terms", "orders", "policies", "claims", "jobs", "settlements"];

/// Sorts events, given with their ids, into causal order.
pub fn in_causal_order(mut events: Vec<(String, TimelineRow)>) -> Vec<(String, TimelineRow)> {
    events.sort_by_key(|(_, row)| rank(row));
    let indexes: HashMap<&str, usize> =
        events.iter().enumerate().map(|(index, (event, _))| (event.as_str(), index)).collect();
    let mut waits_for = vec![0_usize; events.len()];
    let mut leads_to: Vec<Vec<usize>> = vec![Vec::new(); events.len()];
    for (index, (_, row)) in events.iter().enumerate() {
        let before = format!("{}/{}/{}", row.context, row.purchase, row.version - 1);
        for earlier in [before.as_str(), row.cause.as_str()] {
            if let Some(&earlier) = indexes.get(earlier) {
                waits_for[index] += 1;
                leads_to[earlier].push(index);
            }
        }
    }
    let ready = (0..events.len()).filter(|&index| waits_for[index] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(Reverse).collect();
    let mut order = Vec::with_capacity(events.len());
    while let Some(Reverse(index)) = ready.pop() {
        order.push(index);
        for &later in &leads_to[index] {
            waits_for[later] -= 1;
            if waits_for[later] == 0 {
                ready.push(Reverse(later));
            }
        }
    }
    // Every cause is written before its effect, so a cycle should not occur. If there is one, its
    // events are appended rather than dropped.
    let mut is_reported = vec![false; events.len()];
    for &index in &order {
        is_reported[index] = true;
    }
    order.extend((0..events.len()).filter(|&index| !is_reported[index]));
    let mut events: Vec<Option<_>> = events.into_iter().map(Some).collect();
    order.into_iter().filter_map(|index| events[index].take()).collect()
}

fn rank(row: &TimelineRow) -> (recourse_kernel::Instant, usize, i64) {
    let context = CONTEXTS.iter().position(|context| *context == row.context);
    (row.recorded, context.unwrap_or(CONTEXTS.len()), row.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use recourse_kernel::Instant;

    fn event(id: &str, second: i64, cause: &str) -> (String, TimelineRow) {
        let mut parts = id.split('/');
        let (context, purchase) = (parts.next().unwrap(), parts.next().unwrap());
        let version = parts.next().unwrap().parse().unwrap();
        let at = Instant::from_timestamp(second, 0).unwrap();
        let row = TimelineRow {
            context: context.to_owned(),
            purchase: purchase.to_owned(),
            version,
            claim: String::new(),
            subject: String::new(),
            at,
            recorded: at,
            type_name: String::new(),
            who: String::new(),
            cause: cause.to_owned(),
            sentence: String::new(),
            buyer: String::new(),
            shop: String::new(),
        };
        (id.to_owned(), row)
    }

    fn order(events: Vec<(String, TimelineRow)>) -> Vec<String> {
        in_causal_order(events).into_iter().map(|(id, _)| id).collect()
    }

    #[test]
    fn in_one_instant_a_cause_is_shown_before_its_effect() {
        let reported = order(vec![
            event("claims/K/2", 5, "jobs/K/1"),
            event("claims/K/1", 5, ""),
            event("jobs/K/1", 5, "claims/K/1"),
            event("settlements/K/1", 5, "claims/K/2"),
        ]);
        assert_eq!(reported, ["claims/K/1", "jobs/K/1", "claims/K/2", "settlements/K/1"]);
    }

    #[test]
    fn otherwise_events_are_shown_as_they_were_recorded() {
        let reported = order(vec![event("jobs/K/1", 9, ""), event("claims/K/1", 4, "orders/K/7")]);
        assert_eq!(reported, ["claims/K/1", "jobs/K/1"]);
    }

    #[test]
    fn a_cycle_loses_no_event() {
        let reported =
            order(vec![event("jobs/K/1", 1, "claims/K/1"), event("claims/K/1", 1, "jobs/K/1")]);
        assert_eq!(reported.len(), 2);
    }
}
