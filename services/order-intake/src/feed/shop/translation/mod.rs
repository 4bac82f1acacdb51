//! Translates reports into facts.
//!
//! The id of a fact comes from the object that it is about and from what is reported of it, never
//! from the webhook: the same fact in another webhook, or in an export, is the same command, and an
//! object that has changed since is another one.

mod shipments;

use recourse_kernel::{OrderId, Wire as _};
use recourse_terms::Country;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::form::{
    Address, Buyer, Cancellation, Completion, Order, Payment, PrivacyRequest, Refund, RefundPaid,
    Report, Restock,
};
use super::lines::{gone, lines};
use super::settings::{ShopSettings, TestOrders};
use super::{privacy, refunds};
use crate::domain::OrderCommand;
use crate::domain::commands::{
    Cancel, Complete, Disregard, Pay, PayRefund, Place, RefundLine, RemoveUnits, Reported,
    RequestPrivacy, Return,
};
use crate::domain::rules::zones;
use crate::feed::fact::{Contact, Fact};
use crate::feed::identities::Identities;
use crate::feed::unusable::Unusable;
use crate::feed::values::{language_tag, marketplace_of, reason_code, short, some_text};

/// What was read, piece by piece.
pub type Translated = Vec<Result<Fact, Unusable>>;

/// How many hexadecimal digits of a digest are in the id of a fact.
const DIGEST: usize = 16;
/// The country of an order that says none. No terms are offered there.
const NO_COUNTRY: &str = "ZZ";

/// The shop that reports.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    /// Its domain, which is the marketplace's name.
    pub domain: &'a str,
    /// The type of the facts, for people: `shopify:orders/paid`.
    pub fact: &'a str,
    /// Its settings.
    pub settings: &'a ShopSettings,
    /// Derives ids.
    pub identities: &'a Identities,
    /// Whether the body says that it is a test. Its reports may say so as well.
    pub is_test: bool,
}

impl Shop<'_> {
    /// Translates the reports of one body. What leads to nothing is left out, unless nothing else
    /// is left.
    pub fn translate(&self, reports: &[Result<Report, Unusable>]) -> Translated {
        match self.translated(reports) {
            Ok(translated) => without_the_ignored(translated),
            Err(unusable) => vec![Err(unusable)],
        }
    }

    /// Only an order says whether it is a test, but not its shipments, and not each of its refunds.
    /// So what does not say it is reported to both marketplaces of a shop that keeps test orders
    /// apart, and an order says to the other marketplace that it has nothing to do with it.
    fn translated(&self, reports: &[Result<Report, Unusable>]) -> Result<Translated, Unusable> {
        let shop = self.at(marketplace_of(self.domain)?);
        let is_test = self.says_test(reports);
        if self.settings.test_orders == TestOrders::Ignore {
            if is_test != Some(true) {
                return Ok(shop.read(reports));
            }
            let ignored = Err(Unusable::Ignored("a test order sells nothing"));
            return Ok([shop.disregard(reports, None), vec![ignored]].concat());
        }
        let tests = self.at(marketplace_of(&format!("{}/test", shop.marketplace))?);
        let (own, other) = if is_test == Some(true) { (tests, shop) } else { (shop, tests) };
        let elsewhere = match is_test {
            Some(_) => other.disregard(reports, Some(&own.marketplace)),
            None => other.read(reports).into_iter().flatten().map(Ok).collect(),
        };
        Ok([own.read(reports), elsewhere].concat())
    }

    fn at(&self, marketplace: String) -> Translator<'_> {
        Translator { shop: *self, marketplace }
    }

    /// Whether this is about a test order, if that is said.
    fn says_test(&self, reports: &[Result<Report, Unusable>]) -> Option<bool> {
        let is_test = |report: &Report| match report {
            Report::Order(order) => Some(order.is_test),
            Report::Refund(refund) => refund.is_test.then_some(true),
            Report::RefundPaid(paid) => paid.is_test.then_some(true),
            _ => None,
        };
        if self.is_test {
            return Some(true);
        }
        reports.iter().flatten().filter_map(is_test).max()
    }
}

fn without_the_ignored(mut translated: Translated) -> Translated {
    if translated.iter().any(|one| !matches!(one, Err(Unusable::Ignored(_)))) {
        translated.retain(|one| !matches!(one, Err(Unusable::Ignored(_))));
    } else {
        translated.truncate(1);
    }
    translated
}

struct Translator<'a> {
    shop: Shop<'a>,
    marketplace: String,
}

impl Translator<'_> {
    fn read(&self, reports: &[Result<Report, Unusable>]) -> Translated {
        let facts = reports.iter().flat_map(|report| match report {
            Ok(report) => match self.facts(report) {
                Ok(facts) => facts.into_iter().map(Ok).collect(),
                Err(unusable) => vec![Err(unusable)],
            },
            Err(unusable) => vec![Err(unusable.clone())],
        });
        facts.collect()
    }

    /// The order that is reported is none of this marketplace.
    fn disregard(&self, reports: &[Result<Report, Unusable>], instead: Option<&str>) -> Translated {
        let orders = reports.iter().flatten().filter_map(|report| match report {
            Report::Order(order) => Some(self.disregarded(&order.number, instead)),
            _ => None,
        });
        orders.collect()
    }

    fn order(&self, number: &str) -> Result<OrderId, Unusable> {
        self.shop.identities.order(&self.marketplace, number)
    }

    /// The pseudonym of an order's buyer.
    fn buyer(&self, buyer: &Buyer, number: &str) -> String {
        buyer.pseudonym(&self.marketplace, number, self.shop.identities)
    }

    /// A fact about an object. `command` gets the fact's name and id.
    fn fact(
        &self,
        object: &str,
        command: impl Fn(Option<Reported>) -> OrderCommand,
    ) -> Result<Fact, Unusable> {
        let body = command(None).encode().map_err(|error| Unusable::Shape(error.to_string()))?;
        let content: Value =
            serde_json::from_slice(&body).map_err(|error| Unusable::shape(&error))?;
        let digest = hex::encode(Sha256::digest(content.to_string()));
        let id = format!("{object}:{}", &digest[..DIGEST]);
        let reported = Reported { fact: self.shop.fact.to_owned(), id };
        Ok(Fact {
            marketplace: self.marketplace.clone(),
            command: command(Some(reported.clone())),
            reported,
            contact: None,
            content,
        })
    }

    fn facts(&self, report: &Report) -> Result<Vec<Fact>, Unusable> {
        match report {
            Report::Order(order) => self.placed(order).map(|fact| vec![fact]),
            Report::Payment(payment) => self.paid(payment).map(|fact| vec![fact]),
            Report::Cancellation(cancelled) => self.cancelled(cancelled).map(|fact| vec![fact]),
            Report::Shipment(shipment) => self.shipped(shipment).map(|fact| vec![fact]),
            Report::Delivery(delivery) => self.delivered(delivery).map(|fact| vec![fact]),
            Report::Misdelivery(failed) => self.not_delivered(failed).map(|fact| vec![fact]),
            Report::Refund(refund) => self.refunded(refund),
            Report::RefundPaid(paid) => self.refund_paid(paid).map(|fact| vec![fact]),
            Report::Completion(completion) => self.completed(completion).map(|fact| vec![fact]),
            Report::Privacy(request) => self.privacy_requested(request),
        }
    }

    fn placed(&self, order: &Order) -> Result<Fact, Unusable> {
        let number = &order.number;
        let lines = lines(order, self.shop.settings)?;
        let has_warranty = lines.iter().any(|line| line.warranty.is_some());
        let (country, address) = self.place(order, has_warranty)?;
        let region = address.region.as_deref().and_then(some_text);
        let contact = cleaned(&order.contact);
        let mark = (contact != Contact::default() && order.is_contact_whole)
            .then(|| self.shop.identities.contact_mark(&self.marketplace, number, &contact));
        let place = Place {
            order: self.order(number)?,
            marketplace: self.marketplace.clone(),
            number: number.clone(),
            placed_at: order.placed_at,
            buyer: self.buyer(&order.buyer, number),
            contact: None,
            contact_mark: mark,
            country,
            region: region.map(|region| zones::region_code(country, &region).unwrap_or(region)),
            city: address.city.as_deref().and_then(some_text),
            shop: order.storefront.as_deref().and_then(some_text),
            language: order.language.as_deref().and_then(language_tag),
            time_zone: None,
            lines,
            complete_after_days: self.shop.settings.complete_after_days,
            as_of: Some(order.as_of),
            gone: gone(order),
            paid: order.paid,
            history: false,
            reported: None,
        };
        let fact = self.fact(&format!("order:{number}"), |reported| {
            OrderCommand::Place(Box::new(Place { reported, ..place.clone() }))
        })?;
        Ok(Fact { contact: Some(contact), ..fact })
    }

    /// The country of the address, of the location, or of the shop, and what is known of the
    /// address there. What was sold at a counter is with the buyer at the location, wherever the
    /// buyer lives. Only an order with a warranty cannot do without a country.
    fn place(&self, order: &Order, has_warranty: bool) -> Result<(Country, Address), Unusable> {
        let settings = self.shop.settings;
        let address = order.address.clone().unwrap_or_default();
        let of_address = || {
            let country = address.country.as_deref();
            country.map(|country| code_of(country).ok_or_else(|| Unusable::value("country_code")))
        };
        let location = order.location.as_ref();
        let of_location = location.and_then(|id| settings.locations.get(id)).copied();
        let of_shop = of_location.or(settings.default_country);
        let country = match of_shop.filter(|_| order.is_of_a_counter) {
            Some(country) => Some(country),
            None => of_address().transpose()?.or(of_shop),
        };
        let Some(country) = country else {
            let none = code_of(NO_COUNTRY).filter(|_| !has_warranty).ok_or(Unusable::NoCountry)?;
            return Ok((none, address));
        };
        let is_there = address.country.as_deref().and_then(code_of).is_none_or(|of| of == country);
        Ok((country, if is_there { address } else { Address::default() }))
    }

    fn paid(&self, payment: &Payment) -> Result<Fact, Unusable> {
        let order = self.order(&payment.order)?;
        let Payment { paid_at, amount, .. } = *payment;
        self.fact(&format!("payment:{}", payment.order), |reported| {
            OrderCommand::Pay(Pay { order, paid_at, amount, reported })
        })
    }

    fn cancelled(&self, cancelled: &Cancellation) -> Result<Fact, Unusable> {
        let order = self.order(&cancelled.order)?;
        let cancelled_at = cancelled.cancelled_at;
        let reason = reason_code(cancelled.reason.as_deref());
        self.fact(&format!("cancellation:{}", cancelled.order), |reported| {
            OrderCommand::Cancel(Cancel { order, cancelled_at, reason: reason.clone(), reported })
        })
    }

    /// The marketplace does not have this order.
    fn disregarded(&self, number: &str, instead: Option<&str>) -> Result<Fact, Unusable> {
        let disregard = Disregard {
            order: self.order(number)?,
            marketplace: self.marketplace.clone(),
            number: number.to_owned(),
            instead: instead.map(str::to_owned),
            reported: None,
        };
        self.fact(&format!("disregard:{number}"), |reported| {
            OrderCommand::Disregard(Disregard { reported, ..disregard.clone() })
        })
    }

    /// A refund pays money back. If it also restocks units, they were returned, or never shipped.
    /// The money comes first: what was paid back for a warranty is not owed when the device's
    /// return ends it.
    fn refunded(&self, refund: &Refund) -> Result<Vec<Fact>, Unusable> {
        let order = self.order(&refund.order)?;
        let mut facts = Vec::new();
        for (reference, part) in refunds::parts(refund, order)? {
            facts.push(self.fact(&format!("refund:{reference}"), |reported| {
                OrderCommand::RefundLine(RefundLine { reported, ..part.clone() })
            })?);
        }
        let returned = refunds::units(refund, Restock::Returned);
        if !returned.are_not_named() {
            let back = Return {
                order,
                returned_at: refund.refunded_at,
                units: returned,
                reason: reason_code(Some("returned")),
                reference: Some(format!("{}#return", refund.refund)),
                reported: None,
            };
            facts.push(self.fact(&format!("return:{}", refund.refund), |reported| {
                OrderCommand::Return(Return { reported, ..back.clone() })
            })?);
        }
        let cancelled = refunds::units(refund, Restock::Cancelled);
        if !cancelled.are_not_named() && refunds::is_done(refund) {
            let remove = RemoveUnits {
                order,
                units: cancelled,
                removed_at: refund.refunded_at,
                reference: Some(format!("{}#cancel", refund.refund)),
                reported: None,
            };
            facts.push(self.fact(&format!("removal:{}", refund.refund), |reported| {
                OrderCommand::RemoveUnits(RemoveUnits { reported, ..remove.clone() })
            })?);
        }
        if facts.is_empty() {
            return Err(Unusable::Ignored(refunds::why_ignored(refund)));
        }
        Ok(facts)
    }

    fn refund_paid(&self, paid: &RefundPaid) -> Result<Fact, Unusable> {
        let order = self.order(&paid.order)?;
        self.fact(&format!("refund_payment:{}", paid.payment), |reported| {
            let (payment, paid_at) = (paid.payment.clone(), paid.paid_at);
            OrderCommand::PayRefund(PayRefund { order, payment, paid_at, reported })
        })
    }

    fn privacy_requested(&self, request: &PrivacyRequest) -> Result<Vec<Fact>, Unusable> {
        let subjects = privacy::subjects(request, |buyer, number| self.buyer(buyer, number))?;
        let mut facts = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let command = RequestPrivacy {
                order: self.order(&subject.number)?,
                kind: request.kind,
                scope: subject.scope,
                marketplace: self.marketplace.clone(),
                buyer: subject.buyer,
                reference: request.reference.clone(),
                reported: None,
            };
            let object = format!("privacy:{}:{}", request.report, subject.number);
            facts.push(self.fact(&object, |reported| {
                OrderCommand::RequestPrivacy(RequestPrivacy { reported, ..command.clone() })
            })?);
        }
        Ok(facts)
    }

    fn completed(&self, completion: &Completion) -> Result<Fact, Unusable> {
        let order = self.order(&completion.order)?;
        let completed_at = completion.completed_at;
        self.fact(&format!("completion:{}", completion.order), |reported| {
            OrderCommand::Complete(Complete { order, completed_at, reported })
        })
    }
}

fn code_of(country: &str) -> Option<Country> {
    country.trim().to_uppercase().parse().ok()
}

/// The contact without control characters.
fn cleaned(contact: &Contact) -> Contact {
    let text = |text: &Option<String>| text.as_deref().map(short).filter(|text| !text.is_empty());
    Contact {
        name: text(&contact.name),
        email: text(&contact.email),
        phone: text(&contact.phone),
        address: contact.address.clone(),
    }
}
