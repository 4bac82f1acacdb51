//! Requests about personal data.

use recourse_kernel::PrivacyRequestId;

use super::*;
use crate::domain::commands::{RequestPrivacy, ResolvePrivacyRequest};
use crate::domain::events::{PrivacyOutcome, PrivacyRequestKind, PrivacyScope};

fn a_request(kind: PrivacyRequestKind, reference: Option<&str>) -> RequestPrivacy {
    RequestPrivacy {
        order: order(),
        kind,
        scope: PrivacyScope::Order,
        marketplace: "market".to_owned(),
        buyer: Some("b-other-name".to_owned()),
        reference: reference.map(str::to_owned),
        reported: reported("p-1"),
    }
}

fn erasure() -> OrderCommand {
    OrderCommand::RequestPrivacy(a_request(PrivacyRequestKind::Erasure, None))
}

fn access(reference: &str) -> OrderCommand {
    OrderCommand::RequestPrivacy(a_request(PrivacyRequestKind::Access, Some(reference)))
}

fn id(number: u32) -> PrivacyRequestId {
    order().privacy_request(number)
}

fn resolve(number: u32, outcome: PrivacyOutcome) -> OrderCommand {
    let request = id(number);
    OrderCommand::ResolvePrivacyRequest(ResolvePrivacyRequest { request, outcome })
}

fn operator() -> Principal {
    Principal::new(Role::Operator, "o-1")
}

#[test]
fn a_request_is_a_task_of_thirty_days_about_the_orders_buyer() {
    placed().when(&market(), day(0), &erasure()).then(|events| {
        let [OrderEvent::PrivacyRequested(requested)] = events else { panic!("{events:?}") };
        assert_eq!(requested.request, id(1));
        assert_eq!(requested.buyer.as_deref(), Some("b-81"), "whose contact the order has");
        assert_eq!((requested.received_at, requested.due), (day(0), day(30)));
    });
}

#[test]
fn an_order_that_is_not_known_can_be_named() {
    nothing_yet().when(&market(), day(0), &erasure()).then(|events| {
        let [OrderEvent::PrivacyRequested(requested)] = events else { panic!("{events:?}") };
        assert_eq!(requested.buyer.as_deref(), Some("b-other-name"));
    });
}

#[test]
fn an_open_request_is_not_recorded_twice() {
    let open = placed().and(&market(), day(0), &erasure());
    open.when(&market(), day(1), &erasure()).then(nothing_happens);
    let open = placed().and(&market(), day(0), &access("1"));
    open.when(&market(), day(1), &access("2"))
        .then(|events| assert_eq!(names(events), ["privacy_requested"]));
}

#[test]
fn after_it_is_resolved_it_can_be_requested_again() {
    placed()
        .and(&market(), day(0), &erasure())
        .and(&operator(), day(1), &resolve(1, PrivacyOutcome::Declined))
        .when(&market(), day(90), &erasure())
        .then(|events| {
            let [OrderEvent::PrivacyRequested(requested)] = events else { panic!("{events:?}") };
            assert_eq!(requested.request, id(2));
        });
}

#[test]
fn a_request_is_resolved_once_by_an_operator() {
    let open = || placed().and(&market(), day(0), &erasure());
    let erased = resolve(1, PrivacyOutcome::Erased);
    open()
        .when(&operator(), day(1), &erased)
        .then(|events| assert_eq!(names(events), ["privacy_request_resolved"]));
    open()
        .and(&operator(), day(1), &erased)
        .when(&operator(), day(2), &resolve(1, PrivacyOutcome::Declined))
        .then_refused("privacy_request.already_resolved", &[]);
    open()
        .and(&operator(), day(1), &erased)
        .when(&market(), day(2), &erased)
        .then_refused("privacy_request.not_allowed", &[]);
    open().when(&market(), day(1), &erased).then_refused("privacy_request.not_allowed", &[]);
    open()
        .when(&operator(), day(1), &resolve(2, PrivacyOutcome::Erased))
        .then_refused("privacy_request.not_known", &[]);
}

#[test]
fn the_same_outcome_again_changes_nothing() {
    let open = || placed().and(&market(), day(0), &erasure());
    for outcome in [PrivacyOutcome::Erased, PrivacyOutcome::Answered, PrivacyOutcome::Declined] {
        open()
            .and(&operator(), day(1), &resolve(1, outcome))
            .when(&Principal::new(Role::Operator, "o-2"), day(2), &resolve(1, outcome))
            .then(nothing_happens);
    }
}

#[test]
fn a_copy_of_the_data_erases_nothing() {
    placed()
        .and(&market(), day(0), &access("1"))
        .when(&operator(), day(1), &resolve(1, PrivacyOutcome::Erased))
        .then_refused("privacy_request.nothing_to_erase", &[]);
}

#[test]
fn another_marketplace_requests_nothing() {
    let bazaar = Principal::new(Role::Marketplace, "bazaar");
    placed().when(&bazaar, day(0), &erasure()).then_refused("order.not_allowed", &[]);
}
