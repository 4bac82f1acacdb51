//! Decides what may be published or withdrawn (S5). Every rule is tried, so that a provider sees
//! everything that is wrong with a document at once.

mod rejection;
mod values;

use recourse_kernel::{Finding, Findings, Hash, Instant, Refused, Tried};

use crate::book::Published;
use crate::{
    Calendar, Country, Shop, ShopDirectory, Tariff, TariffSheet, Terms, TermsBook, TermsPublished,
};

pub use rejection::PublishRejection;

/// S5: whether a version of terms can be published now. `continues` is the version before it, if
/// the same publication publishes both; the book has it already.
pub fn terms_can_be_published(
    book: &TermsBook,
    terms: &Terms,
    continues: Option<&TermsPublished>,
    now: Instant,
) -> Result<Findings, Refused<PublishRejection>> {
    let mut rules = Tried::default();
    let countries: Vec<_> = terms.countries.iter().collect();
    let in_range = Finding::passed("S5", "every value is in range");
    rules.every(values::faults(terms), in_range);
    rules.every(
        values::bracket_fault(terms),
        Finding::passed("M1", "the cash brackets rise in months and fall in percent")
            .fact("steps", &terms.cash.steps),
    );
    let last = book.line(terms.line.as_str()).map(|published| published.terms.version).max();
    let is_first = last.is_none();
    rules.all([
        follows("S5", terms.line.as_str(), terms.version, last),
        starts_in_time(terms, is_first, continues, now),
    ]);
    rules.every(
        overlaps(book, terms),
        Finding::passed("S5", "no other terms of this program are sold there in that period")
            .fact("countries", &countries),
    );
    let missing = countries_without_shop(book, terms).map(PublishRejection::NoShop);
    let has_shops = Finding::passed("S5", "every country has a main centre");
    rules.every(missing, has_shops.fact("countries", &countries));
    let unknown = terms.calendar.as_ref().filter(|id| book.calendar(id.as_str()).is_none());
    let unknown = unknown.map(|id| PublishRejection::NoCalendar(id.clone()));
    rules.every(unknown, Finding::passed("T11", "the calendar that the terms name is known"));
    rules.passed()
}

/// S5: whether a version can be withdrawn from `until` on; returns its digest. Policies already
/// sold stay covered.
pub fn terms_can_be_withdrawn(
    book: &TermsBook,
    line: &str,
    version: u32,
    until: Instant,
    now: Instant,
) -> Result<(Hash, Findings), Refused<PublishRejection>> {
    let mut rules = Tried::default();
    let not_known = || PublishRejection::NotKnown { line: line.to_owned(), version };
    let not_on_sale = || PublishRejection::NotOnSale { line: line.to_owned(), version };
    let published = rules.need(book.version(line, version).ok_or_else(not_known))?;
    let is_over = published.until.is_some_and(|end| end <= now || end < until);
    let on_sale = Finding::passed("S5", "the version is on sale").fact("line", line);
    rules.every(is_over.then(not_on_sale), on_sale.fact("version", version));
    let in_the_past = (until < now).then_some(PublishRejection::EndsInThePast { until, now });
    let outcome = "the end is not in the past; policies keep their terms";
    rules.every(in_the_past, Finding::passed("S5", outcome).fact("until", until).fact("now", now));
    Ok((published.digest, rules.passed()?))
}

/// C5: whether a tariff sheet can be published.
pub fn tariffs_can_be_published(
    book: &TermsBook,
    sheet: &TariffSheet,
) -> Result<Findings, Refused<PublishRejection>> {
    let mut rules = Tried::default();
    let tariffs = &sheet.tariffs;
    let last = book.sheets().filter(|known| known.id == sheet.id).map(|known| known.version).max();
    rules.all([follows("C5", sheet.id.as_str(), sheet.version, last)]);
    let is_negative = |tariff: &Tariff| tariff.price.amount < 0;
    let same_id = !all_differ(tariffs.iter().map(|tariff| tariff.id.as_str()));
    let faults = [
        fault_if(same_id, "tariffs", "two tariffs have the same id"),
        fault_if(tariffs.iter().any(is_negative), "tariffs", "a price is negative"),
    ];
    let valid = Finding::passed("C5", "the tariffs are valid").fact("tariffs", tariffs.len());
    rules.every(faults.into_iter().flatten(), valid);
    rules.passed()
}

/// T11: whether a calendar of business days can be published.
pub fn calendar_can_be_published(
    book: &TermsBook,
    calendar: &Calendar,
) -> Result<Findings, Refused<PublishRejection>> {
    let mut rules = Tried::default();
    let last = book.calendar(calendar.id.as_str()).map(|known| known.version);
    rules.all([follows("T11", calendar.id.as_str(), calendar.version, last)]);
    let backwards = calendar.valid_until < calendar.valid_from;
    let never = calendar.countries.iter().find(|(_, days)| {
        (1..=7).all(|day| {
            let weekday = chrono::Weekday::try_from(day - 1_u8);
            weekday.is_ok_and(|weekday| days.weekend.contains(&weekday))
        })
    });
    let faults = [
        fault_if(backwards, "valid_until", "the last day is before the first"),
        never.map(|(country, _)| {
            invalid("countries", format!("{country} would have no business days"))
        }),
    ];
    let countries: Vec<_> = calendar.countries.keys().collect();
    let valid = Finding::passed("T11", "the calendar is valid").fact("countries", &countries);
    rules.every(faults.into_iter().flatten(), valid);
    rules.passed()
}

/// C7: whether a provider's directory of shops can be published.
pub fn shops_can_be_published(
    book: &TermsBook,
    directory: &ShopDirectory,
) -> Result<Findings, Refused<PublishRejection>> {
    let mut rules = Tried::default();
    let ShopDirectory { provider, version, shops, .. } = directory;
    let last = book.directory(provider).map(|known| known.version);
    rules.all([follows("C7", provider.as_str(), *version, last)]);
    let same_id = !all_differ(shops.iter().map(|shop| shop.id.as_str()));
    let is_foreign = |shop: &Shop| shop.provider != *provider;
    let faults = [
        fault_if(same_id, "shops", "two shops have the same id"),
        fault_if(shops.iter().any(is_foreign), "shops", "a shop belongs to another provider"),
    ];
    let named = Finding::passed("C7", "every shop has an id and is the provider's own");
    rules.every(faults.into_iter().flatten(), named.fact("shops", shops.len()));
    let centres = main_centres(directory);
    let complete = Finding::passed("C7", "every country has one main centre and a contact");
    rules.every(centre_faults(directory, &centres), complete.fact("countries", &centres));
    let published = book.published().filter(|published| published.terms.provider == *provider);
    let abandoned = published.filter(|Published { terms, .. }| {
        terms.countries.iter().any(|country| !centres.contains(country))
    });
    let abandoned = abandoned.map(|Published { terms, .. }| {
        invalid("shops", format!("devices covered by `{}` would have no shop", terms.line))
    });
    rules.every(abandoned, Finding::passed("C7", "every covered device has a shop"));
    rules.passed()
}

/// The country of every main centre, in order.
fn main_centres(directory: &ShopDirectory) -> Vec<Country> {
    let centres = directory.shops.iter().filter(|shop| shop.main_centre);
    let mut centres: Vec<Country> = centres.map(|shop| shop.country).collect();
    centres.sort_unstable();
    centres
}

/// C7: a country with shops has exactly one main centre, and a contact.
fn centre_faults(directory: &ShopDirectory, centres: &[Country]) -> Vec<PublishRejection> {
    let two = fault_if(!all_differ(centres.iter()), "shops", "a country has two main centres");
    let mut without: Vec<Country> = directory.shops.iter().map(|shop| shop.country).collect();
    without.sort_unstable();
    without.dedup();
    without.retain(|country| !centres.contains(country));
    let without = without.into_iter();
    let without = without.map(|country| invalid("shops", format!("{country} has no main centre")));
    let without_contact =
        centres.iter().filter(|country| !directory.contacts.contains_key(*country));
    let without_contact =
        without_contact.map(|country| invalid("contacts", format!("{country} has no contact")));
    two.into_iter().chain(without).chain(without_contact).collect()
}

fn all_differ<T: Ord>(values: impl Iterator<Item = T>) -> bool {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.windows(2).all(|pair| pair[0] != pair[1])
}

fn invalid(field: &'static str, reason: impl Into<String>) -> PublishRejection {
    PublishRejection::InvalidValue { field, reason: reason.into() }
}

fn fault_if(wrong: bool, field: &'static str, reason: &str) -> Option<PublishRejection> {
    wrong.then(|| invalid(field, reason))
}

/// S5: version numbers are consecutive.
fn follows(
    rule: &str,
    line: &str,
    version: u32,
    last: Option<u32>,
) -> Result<Finding, PublishRejection> {
    let last = last.unwrap_or_default();
    let known = || line.to_owned();
    match version {
        _ if version.checked_sub(1) == Some(last) => {
            let outcome = "the version follows the last one";
            Ok(Finding::passed(rule, outcome).fact("version", version))
        }
        _ if version == last => Err(PublishRejection::AlreadyPublished { line: known(), version }),
        _ => Err(PublishRejection::VersionOutOfOrder { line: known(), version, last }),
    }
}

/// S5: terms start when they are published, or later. Only the first version of a line may start in
/// the past, and so may the versions with which the same publication continues it: nothing was sold
/// under the line before.
fn starts_in_time(
    terms: &Terms,
    is_first: bool,
    continues: Option<&TermsPublished>,
    now: Instant,
) -> Result<Finding, PublishRejection> {
    let from = terms.sold_from;
    let outcome = if from >= now {
        "the start is not in the past"
    } else if is_first {
        "the first version of a line may start in the past"
    } else if continues.is_some_and(|before| before.backdated) {
        "it continues a first version that starts in the past, in the same publication"
    } else {
        return Err(PublishRejection::StartsInThePast { from, now });
    };
    Ok(Finding::passed("S5", outcome).fact("sold_from", from).fact("now", now))
}

/// S5, S6: a buyer who picks a provider and a program gets exactly one offer, so two terms of the
/// same provider and program must not be sold in the same country in the same period.
fn overlaps(book: &TermsBook, terms: &Terms) -> Vec<PublishRejection> {
    let ends_before = |end: Option<Instant>, start: Instant| end.is_some_and(|end| end <= start);
    let overlap = |other: &Published| {
        let apart = other.terms.provider != terms.provider
            || other.terms.program != terms.program
            || (other.terms.line == terms.line && other.terms.version == terms.version)
            || ends_before(other.until, terms.sold_from)
            || ends_before(terms.sold_until, other.terms.sold_from)
            || other.until.is_some_and(|until| until <= other.terms.sold_from);
        let shared = || other.terms.countries.iter().find(|country| terms.is_offered_in(country));
        let country = *(!apart).then(shared).flatten()?;
        let (line, version) = (other.terms.line.to_string(), other.terms.version);
        Some(PublishRejection::Overlaps { line, version, country })
    };
    book.published().filter_map(overlap).collect()
}

/// S5: every country in which a program is sold has a shop.
fn countries_without_shop(book: &TermsBook, terms: &Terms) -> impl Iterator<Item = Country> {
    let centres = book.directory(&terms.provider).map(main_centres).unwrap_or_default();
    terms.countries.iter().copied().filter(move |country| !centres.contains(country))
}
