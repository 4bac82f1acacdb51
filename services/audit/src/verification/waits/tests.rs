//! Each check finds what it is for, and each row of the table is missed if it is gone.

mod stories;

use chrono::TimeDelta;
use recourse_kernel::{OrderId, OrderKeys, Owner};
use serde_json::json;

use self::stories::{filed, stories};
use super::*;

fn order() -> OrderId {
    OrderId::new(OrderKeys::development().key_of("market", "1001"))
}

fn noon() -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::hours(12)
}

fn after(days: i64) -> Instant {
    noon() + TimeDelta::days(days)
}

/// The matter that a field names.
fn matter(field: &str) -> Matter {
    let device = order().device(1, 1);
    let job = device.policy().claim(1).job(1);
    match field {
        "order" => order().into(),
        "dispute" => device.dispute(1).into(),
        "policy" => device.policy().into(),
        "settlement" => device.settlement(1).into(),
        "job" => job.into(),
        "shipment" => job.shipment(1).into(),
        _ => device.policy().claim(1).into(),
    }
}

/// Events of one stream, each with the ids that it may need.
fn played(events: &[(&str, Value)]) -> Plain {
    let mut plain = Plain::default();
    for (name, body) in events {
        let mut body = body.clone();
        let service = name.split('.').next().unwrap_or_default();
        let own: &[&str] = match service {
            "order" if name.contains("dispute") || name.ends_with("deadline_passed") => {
                &["dispute"]
            }
            "order" => &["order"],
            "policy" => &["policy"],
            "settlement" => &["settlement"],
            "job" => &["job"],
            _ if name.contains("refusal") => &["policy"],
            _ => &["claim"],
        };
        for field in own {
            body[*field] = json!(matter(field).to_string());
        }
        if name.contains("shipment") || name.contains("delivery_asked") {
            body["shipment"] = json!(matter("shipment").to_string());
        }
        plain.take(name, &body, noon());
    }
    plain
}

/// A wait that answers a story's row.
fn wait(begun: &plain::Begun, field: &str, owner: Owner) -> Wait {
    let wait = Wait::new(matter(field), begun.what, owner, noon()).until(after(5));
    wait.number(begun.number.unwrap_or_default())
}

/// What is awaited in a story, as a decider that knows every row would say.
fn sound(plain: &Plain, owner: Owner) -> Waiting {
    let fields = ["order", "dispute", "policy", "settlement", "job", "shipment", "claim"];
    let field = |id: &str| fields.into_iter().find(|f| matter(f).to_string() == id).unwrap();
    let begun = plain.begun();
    let waits = begun
        .map(|begun| wait(begun, field(&begun.matter), begun.owner.unwrap_or(owner)))
        .collect();
    let open = plain.open().map(|id| matter(field(id))).collect();
    Waiting { open, waits }
}

#[test]
fn t11_removing_any_row_of_the_table_is_found() {
    for (what, field, owner, events) in stories() {
        let plain = played(&events);
        let id = matter(field).to_string();
        let is_it = |begun: &&plain::Begun| begun.what == what && begun.matter == id;
        let begun = plain.begun().find(is_it);
        let begun = begun.unwrap_or_else(|| panic!("{what:?} has not begun: {plain:?}"));
        assert!(begun.owner.is_none_or(|named| named == owner), "{what:?} of {:?}", begun.owner);
        let sound = sound(&plain, owner);
        assert_eq!(violations(&plain, &sound, noon()), Vec::<String>::new(), "{what:?}");
        let mut removed = sound.clone();
        removed.waits.retain(|wait| wait.what != what);
        let found = missing(&plain, &removed);
        assert!(found.iter().any(|why| why.contains(&word(what))), "{what:?}: {found:?}");
    }
}

#[test]
fn t11_a_row_with_another_owner_is_found() {
    for (what, _, owner, events) in stories() {
        let plain = played(&events);
        let mut waiting = sound(&plain, owner);
        for wait in waiting.waits.iter_mut().filter(|wait| wait.what == what) {
            let others = [Owner::Buyer, Owner::Shop, Owner::Provider];
            wait.owner = others.into_iter().find(|other| *other != owner).unwrap();
        }
        let is_known = plain.begun().any(|begun| begun.what == what && begun.owner.is_some());
        assert_eq!(missing(&plain, &waiting).is_empty(), !is_known, "{what:?}");
    }
}

#[test]
fn every_row_of_the_table_has_a_story() {
    let named: BTreeSet<_> = stories().iter().map(|(what, field, ..)| (*what, *field)).collect();
    let rows = TABLE.iter().flat_map(|rows| *rows).map(|row| (row.what, row.matter));
    assert_eq!(rows.collect::<BTreeSet<_>>(), named);
}

#[test]
fn every_event_of_the_table_exists() {
    let made_here = [
        "order.delivered_whole",
        "settlement.payment_owed",
        "settlement.payment_fell",
        "job.shipment_arrived",
    ];
    let rows = TABLE.iter().flat_map(|rows| *rows);
    let of_rows = rows.flat_map(|row| row.begins.iter().chain(row.ends));
    let of_lives = table::LIFE.iter().flat_map(|life| life.opens.iter().chain(life.closes));
    for (name, _) in of_rows.chain(of_lives).filter(|(name, _)| !made_here.contains(name)) {
        let type_name = format!("recourse.{name}.v1");
        assert!(recourse_schemas::schema(&type_name).is_some(), "{type_name} does not exist");
    }
}

/// A claim whose documents are awaited.
fn documents() -> (Plain, Waiting) {
    let plain = played(&[filed()]);
    let waiting = sound(&plain, Owner::Provider);
    (plain, waiting)
}

#[test]
fn a_matter_that_sleeps_or_is_forgotten_is_found() {
    let (plain, mut waiting) = documents();
    waiting.waits.clear();
    assert!(unowned(&waiting)[0].contains("sleeps"));
    waiting.open.clear();
    assert!(forgotten(&plain, &waiting)[0].contains("forgotten"));
    let closed = played(&[filed(), ("claim.closed", json!({}))]);
    assert_eq!(violations(&closed, &Waiting::default(), noon()), Vec::<String>::new());
}

#[test]
fn a_wait_without_a_date_is_found() {
    let (_, mut waiting) = documents();
    waiting.waits[0].until = None;
    assert!(undated(&waiting)[0].contains("neither a date"));
}

#[test]
fn a_date_that_passed_without_an_event_is_found() {
    let (plain, waiting) = documents();
    assert!(unfired(&waiting, after(4)).is_empty());
    assert!(unfired(&waiting, after(5))[0].contains("nothing happened"));
    let late = waiting.waits[0].clone().late(true);
    let waiting = Waiting { waits: vec![late], ..waiting };
    assert!(unfired(&waiting, after(9)).is_empty());
    assert!(unrecorded(&plain, &waiting)[0].contains("no event records"));
    let missed = ("claim.deadline_passed", json!({ "deadline": "documents" }));
    assert!(violations(&played(&[filed(), missed]), &waiting, after(9)).is_empty());
}

#[test]
fn a_pause_that_nothing_explains_is_found() {
    let (plain, mut waiting) = documents();
    let paused = |reason| vec![waiting.waits[0].clone().paused(reason)];
    let (parts, answer) = (paused(PauseReason::Parts), paused(PauseReason::Answer));
    waiting.waits = parts;
    assert!(wrongly_paused(&plain, &waiting)[0].contains("parts"));
    waiting.waits = answer;
    assert!(wrongly_paused(&plain, &waiting)[0].contains("answer"));
    let asked = played(&[filed(), ("claim.question_asked", json!({ "question": 1 }))]);
    assert!(wrongly_paused(&asked, &waiting).is_empty());
}
