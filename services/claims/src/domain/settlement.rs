//! Stage 5, settlement: what was decided is carried out, and the claim closes (M1 to M9).
//!
//! The money is refunds' own and the parcels are repair-shops'; claims starts both, waits for both, and closes.

use chrono_tz::Tz;
use recourse_kernel::{ClaimId, Finding, Findings, Instant, Money, PolicyId, SettlementId};
use recourse_terms::coverage::local_day;
use recourse_terms::{Outcome, Provider, SettlementFacts, ShipmentFact, TermsRef, Verdict};
use serde::{Deserialize, Serialize};

use super::explanation::rests_on;
use super::inspection::Visit;
use super::requester::only_the_buyer;
use super::review::SettledAs;
use super::{Claim, ClaimEvent, ClaimRejection, Cx, Decision, Purchase, Stage};

// ---------------------------------------------------------------- events (formats, kept for ever)

/// How the claim ends is decided; money and device are to follow. Told again where it is settled anew: a repair that
/// the buyer was to pay for failed, or the device was lost on its way back (M8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementStarted {
    /// The claim.
    pub claim: ClaimId,
    /// The settlement to open.
    pub settlement: SettlementId,
    /// The policy.
    pub policy: PolicyId,
    /// Who stands behind it.
    pub provider: Provider,
    /// The buyer's pseudonym.
    pub buyer: String,
    /// The terms that the money is reckoned by.
    pub terms: TermsRef,
    /// The zone in which the policy's days are counted.
    pub zone: Tz,
    /// When the first claim of the chain was filed (M1).
    pub first_filed_at: Instant,
    /// Everything that the money is reckoned from.
    #[serde(flatten)]
    pub facts: SettlementFacts,
    /// The rules that were tried.
    pub findings: Findings,
}

/// Refunds said something of the claim's settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettlementNoted {
    /// The claim.
    pub claim: ClaimId,
    /// The settlement.
    pub settlement: SettlementId,
    /// What.
    pub what: MoneyProgress,
    /// When.
    pub at: Instant,
}

/// What can become of a settlement's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoneyProgress {
    /// Every leg is paid.
    Closed,
    /// The buyer has not paid for so long that a notice went out (M8).
    Notice,
    /// The buyer has not paid for so long that the device counts as abandoned (M8).
    Abandoned,
}

/// The buyer withdrew the claim, or never answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The claim.
    pub claim: ClaimId,
    /// By word or by silence.
    pub by: Withdrawal,
    /// When.
    pub at: Instant,
}

/// How a claim is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// The buyer said so.
    Buyer,
    /// The buyer did not answer in time (C3).
    Silence,
}

/// The claim is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closed {
    /// The claim.
    pub claim: ClaimId,
    /// The policy, under which another claim can be filed now (C4).
    pub policy: PolicyId,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub closed_at: Instant,
    /// The rules that were tried.
    pub findings: Findings,
}

// ---------------------------------------------------------------- state

/// A claim that is being carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settling {
    /// The settlement.
    pub settlement: SettlementId,
    /// How the claim ends.
    pub outcome: Outcome,
    /// What was found, if anything was.
    pub verdict: Option<Verdict>,
    /// Whether all money has moved.
    pub is_paid: bool,
}

impl Claim {
    /// Whether nothing is left to be carried out: all money has moved, and what goes to the buyer has left.
    fn is_carried_out(&self, settling: &Settling) -> bool {
        let visit = self.visit.as_ref();
        settling.is_paid
            && match settling.outcome {
                // M9: the old device stays with the provider.
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
        // What was lost on its way back is made good after the end, too (M8), and a device that came after a withdrawal
        // goes back (C3); the claim stays closed.
        if !self.is_open() {
            return;
        }
        self.stage = Stage::Settlement(Settling {
            settlement: event.settlement,
            outcome: event.facts.outcome,
            verdict: event.facts.verdict,
            is_paid: false,
        });
    }

    pub(super) fn settlement_noted(&mut self, event: &SettlementNoted) {
        if let (Stage::Settlement(settling), MoneyProgress::Closed) = (&mut self.stage, event.what)
        {
            settling.is_paid = true;
        }
        if event.what == MoneyProgress::Abandoned && self.provider_holds_it_unpaid() {
            self.abandoned = Some(event.at);
        }
    }

    /// M8: whether the policy's own device, and no other one that came in its place, waits to be paid for.
    fn provider_holds_it_unpaid(&self) -> bool {
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
    /// The claim.
    pub claim: ClaimId,
}

/// The buyer may withdraw until the remedy is under way.
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
            return Err(ClaimRejection::wrong_stage(claim, "a claim can be withdrawn").into());
        }
        Stage::Submission | Stage::Verification | Stage::Rejected { .. } | Stage::Inspection => {}
    }
    Ok(end_by_withdrawal(purchase, claim, Withdrawal::Buyer, cx.now))
}

/// A claim without a device at the shop closes at once; else the device goes back first, at the cost that the
/// terms name (C3).
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

/// The end of a claim by which nobody gets anything: at once, or after the device, or whatever came in its place,
/// has gone back (C3, C6).
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

/// C3: a device that comes after its claim was withdrawn goes back, at the cost that the terms name: the claim stays
/// closed, and what the ways cost whom is settled.
pub(super) fn of_a_device_that_came_after_all(
    purchase: &Purchase,
    claim: &Claim,
    now: Instant,
) -> Result<Option<ClaimEvent>, ClaimRejection> {
    if claim.outcome() != Some(Outcome::Withdrawn) || claim.settled_as.is_some() {
        return Ok(None);
    }
    let why = Finding::passed("C3", "the device came after the claim was withdrawn, and goes back");
    start(purchase, claim, Outcome::Withdrawn, now, vec![why]).map(Some)
}

/// Starts the settlement of a claim that ends so.
pub(super) fn start(
    purchase: &Purchase,
    claim: &Claim,
    outcome: Outcome,
    now: Instant,
    findings: Findings,
) -> Result<ClaimEvent, ClaimRejection> {
    started(purchase, claim, outcome, None, now, findings)
}

/// Starts the settlement of what both sides agreed on, at this price.
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

/// Everything that the money of a claim is reckoned from that ends so now. What is corrected before a claim is
/// settled counts: the days, and what the seller has refunded.
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

/// That a claim is settled by these facts; anew, if it was by others before. Where less counts of a way than its buyer
/// paid, that is said (M3, C5).
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

/// What refunds says of a claim's settlement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteSettlement {
    /// The claim.
    pub claim: ClaimId,
    /// The settlement.
    pub settlement: SettlementId,
    /// What.
    pub what: MoneyProgress,
    /// When.
    pub at: Instant,
}

/// Keeps what became of the money, and closes the claim when that was the last thing to wait for.
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

/// M8: a device whose buyer does not pay for so long counts as abandoned, and the claim as withdrawn.
fn close_as_abandoned(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let why = Finding::failed("M8", "the buyer did not pay: the device counts as abandoned");
    matches!(claim.stage, Stage::Settlement(_))
        .then(|| close(claim, Outcome::Withdrawn, now, vec![why]))
}

/// Closes a claim of which nothing is left to be carried out.
pub(super) fn close_when_complete(claim: &Claim, now: Instant) -> Option<ClaimEvent> {
    let Stage::Settlement(settling) = &claim.stage else { return None };
    let why = Finding::passed("stage 5", "what was decided is carried out");
    claim.is_carried_out(settling).then(|| close(claim, settling.outcome, now, vec![why]))
}

/// That a claim is over.
pub(super) fn close(
    claim: &Claim,
    outcome: Outcome,
    closed_at: Instant,
    findings: Findings,
) -> ClaimEvent {
    let (claim, policy) = (claim.id, claim.policy);
    ClaimEvent::Closed(Closed { claim, policy, outcome, closed_at, findings })
}
