//! The book of terms: everything published, up to the offset that was read. Every service keeps
//! one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use recourse_kernel::{Hash, Instant};

use crate::location::likely_cities;
use crate::{
    BusinessDays, Calendar, City, Contact, Country, DeviceKind, Location, Program, Provider,
    Quoted, SheetName, Shop, ShopDirectory, Span, TariffSheet, Terms, TermsEvent, TermsLine,
    TermsRef,
};

/// All terms, tariffs and shops known up to an offset of the topic. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TermsBook {
    last_offset: Option<i64>,
    /// Entries are never removed: a policy keeps its terms until it ends (S5).
    by_digest: HashMap<Hash, Arc<Terms>>,
    lines: BTreeMap<TermsLine, BTreeMap<u32, Published>>,
    /// The versions of each sheet, by first day and version.
    sheets: BTreeMap<SheetName, BTreeMap<(NaiveDate, u32), Arc<TariffSheet>>>,
    directories: BTreeMap<Provider, Arc<ShopDirectory>>,
    calendars: BTreeMap<SheetName, Arc<Calendar>>,
    /// Every shop ever listed, as last published.
    shops: BTreeMap<String, Arc<Shop>>,
}

/// A published version of terms.
#[derive(Debug, Clone)]
pub struct Published {
    /// As published: a withdrawal changes only `until`.
    pub terms: Arc<Terms>,
    /// Its digest, as stored in the event.
    pub digest: Hash,
    /// The first instant at which it is no longer sold: from the document, or from its withdrawal.
    pub until: Option<Instant>,
}

/// The shop that a device is sent to, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routed<'a> {
    /// A shop of the policy's provider in the buyer's country.
    pub shop: &'a Shop,
    /// The reason; its `Display` is the sentence shown to people.
    pub because: RoutedBecause,
}

/// Why a device is sent to a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutedBecause {
    /// The provider has a branch in the buyer's city.
    InBuyersCity,
    /// The provider has none there, but one in the same district or region.
    InBuyersRegion,
    /// The provider has no branch in the city or region, so the device goes to the country's main
    /// centre.
    MainCentre,
}

impl std::fmt::Display for RoutedBecause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::InBuyersCity => "the provider has a branch in the buyer's city",
            Self::InBuyersRegion => {
                "no branch in the buyer's city, so the device goes to the one of its region"
            }
            Self::MainCentre => {
                "no branch in the buyer's city or region, so the device goes to the main centre"
            }
        })
    }
}

impl Published {
    /// S5: whether it can be sold at this instant.
    pub fn is_sold_at(&self, at: Instant) -> bool {
        self.terms.sold_from <= at && self.until.is_none_or(|until| at < until)
    }

    /// The document's line and version, with the digest stored in the event.
    pub fn reference(&self) -> TermsRef {
        let Terms { line, version, .. } = self.terms.as_ref();
        TermsRef { line: line.clone(), version: *version, digest: self.digest }
    }
}

impl TermsBook {
    /// Applies one event, read from this offset of the topic.
    pub fn apply(&mut self, event: &TermsEvent, offset: i64) {
        match event {
            TermsEvent::TermsPublished(published) => {
                let terms = Arc::new(published.terms.clone());
                let (digest, until) = (published.digest, terms.sold_until);
                self.by_digest.insert(digest, Arc::clone(&terms));
                let line = self.lines.entry(terms.line.clone()).or_default();
                line.insert(terms.version, Published { terms, digest, until });
            }
            TermsEvent::TermsWithdrawn(withdrawn) => {
                let line = self.lines.get_mut(&withdrawn.line);
                if let Some(published) = line.and_then(|line| line.get_mut(&withdrawn.version)) {
                    published.until = Some(withdrawn.until);
                }
            }
            TermsEvent::TariffsPublished(published) => {
                let sheet = Arc::new(published.sheet.clone());
                let sheets = self.sheets.entry(sheet.id.clone()).or_default();
                sheets.insert((sheet.valid_from, sheet.version), sheet);
            }
            TermsEvent::ShopsPublished(published) => {
                let directory = Arc::new(published.directory.clone());
                for shop in &directory.shops {
                    self.shops.insert(shop.id.clone(), Arc::new(shop.clone()));
                }
                self.directories.insert(directory.provider.clone(), directory);
            }
            TermsEvent::CalendarPublished(published) => {
                let calendar = Arc::new(published.calendar.clone());
                self.calendars.insert(calendar.id.clone(), calendar);
            }
        }
        self.skip(offset);
    }

    /// Notes the offset of a record that does not change the book.
    pub fn skip(&mut self, offset: i64) {
        self.last_offset = self.last_offset.max(Some(offset));
    }

    /// The last offset read; -1 before the first record.
    pub fn known_to(&self) -> i64 {
        self.last_offset.unwrap_or(-1)
    }

    /// The document with this digest, even if it is no longer sold.
    pub fn by_digest(&self, digest: &Hash) -> Option<&Arc<Terms>> {
        self.by_digest.get(digest)
    }

    /// The line, version and digest of a document, with the digest stored in its event.
    pub fn reference_of(&self, terms: &Terms) -> TermsRef {
        let published = self.version(terms.line.as_str(), terms.version);
        published.map_or_else(|| terms.reference(), Published::reference)
    }

    /// A version of a line, also after its sale has ended; none if it was never published.
    pub fn version(&self, line: &str, version: u32) -> Option<&Published> {
        self.lines.get(line)?.get(&version)
    }

    /// All versions of a line, in order; none of an unknown line.
    pub fn line(&self, line: &str) -> impl Iterator<Item = &Published> {
        self.lines.get(line).into_iter().flat_map(BTreeMap::values)
    }

    /// All versions ever published, by line and version.
    pub fn published(&self) -> impl Iterator<Item = &Published> {
        self.lines.values().flat_map(BTreeMap::values)
    }

    fn sold_at(&self, at: Instant) -> impl Iterator<Item = &Arc<Terms>> {
        let sold = move |published: &&Published| published.is_sold_at(at);
        self.published().filter(sold).map(|published| &published.terms)
    }

    /// S4, S5, S6: the terms that can be offered for a device to a buyer in a country at an
    /// instant.
    pub fn on_sale(&self, device: &DeviceKind, country: &Country, at: Instant) -> Vec<&Arc<Terms>> {
        self.sold_at(at)
            .filter(|terms| terms.is_offered_in(country) && terms.coverages(device))
            .collect()
    }

    /// S5, S6: a provider's terms for a program that are sold in a country at an instant.
    pub fn find(
        &self,
        provider: &Provider,
        program: Program,
        country: &Country,
        at: Instant,
    ) -> Option<&Arc<Terms>> {
        self.sold_at(at).find(|terms| {
            terms.provider == *provider && terms.program == program && terms.is_offered_in(country)
        })
    }

    /// The shop that a device is sent to: a branch in the buyer's city, otherwise one in the same
    /// district or region, otherwise the country's main centre.
    pub fn shop_for(
        &self,
        provider: &Provider,
        country: &Country,
        city: &str,
    ) -> Option<Routed<'_>> {
        let in_country = || {
            let shops = self.directories.get(provider).map(|directory| &directory.shops);
            shops.into_iter().flatten().filter(|shop| shop.country == *country)
        };
        let in_part = |part| in_country().find(|shop| shop.is_in_part(part));
        let in_city = likely_cities(city).find_map(in_part);
        let in_region = || in_country().find(|shop| shop.is_near(city));
        let main_centre = || in_country().find(|shop| shop.main_centre);
        let routed = |because| move |shop| Routed { shop, because };
        in_city
            .map(routed(RoutedBecause::InBuyersCity))
            .or_else(|| in_region().map(routed(RoutedBecause::InBuyersRegion)))
            .or_else(|| main_centre().map(routed(RoutedBecause::MainCentre)))
    }

    /// A shop by its id, even if it is no longer listed.
    pub fn shop(&self, id: &str) -> Option<&Shop> {
        self.shops.get(id).map(Arc::as_ref)
    }

    /// A provider's shop directory, as last published.
    pub fn directory(&self, provider: &Provider) -> Option<&ShopDirectory> {
        self.directories.get(provider).map(Arc::as_ref)
    }

    /// All providers' shop directories, as last published.
    pub fn directories(&self) -> impl Iterator<Item = &ShopDirectory> {
        self.directories.values().map(Arc::as_ref)
    }

    /// C5: a carrier's tariff for a shipment on a day. Of each sheet, the version that applies on
    /// that day is used; of several sheets, the first by name that has a matching tariff.
    pub fn tariff(
        &self,
        carrier: &str,
        from: &Location,
        to: &Location,
        on: NaiveDate,
    ) -> Option<Quoted<'_>> {
        let cities = self.cities_of_shops(from.country);
        self.sheets.values().find_map(|versions| {
            let (_, sheet) = versions.range(..=(on, u32::MAX)).next_back()?;
            let tariff = sheet.closest(carrier, (from, to), &cities)?;
            Some(Quoted { tariff, sheet_version: sheet.version, valid_from: sheet.valid_from })
        })
    }

    /// The cities of a country in which there is a shop, with the spellings that its directory
    /// lists.
    fn cities_of_shops(&self, country: Country) -> Vec<City> {
        let shops = self.directories().flat_map(|directory| &directory.shops);
        let cities = shops.filter(|shop| shop.country == country).map(|shop| City {
            country: shop.country,
            city: shop.city.clone(),
            spellings: shop.city_spellings.clone(),
        });
        cities.collect()
    }

    /// All tariff sheets, by name and first day.
    pub fn sheets(&self) -> impl Iterator<Item = &TariffSheet> {
        self.sheets.values().flat_map(BTreeMap::values).map(Arc::as_ref)
    }

    /// A calendar of business days, as last published.
    pub fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars.get(id).map(Arc::as_ref)
    }

    /// All calendars, as last published.
    pub fn calendars(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.values().map(Arc::as_ref)
    }

    /// T11: the first instant after a period, for a party in a country: calendar days of 24 hours,
    /// or business days of the terms' calendar in the country's time zone.
    pub fn after(&self, terms: &Terms, country: &Country, since: Instant, span: Span) -> Instant {
        match span {
            Span::Days(days) => {
                since.checked_add_signed(TimeDelta::days(days.into())).unwrap_or(Instant::MAX_UTC)
            }
            Span::BusinessDays(days) => {
                let zone = terms.zones.get(country).copied().unwrap_or(Tz::UTC);
                let calendar = terms.calendar.as_ref().and_then(|id| self.calendars.get(id));
                let of_country = calendar.and_then(|calendar| calendar.countries.get(country));
                match of_country {
                    Some(business_days) => business_days.after(since, days, zone),
                    None => BusinessDays::default().after(since, days, zone),
                }
            }
        }
    }

    /// C7: a provider's contact details for buyers in a country.
    pub fn contact(&self, provider: &Provider, country: &Country) -> Option<&Contact> {
        self.directories.get(provider)?.contacts.get(country)
    }
}
