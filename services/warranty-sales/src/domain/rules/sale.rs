//! Whether a warranty that was requested and paid can be sold: rules S1 to S6, all of them checked.

use std::sync::Arc;

use recourse_kernel::{Finding, Findings, Instant, Money};
use recourse_terms::{Program, Provider, Terms, TermsBook, price_of};

use crate::domain::events::Requested;

/// The result of checking every rule of sale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SaleCheck {
    /// Every rule, with the facts it was checked against.
    pub(crate) findings: Findings,
    /// The terms to sell under, or why the warranty cannot be sold.
    pub(crate) outcome: Result<Arc<Terms>, NoSale>,
}

/// Why a warranty cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoSale {
    /// S1: the order line is not a device.
    #[error("a warranty is sold only with a device, and this order line is not one")]
    NoDevice,
    /// S1: it was added after the delivery of its device.
    #[error(
        "a warranty is bought with its device, and this one was added to the order after the \
         device was delivered"
    )]
    AddedAfterDelivery,
    /// S5: no terms were on sale for this program, provider and country.
    #[error("{provider} did not offer the {program} program to buyers in {country} on that day")]
    NotOffered {
        /// The provider the buyer chose.
        provider: Provider,
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
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoDevice => "policy.no_device",
            Self::AddedAfterDelivery => "policy.added_after_delivery",
            Self::NotOffered { .. } => "policy.not_offered",
            Self::DeviceNotCoverable { .. } => "policy.device_not_coverable",
            Self::WrongPrice { .. } => "policy.wrong_price",
            Self::PriceNotCalculable { .. } => "policy.price_not_calculable",
        }
    }
}

/// The result of one rule: its finding, and why it refuses, if it does.
type Judged = (Finding, Option<NoSale>);

/// Checks S1 to S6 for a requested warranty, by the terms on sale when the order was placed.
///
/// The first rule that refuses gives the reason. The others are checked too, so that the refusal
/// shows everything that prevented the sale.
pub(crate) fn judge(
    request: &Requested,
    delivered_at: Option<Instant>,
    book: &TermsBook,
) -> SaleCheck {
    let terms = book.find(&request.provider, request.program, &request.country, request.placed_at);
    let judged = [
        bought_with_a_device(request, delivered_at),
        on_offer(request, terms),
        picked_among_providers(request, terms, book),
        program_was_requested(request, terms),
        device_can_be_covered(request, terms),
        price_matches(request, terms),
    ];
    let refused = judged.iter().find_map(|(_, no_sale)| no_sale.clone());
    let mut findings: Findings = judged.into_iter().map(|(finding, _)| finding).collect();
    findings.sort_by(|one, other| one.rule.cmp(&other.rule));
    let outcome = match (terms, refused) {
        (Some(terms), None) => Ok(Arc::clone(terms)),
        (_, Some(no_sale)) => Err(no_sale),
        (None, None) => Err(not_offered(request)),
    };
    SaleCheck { findings, outcome }
}

/// S1: a warranty is sold with a device, in the same order. It is never sold alone, and never
/// afterwards: an edit can add it to the order until the device is delivered.
fn bought_with_a_device(request: &Requested, delivered_at: Option<Instant>) -> Judged {
    let late = request.added_at.zip(delivered_at).filter(|(added, delivered)| added > delivered);
    if let Some((added_at, delivered_at)) = late {
        let finding = Finding::failed("S1", NoSale::AddedAfterDelivery.to_string())
            .fact("device", request.device)
            .fact("delivered_at", delivered_at)
            .fact("added_at", added_at);
        return (finding, Some(NoSale::AddedAfterDelivery));
    }
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
fn program_was_requested(request: &Requested, terms: Option<&Arc<Terms>>) -> Judged {
    let finding = Finding::passed("S2", format!("the {} program was requested", request.program));
    let finding = match terms {
        Some(terms) => finding.fact("replacement_class", terms.remedy.replacement_class),
        None => finding,
    };
    (finding.fact("program", request.program), None)
}

/// S3: the price shown with the offer is a share of the device's price, rounded half-even (M6).
fn price_matches(request: &Requested, terms: Option<&Arc<Terms>>) -> Judged {
    let Some(terms) = terms else { return (not_judged("S3"), None) };
    let device_price = without_tax(request.device_price, request.device_tax);
    let price = without_tax(request.price, request.tax);
    let Ok(expected) = price_of(terms, device_price) else {
        let finding = Finding::failed("S3", "the price cannot be calculated");
        return (finding, Some(NoSale::PriceNotCalculable { device_price }));
    };
    let facts = |finding: Finding| {
        finding
            .fact("device_price", device_price)
            .fact("price_basis_points", terms.price_basis_points)
            .fact("expected", expected)
            .fact("request", price)
    };
    if expected == price {
        (facts(Finding::passed("S3", "the price matches the terms")), None)
    } else {
        let no_sale = NoSale::WrongPrice { expected, request: price };
        (facts(Finding::failed("S3", no_sale.to_string())), Some(no_sale))
    }
}

/// S3: where a shop adds tax to its prices, both prices are compared without it.
fn without_tax(price: Money, tax: Option<Money>) -> Money {
    tax.and_then(|tax| price.minus(tax).ok()).unwrap_or(price)
}

/// S4: the terms must list the device's category, operating system and brand.
fn device_can_be_covered(request: &Requested, terms: Option<&Arc<Terms>>) -> Judged {
    let (Some(terms), Some(kind)) = (terms, &request.kind) else { return (not_judged("S4"), None) };
    if terms.coverages(kind) {
        return (Finding::passed("S4", "the terms cover such devices").fact("kind", kind), None);
    }
    let no_sale = NoSale::DeviceNotCoverable { device: format!("{} {}", kind.brand, kind.model) };
    (Finding::failed("S4", no_sale.to_string()).fact("kind", kind), Some(no_sale))
}

/// S5: a program is offered in certain countries, and nothing is sold outside the dates of its
/// terms. What counts is when the order was placed.
fn on_offer(request: &Requested, terms: Option<&Arc<Terms>>) -> Judged {
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
fn picked_among_providers(
    request: &Requested,
    terms: Option<&Arc<Terms>>,
    book: &TermsBook,
) -> Judged {
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

/// The fact of a rule that failed only for lack of terms or of a device, which is not a reason of
/// its own.
pub(crate) const NOT_JUDGED: &str = "not_judged";

fn not_judged(rule: &str) -> Finding {
    Finding::failed(rule, "cannot be checked without terms and a device").fact(NOT_JUDGED, true)
}
