//! Access to an order as its buyer.

use super::*;
use crate::domain::commands::GrantBuyerAccess;

fn grant() -> OrderCommand {
    OrderCommand::GrantBuyerAccess(GrantBuyerAccess { order: order() })
}

#[test]
fn the_orders_marketplace_passes_access_on_for_fifteen_minutes() {
    placed().when(&market(), day(0), &grant()).then(|events| {
        let [OrderEvent::BuyerAccessGranted(granted)] = events else { panic!("{events:?}") };
        assert_eq!((granted.marketplace.as_str(), granted.buyer.as_str()), ("market", "b-81"));
        assert_eq!(granted.granted_at, day(0));
        assert_eq!(granted.until, day(0) + chrono::TimeDelta::minutes(15));
        assert_eq!(granted.findings[0].rule, "A1");
    });
}

#[test]
fn each_grant_is_a_new_one() {
    placed()
        .and(&market(), day(0), &grant())
        .when(&market(), day(1), &grant())
        .then(|events| assert_eq!(names(events), ["buyer_access_granted"]));
}

#[test]
fn a_marketplace_whose_name_is_a_uri_passes_access_on() {
    for name in ["https://bazaar.example/orders?region=eu", "shop.example/test"] {
        let who = Principal::new(Role::Marketplace, name);
        let place = Place { marketplace: name.to_owned(), ..a_place() };
        let placed =
            || nothing_yet().and(&who, day(-5), &OrderCommand::Place(Box::new(place.clone())));
        placed().when(&who, day(0), &grant()).then(|events| {
            let [OrderEvent::BuyerAccessGranted(granted)] = events else { panic!("{events:?}") };
            assert_eq!(granted.marketplace, name);
        });
        // The shop of the test orders is another marketplace.
        let shop = Principal::new(Role::Marketplace, "shop.example");
        placed().when(&shop, day(0), &grant()).then_refused("order.access.not_allowed", &[]);
    }
}

#[test]
fn no_other_caller_passes_access_on() {
    for who in [buyer(), seller(), Principal::new(Role::Marketplace, "bazaar")] {
        placed().when(&who, day(0), &grant()).then_refused("order.access.not_allowed", &[]);
    }
    nothing_yet().when(&market(), day(0), &grant()).then_refused("order.not_known", &[]);
}
