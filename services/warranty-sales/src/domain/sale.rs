//! Whether a warranty that was requested and paid can be sold: rules S1 to S6, all of them checked.

use std::sync::Arc;

use recourse_kernel::{Finding, Findings, Money};
use recourse_terms::{Program, Provider, Terms, TermsBook, price_of};

use super::events::{PolicyEvent, Requested, SaleRefused, Sold};
use crate::foreign::OrderPaid;

/// The result of checking every rule of sale.
#[derive(Debug, Clone, PartialEq)]
pub struct SaleCheck {
    /// Every rule, with the facts it was checked against.
    pub findings: Findings,
    /// The terms to sell under, or why the warranty cannot be sold.
    pub outcome: Result<Arc<Terms>, NoSale>,
}

/// Why a warranty cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSale {
    /// S1: the order line is not a device.
    #[error("a warranty is sold only with a device, and this order line is not one")]
    NoDevice,
    /// S5: no terms were on sale for this program, provider and country.
    #[error("{provider} did not offer the {program} program to buyers in {country} on that day")]
    NotOffered {
        /// The provider the buyer chose.
        provider: Provider,
        /// The requested program.
        program: Program,
        /// The country the order is shipped to.
        country: String,
    },
    /// S4: the terms exclude this kind of device.
    #[error("the terms do not cover devices of this kind: {device}")]
    DeviceNotCoverable {
        /// The device's brand and model.
        device: String,
    },
    /// S3: the price paid differs from the price in the terms.
    #[error("the warranty for this device costs {expected}, not {request}")]
    WrongPrice {
        /// The price according to the terms.
        expected: Money,
        /// The price that was charged and paid.
        request: Money,
    },
    /// S3: the price cannot be calculated.
    #[error("the price of the warranty cannot be calculated from {device_price}")]
    PriceNotCalculable {
        /// The price of the device for one unit.
        device_price: Money,
    },
}

impl NoSale {
    /// A stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDevice => "policy.no_device",
            Self::NotOffered { .. } => "policy.not_offered",
            Self::DeviceNotCoverable { .. } => "policy.device_not_coverable",
            Self::WrongPrice { .. } => "policy.wrong_price",
            Self::PriceNotCalculable { .. } => "policy.price_not_calculable",
        }
    }
}

/// The result of one rule: its finding, and why it refuses, if it does.
type Tried = (Finding, Option<NoSale>);

/// Checks S1 to S6 for a requested warranty, by the terms on sale when the order was placed.
///
/// The first rule that refuses gives the reason. The others are checked too, so that the refusal
/// shows everything that prevented the sale.
pub fn judge(request: &Requested, book: &TermsBook) -> SaleCheck {
    let terms = book.find(&request.provider, request.program, &request.country, request.placed_at);
    let tried = [
        s1_bought_with_a_device(request),
        s5_on_offer(request, terms),
        s6_picked_among_providers(request, terms, book),
        s2_program(request, terms),
        s4_device_can_be_covered(request, terms),
        s3_price(request, terms),
    ];
    let refused = tried.iter().find_map(|(_, no_sale)| no_sale.clone());
    let mut findings: Findings = tried.into_iter().map(|(finding, _)| finding).collect();
    findings.sort_by(|one, other| one.rule.cmp(&other.rule));
    let outcome = match (terms, refused) {
        (Some(terms), None) => Ok(Arc::clone(terms)),
        (_, Some(no_sale)) => Err(no_sale),
        (None, None) => Err(not_offered(request)),
    };
    SaleCheck { findings, outcome }
}

/// The event that answers a warranty's payment: sold, or refused with its price refunded.
pub(super) fn decide_sale(request: &Requested, paid: &OrderPaid, book: &TermsBook) -> PolicyEvent {
    let SaleCheck { findings, outcome } = judge(request, book);
    match (outcome, request.kind.clone()) {
        (Ok(terms), Some(kind)) => PolicyEvent::Sold(Box::new(Sold {
            policy: request.policy,
            order: request.order,
            device: request.device,
            kind,
            buyer: request.buyer.clone(),
            marketplace: request.marketplace.clone(),
            seller: request.seller.clone(),
            program: request.program,
            provider: request.provider.clone(),
            country: request.country,
            city: request.city.clone(),
            price: request.price,
            device_price: request.device_price,
            placed_at: request.placed_at,
            terms: book.reference_of(&terms),
            known_to: book.known_to(),
            sold_at: paid.paid_at,
            findings,
        })),
        (outcome, _) => {
            let no_sale = outcome.err().unwrap_or(NoSale::NoDevice);
            // A rule that failed only for lack of terms is not a reason of its own.
            let rules = findings.iter().filter(|f| !f.passed && !f.facts.contains_key(NOT_JUDGED));
            let rules = rules.map(|finding| finding.rule.clone()).collect();
            refused(request, no_sale.code(), no_sale.to_string(), rules, book.known_to(), findings)
        }
    }
}

/// S8: an order that was cancelled before its payment was reported sells nothing; the payment is
/// refunded.
pub(super) fn paid_after_cancellation(request: &Requested, book: &TermsBook) -> PolicyEvent {
    let detail = "the policy was cancelled before its payment was reported";
    let findings = vec![Finding::failed("S8", detail)];
    let rules = vec!["S8".to_owned()];
    refused(request, "policy.cancelled_before", detail.to_owned(), rules, book.known_to(), findings)
}

fn refused(
    request: &Requested,
    code: &str,
    detail: String,
    rules: Vec<String>,
    known_to: i64,
    findings: Findings,
) -> PolicyEvent {
    PolicyEvent::SaleRefused(SaleRefused {
        policy: request.policy,
        order: request.order,
        device: request.device,
        buyer: request.buyer.clone(),
        provider: request.provider.clone(),
        price: request.price,
        code: code.to_owned(),
        detail,
        rules,
        price_owed: request.price,
        known_to,
        findings,
    })
}

/// S1: a warranty is sold with a device, in the same order. It is never sold alone.
fn s1_bought_with_a_device(request: &Requested) -> Tried {
    match &request.kind {
        Some(kind) => (
            Finding::passed("S1", "bought with a device in the same order")
                .fact("device", request.device)
                .fact("model", &kind.model),
            None,
        ),
        None => (Finding::failed("S1", "the order line is not a device"), Some(NoSale::NoDevice)),
    }
}

/// S2: there are two programs, repair and exchange. The terms define the grade of replacements.
fn s2_program(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let finding = Finding::passed("S2", format!("the {} program was requested", request.program));
    let finding = match terms {
        Some(terms) => finding.fact("replacement_class", terms.remedy.replacement_class),
        None => finding,
    };
    (finding.fact("program", request.program), None)
}

/// S3: the price shown with the offer is a share of the device's price, rounded half-even (M6).
fn s3_price(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let Some(terms) = terms else { return (not_judged("S3"), None) };
    let Ok(expected) = price_of(terms, request.device_price) else {
        let device_price = request.device_price;
        let finding = Finding::failed("S3", "the price cannot be calculated");
        return (finding, Some(NoSale::PriceNotCalculable { device_price }));
    };
    let facts = |finding: Finding| {
        finding
            .fact("device_price", request.device_price)
            .fact("price_basis_points", terms.price_basis_points)
            .fact("expected", expected)
            .fact("request", request.price)
    };
    if expected == request.price {
        (facts(Finding::passed("S3", "the price matches the terms")), None)
    } else {
        let no_sale = NoSale::WrongPrice { expected, request: request.price };
        (facts(Finding::failed("S3", no_sale.to_string())), Some(no_sale))
    }
}

/// S4: the terms must list the device's category, operating system and brand.
fn s4_device_can_be_covered(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let (Some(terms), Some(kind)) = (terms, &request.kind) else { return (not_judged("S4"), None) };
    if terms.coverages(kind) {
        return (Finding::passed("S4", "the terms cover such devices").fact("kind", kind), None);
    }
    let no_sale = NoSale::DeviceNotCoverable { device: format!("{} {}", kind.brand, kind.model) };
    (Finding::failed("S4", no_sale.to_string()).fact("kind", kind), Some(no_sale))
}

/// S5: a program is offered in certain countries, and nothing is sold outside the dates of its
/// terms. What counts is when the order was placed.
fn s5_on_offer(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let facts = |finding: Finding| {
        finding.fact("country", request.country).fact("placed_at", request.placed_at)
    };
    let Some(terms) = terms else {
        let no_sale = not_offered(request);
        return (facts(Finding::failed("S5", no_sale.to_string())), Some(no_sale));
    };
    let finding = Finding::passed("S5", "on offer in that country on that day")
        .fact("line", &terms.line)
        .fact("version", terms.version)
        .fact("sold_from", terms.sold_from);
    (facts(finding), None)
}

/// S6: if several providers offer a program, the buyer chooses one. The finding lists them.
fn s6_picked_among_providers(
    request: &Requested,
    terms: Option<&Arc<Terms>>,
    book: &TermsBook,
) -> Tried {
    let mut offered_by: Vec<&Provider> = match &request.kind {
        Some(kind) => book
            .on_sale(kind, &request.country, request.placed_at)
            .into_iter()
            .filter(|terms| terms.program == request.program)
            .map(|terms| &terms.provider)
            .collect(),
        None => Vec::new(),
    };
    offered_by.sort();
    offered_by.dedup();
    let finding = if terms.is_some() {
        Finding::passed("S6", format!("the buyer chose {}", request.provider))
    } else if offered_by.is_empty() {
        Finding::passed("S6", "there was no other provider to choose")
    } else {
        Finding::failed("S6", "the buyer chose a provider that did not offer it; others did")
    };
    (finding.fact("picked", &request.provider).fact("offered_by", offered_by), None)
}

fn not_offered(request: &Requested) -> NoSale {
    NoSale::NotOffered {
        provider: request.provider.clone(),
        program: request.program,
        country: request.country.to_string(),
    }
}

const NOT_JUDGED: &str = "not_judged";

fn not_judged(rule: &str) -> Finding {
    Finding::failed(rule, "cannot be checked without terms and a device").fact(NOT_JUDGED, true)
}
