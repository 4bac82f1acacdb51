//! A claim as returned by the API. This is a public format.

use chrono::NaiveDate;
use recourse_edge::{Caller, Edge, Problem};
use recourse_kernel::{DeviceId, Instant, JobId, Money, OrderId, Role, Sealed, WaitKind};
use recourse_terms::coverage::local_day;
use recourse_terms::{
    Cause, Contact, Country, Exclusion, Pause, Provider, Serial, Shop, TermsRef, Verdict,
};
use serde::Serialize;
use serde_json::Value;

use super::conversation::{AppealView, QuestionView, appeals, questions};
use super::extras::Extras;
use super::summary::ClaimSummary;
use crate::domain::events::{
    Chain, DeadlinePassed, EarlierRepair, FoundBy, Ground, OfferKind, Photo, PolicyCoverage,
    Remedy, RequestedRemedy, Side,
};
use crate::domain::rules::preview::{Preview, preview};
use crate::domain::state::{Claim, DecisionClock, Review, Stage};
use crate::projections::claims::{ClaimRow, Decided};
use crate::queries::claims::KnownClaim;
use crate::queries::explained::Branch;

#[derive(Debug, Serialize)]
pub(super) struct ClaimView {
    #[serde(flatten)]
    summary: ClaimSummary,
    order: OrderId,
    device: DeviceId,
    buyer: String,
    serial: Serial,
    requested_remedy: RequestedRemedy,
    country: Country,
    city: String,
    terms: TermsRef,
    chain: Chain,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier_repairs: Vec<EarlierRepair>,
    /// The defect and the contact data; only for those who may read them.
    #[serde(skip_serializing_if = "Option::is_none")]
    defect: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Value>,
    photos: Vec<Photo>,
    /// Defects that joined the claim (C4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    more_defects: Vec<DefectView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockView>,
    questions: Vec<QuestionView>,
    offers: Vec<OfferView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<Remedy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<RejectionView>,
    /// The appeals, oldest first (C11).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    appeals: Vec<AppealView>,
    deadlines_passed: Vec<DeadlinePassed>,
    decisions: Vec<Decided>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<Review>,
    #[serde(flatten)]
    extras: Extras,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_days: Option<CoverageDays>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_contact: Option<Contact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Shop>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_because: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    likely_costs: Option<Preview>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Instant>,
}

/// A clock: what it counts, what it has counted, and when it was paused and why.
#[derive(Debug, Serialize)]
struct ClockView {
    counts: &'static str,
    rule: &'static str,
    started: Instant,
    allowed_days: u16,
    counted_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Instant>,
    pauses: Vec<Pause>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<Instant>,
    missed: bool,
}

/// A defect that joined the claim.
#[derive(Debug, Serialize)]
struct DefectView {
    defect: u32,
    by: FoundBy,
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

#[derive(Debug, Serialize)]
struct OfferView {
    offer: u32,
    by: Side,
    kind: OfferKind,
    price: Money,
    repair: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<Instant>,
    open: bool,
}

#[derive(Debug, Serialize)]
struct RejectionView {
    at: Instant,
    code: Ground,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclusion: Option<Exclusion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal_until: Option<Instant>,
}

/// First and last day of coverage as calendar dates, both inclusive.
#[derive(Debug, Serialize)]
struct CoverageDays {
    first: NaiveDate,
    last: NaiveDate,
    zone: String,
}

/// Whether a caller who may see a claim may also read the texts in it: only its buyer and its own
/// provider's staff. Another provider's staff and auditors read everything else.
pub(super) fn may_read_texts(caller: &Caller, provider: &Provider) -> bool {
    match (caller.role(), &caller.principal.provider) {
        (Role::Adjuster | Role::Provider, Some(own)) => own == provider.as_str(),
        (role, _) => matches!(role, Role::Buyer | Role::Adjuster | Role::Provider),
    }
}

/// Everything that a caller may see of a claim.
pub(super) async fn whole(
    edge: &Edge,
    caller: &Caller,
    known: KnownClaim,
) -> Result<ClaimView, Problem> {
    let KnownClaim { row, coverage } = known;
    let texts = Texts { edge, may_read: may_read_texts(caller, &row.claim.provider) };
    let (book, now) = (edge.terms(), edge.clock().now());
    let claim = &row.claim;
    let visit = claim.visit.as_ref();
    let branch = Branch::new(claim, &row, &book);
    let terms = book.by_digest(&claim.terms.digest);
    let likely_costs = match (terms, branch.shop, claim.is_open()) {
        (Some(terms), Some(shop), true) => preview(&book, terms, claim, &coverage, shop, now).ok(),
        _ => None,
    };
    Ok(ClaimView {
        summary: ClaimSummary::from_row(&row),
        order: claim.order,
        device: claim.device,
        buyer: claim.buyer.clone(),
        serial: claim.serial.clone(),
        requested_remedy: claim.requested_remedy,
        country: claim.country,
        city: claim.city.clone(),
        terms: claim.terms.clone(),
        chain: claim.chain.clone(),
        earlier_repairs: row.earlier_repairs.clone(),
        defect: texts.open(&row.defect).await?,
        contact: texts.open(&row.contact).await?.map(as_json),
        photos: row.photos.clone(),
        more_defects: more_defects(&row, &texts).await?,
        clock: claim.clock.as_ref().map(|clock| clock_view(claim, clock, now)),
        questions: questions(&row, &texts).await?,
        offers: offers(&row, &texts).await?,
        job: visit.map(|visit| visit.job),
        verdict: row.verdict,
        cause: row.cause.clone(),
        remedy: row.remedy,
        rejection: rejection(&row, &texts).await?,
        appeals: appeals(&row, &texts).await?,
        deadlines_passed: row.deadlines.clone(),
        decisions: row.decisions.clone(),
        reviews: claim.reviews.clone(),
        extras: Extras::of(claim),
        coverage_days: days(&coverage),
        provider_contact: book.contact(&claim.provider, &claim.country).cloned(),
        branch: branch.shop.cloned(),
        branch_because: branch.because,
        likely_costs,
        closed_at: match claim.stage {
            Stage::Closed { at, .. } => Some(at),
            _ => None,
        },
    })
}

/// Opens sealed texts for callers who may read them.
pub(super) struct Texts<'a> {
    edge: &'a Edge,
    may_read: bool,
}

impl Texts<'_> {
    pub(super) async fn open(&self, sealed: &Sealed) -> Result<Option<String>, Problem> {
        if !self.may_read {
            return Ok(None);
        }
        self.edge.open_text(sealed).await.map(Some)
    }

    pub(super) async fn open_if(&self, sealed: Option<&Sealed>) -> Result<Option<String>, Problem> {
        match sealed {
            Some(sealed) => self.open(sealed).await,
            None => Ok(None),
        }
    }
}

/// Sealed contact data is JSON; after erasure a placeholder text takes its place.
fn as_json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn clock_view(claim: &Claim, clock: &DecisionClock, now: Instant) -> ClockView {
    let due = clock.due();
    let is_missed = |due| claim.is_late(WaitKind::Decision, 0, due);
    let stops = &clock.within.clock_stops;
    let pauses = clock.clock.pauses.iter().filter(|pause| stops.stops_for(pause.reason));
    ClockView {
        counts: "the days to the decision on an exchange claim",
        rule: "T3",
        started: clock.clock.started,
        allowed_days: clock.within.days,
        counted_seconds: clock.clock.counted(stops, now).num_seconds(),
        due,
        pauses: pauses.copied().collect(),
        stopped: clock.clock.stopped,
        missed: due.is_some_and(is_missed),
    }
}

async fn more_defects(row: &ClaimRow, texts: &Texts<'_>) -> Result<Vec<DefectView>, Problem> {
    let mut views = Vec::with_capacity(row.more_defects.len());
    for added in &row.more_defects {
        views.push(DefectView {
            defect: added.defect,
            by: added.by,
            at: added.at,
            text: texts.open_if(added.text.as_ref()).await?,
            cause: added.cause.clone(),
        });
    }
    Ok(views)
}

async fn offers(row: &ClaimRow, texts: &Texts<'_>) -> Result<Vec<OfferView>, Problem> {
    let open = row.claim.open_offer().map(|offer| offer.number);
    let mut views = Vec::with_capacity(row.claim.offers.len());
    for offer in &row.claim.offers {
        views.push(OfferView {
            offer: offer.number,
            by: offer.by,
            kind: offer.kind,
            price: offer.price,
            repair: offer.repair,
            text: texts.open_if(row.offer_texts.get(&offer.number)).await?,
            answer_by: offer.awaited.map(|awaited| awaited.answer_by),
            open: open == Some(offer.number),
        });
    }
    Ok(views)
}

async fn rejection(row: &ClaimRow, texts: &Texts<'_>) -> Result<Option<RejectionView>, Problem> {
    let Some(rejection) = &row.rejection else { return Ok(None) };
    Ok(Some(RejectionView {
        at: rejection.at,
        code: rejection.code,
        exclusion: rejection.exclusion,
        reason: rejection.exclusion.map(Exclusion::reason),
        explanation: texts.open_if(rejection.explanation.as_ref()).await?,
        appeal_until: rejection.appeal_until,
    }))
}

fn days(coverage: &PolicyCoverage) -> Option<CoverageDays> {
    let (starts, ends, zone) = (coverage.starts?, coverage.ends?, coverage.zone?);
    Some(CoverageDays {
        first: local_day(starts, zone),
        // Coverage ends one instant before `ends`.
        last: local_day(ends, zone).pred_opt()?,
        zone: zone.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use recourse_kernel::Principal;

    use super::*;

    #[test]
    fn what_persons_wrote_is_for_the_buyer_and_the_providers_own_staff() {
        let provider = "wisetech-service".parse().unwrap();
        let staff = || Principal::new(Role::Adjuster, "a-1");
        let may = |principal| may_read_texts(&Caller::new(principal), &provider);
        assert!(may(Principal::new(Role::Buyer, "b-1")));
        assert!(may(staff().of_provider("wisetech-service")));
        assert!(may(staff()), "development may leave it out");
        assert!(!may(staff().of_provider("tomrepair")));
        assert!(!may(Principal::new(Role::Auditor, "x-1")));
    }
}
