//! The payment of an order decides every warranty requested in it.

use recourse_kernel::{Finding, Findings, Instant, Money, PolicyId};
use recourse_terms::{Terms, TermsBook};

use super::coverage::{every, scheduled_at_sale};
use crate::domain::events::{PolicyEvent, Requested, SaleRefused, Sold};
use crate::domain::rejection::SalesRejection;
use crate::domain::rules::sale::{NOT_JUDGED, NoSale, SaleCheck, judge};
use crate::domain::state::{Policy, Sale, SalesState, Stage};
use crate::domain::{Cx, Decision};
use crate::foreign::OrderPaid;

/// S1 to S6: each warranty is sold, or refused with its price refunded.
pub(super) fn paid(state: &SalesState, fact: &OrderPaid, cx: &Cx<'_>) -> Decision {
    let policies = state.policies();
    every(policies.flat_map(|(id, policy)| paid_for(id, policy, fact, cx.reference)))
}

fn paid_for(
    id: PolicyId,
    policy: &Policy,
    fact: &OrderPaid,
    book: &TermsBook,
) -> Vec<Result<PolicyEvent, SalesRejection>> {
    match &policy.stage {
        Stage::Requested { .. } => {
            let decided = owed_by(decide_sale(policy, fact, book), policy);
            let schedule = match &decided {
                PolicyEvent::Sold(sold) => scheduled_at_sale(id, policy, &Sale::of(sold), book),
                _ => None,
            };
            std::iter::once(Ok(decided)).chain(schedule).collect()
        }
        // What was taken out of the order before is not part of its payment.
        Stage::Cancelled { was_paid: false, .. } if policy.removed_at.is_none() => {
            let refused = paid_after_cancellation(&policy.request, book);
            vec![Ok(owed_by(refused, policy))]
        }
        _ => Vec::new(),
    }
}

/// M7: a sale that is refused owes the price less what the shop has already refunded of it, for the
/// request that was refused.
fn owed_by(decided: PolicyEvent, policy: &Policy) -> PolicyEvent {
    match decided {
        PolicyEvent::SaleRefused(mut refused) => {
            let owed = refused.price_owed.amount.saturating_sub(policy.price_refunded).max(0);
            refused.price_owed = Money { amount: owed, ..refused.price_owed };
            refused.request = policy.number;
            PolicyEvent::SaleRefused(refused)
        }
        sold => sold,
    }
}

/// The event that answers a warranty's payment: sold, or refused with its price refunded.
fn decide_sale(policy: &Policy, paid: &OrderPaid, book: &TermsBook) -> PolicyEvent {
    let request = &policy.request;
    let SaleCheck { findings, outcome } = judge(request, policy.delivered_at(), book);
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
            deliver_by: deliver_by(&terms, request, paid, book),
            findings,
        })),
        (Ok(_), None) => refused_for(&NoSale::NoDevice, request, book, findings),
        (Err(no_sale), _) => refused_for(&no_sale, request, book, findings),
    }
}

/// T11: the first instant at which the delivery of the device is late.
fn deliver_by(terms: &Terms, request: &Requested, paid: &OrderPaid, book: &TermsBook) -> Instant {
    book.after(terms, &request.country, paid.paid_at, terms.waits.delivery)
}

fn refused_for(
    no_sale: &NoSale,
    request: &Requested,
    book: &TermsBook,
    findings: Findings,
) -> PolicyEvent {
    let failed = findings.iter().filter(|it| !it.passed && !it.facts.contains_key(NOT_JUDGED));
    let rules = failed.map(|finding| finding.rule.clone()).collect();
    refused(request, no_sale.code(), no_sale.to_string(), rules, book.known_to(), findings)
}

/// S8: an order that was cancelled before its payment was reported sells nothing; the payment is
/// refunded.
fn paid_after_cancellation(request: &Requested, book: &TermsBook) -> PolicyEvent {
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
        request: 1,
        country: Some(request.country),
        known_to,
        findings,
    })
}
