//! What settlements wait for: one story for each row of the table of deadlines (T11).

use chrono::TimeDelta;
use recourse_kernel::{Matter, Owner, Wait, WaitKind};
use recourse_terms::PriceRefunded;

use super::super::events::Deadline;
use super::*;
use crate::foreign::PolicyPriceOwed;

/// The only wait of a story in which one payment is owed.
#[track_caller]
fn only_wait(story: Story<'static, Refunds>) -> Wait {
    let reported = story.when_the_clock_reaches(opened_at());
    let waits = Refunds::waits(&reported.state);
    let [wait] = waits.as_slice() else { panic!("{waits:?}") };
    wait.clone()
}

fn after(days: i64) -> Instant {
    opened_at() + TimeDelta::days(days)
}

#[test]
fn t11_the_provider_pays_within_10_days_and_is_late_from_then_on() {
    let story = || start().and(&claims(), opened_at(), &cash());
    let wait = only_wait(story());
    let matter = Matter::Settlement(settlement());
    assert_eq!((wait.matter, wait.what, wait.owner), (matter, kind(), Owner::Provider));
    assert_eq!((wait.since, wait.until, wait.is_late), (opened_at(), Some(after(10)), false));
    let reported = story().when_the_clock_reaches(at("2027-01-01T00:00:00Z")).then(|events| {
        let [SettlementEvent::DeadlinePassed(missed)] = events else { panic!("{events:?}") };
        assert_eq!((missed.deadline, missed.owner), (Deadline::ProviderPayment, Owner::Provider));
        assert_eq!(missed.escalated_to.as_ref(), Some(&WISETECH.provider));
        assert_eq!(Some(missed.due), Some(after(10)));
    });
    let waits = Refunds::waits(&reported.state);
    assert!(waits[0].is_late && waits[0].until == Some(after(10)), "it stays owed");
    assert_eq!(Refunds::open(&reported.state), [matter]);
    // It can still be paid.
    story()
        .and_the_clock_reaches(at("2026-01-01T00:00:00Z"))
        .when(&gateway(), at("2026-01-01T00:00:00Z"), &pay(payment(1), 900_000, "p-1"))
        .then(|events| assert!(matches!(events.last(), Some(SettlementEvent::Closed(_)))));
}

fn kind() -> WaitKind {
    WaitKind::ProviderPayment
}

#[test]
fn t11_the_price_of_a_policy_is_paid_within_10_days_also_if_it_was_never_sold() {
    for (terms, provider) in [
        (Some(WISETECH.reference()), WISETECH.provider.as_str()),
        (None, WISETECH.provider.as_str()),
        (None, "published-nothing"),
    ] {
        let owed = RefundsCommand::OpenForPolicy(PolicyPriceOwed {
            policy: policy(),
            provider: provider.parse().unwrap(),
            buyer: "b-1".into(),
            price_owed: rub(49_380),
            request: 1,
            because: PriceRefunded::SaleRefused,
            terms,
            country: Some("RU".parse().unwrap()),
        });
        let wait = only_wait(start().and(&claims(), opened_at(), &owed));
        assert_eq!((wait.what, wait.until), (kind(), Some(after(10))));
    }
}

#[test]
fn t11_m8_the_buyer_pays_for_a_device_that_the_shop_holds() {
    let wait = only_wait(start().and(&claims(), opened_at(), &paid_repair()));
    assert_eq!((wait.what, wait.owner), (WaitKind::BuyerPayment, Owner::Buyer));
    assert_eq!((wait.remind_at, wait.until), (Some(after(30)), Some(after(60))));
}

/// Cash of 9,000.00 RUB was paid, and the seller refunds 2,000.00 RUB as well.
fn recovery() -> Story<'static, Refunds> {
    start()
        .and(&claims(), opened_at(), &cash())
        .and(&gateway(), reported_at(), &pay(payment(1), 900_000, "p-1"))
        .and(&claims(), reported_at(), &seller_refunded(200_000))
}

#[test]
fn t11_m7_a_buyer_who_holds_the_device_is_reminded_and_then_the_debt_is_collected() {
    let wait = only_wait(recovery());
    let due = reported_at() + TimeDelta::days(30);
    assert_eq!((wait.what, wait.owner), (WaitKind::Recovery, Owner::Buyer));
    assert_eq!((wait.remind_at, wait.until), (Some(after(17)), Some(due)));
    let reported = recovery().when_the_clock_reaches(due).then(|events| {
        let [
            SettlementEvent::ReminderSent(reminder),
            SettlementEvent::DeadlinePassed(missed),
            SettlementEvent::CollectionStarted(started),
            SettlementEvent::Closed(closed),
        ] = events
        else {
            panic!("{events:?}")
        };
        assert_eq!((Some(reminder.at), reminder.payment), (Some(after(17)), payment(2)));
        assert_eq!((missed.deadline, missed.due), (Deadline::Recovery, due));
        assert_eq!((started.amount, started.buyer_is_settled), (rub(180_000), true));
        // M12: a closed settlement has nothing due except what is in collection.
        let totals = closed.totals[0];
        assert_eq!((totals.due, totals.in_collection), (180_000, 180_000));
        assert_eq!((totals.paid, totals.owed), (900_000, 1_080_000));
    });
    // It stays owed, and the buyer is late; time alone changes nothing.
    assert!(Refunds::open(&reported.state).is_empty());
    let waits = Refunds::waits(&reported.state);
    assert_eq!((waits[0].what, waits[0].is_late), (WaitKind::Collected, true));
    assert_eq!(Refunds::wake_at(&reported.state), None);
}

#[test]
fn m7_what_is_in_collection_can_still_be_paid_once() {
    let late = at("2026-01-01T00:00:00Z");
    let collected = || recovery().and_the_clock_reaches(late);
    let reported = collected().when(&gateway(), late, &pay(payment(2), 180_000, "p-2"));
    let reported = reported.then(|events| {
        let [SettlementEvent::PaymentPaid(paid)] = events else { panic!("{events:?}") };
        assert!(paid.buyer_is_settled);
    });
    let totals = reported.state.settlement(settlement()).unwrap().totals();
    assert_eq!((totals[0].due, totals[0].in_collection, totals[0].paid), (0, 0, 1_080_000));
    assert!(Refunds::waits(&reported.state).is_empty());
    collected()
        .and(&gateway(), late, &pay(payment(2), 180_000, "p-2"))
        .when(&gateway(), late, &pay(payment(2), 180_000, "p-3"))
        .then_refused("payment.paid_already", &["M7"]);
}

#[test]
fn m8_no_device_is_abandoned_for_a_fee_of_a_claim_whose_device_was_never_at_the_shop() {
    let opened = |held| {
        let mut fact = started(Outcome::ReturnedUnrepaired, Some(Verdict::NoFaultFound));
        fact.facts.shipments = vec![post_to_buyer(38_000)];
        fact.device_held = Some(held);
        let command = RefundsCommand::OpenForClaim(Box::new(fact));
        let reported = start().when(&claims(), opened_at(), &command);
        Refunds::waits(&reported.state).iter().map(|wait| wait.what).collect::<Vec<_>>()
    };
    assert!(opened(true).contains(&WaitKind::BuyerPayment));
    assert!(opened(false).contains(&WaitKind::Recovery));
}
