//! While an appeal against the verdict is open, the buyer's deadlines are paused (C11, T12).

use chrono::TimeDelta;
use recourse_kernel::{PauseReason, Wait, WaitKind};

use super::super::events::{AppealNoted, Deadline};
use super::*;

const LATER: &str = "2027-01-01T00:00:00Z";

/// A fee and a return shipment that the buyer owes for a device at the shop.
fn held() -> Story<'static, Refunds> {
    start().and(&claims(), opened_at(), &both_shipments())
}

fn recovery() -> Story<'static, Refunds> {
    start()
        .and(&claims(), opened_at(), &cash())
        .and(&gateway(), reported_at(), &pay(payment(1), 900_000, "p-1"))
        .and(&claims(), reported_at(), &seller_refunded(200_000))
}

#[track_caller]
fn noted(events: &[SettlementEvent]) -> &AppealNoted {
    let [SettlementEvent::AppealNoted(noted)] = events else { panic!("{events:?}") };
    noted
}

fn buyers(state: &super::super::RefundsState) -> Vec<Wait> {
    let of_buyer = |wait: &Wait| wait.what != WaitKind::ProviderPayment;
    Refunds::waits(state).into_iter().filter(of_buyer).collect()
}

#[test]
fn c11_no_device_counts_as_abandoned_while_the_verdict_is_appealed() {
    let appealed = || held().and(&claims(), reported_at(), &note_appeal(true, reported_at()));
    let reported = held().when(&claims(), reported_at(), &note_appeal(true, reported_at()));
    let reported = reported.then(|events| {
        let noted = noted(events);
        assert!(noted.open && !noted.held.is_empty() && noted.others.is_empty());
        assert_eq!((noted.notice_at, noted.abandoned_at), (None, None));
    });
    let waits = buyers(&reported.state);
    assert!(!waits.is_empty());
    for wait in waits {
        assert_eq!((wait.paused, wait.next()), (Some(PauseReason::Appeal), None));
    }
    appealed().when_the_clock_reaches(at(LATER)).then(|events| {
        let of_buyer = |event: &&SettlementEvent| match event {
            SettlementEvent::DeadlinePassed(passed) => passed.deadline != Deadline::ProviderPayment,
            _ => true,
        };
        assert_eq!(events.iter().find(of_buyer), None);
    });
    // Once it is decided, the dates count from the decision.
    let late = at(LATER);
    appealed().when(&claims(), late, &note_appeal(false, late)).then(|events| {
        let noted = noted(events);
        assert_eq!(noted.notice_at, Some(late + TimeDelta::days(30)));
        assert_eq!(noted.abandoned_at, Some(late + TimeDelta::days(60)));
    });
    appealed()
        .and(&claims(), late, &note_appeal(false, late))
        .when_the_clock_reaches(late + TimeDelta::days(61))
        .then(|events| {
            assert!(events.iter().any(|event| matches!(event, SettlementEvent::WrittenOff(_))));
        });
}

#[test]
fn c11_no_debt_is_handed_to_collection_while_the_verdict_is_appealed() {
    let appealed = || recovery().and(&claims(), reported_at(), &note_appeal(true, reported_at()));
    appealed().when_the_clock_reaches(at(LATER)).then(|events| assert!(events.is_empty()));
    let late = at(LATER);
    let decided = || appealed().and(&claims(), late, &note_appeal(false, late));
    appealed().when(&claims(), late, &note_appeal(false, late)).then(|events| {
        let noted = noted(events);
        assert_eq!((noted.others.as_slice(), noted.held.len()), ([payment(2)].as_slice(), 0));
        assert_eq!(noted.pay_by, Some(late + TimeDelta::days(30)));
        assert_eq!(noted.remind_at, Some(late + TimeDelta::days(15)));
    });
    decided().when_the_clock_reaches(late + TimeDelta::days(31)).then(|events| {
        let handed = |event: &_| matches!(event, SettlementEvent::CollectionStarted(_));
        assert!(events.iter().any(handed), "{events:?}");
    });
    // What was in collection before waits as well.
    let collected = recovery().and_the_clock_reaches(at("2026-01-01T00:00:00Z"));
    let reported = collected.when(&claims(), late, &note_appeal(true, late)).then(|_| {});
    let waits = buyers(&reported.state);
    assert_eq!((waits[0].what, waits[0].paused), (WaitKind::Collected, Some(PauseReason::Appeal)));
}

#[test]
fn c11_an_appeal_is_noted_once_and_only_in_a_settlement() {
    let appealed = || held().and(&claims(), reported_at(), &note_appeal(true, reported_at()));
    appealed()
        .when(&claims(), reported_at(), &note_appeal(true, reported_at()))
        .then(|events| assert!(events.is_empty()));
    held()
        .when(&claims(), reported_at(), &note_appeal(false, reported_at()))
        .then(|events| assert!(events.is_empty()));
    start()
        .when(&claims(), reported_at(), &note_appeal(true, reported_at()))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn c11_what_the_overturned_verdict_cost_is_written_off_when_the_claim_is_settled_again() {
    let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::Covered));
    fact.terms = WISETECH_2.reference();
    let again = RefundsCommand::OpenForClaim(Box::new(fact));
    held()
        .and(&claims(), reported_at(), &note_appeal(true, reported_at()))
        .and(&claims(), reported_at(), &note_appeal(false, reported_at()))
        .when(&claims(), reported_at(), &again)
        .then(|events| {
            let written_off = |event: &_| matches!(event, SettlementEvent::WrittenOff(_));
            assert!(events.iter().any(written_off), "{events:?}");
        });
}
