//! Whether a warranty that was asked for and paid can be sold: rules S1 to S6, all of them tried.

use std::sync::Arc;

use recourse_kernel::{Finding, Findings, Money};
use recourse_terms::{Program, Provider, Terms, TermsBook, price_of};

use super::events::{PolicyEvent, Requested, SaleRefused, Sold};
use crate::foreign::OrderPaid;

/// What came of trying every rule of sale.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Every rule, with what it saw.
    pub findings: Findings,
    /// The terms to sell under, or why there is no sale.
    pub outcome: Result<Arc<Terms>, NoSale>,
}

/// Why a warranty cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSale {
    /// S1
    #[error("a warranty is bought with a device, and this line of the order is none")]
    NoDevice,
    /// S5
    #[error("{provider} did not offer the {program} program to buyers in {country} on that day")]
    NotOffered {
        /// The provider picked.
        provider: Provider,
        /// The program.
        program: Program,
        /// The buyer's country.
        country: String,
    },
    /// S4
    #[error("devices of this kind, {device}, cannot be covered under these terms")]
    DeviceNotCoverable {
        /// Brand and model.
        device: String,
    },
    /// S3
    #[error("the warranty costs {expected} with this device, not {request}")]
    WrongPrice {
        /// What the terms say.
        expected: Money,
        /// What was asked and paid.
        request: Money,
    },
    /// S3
    #[error("the price of the warranty cannot be reckoned from {device_price}")]
    PriceNotReckonable {
        /// The device's price.
        device_price: Money,
    },
}

impl NoSale {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDevice => "policy.no_device",
            Self::NotOffered { .. } => "policy.not_offered",
            Self::DeviceNotCoverable { .. } => "policy.device_not_coverable",
            Self::WrongPrice { .. } => "policy.wrong_price",
            Self::PriceNotReckonable { .. } => "policy.price_not_reckonable",
        }
    }
}

/// One rule tried: what it found, and why it refuses, if it does.
type Tried = (Finding, Option<NoSale>);

/// Tries S1 to S6 on a warranty that was asked for, by the terms of the moment at which it was ordered.
///
/// The first rule that refuses gives the reason; the others are tried all the same, so that whoever reads
/// the refusal sees everything that stood against the sale.
pub fn judge(request: &Requested, book: &TermsBook) -> Judgement {
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
    Judgement { findings, outcome }
}

/// The event that answers the payment of a warranty: sold, or refused and its price goes back.
pub(super) fn decide_sale(request: &Requested, paid: &OrderPaid, book: &TermsBook) -> PolicyEvent {
    let Judgement { findings, outcome } = judge(request, book);
    match (outcome, request.kind.clone()) {
        (Ok(terms), Some(kind)) => PolicyEvent::Sold(Box::new(Sold {
            policy: request.policy,
            order: request.order,
            device: request.device,
            kind,
            buyer: request.buyer.clone(),
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
            // A rule that failed only because there are no terms to judge by is no reason of its own.
            let rules = findings.iter().filter(|f| !f.passed && !f.facts.contains_key(NOT_JUDGED));
            let rules = rules.map(|finding| finding.rule.clone()).collect();
            refused(request, no_sale.code(), no_sale.to_string(), rules, book.known_to(), findings)
        }
    }
}

/// S8: an order that was cancelled, and whose payment comes to be known afterwards, sells nothing; what was
/// paid goes back.
pub(super) fn paid_after_cancellation(request: &Requested, book: &TermsBook) -> PolicyEvent {
    let detail = "the policy was cancelled before its payment was known";
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

/// S1: a warranty is bought with a device, in the same order. It is never sold alone.
fn s1_bought_with_a_device(request: &Requested) -> Tried {
    match &request.kind {
        Some(kind) => (
            Finding::passed("S1", "bought with a device in the same order")
                .fact("device", request.device)
                .fact("model", &kind.model),
            None,
        ),
        None => (Finding::failed("S1", "the order's line is no device"), Some(NoSale::NoDevice)),
    }
}

/// S2: two programs, repair and exchange; how good a replacement may be is in the terms.
fn s2_program(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let finding = Finding::passed("S2", format!("the {} program was asked for", request.program));
    let finding = match terms {
        Some(terms) => finding.fact("replacement_class", terms.remedy.replacement_class),
        None => finding,
    };
    (finding.fact("program", request.program), None)
}

/// S3: the price stands beside the option: a share of the device's price, rounded half-even (M6).
fn s3_price(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let Some(terms) = terms else { return (not_judged("S3"), None) };
    let Ok(expected) = price_of(terms, request.device_price) else {
        let device_price = request.device_price;
        let finding = Finding::failed("S3", "the price cannot be reckoned");
        return (finding, Some(NoSale::PriceNotReckonable { device_price }));
    };
    let facts = |finding: Finding| {
        finding
            .fact("device_price", request.device_price)
            .fact("price_basis_points", terms.price_basis_points)
            .fact("expected", expected)
            .fact("request", request.price)
    };
    if expected == request.price {
        (facts(Finding::passed("S3", "the price is the one that the terms say")), None)
    } else {
        let no_sale = NoSale::WrongPrice { expected, request: request.price };
        (facts(Finding::failed("S3", no_sale.to_string())), Some(no_sale))
    }
}

/// S4: the device's category, operating system and brand are among those that the terms list.
fn s4_device_can_be_covered(request: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let (Some(terms), Some(kind)) = (terms, &request.kind) else { return (not_judged("S4"), None) };
    if terms.coverages(kind) {
        return (Finding::passed("S4", "the terms cover such devices").fact("kind", kind), None);
    }
    let no_sale = NoSale::DeviceNotCoverable { device: format!("{} {}", kind.brand, kind.model) };
    (Finding::failed("S4", no_sale.to_string()).fact("kind", kind), Some(no_sale))
}

/// S5: a program is offered in some countries, and nothing is sold under terms outside their dates. The
/// moment that counts is the one at which the order was placed.
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

/// S6: where several providers offer a program, the buyer picks one. Says whom there was to pick from.
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
        Finding::passed("S6", format!("the buyer picked {}", request.provider))
    } else if offered_by.is_empty() {
        Finding::passed("S6", "there was no other provider to pick")
    } else {
        Finding::failed("S6", "the buyer picked a provider who did not offer it; others did")
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
    Finding::failed(rule, "cannot be judged without terms and a device").fact(NOT_JUDGED, true)
}
