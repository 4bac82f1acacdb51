//! Stage 5, settlement: the outcome is carried out, and the claim closes (M1 to M9).
//!
//! Payments belong to refunds and shipments to repair-shops; claims starts both, waits for both,
//! and closes.
//!
//! Long because starting, extending and closing a settlement share their facts.

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Finding, Findings, Instant, Money, PolicyId, SettlementId};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, Provider, SettlementFacts, ShipmentFact, TermsRef, Verdict};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::inspection::Visit;
use super::rejection::Action;
use super::requester::only_the_buyer;
use super::review::SettledAs;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage};

// ---------------------------------------------------------------- events (stored permanently)

/// The outcome of the claim is decided; payments and shipments follow. Repeated if the claim is
/// settled again: because a repair that the buyer was to pay for failed, or the device was lost on
/// its return shipment (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementStarted {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Settlement to open, `stl_…`.
    pub settlement: SettlementId,
    /// Policy id, `pol_…`.
    pub policy: PolicyId,
    /// Provider that runs the warranty.
    pub provider: Provider,
    /// Pseudonym of the buyer; names are never stored in plaintext.
    pub buyer: String,
    /// Version of the terms by which amounts are calculated.
    pub terms: TermsRef,
    /// Time zone in which the policy's days are counted.
    pub zone: Tz,
    /// When the first claim of the chain was filed (M1).
    pub first_filed_at: Instant,
    /// All facts from which amounts are calculated.
    #[serde(flatten)]
    pub facts: SettlementFacts,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

/// A report from refunds about the claim's settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementNoted {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Settlement id, `stl_…`.
    pub settlement: SettlementId,
    /// What happened to the payments.
    pub what: MoneyProgress,
    /// When it happened.
    pub at: Instant,
}

/// What can happen to the payments of a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyProgress {
    /// Every payment is made.
    Closed,
    /// The buyer's payment is so late that a notice was sent (M8).
    Notice,
    /// The buyer's payment is so late that the device counts as abandoned (M8).
    Abandoned,
}

/// The buyer withdrew the claim or did not answer in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Whether the buyer withdrew it or did not answer.
    pub by: Withdrawal,
    /// When it was withdrawn.
    pub at: Instant,
}

/// How a claim is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// The buyer withdrew it.
    Buyer,
    /// The buyer did not answer in time (C3).
    Silence,
}

/// The claim is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Policy id, `pol_…`; another claim can be filed under it now (C4).
    pub policy: PolicyId,
    /// How the claim ended.
    pub outcome: Outcome,
    /// When it closed.
    pub closed_at: Instant,
    /// Rules evaluated for this decision, each with the facts that it used.
    pub findings: Findings,
}

// ---------------------------------------------------------------- state

/// A claim whose outcome is being carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settling {
    /// Settlement id, `stl_…`.
    pub settlement: SettlementId,
    /// How the claim ends.
    pub outcome: Outcome,
    /// The verdict, if there was one.
    pub verdict: Option<Verdict>,
    /// Whether every payment is made.
    pub all_payments_made: bool,
}

impl Claim {
    /// Whether everything is carried out: every payment is made, and what is owed to the buyer has
    /// been sent.
    fn is_carried_out(&self, settling: &Settling) -> bool {
        let visit = self.visit.as_ref();
        settling.all_payments_made
            && match settling.outcome {
                // M9: the old device remains with the provider.
                Outcome::Refunded => true,
                Outcome::Replaced => visit.is_some_and(|visit| visit.replacement.is_some()),
                _ => visit.is_none_or(|visit| !visit.has_the_device()),
            }
    }
}

// ---------------------------------------------------------------- evolve

impl Claim {
    pub(super) fn settlement_started(&mut self, event: &SettlementStarted, at: Instant) {
        self.end_clock(at);
        self.settled_as = Some(SettledAs { decision: self.decisions, facts: event.facts.clone() });
        // A loss on the return shipment is reimbursed even after closing (M8), and a device that
        // arrives after a withdrawal is sent back (C3); the claim remains closed.
        if !self.is_open() {
            return;
        }
        self.stage = Stage::Settlement(Settling {
            settlement: event.settlement,
            outcome: event.facts.outcome,
            verdict: event.facts.verdict,
            all_payments_made: false,
        });
    }

    pub(super) fn settlement_noted(&mut self, event: &SettlementNoted) {
        if let (Stage::Settlement(settling), MoneyProgress::Closed) = (&mut self.stage, event.what)
        {
            settling.all_payments_made = true;
        }
        if event.what == MoneyProgress::Abandoned && self.provider_keeps_it_until_paid() {
            self.abandoned = Some(event.at);
        }
    }

    /// M8: whether the policy's own device, and not another one that arrived instead, is kept until
    /// the buyer pays.
    fn provider_keeps_it_until_paid(&self) -> bool {
        let holds = |visit: &Visit| visit.has_the_device() && visit.quarantined.is_none();
        matches!(self.stage, Stage::Settlement(_)) && self.visit.as_ref().is_some_and(holds)
    }

    pub(super) fn withdrawn(&mut self, event: &Withdrawn) {
        self.end_clock(event.at);
    }

    pub(super) fn closed(&mut self, event: &Closed) {
        self.end_clock(event.closed_at);
        self.stage = Stage::Closed { outcome: event.outcome, at: event.closed_at };
    }
}

// ---------------------------------------------------------------- decide

/// Withdraws the claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdraw {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
}

const WITHDRAWING: Action = Action {
    sentence: "a claim can be withdrawn",
    possible_in: &["submission", "verification", "inspection", "remedy"],
};

/// The buyer may withdraw until the remedy is in progress.
pub(super) fn withdraw(purchase: &Purchase, command: &Withdraw, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    only_the_buyer(&claim.buyer, cx)?;
    match &claim.stage {
        Stage::Remedy(remedying) => {
            if let Some(remedy) = remedying.chosen {
                return Err(ClaimRejection::RemedyIsChosen { remedy }.into());
            }
        }
        Stage::Settlement(_) | Stage::Closed { .. } => {
            return Err(ClaimRejection::wrong_stage(claim, &WITHDRAWING).into());
        }
        Stage::Submission | Stage::Verification | Stage::Rejected { .. } | Stage::Inspection => {}
    }
    Ok(end_by_withdrawal(purchase, claim, Withdrawal::Buyer, cx.now))
}

/// A claim without a device at the shop closes at once; otherwise the device is returned first, at
/// the cost that the terms name (C3).
pub(super) fn end_by_withdrawal(
    purchase: &Purchase,
    claim: &Claim,
    by: Withdrawal,
    now: Instant,
) -> Vec<ClaimEvent> {
    let withdrawn = ClaimEvent::Withdrawn(Withdrawn { claim: claim.id, by, at: now });
    let why = match by {
        Withdrawal::Buyer => Finding::passed("stage 5", "the buyer withdrew the claim"),
        Withdrawal::Silence => {
            let why = Finding::failed("C3", "the buyer did not answer in time");
            rests_on(why, &["claim.answer_within_days"])
        }
    };
    vec![withdrawn, end_without_remedy(purchase, claim, Outcome::Withdrawn, now, vec![why])]
}

/// Ends a claim without a remedy: at once, or after the device, or what arrived instead, has been
/// returned (C3, C6).
pub(super) fn end_without_remedy(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
    findings: Findings,
) -> ClaimEvent {
    let has_the_device = claim.visit.as_ref().is_some_and(Visit::has_the_device);
    let started = has_the_device
        .then(|| start(purchase, claim, outcome, now, findings.clone()).ok())
        .flatten();
    started.unwrap_or_else(|| close(claim, outcome, now, findings))
}

/// C3: a device that arrives after its claim was withdrawn is returned, at the cost that the terms
/// name: the claim remains closed, and its shipments are settled.
pub(super) fn settle_late_arrival(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    if claim.outcome() != Some(Outcome::Withdrawn) || claim.settled_as.is_some() {
        return Ok(None);
    }
    let why = Finding::passed("C3", "the device arrived after the withdrawal, and is returned");
    start(purchase, claim, Outcome::Withdrawn, now, vec![why]).map(Some)
}

/// Starts the settlement of a claim with this outcome.
pub(super) fn start(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    started(purchase, claim, outcome, None, now, findings)
}

/// Starts the settlement of an agreement at this price.
pub(super) fn start_agreed(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    price: Money,
    now: Instant,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    started(purchase, claim, outcome, Some(price), now, findings)
}

fn started(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    price: Option<Money>,
    now: Instant,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    let zone = purchase.coverage(claim.policy)?.zone.unwrap_or(Tz::UTC);
    let facts = facts(purchase, claim, outcome, price, now)?;
    Ok(started_by(claim, zone, facts, findings))
}

/// All facts from which the amounts are calculated if the claim ends now with this outcome.
/// Corrections made before the settlement count: dates, and what the seller has refunded.
pub(super) fn facts(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    price: Option<Money>,
    now: Instant,
) -> Result<SettlementFacts, ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let zone = coverage.zone.unwrap_or(Tz::UTC);
    let filed = local_day(claim.filed_at, zone);
    let counted_from = coverage.counted_from.unwrap_or(filed);
    let visit = claim.visit.as_ref();
    let found_at = match &claim.stage {
        Stage::Remedy(remedying) => Some(remedying.found_at),
        _ => None,
    };
    Ok(SettlementFacts {
        found: found_at.map(|at| local_day(at, zone)),
        settled: Some(local_day(now, zone)),
        verdict: claim.verdict(),
        refunded_by_seller: coverage.device_price_refunded,
        first_filed: local_day(claim.chain.first_filed_at, zone),
        shipments: visit
            .map(|visit| visit.shipments.values().cloned().collect())
            .unwrap_or_default(),
        paid_repair: price.filter(|_| outcome == Outcome::RepairedAtBuyersCost),
        agreed: price.filter(|_| outcome == Outcome::SettledByAgreement),
        third_unsuccessful: matches!(&claim.stage, Stage::Remedy(talk) if talk.third_unsuccessful),
        ..SettlementFacts::new(outcome, coverage.device_price, counted_from, filed)
    })
}

/// The event that settles a claim by these facts, or settles it again. If a shipment counts for
/// less than the buyer paid, a finding says so (M3, C5).
pub(super) fn started_by(
    claim: &Claim,
    zone: Tz,
    facts: SettlementFacts,
    mut findings: Findings,
) -> ClaimEvent {
    findings.extend(facts.shipments.iter().filter_map(ShipmentFact::reduced));
    ClaimEvent::SettlementStarted(Box::new(SettlementStarted {
        claim: claim.id,
        settlement: claim.id.settlement(),
        policy: claim.policy,
        provider: claim.provider.clone(),
        buyer: claim.buyer.clone(),
        terms: claim.terms.clone(),
        zone,
        first_filed_at: claim.chain.first_filed_at,
        facts,
        findings,
    }))
}

/// A fact about a claim's settlement, reported by refunds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSettlement {
    /// Claim id, `clm_…`.
    pub claim: ClaimId,
    /// Settlement id, `stl_…`.
    pub settlement: SettlementId,
    /// What happened to the payments.
    pub what: MoneyProgress,
    /// When it happened.
    pub at: Instant,
}

/// Records the state of the payments, and closes the claim if nothing else is pending.
pub(super) fn note(purchase: &Purchase, command: &NoteSettlement, cx: &Cx<'_>) -> Vec<ClaimEvent> {
    let Some(claim) = purchase.claims.get(&command.claim) else { return Vec::new() };
    let NoteSettlement { claim: id, settlement, what, at } = *command;
    let noted = SettlementNoted { claim: id, settlement, what, at };
    let mut after = claim.clone();
    after.settlement_noted(&noted);
    let end = match what {
        MoneyProgress::Closed => close_when_complete(&after, cx.now),
        MoneyProgress::Abandoned => close_as_abandoned(&after, cx.now),
        MoneyProgress::Notice => None,
    };
    std::iter::once(ClaimEvent::SettlementNoted(noted)).chain(end).collect()
}

/// M8: a device that the buyer does not pay for in time counts as abandoned, and the claim as
/// withdrawn.
fn close_as_abandoned(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let why = Finding::failed("M8", "the buyer did not pay: the device counts as abandoned");
    matches!(claim.stage, Stage::Settlement(_))
        .then(|| close(claim, Outcome::Withdrawn, now, vec![why]))
}

/// Closes a claim once everything is carried out.
pub(super) fn close_when_complete(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let Stage::Settlement(settling) = &claim.stage else { return None };
    let why = Finding::passed("stage 5", "everything decided has been carried out");
    claim.is_carried_out(settling).then(|| close(claim, settling.outcome, now, vec![why]))
}

/// The event that closes a claim.
pub(super) fn close(
    claim: &Claim,
    outcome: Outcome,
    closed_at: Instant,
    findings: Findings,
) -> ClaimEvent {
    let (claim, policy) = (claim.id, claim.policy);
    ClaimEvent::Closed(Closed { claim, policy, outcome, closed_at, findings })
}
