//! The rules of the catalogue, as given-when-then tests.

use recourse_kernel::story::{Story, advises_in_sentences, given};
use recourse_kernel::{Principal, Rejection, Role, every_variant};
use recourse_terms::{
    Calendar, PublishRejection, ShopDirectory, ShopsPublished, TariffSheet, Terms,
};

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn provider() -> Principal {
    Principal::new(Role::Provider, "p-1")
}

fn document() -> Terms {
    let text = include_str!("../../../../../deploy/terms/wisetech-repair-1.json");
    serde_json::from_str(text).unwrap()
}

fn directory() -> ShopDirectory {
    let text = include_str!("../../../../../deploy/shops/wisetech-service.json");
    serde_json::from_str(text).unwrap()
}

/// A book that knows the provider's shops.
fn with_shops() -> TermsBook {
    let mut book = TermsBook::default();
    book.apply(&TermsEvent::ShopsPublished(ShopsPublished { directory: directory() }), 0);
    book
}

fn publish(terms: Terms) -> CatalogueCommand {
    publish_all(terms, Vec::new())
}

/// Version 1 and the versions that continue it, in one publication.
fn publish_all(terms: Terms, continued_by: Vec<Terms>) -> CatalogueCommand {
    CatalogueCommand::PublishTerms(Box::new(PublishTerms { terms, continued_by }))
}

fn second() -> Terms {
    let text = include_str!("../../../../../deploy/terms/wisetech-repair-2.json");
    serde_json::from_str(text).unwrap()
}

fn line(book: &TermsBook) -> Story<'_, TermsCatalogue> {
    given::<TermsCatalogue>("wisetech-repair", book, [])
}

const BEFORE: &str = "2024-12-01T00:00:00Z";
const LATER: &str = "2026-11-30T00:00:00Z";

#[test]
fn s5_terms_are_published_once_with_their_digest() {
    let book = with_shops();
    line(&book).when(&provider(), at(BEFORE), &publish(document())).then(|events| {
        let [TermsEvent::TermsPublished(published)] = events else { panic!("{events:?}") };
        assert_eq!(published.digest, document().digest());
    });
    // The book has not read the terms back yet, but the state knows them.
    line(&book)
        .and(&provider(), at(BEFORE), &publish(document()))
        .when(&provider(), at("2026-01-01T00:00:00Z"), &publish(document()))
        .then(|events| assert!(events.is_empty()));
}

#[test]
fn t11_a_calendar_is_published_once_and_then_by_its_next_version() {
    let text = include_str!("../../../../../deploy/calendars/standard.json");
    let calendar: Calendar = serde_json::from_str(text).unwrap();
    let book = TermsBook::default();
    let first = CatalogueCommand::PublishCalendar(PublishCalendar { calendar: calendar.clone() });
    let story = || given::<TermsCatalogue>("standard", &book, []);
    story().when(&provider(), at(BEFORE), &first).then(|events| {
        let [TermsEvent::CalendarPublished(published)] = events else { panic!("{events:?}") };
        assert_eq!(published.calendar, calendar);
    });
    // The same again changes nothing, though the book has not read it back yet.
    story()
        .and(&provider(), at(BEFORE), &first)
        .when(&provider(), at(LATER), &first)
        .then(|events| assert!(events.is_empty()));
    let gap = Calendar { version: 3, ..calendar };
    let gap = CatalogueCommand::PublishCalendar(PublishCalendar { calendar: gap });
    story().when(&provider(), at(BEFORE), &gap).then_refused("terms.version_out_of_order", &["S5"]);
}

#[test]
fn s5_a_published_version_never_changes() {
    let book = with_shops();
    let changed = Terms { price_basis_points: 500, ..document() };
    line(&book)
        .and(&provider(), at(BEFORE), &publish(document()))
        .when(&provider(), at(BEFORE), &publish(changed))
        .then_refused("terms.already_published", &["S5"]);
}

#[test]
fn s5_a_first_version_may_start_in_the_past_and_is_recorded_as_backdated() {
    let book = with_shops();
    for (now, backdated) in [(BEFORE, false), ("2025-01-01T00:00:01Z", true)] {
        line(&book).when(&provider(), at(now), &publish(document())).then(|events| {
            let [TermsEvent::TermsPublished(published)] = events else { panic!("{events:?}") };
            assert_eq!(published.backdated, backdated, "{now}");
        });
    }
}

#[test]
fn s5_a_later_version_may_start_in_the_past_only_in_the_same_publication() {
    let book = with_shops();
    line(&book).when(&provider(), at(LATER), &publish_all(document(), vec![second()])).then(
        |events| {
            let backdated = events.iter().map(|event| match event {
                TermsEvent::TermsPublished(published) => published.backdated,
                other => panic!("{other:?}"),
            });
            assert_eq!(backdated.collect::<Vec<_>>(), [true, true]);
        },
    );
    line(&book)
        .and(&provider(), at(LATER), &publish(document()))
        .when(&provider(), at(LATER), &publish(second()))
        .then_refused("terms.starts_in_the_past", &["S5"]);
    line(&book)
        .and(&provider(), at(LATER), &publish(document()))
        .when(&provider(), at(LATER), &publish_all(document(), vec![second()]))
        .then_refused("terms.starts_in_the_past", &["S5"]);
}

#[test]
fn s5_a_publication_is_published_as_a_whole_or_not_at_all() {
    let book = with_shops();
    let gap = Terms { version: 3, ..second() };
    line(&book)
        .when(&provider(), at(LATER), &publish_all(document(), vec![gap]))
        .then_refused("terms.version_out_of_order", &["S5"]);
    line(&book)
        .and(&provider(), at(LATER), &publish_all(document(), vec![second()]))
        .when(&provider(), at(LATER), &publish_all(document(), vec![second()]))
        .then(|events| assert!(events.is_empty(), "a repeat changes nothing"));
}

#[test]
fn s5_terms_need_published_shops_in_their_countries() {
    let book = TermsBook::default();
    let rejection = line(&book)
        .when(&provider(), at(BEFORE), &publish(document()))
        .then_refused("terms.no_shop", &["S5"]);
    assert!(rejection.reason().not_known_yet);
}

#[test]
fn s5_withdrawn_terms_are_no_longer_sold_but_stay_known() {
    let book = with_shops();
    let until = at("2025-05-01T00:00:00Z");
    let withdraw = CatalogueCommand::WithdrawTerms(WithdrawTerms {
        line: "wisetech-repair".parse().unwrap(),
        version: 1,
        until,
    });
    let reported = line(&book)
        .and(&provider(), at(BEFORE), &publish(document()))
        .and(&provider(), at("2025-04-01T00:00:00Z"), &withdraw)
        .when(&provider(), at("2025-04-02T00:00:00Z"), &withdraw)
        .then(|events| assert!(events.is_empty(), "a repeat changes nothing"));
    let book = reported.state.added_to(&book);
    assert!(!book.version("wisetech-repair", 1).unwrap().is_sold_at(until));
    assert!(book.by_digest(&document().digest()).is_some());
}

#[test]
fn unknown_terms_cannot_be_withdrawn() {
    let book = with_shops();
    let withdraw =
        WithdrawTerms { line: "wisetech-repair".parse().unwrap(), version: 9, until: at(BEFORE) };
    line(&book)
        .when(&provider(), at(BEFORE), &CatalogueCommand::WithdrawTerms(withdraw))
        .then_refused("terms.not_known", &["S5"]);
}

#[test]
fn a_command_with_the_wrong_key_is_refused() {
    let book = with_shops();
    given::<TermsCatalogue>("another-line", &book, [])
        .when(&provider(), at(BEFORE), &publish(document()))
        .then_refused("terms.wrong_key", &[]);
    let other = Terms { line: "another-line".parse().unwrap(), ..second() };
    line(&book)
        .when(&provider(), at(BEFORE), &publish_all(document(), vec![other]))
        .then_refused("terms.wrong_key", &[]);
}

#[test]
fn c5_c7_publishing_the_same_tariffs_or_shops_again_changes_nothing() {
    let book = TermsBook::default();
    let sheet: TariffSheet =
        serde_json::from_str(include_str!("../../../../../deploy/tariffs/2025.json")).unwrap();
    let (shops, tariffs) = (
        CatalogueCommand::PublishShops(PublishShops { directory: directory() }),
        CatalogueCommand::PublishTariffs(PublishTariffs { sheet }),
    );
    for command in [shops, tariffs] {
        given::<TermsCatalogue>(command.key(), &book, [])
            .and(&provider(), at(BEFORE), &command)
            .when(&provider(), at(BEFORE), &command)
            .then(|events| assert!(events.is_empty()));
    }
}

#[test]
fn a1_a_provider_publishes_and_withdraws_only_its_own_terms_and_shops() {
    let book = with_shops();
    let own = provider().of_provider("wisetech-service");
    let other = provider().of_provider("tomrepair");
    let shops = CatalogueCommand::PublishShops(PublishShops { directory: directory() });
    line(&book)
        .when(&other, at(BEFORE), &publish(document()))
        .then_refused("terms.another_providers", &[]);
    given::<TermsCatalogue>(shops.key(), &book, [])
        .when(&other, at(BEFORE), &shops)
        .then_refused("terms.another_providers", &[]);
    line(&book)
        .when(&own, at(BEFORE), &publish(document()))
        .then(|events| assert_eq!(events.len(), 1));
    let withdrawal = CatalogueCommand::WithdrawTerms(WithdrawTerms {
        line: document().line,
        version: 1,
        until: at(LATER),
    });
    line(&book)
        .and(&own, at(BEFORE), &publish(document()))
        .when(&other, at(BEFORE), &withdrawal)
        .then_refused("terms.another_providers", &[]);
}

#[test]
fn every_refusal_advises_in_sentences() {
    let refusals = every_variant![CatalogueRejection:
        Publish(PublishRejection::NoShop("RU".parse().unwrap())),
        AnotherProviders { provider: "tomrepair".parse().unwrap() },
        WrongKey { key: "another-line".to_owned(), document: "wisetech-repair".to_owned() },
    ];
    for refusal in refusals {
        advises_in_sentences(&refusal, &[]);
    }
}
