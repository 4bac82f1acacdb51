//! The rules for jobs: one function each, with the id from the rulebook.

use recourse_kernel::record::to_micros;
use recourse_kernel::{Context, Finding, Instant, JobId, Principal, Role, ShipmentId};
use recourse_terms::terms::ReplacementClass;
use recourse_terms::{DeviceKind, Direction, Exclusion, Party, Serial, TermsBook, Verdict};

use super::bench_clock::counted;
use super::commands::SendReplacement;
use super::events::{Likeness, Nature, Remedy};
use super::job::{Bench, ClaimNotes, Device, Ending, Job, Jobs, Part, Receipt};
use super::rejection::JobRejection;

/// The context of a decision.
pub type Cx<'a> = Context<'a, TermsBook>;

/// The job, if it exists. If not, it may only not have been read yet.
pub fn known(jobs: &Jobs, job: JobId) -> Result<&Job, JobRejection> {
    jobs.jobs.get(&job).ok_or(JobRejection::NotKnown(job))
}

/// A shop may act only on its own jobs, adjusters on all jobs of their provider. A token without a
/// provider, which is issued only in development, passes for any provider.
pub fn works_on(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Shop if principal.subject == job.opened.shop.id => Ok(()),
        Role::Adjuster => match &principal.provider {
            Some(other) if other != job.opened.provider.as_str() => {
                Err(JobRejection::AnotherProviders { provider: job.opened.provider.clone() })
            }
            _ => Ok(()),
        },
        _ => Err(JobRejection::NotAllowed),
    }
}

/// Shipments may also be handled by the buyer who owns the device.
pub fn moves(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Buyer if principal.subject == job.opened.buyer => Ok(()),
        _ => works_on(job, principal),
    }
}

/// The reported time of a fact, which defaults to now and must not be in the future.
pub fn reported(at: Option<Instant>, now: Instant) -> Result<Instant, JobRejection> {
    let reported = to_micros(at.unwrap_or(now));
    if reported > now { Err(JobRejection::InTheFuture { reported, now }) } else { Ok(reported) }
}

/// A fact must not be earlier than what it depends on.
pub fn not_before(reported: Instant, what: &'static str, at: Instant) -> Result<(), JobRejection> {
    if reported < at { Err(JobRejection::OutOfOrder { reported, what, at }) } else { Ok(()) }
}

/// Text entered by a person: trimmed, not empty, at most `most` characters, no control
/// characters.
pub fn text(what: &'static str, text: &str, most: usize) -> Result<String, JobRejection> {
    let text = text.trim();
    let given = text.chars().count();
    if !(1..=most).contains(&given) || text.chars().any(char::is_control) {
        return Err(JobRejection::TextOutOfBounds { what, most, given });
    }
    Ok(text.to_owned())
}

/// C6: whether the received device is the claimed one. If it has two IMEIs, either may match.
pub fn serial_is_the_claimed_one(job: &Job, serial: &Serial, second: Option<&Serial>) -> bool {
    let claimed = &job.opened.serial;
    claimed.names_the_device_of(serial)
        || second.is_some_and(|second| claimed.names_the_device_of(second))
}

/// The receipt, which requires that the shop has the device.
pub fn received(job: &Job) -> Result<&Receipt, JobRejection> {
    job.receipt().ok_or(JobRejection::NotReceived)
}

/// C6: the work on the device, which requires that it was received and is the claimed one. Another
/// device gets no verdict.
pub fn on_bench(job: &Job) -> Result<&Bench, JobRejection> {
    match &job.device {
        Device::Awaited => Err(JobRejection::NotReceived),
        Device::Quarantined(receipt) => Err(JobRejection::Quarantined {
            expected: job.opened.serial.clone(),
            found: receipt.serial.clone(),
        }),
        Device::OnBench(bench) => Ok(bench),
    }
}

/// The job is still open. An abandoned device belongs to the provider (M8).
pub fn is_open(job: &Job) -> Result<(), JobRejection> {
    match job.abandoned {
        Some(since) => Err(JobRejection::IsAbandoned { since }),
        None if job.is_closed => Err(JobRejection::Closed),
        None => Ok(()),
    }
}

/// M8: an abandoned device no longer belongs to the buyer.
pub fn not_abandoned(job: &Job) -> Result<(), JobRejection> {
    job.abandoned.map_or(Ok(()), |since| Err(JobRejection::IsAbandoned { since }))
}

/// Nothing was sent to the buyer yet.
pub fn not_ended(job: &Job) -> Result<(), JobRejection> {
    match job.ending {
        None => Ok(()),
        Some(Ending::HandedOver(..)) => Err(JobRejection::AlreadyHandedOver),
        Some(Ending::Replaced(_)) => Err(JobRejection::AlreadyReplaced),
    }
}

/// C9: whether the policy had expired was decided when the claim was filed; a shop cannot decide
/// it.
pub fn expiry_is_decided_at_filing(verdict: Verdict) -> Result<Finding, JobRejection> {
    if verdict == (Verdict::NotCovered { exclusion: Exclusion::Expired }) {
        return Err(JobRejection::ExpiredIsNotForTheShop);
    }
    Ok(Finding::passed("C9", "the policy counts as it was when the claim was filed"))
}

/// `outside_coverage`: coverage includes electrical and mechanical defects, and visible
/// manufacturing defects if the terms say so. A shop that states the kind of a defect must give a
/// matching verdict.
pub fn nature_fits_the_verdict(
    job: &Job,
    nature: Option<Nature>,
    verdict: Verdict,
    cx: &Cx<'_>,
) -> Result<Option<Finding>, JobRejection> {
    let Some(nature) = nature else { return Ok(None) };
    let digest = job.opened.terms.digest;
    let terms = cx.reference.by_digest(&digest).ok_or(JobRejection::TermsNotKnown(digest))?;
    let can_be_covered = match nature {
        Nature::Electrical | Nature::Mechanical => true,
        Nature::Visible => terms.coverage.visible_defects,
        Nature::Other => false,
    };
    match (verdict, can_be_covered) {
        (Verdict::Covered, false) => Err(JobRejection::NatureIsNotCovered { nature }),
        (Verdict::NotCovered { exclusion: Exclusion::OutsideCoverage }, true) => {
            Err(JobRejection::NatureIsCovered { nature })
        }
        _ => Ok(Some(
            Finding::passed("exclusions", "the kind of defect matches the verdict")
                .fact("nature", nature)
                .fact("visible_defects_are_covered", terms.coverage.visible_defects),
        )),
    }
}

/// M8: the party that booked the shipment is liable for damage in transit. If the provider booked
/// it, only the verdict `covered` is accepted, whatever else is found.
pub fn booker_is_liable_for_damage(
    job: &Job,
    verdict: Verdict,
) -> Result<Option<Finding>, JobRejection> {
    let Some((shipment, falls_on)) = job.damaged_on else { return Ok(None) };
    if verdict != Verdict::Covered && falls_on == Party::Provider {
        return Err(JobRejection::DamageIsTheProviders { shipment });
    }
    let outcome = match falls_on {
        Party::Buyer => "the buyer booked the damaged shipment and is liable for the damage",
        _ => {
            "the provider booked the damaged shipment, so the buyer is not liable for the damage to it"
        }
    };
    Ok(Some(Finding::passed("M8", outcome).fact("shipment", shipment).fact("falls_on", falls_on)))
}

/// An earlier repair by an unauthorised shop excludes a device, unless the seller agreed to that
/// repair in a dispute.
pub fn repair_was_not_agreed(jobs: &Jobs, job: &Job, verdict: Verdict) -> Result<(), JobRejection> {
    let excluded = Verdict::NotCovered { exclusion: Exclusion::UnauthorizedRepair };
    match jobs.agreed_repairs.get(&job.opened.device) {
        Some(dispute) if verdict == excluded => {
            Err(JobRejection::RepairWasAgreed { dispute: *dispute })
        }
        _ => Ok(()),
    }
}

/// T9: a part that arrives after its expected date paused the clock for longer than announced, so a
/// reason is required.
pub fn lateness_has_a_reason(
    job: &Job,
    part: &Part,
    arrived_at: Instant,
    reason: Option<&str>,
) -> Result<(), JobRejection> {
    let arrived_on = arrived_at.with_timezone(&job.zone()).date_naive();
    let expected_on = part.expected_on;
    if arrived_on > expected_on && reason.is_none() {
        let part = part.part.clone();
        return Err(JobRejection::ReasonMissing { part, expected_on, arrived_on });
    }
    Ok(())
}

/// T9: no part is awaited.
pub fn all_parts_at_hand(job: &Job) -> Result<(), JobRejection> {
    match job.awaited_part() {
        Some(Part { part, .. }) => Err(JobRejection::PartStillAwaited(part.clone())),
        None => Ok(()),
    }
}

/// T4, T9: a repair cannot be finished before the last part arrived.
pub fn repaired_with_all_parts(job: &Job, repaired_at: Instant) -> Result<(), JobRejection> {
    let last = job.parts.iter().filter_map(|part| part.arrived_at).max();
    last.map_or(Ok(()), |arrived_at| not_before(repaired_at, "the arrival of a part", arrived_at))
}

/// The remedy that the claim chose. If there is none, it may only not have been read yet.
pub fn chosen(notes: &ClaimNotes) -> Result<Remedy, JobRejection> {
    notes.remedy.map(|(remedy, _)| remedy).ok_or(JobRejection::RemedyNotChosen)
}

/// M3: the buyer pays before a repair at their cost, and before the device is returned.
pub fn paid_where_owed(notes: &ClaimNotes) -> Result<(), JobRejection> {
    match notes.remedy {
        Some((_, true)) if !notes.is_paid => Err(JobRejection::NotPaid),
        _ => Ok(()),
    }
}

/// M9: after a replacement or cash the old device belongs to the provider, unless the terms leave
/// it to the buyer in addition to the cash.
pub fn device_belongs_to_buyer(job: &Job, remedy: Remedy) -> Result<(), JobRejection> {
    match remedy {
        Remedy::Cash if job.opened.old_device_goes_back => Ok(()),
        Remedy::Replacement | Remedy::Cash => Err(JobRejection::DeviceIsTheProviders),
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => Ok(()),
    }
}

/// S2: the replacement must not be the original device.
pub fn replacement_is_another_device(job: &Job, serial: &Serial) -> Result<(), JobRejection> {
    let is_old = job.opened.serial.names_the_device_of(serial)
        || job.receipt().is_some_and(|receipt| receipt.serial.names_the_device_of(serial));
    if is_old { Err(JobRejection::SameDevice) } else { Ok(()) }
}

/// S2: a replacement is the same model or one with the same functions; a newer or more expensive
/// one only if the terms allow it. A smartphone is never replaced by a tablet, nor one operating
/// system by another.
pub fn replacement_fits_the_class(
    job: &Job,
    request: &SendReplacement,
    class: ReplacementClass,
) -> Result<Finding, JobRejection> {
    let old = &job.opened.kind;
    let new = request.kind.as_ref().unwrap_or(old);
    let likeness = request.likeness.unwrap_or(Likeness::SameModel);
    let is_named = request.kind.is_some() || likeness == Likeness::SameModel;
    let has_the_form = new.category == old.category && new.operating_system == old.operating_system;
    let is_that_model = likeness != Likeness::SameModel || is_same_model(old, new);
    if !is_named || !has_the_form || !is_that_model {
        return Err(JobRejection::ReplacementNotAlike { likeness });
    }
    if likeness == Likeness::Improved && class == ReplacementClass::SameOrSimilar {
        return Err(JobRejection::ReplacementImproved);
    }
    let outcome = match likeness {
        Likeness::SameModel => "the replacement is the same model",
        Likeness::SameFunctions => "the replacement has the same functions, according to the shop",
        Likeness::Improved => "the terms allow an improved replacement",
    };
    let finding = Finding::passed("S2", outcome).fact("class", class).fact("likeness", likeness);
    Ok(finding.fact("old", old).fact("new", new))
}

fn is_same_model(one: &DeviceKind, other: &DeviceKind) -> bool {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<String>();
    plain(&one.brand) == plain(&other.brand) && plain(&one.model) == plain(&other.model)
}

/// The shipment belongs to this job, goes in the required direction and is not lost.
pub fn shipment_to(job: &Job, shipment: ShipmentId, wanted: Direction) -> Result<(), JobRejection> {
    let fits = shipment.job() == job.opened.job
        && job
            .shipments
            .get(&shipment.shipment)
            .is_some_and(|shipment| shipment.direction == wanted && !shipment.is_lost());
    if fits { Ok(()) } else { Err(JobRejection::ShipmentDoesNotFit { shipment, wanted }) }
}

/// T5: after more than this many counted days on the bench, the device is beyond repair.
pub fn over_counted_days(
    job: &Job,
    notes: &ClaimNotes,
    at: Instant,
) -> Result<Finding, JobRejection> {
    let counted = counted(job, notes, at);
    let limit = job.opened.beyond_repair_after_days;
    if limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into())) {
        let finding =
            Finding::passed("T5", "the device was on the bench for longer than the terms allow");
        return Ok(finding
            .fact("counted_seconds", counted.num_seconds())
            .fact("limit_days", limit));
    }
    Err(JobRejection::BenchDaysNotOver { counted_days: counted.num_days(), limit })
}

/// T6: consecutive repairs of the same defect that did not cure it. Visits that only diagnosed do
/// not count.
pub fn third_repair_did_not_cure(jobs: &Jobs, job: &Job) -> Result<Finding, JobRejection> {
    let repairs = jobs.repairs_before(job.opened.claim);
    let limit = job.opened.beyond_repair_after_repairs;
    if limit.is_some_and(|limit| repairs >= limit) {
        let finding = Finding::passed("T6", "earlier repairs of the same defect did not cure it");
        return Ok(finding.fact("repairs", repairs).fact("limit", limit));
    }
    Err(JobRejection::NotThirdRepair { repairs, limit })
}
