//! S5: what may be published.

use recourse_kernel::story::advises_in_sentences;
use recourse_kernel::{Instant, Rejection, every_variant};
use recourse_terms::terms::CashStep;
use recourse_terms::{
    Calendar, CalendarPublished, Country, PublishRejection, ShopDirectory, Span, Terms, TermsBook,
    TermsEvent, TermsPublished, calendar_can_be_published, shops_can_be_published,
    terms_can_be_published, terms_can_be_withdrawn,
};

use crate::{at, book_without_terms, documents, publish, shipped_book, terms};

fn eve() -> Instant {
    at("2024-12-31T12:00:00Z")
}

fn refused(book: &TermsBook, terms: &Terms, now: Instant) -> &'static str {
    let rejection = terms_can_be_published(book, terms, None, now).unwrap_err();
    let reason = rejection.reason();
    assert_eq!(reason.rules, ["S5"]);
    reason.code
}

#[test]
fn s5_only_the_first_version_of_a_line_can_start_in_the_past() {
    let mut book = book_without_terms();
    let (first, second) = (terms("wisetech-repair", 1), terms("wisetech-repair", 2));
    let later = second.sold_from + chrono::TimeDelta::microseconds(1);
    assert!(terms_can_be_published(&book, &first, None, later).is_ok());
    publish(&mut book, first);
    assert!(terms_can_be_published(&book, &second, None, second.sold_from).is_ok());
    assert_eq!(refused(&book, &second, later), "terms.starts_in_the_past");
}

#[test]
fn s5_a_publication_may_continue_a_first_version_that_starts_in_the_past() {
    let mut book = book_without_terms();
    let (first, second) = (terms("wisetech-repair", 1), terms("wisetech-repair", 2));
    let later = second.sold_from + chrono::TimeDelta::days(30);
    let backdated = TermsPublished::at(first.clone(), later);
    assert!(backdated.backdated);
    publish(&mut book, first.clone());
    let continued = terms_can_be_published(&book, &second, Some(&backdated), later);
    assert!(continued.is_ok(), "{continued:?}");
    // A first version that was published in time says nothing about the one after it.
    let in_time = TermsPublished::at(first, eve());
    assert!(!in_time.backdated);
    let refused = terms_can_be_published(&book, &second, Some(&in_time), later).unwrap_err();
    assert_eq!(refused.reason().code, "terms.starts_in_the_past");
}

#[test]
fn everything_wrong_with_a_document_is_listed_at_once() {
    let mut book = book_without_terms();
    publish(&mut book, terms("wisetech-repair", 1));
    let mut terms = Terms {
        countries: ["DE", "FR"].map(|c| c.parse().unwrap()).into(),
        version: 7,
        ..terms("wisetech-repair", 2)
    };
    terms.cash.steps.clear();
    let refused = terms_can_be_published(&book, &terms, None, at("2030-01-01T00:00:00Z"));
    let refused = refused.unwrap_err();
    assert_eq!(refused.reason().code, "terms.not_sane");
    let findings = refused.findings();
    let failed = findings.iter().filter(|finding| !finding.passed);
    let failed: Vec<_> = failed.map(|finding| finding.outcome.as_str()).collect();
    assert_eq!(
        failed,
        [
            "zones: DE has no time zone",
            "zones: FR has no time zone",
            "cash.steps: there are no brackets",
            "version 7 of `wisetech-repair` does not follow version 1",
            "only the first version of a line can start in the past: 2025-10-01 00:00:00 UTC is \
             before 2030-01-01 00:00:00 UTC",
            "the provider has no main centre in DE that could receive devices",
            "the provider has no main centre in FR that could receive devices",
        ]
    );
}

#[test]
fn s5_a_country_without_a_shop_is_refused() {
    let mut terms = terms("wisetech-repair", 1);
    assert_eq!(refused(&TermsBook::default(), &terms, eve()), "terms.no_shop");
    let germany = "DE".parse().unwrap();
    terms.countries.insert(germany);
    assert_eq!(refused(&book_without_terms(), &terms, eve()), "terms.not_sane");
    terms.zones.insert(germany, chrono_tz::Europe::Berlin);
    assert_eq!(refused(&book_without_terms(), &terms, eve()), "terms.no_shop");
}

#[test]
fn s5_versions_do_not_overlap_and_follow_each_other() {
    let mut book = book_without_terms();
    let first = terms("wisetech-repair", 1);
    let mut second = terms("wisetech-repair", 2);
    assert_eq!(refused(&book, &second, eve()), "terms.version_out_of_order");
    publish(&mut book, first.clone());
    assert_eq!(refused(&book, &first, eve()), "terms.already_published");
    assert!(terms_can_be_published(&book, &second, None, eve()).is_ok());
    second.sold_from -= chrono::TimeDelta::seconds(1);
    assert_eq!(refused(&book, &second, eve()), "terms.overlap");
    // Another line of the same provider and program would be equally ambiguous.
    let other = Terms { line: "wisetech-repair-plus".parse().unwrap(), ..first };
    assert_eq!(refused(&book, &other, eve()), "terms.overlap");
}

#[test]
fn m1_invalid_brackets_are_refused() {
    let book = book_without_terms();
    let with = |steps: &[(u16, u8)]| {
        let mut terms = terms("wisetech-repair", 1);
        let step = |&(through_month, percent): &(u16, u8)| CashStep { through_month, percent };
        terms.cash.steps = steps.iter().map(step).collect();
        refused(&book, &terms, eve())
    };
    for steps in
        [&[][..], &[(12, 101)], &[(6, 90), (12, 100)], &[(6, 100), (6, 90), (12, 80)], &[(11, 100)]]
    {
        assert_eq!(with(steps), "terms.not_sane", "{steps:?}");
    }
}

fn standard() -> Calendar {
    documents::<Calendar>("calendars").remove(0).1
}

fn with_calendar() -> TermsBook {
    let mut book = book_without_terms();
    let calendar = standard();
    let offset = book.known_to() + 1;
    book.apply(&TermsEvent::CalendarPublished(CalendarPublished { calendar }), offset);
    book
}

/// The fields whose values are refused, in the order in which they are reported.
fn invalid_fields(book: &TermsBook, terms: &Terms) -> Vec<String> {
    let Err(refused) = terms_can_be_published(book, terms, None, eve()) else { return vec![] };
    let findings = refused.findings();
    let failed = findings.iter().filter(|finding| !finding.passed);
    let fields = failed.filter_map(|finding| finding.outcome.split_once(": "));
    fields.map(|(field, _)| field.to_owned()).collect()
}

#[test]
fn t11_business_days_need_a_calendar_that_is_known() {
    let (book, mut terms) = (with_calendar(), first(&terms("wisetech-repair", 2)));
    terms.waits.offer = Span::BusinessDays(5);
    assert_eq!(invalid_fields(&book, &terms), ["calendar"]);
    terms.calendar = Some("standard".parse().unwrap());
    assert!(terms_can_be_published(&book, &terms, None, eve()).is_ok());
    let unknown = Terms { calendar: Some("lunar".parse().unwrap()), ..terms };
    let rejection = terms_can_be_published(&book, &unknown, None, eve()).unwrap_err();
    assert_eq!(rejection.reason().code, "terms.no_calendar");
    assert_eq!(rejection.reason().rules, ["T11"]);
}

fn first(terms: &Terms) -> Terms {
    Terms { version: 1, ..terms.clone() }
}

#[test]
fn t11_a_clock_that_can_be_paused_is_in_days_and_no_period_is_empty() {
    let book = with_calendar();
    let mut terms = first(&terms("wisetech-repair", 2));
    terms.calendar = Some("standard".parse().unwrap());
    terms.waits.documents = Span::BusinessDays(5);
    terms.waits.review = Span::Days(0);
    assert_eq!(invalid_fields(&book, &terms), ["waits.review", "waits.documents"]);
    terms.waits.documents = Span::Days(15);
    terms.waits.review = Span::Days(1);
    assert_eq!(invalid_fields(&book, &terms), ["waits.documents_accepted_after"]);
}

#[test]
fn m10_a_currency_has_one_limit_of_goodwill() {
    let (book, mut terms) = (with_calendar(), first(&terms("wisetech-repair", 2)));
    terms.goodwill_limits.push(terms.goodwill_limits[0]);
    assert_eq!(invalid_fields(&book, &terms), ["goodwill_limits"]);
}

#[test]
fn t11_calendars_are_versions_of_days_on_which_people_work() {
    let calendar = standard();
    let code = |book: &TermsBook, calendar: &Calendar| {
        calendar_can_be_published(book, calendar).map_err(|refused| refused.reason().code).err()
    };
    assert_eq!(code(&book_without_terms(), &calendar), None);
    assert_eq!(code(&with_calendar(), &calendar), Some("terms.already_published"));
    let later = Calendar { version: 2, ..calendar.clone() };
    assert_eq!(code(&with_calendar(), &later), None);
    let backwards = Calendar { valid_until: crate::day("2024-01-01"), ..later.clone() };
    assert_eq!(code(&with_calendar(), &backwards), Some("terms.not_sane"));
    let mut never = later;
    let weekend = &mut never.countries.values_mut().next().unwrap().weekend;
    *weekend = (0_u8..7).map(|day| chrono::Weekday::try_from(day).unwrap()).collect();
    assert_eq!(code(&with_calendar(), &never), Some("terms.not_sane"));
}

#[test]
fn s5_a_withdrawal_cannot_reach_into_the_past() {
    let book = shipped_book();
    let now = at("2025-11-01T00:00:00Z");
    let withdrawn = |version, until| {
        terms_can_be_withdrawn(&book, "wisetech-repair", version, until, now)
            .map(|(digest, _)| digest)
            .map_err(|rejection| rejection.reason().code)
    };
    assert_eq!(withdrawn(2, now), Ok(terms("wisetech-repair", 2).digest()));
    assert_eq!(withdrawn(2, eve()), Err("terms.ends_in_the_past"));
    // Version 1 is no longer sold, and version 3 does not exist.
    assert_eq!(withdrawn(1, now), Err("terms.not_on_sale"));
    assert_eq!(withdrawn(3, now), Err("terms.not_known"));
}

#[test]
fn c7_a_directory_cannot_leave_a_country_without_a_main_centre() {
    let book = shipped_book();
    for (name, mut directory) in documents::<ShopDirectory>("shops") {
        directory.version = 2;
        assert!(shops_can_be_published(&book, &directory).is_ok(), "{name}");
        directory.shops.retain(|shop| !shop.main_centre);
        let rejection = shops_can_be_published(&book, &directory).unwrap_err();
        assert!(
            matches!(rejection.why, PublishRejection::InvalidValue { .. }),
            "{name}: {rejection}"
        );
    }
}

#[test]
fn every_refusal_advises_in_sentences() {
    let (line, now) = ("wisetech-repair".to_owned(), eve());
    let ru: Country = "RU".parse().unwrap();
    let refusals = every_variant![PublishRejection:
        AlreadyPublished { line: line.clone(), version: 1 },
        VersionOutOfOrder { line: line.clone(), version: 3, last: 1 },
        StartsInThePast { from: now, now },
        EndsInThePast { until: now, now },
        Overlaps { line: line.clone(), version: 1, country: ru },
        NoShop(ru),
        NoCalendar("standard".parse().unwrap()),
        InvalidValue { field: "cash.steps", reason: "no steps".to_owned() },
        NotKnown { line: line.clone(), version: 1 },
        NotOnSale { line: line.clone(), version: 1 },
    ];
    for refusal in refusals {
        advises_in_sentences(&refusal, &[]);
    }
}
