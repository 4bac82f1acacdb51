//! What is refused, in which words.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use recourse_kernel::{ClaimId, Instant, Money};
use recourse_terms::{ShopDirectory, TariffSheet, Terms};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only checked to parse")]
struct Order {
    at: Instant,
    #[serde(default)]
    on: Option<NaiveDate>,
    state: State,
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    by_country: BTreeMap<String, Line>,
    #[serde(default)]
    parcel: Option<Parcel>,
    #[serde(default)]
    gift: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum State {
    Owed,
    WrittenOff,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only checked to parse")]
struct Line {
    price: Money,
    #[serde(default)]
    count: u8,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only checked to parse")]
enum Parcel {
    Lost,
    Sent { carrier: String },
}

fn order(change: impl FnOnce(&mut Value)) -> Result<Order, Problem> {
    let mut order = json!({
        "at": "2026-03-16T09:30:00Z",
        "on": "2026-03-16",
        "state": "owed",
        "lines": [{"price": {"amount": 1, "currency": "EUR"}, "count": 2}],
        "by_country": {"DE": {"price": {"amount": 1, "currency": "EUR"}}},
        "parcel": {"sent": {"carrier": "DHL"}},
        "gift": true,
    });
    change(&mut order);
    body(&order, &[])
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value), detail: &str) {
    let problem = order(change).unwrap_err();
    assert_eq!(problem.detail, detail);
    assert_eq!(problem.status.as_u16(), 400);
}

#[test]
fn a_body_that_fits_is_read() {
    order(|_| {}).unwrap();
    order(|order| order["parcel"] = json!("lost")).unwrap();
    order(|order| order["on"] = Value::Null).unwrap();
}

#[test]
fn what_is_not_known_is_refused_at_every_depth() {
    let known = "`at`, `on`, `state`, `lines`, `by_country`, `parcel`, `gift`";
    refused(
        |order| order["note"] = json!("hi"),
        &format!("`note` is not a field of this call; known here: {known}"),
    );
    refused(
        |order| order["lines"][0]["prise"] = json!(1),
        "`lines[0].prise` is not a field of this call; known here: `price`, `count`",
    );
    refused(
        |order| order["by_country"]["DE"]["price"]["minor"] = json!(1),
        "`by_country.DE.price.minor` is not a field of this call; known here: `amount`, `currency`",
    );
    refused(
        |order| order["parcel"]["sent"]["to"] = json!("Bonn"),
        "`parcel.sent.to` is not a field of this call; known here: `carrier`",
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_what_is_expected() {
    refused(|order| order["gift"] = json!(1), "`gift` must be `true` or `false`, not 1");
    refused(|order| order["lines"] = json!({}), "`lines` must be a list, not an object");
    refused(|order| order["lines"][0] = json!([1, 2]), "`lines[0]` must be an object, not a list");
    refused(
        |order| order["lines"][0]["count"] = json!(256),
        "`lines[0].count` must be a whole number from 0 to 255, not 256",
    );
    refused(
        |order| order["lines"][0]["price"]["amount"] = json!(1.5),
        "`lines[0].price.amount` must be a whole number, not 1.5",
    );
    refused(
        |order| order["at"] = json!("yesterday"),
        "`at` must be a time such as `2026-03-16T09:30:00Z`, not `yesterday`",
    );
    refused(
        |order| order["at"] = json!(7),
        "`at` must be a time such as `2026-03-16T09:30:00Z`, not 7",
    );
    refused(
        |order| order["on"] = json!("16.03.2026"),
        "`on` must be a day such as `2026-03-16`, not `16.03.2026`",
    );
}

#[test]
fn a_missing_field_is_named() {
    let without = |order: &mut Value| {
        order["lines"][0]["price"].as_object_mut().unwrap().remove("currency");
    };
    refused(without, "`lines[0].price.currency` is missing");
}

#[test]
fn the_names_of_an_enum_are_listed() {
    refused(
        |order| order["state"] = json!("lost"),
        "`state` must be one of `owed`, `written_off`, not `lost`",
    );
    refused(
        |order| order["state"] = json!(3),
        "`state` must be one of `owed`, `written_off`, not 3",
    );
    refused(
        |order| order["parcel"] = json!("found"),
        "`parcel` must be one of `lost`, `sent`, not `found`",
    );
    let problem = order(|order| order["state"] = json!("lost")).unwrap_err();
    let facts = json!({"field": "state", "allowed": ["owed", "written_off"]});
    assert_eq!(Value::Object(*problem.facts.unwrap()), facts);
}

#[test]
fn what_is_next_to_the_name_of_a_variant_is_named() {
    let sent = || json!({"carrier": "DHL"});
    refused(
        |order| order["parcel"] = json!({"sent": sent(), "to": "Bonn"}),
        "`parcel.to` is not a field of this call; known here: `lost`, `sent`",
    );
    refused(
        |order| order["parcel"] = json!({"sent": sent(), "lost": null}),
        "`parcel` must be one of `lost`, `sent`, not several of them",
    );
    refused(
        |order| order["parcel"] = json!({}),
        "`parcel` must be one of `lost`, `sent`, not an object",
    );
    let problem = order(|order| order["parcel"] = json!({"sent": sent(), "to": "Bonn"}));
    assert_eq!(problem.unwrap_err().code.as_ref(), "body.unknown_field");
}

#[test]
fn a_type_that_denies_unknown_fields_names_them_once() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only checked to parse")]
    struct Photo {
        sha256: String,
    }

    #[derive(Debug)]
    struct Named;

    impl<'de> Deserialize<'de> for Named {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Any;

            impl<'de> serde::de::Visitor<'de> for Any {
                type Value = Named;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a photo")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    map: A,
                ) -> Result<Named, A::Error> {
                    Photo::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                    Ok(Named)
                }
            }

            deserializer.deserialize_any(Any)
        }
    }

    let photos = |photo: Value| body::<Vec<Named>>(&json!([photo]), &[]);
    photos(json!({"sha256": "aa"})).unwrap();
    let problem = photos(json!({"sha256": "aa", "colour": 1})).unwrap_err();
    assert_eq!(
        (problem.code.as_ref(), problem.detail.as_str()),
        ("body.unknown_field", "`[0].colour` is not a field of this call; known here: `sha256`")
    );
}

#[test]
fn our_own_types_speak_for_themselves() {
    let problem = order(|order| order["lines"][0]["price"]["currency"] = json!("euro"));
    let detail = problem.unwrap_err().detail;
    assert!(detail.starts_with("`lines[0].price.currency`: "), "{detail}");
}

#[test]
fn the_documents_of_providers_are_read() {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let terms = json(include_str!("../../../../deploy/terms/wisetech-repair-2.json"));
    body::<Terms>(&terms, &[]).unwrap();
    let tariffs = json(include_str!("../../../../deploy/tariffs/2025.json"));
    body::<TariffSheet>(&tariffs, &[]).unwrap();
    let shops = json(include_str!("../../../../deploy/shops/tomrepair.json"));
    body::<ShopDirectory>(&shops, &[]).unwrap();

    let mut misspelt = terms;
    misspelt["coverage"]["month"] = json!(12);
    let problem = body::<Terms>(&misspelt, &[]).unwrap_err();
    assert_eq!(problem.facts.unwrap()["field"], "coverage.month");
}

#[derive(Debug, Deserialize, PartialEq)]
struct ListQuery {
    state: Option<State>,
    open: Option<bool>,
    claim: Option<String>,
    after: Option<u32>,
}

fn listed(text: &[(&str, &str)]) -> Result<ListQuery, Problem> {
    let pairs: Vec<_> = text.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    query(&pairs, &["cursor", "limit"])
}

#[test]
fn a_query_is_read_as_typed() {
    let read =
        listed(&[("state", "written_off"), ("limit", "9"), ("open", "false"), ("after", "3")]);
    let expected = ListQuery {
        state: Some(State::WrittenOff),
        open: Some(false),
        claim: None,
        after: Some(3),
    };
    assert_eq!(read.unwrap(), expected);
}

#[test]
fn a_parameter_that_is_not_known_or_wrong_is_named() {
    for (pairs, code, detail) in [
        (
            &[("stat", "owed")][..],
            "query.unknown_parameter",
            "`stat` is not a query parameter of this call; known here: `state`, `open`, `claim`, \
             `after`, `cursor`, `limit`",
        ),
        (
            &[("state", "lost")],
            "query.malformed",
            "`state` must be one of `owed`, `written_off`, not `lost`",
        ),
        (&[("open", "yes")], "query.malformed", "`open` must be `true` or `false`, not `yes`"),
        (
            &[("after", "-1")],
            "query.malformed",
            "`after` must be a whole number from 0 to 4294967295, not `-1`",
        ),
        (&[("open", "true"), ("open", "false")], "query.malformed", "`open` appears twice"),
    ] {
        let problem = listed(pairs).unwrap_err();
        assert_eq!((problem.code.as_ref(), problem.detail.as_str()), (code, detail));
    }
    let problem = query::<()>(&[("a".to_owned(), "1".to_owned())], &[]).unwrap_err();
    assert_eq!(
        problem.detail,
        "`a` is not a query parameter of this call, which has no query parameters"
    );
}

#[test]
fn a_parameter_that_no_table_can_have_is_refused() {
    let long = "x".repeat(1025);
    for (value, why) in [
        ("a\0b", "it contains U+0000"),
        ("a\u{FFFD}b", "it is not UTF-8"),
        (&long, "it is longer than 1024 bytes"),
    ] {
        for name in ["claim", "cursor"] {
            let problem = listed(&[(name, value)]).unwrap_err();
            let detail = format!("`{name}`: {why}");
            assert_eq!((problem.code.as_ref(), problem.detail), ("query.malformed", detail));
        }
    }
    assert!(listed(&[("claim", &long[1..])]).is_ok());
    let unknown = listed(&[(&long, "")]).unwrap_err();
    assert!(unknown.detail.len() < 300, "{}", unknown.detail);
}

#[test]
fn a_path_that_cannot_be_read_names_nothing() {
    let named = |text: &str| vec![("claim".to_owned(), text.to_owned())];
    let claim = "clm_WD3YT8B7PZJCNBKJJ8ZYR0QTJ0-1.1-1";
    assert_eq!(path::<ClaimId>(&named(claim)).unwrap().to_string(), claim);
    let problem = path::<ClaimId>(&named("first")).unwrap_err();
    assert_eq!((problem.status.as_u16(), problem.code.as_ref()), (404, "path.not_known"));
    assert!(problem.detail.starts_with("there is nothing at this path: `claim`: "), "{problem}");
    let two = [named(claim), vec![("n".to_owned(), "x".to_owned())]].concat();
    let problem = path::<(ClaimId, u32)>(&two).unwrap_err();
    let detail = "`n` must be a whole number from 0 to 4294967295, not `x`";
    assert!(problem.detail.ends_with(detail), "{problem}");
    path::<()>(&[]).unwrap();
}
