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
    #[error("the warranty costs {expected} with this device, not {asked}")]
    WrongPrice {
        /// What the terms say.
        expected: Money,
        /// What was asked and paid.
        asked: Money,
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
pub fn judge(asked: &Requested, book: &TermsBook) -> Judgement {
    let terms = book.find(&asked.provider, asked.program, &asked.country, asked.placed_at);
    let tried = [
        s1_bought_with_a_device(asked),
        s5_on_offer(asked, terms),
        s6_picked_among_providers(asked, terms, book),
        s2_program(asked, terms),
        s4_device_can_be_covered(asked, terms),
        s3_price(asked, terms),
    ];
    let refused = tried.iter().find_map(|(_, no_sale)| no_sale.clone());
    let mut findings: Findings = tried.into_iter().map(|(finding, _)| finding).collect();
    findings.sort_by(|one, other| one.rule.cmp(&other.rule));
    let outcome = match (terms, refused) {
        (Some(terms), None) => Ok(Arc::clone(terms)),
        (_, Some(no_sale)) => Err(no_sale),
        (None, None) => Err(not_offered(asked)),
    };
    Judgement { findings, outcome }
}

/// The event that answers the payment of a warranty: sold, or refused and its price goes back.
pub(super) fn decide_sale(asked: &Requested, paid: &OrderPaid, book: &TermsBook) -> PolicyEvent {
    let Judgement { findings, outcome } = judge(asked, book);
    match (outcome, asked.kind.clone()) {
        (Ok(terms), Some(kind)) => PolicyEvent::Sold(Box::new(Sold {
            policy: asked.policy,
            order: asked.order,
            device: asked.device,
            kind,
            buyer: asked.buyer.clone(),
            program: asked.program,
            provider: asked.provider.clone(),
            country: asked.country,
            city: asked.city.clone(),
            price: asked.price,
            device_price: asked.device_price,
            placed_at: asked.placed_at,
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
            refused(asked, no_sale.code(), no_sale.to_string(), rules, book.known_to(), findings)
        }
    }
}

/// S8: an order that was cancelled, and whose payment comes to be known afterwards, sells nothing; what was
/// paid goes back.
pub(super) fn paid_after_cancellation(asked: &Requested, book: &TermsBook) -> PolicyEvent {
    let detail = "the policy was cancelled before its payment was known";
    let findings = vec![Finding::failed("S8", detail)];
    let rules = vec!["S8".to_owned()];
    refused(asked, "policy.cancelled_before", detail.to_owned(), rules, book.known_to(), findings)
}

fn refused(
    asked: &Requested,
    code: &str,
    detail: String,
    rules: Vec<String>,
    known_to: i64,
    findings: Findings,
) -> PolicyEvent {
    PolicyEvent::SaleRefused(SaleRefused {
        policy: asked.policy,
        order: asked.order,
        device: asked.device,
        buyer: asked.buyer.clone(),
        provider: asked.provider.clone(),
        price: asked.price,
        code: code.to_owned(),
        detail,
        rules,
        price_owed: asked.price,
        known_to,
        findings,
    })
}

/// S1: a warranty is bought with a device, in the same order. It is never sold alone.
fn s1_bought_with_a_device(asked: &Requested) -> Tried {
    match &asked.kind {
        Some(kind) => (
            Finding::passed("S1", "bought with a device in the same order")
                .fact("device", asked.device)
                .fact("model", &kind.model),
            None,
        ),
        None => (Finding::failed("S1", "the order's line is no device"), Some(NoSale::NoDevice)),
    }
}

/// S2: two programs, repair and exchange; how good a replacement may be is in the terms.
fn s2_program(asked: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let finding = Finding::passed("S2", format!("the {} program was asked for", asked.program));
    let finding = match terms {
        Some(terms) => finding.fact("replacement_class", terms.remedy.replacement_class),
        None => finding,
    };
    (finding.fact("program", asked.program), None)
}

/// S3: the price stands beside the option: a share of the device's price, rounded half-even (M6).
fn s3_price(asked: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let Some(terms) = terms else { return (not_judged("S3"), None) };
    let Ok(expected) = price_of(terms, asked.device_price) else {
        let device_price = asked.device_price;
        let finding = Finding::failed("S3", "the price cannot be reckoned");
        return (finding, Some(NoSale::PriceNotReckonable { device_price }));
    };
    let facts = |finding: Finding| {
        finding
            .fact("device_price", asked.device_price)
            .fact("price_basis_points", terms.price_basis_points)
            .fact("expected", expected)
            .fact("asked", asked.price)
    };
    if expected == asked.price {
        (facts(Finding::passed("S3", "the price is the one that the terms say")), None)
    } else {
        let no_sale = NoSale::WrongPrice { expected, asked: asked.price };
        (facts(Finding::failed("S3", no_sale.to_string())), Some(no_sale))
    }
}

/// S4: the device's category, operating system and brand are among those that the terms list.
fn s4_device_can_be_covered(asked: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let (Some(terms), Some(kind)) = (terms, &asked.kind) else { return (not_judged("S4"), None) };
    if terms.covers(kind) {
        return (Finding::passed("S4", "the terms cover such devices").fact("kind", kind), None);
    }
    let no_sale = NoSale::DeviceNotCoverable { device: format!("{} {}", kind.brand, kind.model) };
    (Finding::failed("S4", no_sale.to_string()).fact("kind", kind), Some(no_sale))
}

/// S5: a program is offered in some countries, and nothing is sold under terms outside their dates. The
/// moment that counts is the one at which the order was placed.
fn s5_on_offer(asked: &Requested, terms: Option<&Arc<Terms>>) -> Tried {
    let facts = |finding: Finding| {
        finding.fact("country", asked.country).fact("placed_at", asked.placed_at)
    };
    let Some(terms) = terms else {
        let no_sale = not_offered(asked);
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
    asked: &Requested,
    terms: Option<&Arc<Terms>>,
    book: &TermsBook,
) -> Tried {
    let mut offered_by: Vec<&Provider> = match &asked.kind {
        Some(kind) => book
            .on_sale(kind, &asked.country, asked.placed_at)
            .into_iter()
            .filter(|terms| terms.program == asked.program)
            .map(|terms| &terms.provider)
            .collect(),
        None => Vec::new(),
    };
    offered_by.sort();
    offered_by.dedup();
    let finding = if terms.is_some() {
        Finding::passed("S6", format!("the buyer picked {}", asked.provider))
    } else if offered_by.is_empty() {
        Finding::passed("S6", "there was no other provider to pick")
    } else {
        Finding::failed("S6", "the buyer picked a provider who did not offer it; others did")
    };
    (finding.fact("picked", &asked.provider).fact("offered_by", offered_by), None)
}

fn not_offered(asked: &Requested) -> NoSale {
    NoSale::NotOffered {
        provider: asked.provider.clone(),
        program: asked.program,
        country: asked.country.to_string(),
    }
}

const NOT_JUDGED: &str = "not_judged";

fn not_judged(rule: &str) -> Finding {
    Finding::failed(rule, "cannot be judged without terms and a device").fact(NOT_JUDGED, true)
}
