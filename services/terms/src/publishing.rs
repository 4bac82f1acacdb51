//! Decides what may be published or withdrawn (S5).

use recourse_kernel::{Finding, Findings, Hash, Instant, NextCall, Reason, Rejection};

use crate::book::Published;
use crate::terms::Share;
use crate::{Category, Country, Party, ShopDirectory, TariffSheet, Terms, TermsBook};

/// Why something cannot be published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishRejection {
    /// This version has already been published.
    #[error("version {version} of `{line}` is already published")]
    AlreadyPublished {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// The version that is already published.
        version: u32,
    },
    /// The version is not the successor of the last one.
    #[error("version {version} of `{line}` does not follow version {last}")]
    VersionOutOfOrder {
        /// The line, or the name of the sheet or directory.
        line: String,
        /// The rejected version.
        version: u32,
        /// The last published version.
        last: u32,
    },
    /// The start is in the past.
    #[error("terms cannot start in the past: {from} is before {now}")]
    StartsInThePast {
        /// The start of the terms.
        from: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// The end is in the past.
    #[error("terms cannot end in the past: {until} is before {now}")]
    EndsInThePast {
        /// The requested end.
        until: Instant,
        /// The time of the decision.
        now: Instant,
    },
    /// Another version is sold in the same period.
    #[error("version {version} of `{line}` is sold in {country} in the same period")]
    Overlaps {
        /// The line of the other version.
        line: String,
        /// The number of the other version.
        version: u32,
        /// A country where both would be sold.
        country: Country,
    },
    /// The provider has no shop in the country.
    #[error("the provider has no main centre in {0} that could receive devices")]
    NoShop(Country),
    /// A value that makes no sense.
    #[error("{field}: {reason}")]
    InvalidValue {
        /// The path of the field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The version to be withdrawn is not on sale.
    #[error("version {version} of `{line}` is not on sale")]
    NotOnSale {
        /// The line to be withdrawn from.
        line: String,
        /// The version to be withdrawn.
        version: u32,
    },
}

impl Rejection for PublishRejection {
    /// Codes are a format.
    fn reason(&self) -> Reason {
        let by_s5 = |code| Reason::new(code, &["S5"]);
        match self {
            Self::AlreadyPublished { .. } => {
                by_s5("terms.already_published").instead("Publish it as the next version.")
            }
            Self::VersionOutOfOrder { .. } => {
                by_s5("terms.version_out_of_order").instead("Publish it as the next version.")
            }
            Self::StartsInThePast { .. } => {
                by_s5("terms.starts_in_the_past").instead("Choose a start in the future.")
            }
            Self::EndsInThePast { .. } => by_s5("terms.ends_in_the_past"),
            Self::Overlaps { .. } => by_s5("terms.overlap")
                .instead("Withdraw the other version first, or start when it ends."),
            Self::NoShop(_) => by_s5("terms.no_shop")
                .instead("Publish a directory of shops with a main centre there first.")
                .call(NextCall::post("/v1/shop-directories")),
            Self::InvalidValue { .. } => by_s5("terms.not_sane"),
            Self::NotOnSale { .. } => by_s5("terms.not_on_sale"),
        }
    }
}

/// S5: whether a version of terms can be published now.
pub fn terms_can_be_published(
    book: &TermsBook,
    terms: &Terms,
    now: Instant,
) -> Result<Findings, PublishRejection> {
    values_are_valid(terms)?;
    version_follows(book, terms)?;
    if terms.sold_from < now {
        return Err(PublishRejection::StartsInThePast { from: terms.sold_from, now });
    }
    nothing_overlaps(book, terms)?;
    every_country_has_a_shop(book, terms)?;
    let countries: Vec<_> = terms.countries.iter().collect();
    Ok(vec![
        Finding::passed("S5", "the start is not in the past")
            .fact("sold_from", terms.sold_from)
            .fact("now", now),
        Finding::passed("S5", "no other terms of this program are sold there in that period")
            .fact("countries", &countries),
        Finding::passed("S5", "every country has a main centre").fact("countries", &countries),
        Finding::passed("M1", "the cash brackets rise in months and fall in percent")
            .fact("steps", &terms.cash.steps),
    ])
}

/// S5: whether a version can be withdrawn from `until` on; returns its digest. Policies already
/// sold stay covered.
pub fn terms_can_be_withdrawn(
    book: &TermsBook,
    line: &str,
    version: u32,
    until: Instant,
    now: Instant,
) -> Result<(Hash, Findings), PublishRejection> {
    let not_on_sale = || PublishRejection::NotOnSale { line: line.to_owned(), version };
    let published = book.version(line, version).ok_or_else(not_on_sale)?;
    if published.until.is_some_and(|end| end <= now || end < until) {
        return Err(not_on_sale());
    }
    if until < now {
        return Err(PublishRejection::EndsInThePast { until, now });
    }
    let finding = Finding::passed("S5", "the end is not in the past; policies keep their terms")
        .fact("until", until)
        .fact("now", now);
    Ok((published.digest, vec![finding]))
}

/// C5: whether a tariff sheet can be published.
pub fn tariffs_can_be_published(
    book: &TermsBook,
    sheet: &TariffSheet,
) -> Result<Findings, PublishRejection> {
    let last = book.sheets().filter(|known| known.id == sheet.id).map(|known| known.version).max();
    next_version(&sheet.id, sheet.version, last.unwrap_or_default())?;
    let mut ids: Vec<&str> = sheet.tariffs.iter().map(|tariff| tariff.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return invalid("tariffs", "two tariffs have the same id");
    }
    if sheet.tariffs.iter().any(|tariff| tariff.price.amount < 0) {
        return invalid("tariffs", "a price is negative");
    }
    let outcome = "the sheet follows the last one, and its tariffs are valid";
    Ok(vec![Finding::passed("C5", outcome).fact("tariffs", sheet.tariffs.len())])
}

/// C7: whether a provider's directory of shops can be published.
pub fn shops_can_be_published(
    book: &TermsBook,
    directory: &ShopDirectory,
) -> Result<Findings, PublishRejection> {
    let provider = &directory.provider;
    let last = book.directory(provider).map(|known| known.version);
    next_version(provider.as_str(), directory.version, last.unwrap_or_default())?;
    let mut ids: Vec<&str> = directory.shops.iter().map(|shop| shop.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return invalid("shops", "two shops have the same id");
    }
    if directory.shops.iter().any(|shop| shop.provider != *provider) {
        return invalid("shops", "a shop belongs to another provider");
    }
    let mut centres: Vec<Country> =
        directory.shops.iter().filter(|shop| shop.main_centre).map(|shop| shop.country).collect();
    centres.sort_unstable();
    if centres.windows(2).any(|pair| pair[0] == pair[1]) {
        return invalid("shops", "a country has two main centres");
    }
    if let Some(shop) = directory.shops.iter().find(|shop| !centres.contains(&shop.country)) {
        return invalid("shops", format!("{} has no main centre", shop.country));
    }
    if let Some(centre) = centres.iter().find(|country| !directory.contacts.contains_key(*country))
    {
        return invalid("contacts", format!("{centre} has no contact"));
    }
    let abandoned = |published: &&Published| {
        published.terms.provider == *provider
            && published.terms.countries.iter().any(|country| !centres.contains(country))
    };
    if let Some(published) = book.published().find(abandoned) {
        let line = &published.terms.line;
        return invalid("shops", format!("devices covered by `{line}` would have no shop"));
    }
    let outcome = "every country has one main centre and a contact";
    Ok(vec![Finding::passed("C7", outcome).fact("countries", &centres)])
}

fn invalid<T>(field: &'static str, reason: impl Into<String>) -> Result<T, PublishRejection> {
    Err(PublishRejection::InvalidValue { field, reason: reason.into() })
}

fn next_version(line: &str, version: u32, last: u32) -> Result<(), PublishRejection> {
    let line = line.to_owned();
    match version {
        _ if version.checked_sub(1) == Some(last) => Ok(()),
        _ if version == last => Err(PublishRejection::AlreadyPublished { line, version }),
        _ => Err(PublishRejection::VersionOutOfOrder { line, version, last }),
    }
}

/// S5: version numbers are consecutive.
fn version_follows(book: &TermsBook, terms: &Terms) -> Result<(), PublishRejection> {
    let last = book.line(&terms.line).map(|published| published.terms.version).max();
    next_version(&terms.line, terms.version, last.unwrap_or_default())
}

/// S5, S6: a buyer who picks a provider and a program gets exactly one offer, so two terms of the
/// same provider and program must not be sold in the same country in the same period.
fn nothing_overlaps(book: &TermsBook, terms: &Terms) -> Result<(), PublishRejection> {
    let ends_before = |end: Option<Instant>, start: Instant| end.is_some_and(|end| end <= start);
    for other in book.published() {
        let apart = other.terms.provider != terms.provider
            || other.terms.program != terms.program
            || ends_before(other.until, terms.sold_from)
            || ends_before(terms.sold_until, other.terms.sold_from)
            || other.until.is_some_and(|until| until <= other.terms.sold_from);
        let shared = || other.terms.countries.iter().find(|country| terms.is_offered_in(country));
        if let Some(country) = (!apart).then(shared).flatten() {
            return Err(PublishRejection::Overlaps {
                line: other.terms.line.clone(),
                version: other.terms.version,
                country: *country,
            });
        }
    }
    Ok(())
}

/// S5: every country in which a program is sold has a shop.
fn every_country_has_a_shop(book: &TermsBook, terms: &Terms) -> Result<(), PublishRejection> {
    let directory = book.directory(&terms.provider);
    let shops = || directory.iter().flat_map(|directory| &directory.shops);
    let homeless =
        |country: &&Country| !shops().any(|shop| shop.main_centre && shop.country == **country);
    match terms.countries.iter().find(homeless) {
        Some(country) => Err(PublishRejection::NoShop(*country)),
        None => Ok(()),
    }
}

/// Rejects values that the calculations cannot handle.
fn values_are_valid(terms: &Terms) -> Result<(), PublishRejection> {
    if terms.countries.is_empty() {
        return invalid("countries", "name at least one country");
    }
    if let Some(country) = terms.countries.iter().find(|country| !terms.zones.contains_key(country))
    {
        return invalid("zones", format!("{country} has no time zone"));
    }
    if terms.sold_until.is_some_and(|until| until <= terms.sold_from) {
        return invalid("sold_until", "the end is not after the start");
    }
    if terms.devices.categories.contains_key(&Category::PushButtonPhone) {
        return invalid("devices.categories", "push-button phones cannot be covered (S4)");
    }
    let coverage = &terms.coverage;
    if coverage.months == 0 || u32::from(coverage.starts_on_day) >= 28 * u32::from(coverage.months)
    {
        return invalid("coverage", "the policy would end before its coverage starts");
    }
    let claim = &terms.claim;
    if claim.photos_at_least > claim.photos_at_most || claim.photos_at_most > 3 {
        return invalid("claim.photos_at_least", "the limits must be in order, and at most 3 (C2)");
    }
    if claim.reminder_after_days > claim.answer_within_days {
        return invalid("claim.reminder_after_days", "the reminder would come after the deadline");
    }
    if terms.held_device.notice_after_days > terms.held_device.abandoned_after_days {
        return invalid("held_device.notice_after_days", "the notice would come after the end");
    }
    brackets_are_valid(terms)?;
    let paid_by = [&terms.shipments.to_shop.paid_by, &terms.shipments.to_buyer.paid_by];
    let payers =
        paid_by.iter().flat_map(|by| [by.covered, by.not_covered, by.no_fault_found, by.withdrawn]);
    let means = terms.shipments.to_shop.means.iter().chain(&terms.shipments.to_buyer.means);
    let bookers = means.clone().map(|means| means.booked_by);
    if payers.chain(bookers).any(|party| !matches!(party, Party::Buyer | Party::Provider)) {
        return invalid("shipments", "only the buyer or the provider books and pays a shipment");
    }
    shares_are_valid(terms)?;
    let prices = means.filter_map(|means| means.price);
    let fees = [&terms.fees.not_covered, &terms.fees.no_fault_found];
    let fees = fees.into_iter().flatten().map(|fee| fee.amount);
    if prices.chain(fees).any(|price| price.amount < 0) {
        return invalid("shipments", "a price or a fee is negative");
    }
    Ok(())
}

/// M6: a shared cost is split between two parties, and one of them takes the remainder.
fn shares_are_valid(terms: &Terms) -> Result<(), PublishRejection> {
    let shipments = [&terms.shipments.to_shop.shared, &terms.shipments.to_buyer.shared];
    let mut shares = shipments.into_iter().flatten().flat_map(|by_verdict| {
        [
            by_verdict.covered,
            by_verdict.not_covered,
            by_verdict.no_fault_found,
            by_verdict.withdrawn,
        ]
    });
    let is_odd = |share: &Share| {
        !(1..=99).contains(&share.percent)
            || !matches!(share.remainder_on, Party::Buyer | Party::Provider)
    };
    if shares.any(|share| share.as_ref().is_some_and(is_odd)) {
        return invalid("shipments", "a shared cost is split in two parts of 1 to 99 percent each");
    }
    Ok(())
}

/// M1: months rise, percentages fall from at most 100, and the last bracket reaches the end of the
/// policy.
fn brackets_are_valid(terms: &Terms) -> Result<(), PublishRejection> {
    let steps = &terms.cash.steps;
    let in_order = steps.windows(2).all(|pair| {
        pair[0].through_month < pair[1].through_month && pair[0].percent >= pair[1].percent
    });
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return invalid("cash.steps", "there are no brackets");
    };
    if !in_order || first.percent > 100 || first.through_month == 0 {
        return invalid("cash.steps", "months must rise, and percentages fall from at most 100");
    }
    if last.through_month < terms.coverage.months {
        return invalid("cash.steps", "the last bracket ends before the policy does");
    }
    Ok(())
}
