//! Codes and names.

use crate::feed::unusable::Unusable;
use crate::feed::values::{Text, marketplace_of, reason_code};

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

#[test]
fn an_id_is_no_float_not_even_one_that_is_written_as_a_text() {
    let id = |json: &str| {
        let text: Text = serde_json::from_str(json).unwrap();
        text.id().map(str::to_owned)
    };
    for float in ["7.0", "8.2e17", "1e3", r#""1001.0""#, r#""8.2e17""#, r#""-8.2E+17""#] {
        assert_eq!(id(float), None, "{float}");
    }
    assert_eq!(id(r#"" 5100000000001.00 ""#), None);
    assert_eq!(id("1001").as_deref(), Some("1001"));
    for good in ["1001", "2025.117", "12e5", "8e17", "1.0.0", "A-1.0", "e5", "1.", ".0", "1e", ""] {
        assert_eq!(id(&format!("\"{good}\"")).as_deref(), Some(good));
    }
}
