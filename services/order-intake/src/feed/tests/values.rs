//! Codes and names.

use crate::feed::unusable::Unusable;
use crate::feed::values::{marketplace_of, reason_code};

#[test]
fn a_reason_is_a_code_and_never_free_text() {
    assert_eq!(reason_code(Some("Customer")), "customer");
    assert_eq!(reason_code(Some("wrong-item")), "wrong_item");
    assert_eq!(reason_code(Some("Ivan dropped it, call him at +7 …")), "other");
    assert_eq!(reason_code(None), "other");
}

#[test]
fn a_marketplaces_name_is_a_short_uri_reference() {
    for good in [
        "shop.myshopify.com",
        "https://bazaar.example/orders?region=eu",
        "https://bazaar.example/~north",
        "urn:bazaar:north%20sea",
    ] {
        assert!(marketplace_of(good).is_ok(), "{good}");
    }
    for bad in ["", "a b", "магазин", &"x".repeat(129)] {
        assert_eq!(marketplace_of(bad), Err(Unusable::Marketplace), "{bad}");
    }
}
