//! The rules that decide about jobs, one function each, with the rulebook's id.

use recourse_kernel::record::to_micros;
use recourse_kernel::{Context, Finding, Instant, JobId, Principal, Role, ShipmentId};
use recourse_terms::terms::ReplacementClass;
use recourse_terms::{DeviceKind, Direction, Exclusion, Party, Serial, TermsBook, Verdict};

use super::bench_clock::counted;
use super::commands::SendReplacement;
use super::events::{Likeness, Nature, Remedy};
use super::job::{Bench, ClaimNotes, Device, Ending, Job, Jobs, Part, Receipt};
use super::rejection::JobRejection;

/// What a decision may look at.
pub type Cx<'a> = Context<'a, TermsBook>;

/// A job that is there. It may merely not have been read yet.
pub fn known(jobs: &Jobs, job: JobId) -> Result<&Job, JobRejection> {
    jobs.jobs.get(&job).ok_or(JobRejection::NotKnown(job))
}

/// A shop acts only on its own jobs; adjusters on any of their provider. A token that names no provider, which only
/// development gives, is taken for theirs.
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

/// Ways are also the buyer's business, whose device it is.
pub fn moves(job: &Job, principal: &Principal) -> Result<(), JobRejection> {
    match principal.role {
        Role::Buyer if principal.subject == job.opened.buyer => Ok(()),
        _ => works_on(job, principal),
    }
}

/// A fact told late carries its own moment, which is never in the future.
pub fn reported(at: Option<Instant>, now: Instant) -> Result<Instant, JobRejection> {
    let reported = to_micros(at.unwrap_or(now));
    if reported > now { Err(JobRejection::InTheFuture { reported, now }) } else { Ok(reported) }
}

/// What follows from something cannot have been before it.
pub fn not_before(reported: Instant, what: &'static str, at: Instant) -> Result<(), JobRejection> {
    if reported < at { Err(JobRejection::OutOfOrder { reported, what, at }) } else { Ok(()) }
}

/// A word or a line of a person, within bounds.
pub fn text(name: &'static str, text: &str, longest: usize) -> Result<String, JobRejection> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > longest || text.chars().any(char::is_control) {
        return Err(JobRejection::NotAText(name, longest));
    }
    Ok(text.to_owned())
}

/// C6: the device that came is the one that was claimed: by either of its serials, where it has two IMEIs.
pub fn serial_is_the_claimed_one(job: &Job, serial: &Serial, second: Option<&Serial>) -> bool {
    let claimed = &job.opened.serial;
    claimed.names_the_device_of(serial)
        || second.is_some_and(|second| claimed.names_the_device_of(second))
}

/// The device, which must be in the shop's hands.
pub fn received(job: &Job) -> Result<&Receipt, JobRejection> {
    job.receipt().ok_or(JobRejection::NotReceived)
}

/// C6: the work on the device, which must be here and be the right one. No verdict on another device.
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

/// Something can still be done about the job. A device that counts as abandoned is the provider's (M8).
pub fn is_open(job: &Job) -> Result<(), JobRejection> {
    match job.abandoned {
        Some(since) => Err(JobRejection::IsAbandoned { since }),
        None if job.is_closed => Err(JobRejection::Closed),
        None => Ok(()),
    }
}

/// M8: a device that counts as abandoned is not the buyer's any more.
pub fn not_abandoned(job: &Job) -> Result<(), JobRejection> {
    job.abandoned.map_or(Ok(()), |since| Err(JobRejection::IsAbandoned { since }))
}

/// Nothing went to the buyer yet.
pub fn not_ended(job: &Job) -> Result<(), JobRejection> {
    match job.ending {
        None => Ok(()),
        Some(Ending::HandedOver(..)) => Err(JobRejection::AlreadyHandedOver),
        Some(Ending::Replaced(_)) => Err(JobRejection::AlreadyReplaced),
    }
}

/// C9: whether the policy had ended was judged at the filing; a shop never judges it.
pub fn expiry_is_not_judged_later(verdict: Verdict) -> Result<Finding, JobRejection> {
    if verdict == (Verdict::NotCovered { exclusion: Exclusion::Expired }) {
        return Err(JobRejection::ExpiredIsNotForTheShop);
    }
    Ok(Finding::passed("C9", "the policy is taken as it stood when the claim was filed"))
}

/// `outside_coverage`: cover is for electrical and mechanical defects, and for visible manufacturing defects where the
/// terms say so. A shop that says what kind it is cannot find otherwise.
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
            Finding::passed("exclusions", "the kind of defect goes with the verdict")
                .fact("nature", nature)
                .fact("visible_defects_are_covered", terms.coverage.visible_defects),
        )),
    }
}

/// M8: damage that came on a way is whoever's who booked it. The provider's own damage is made good, whatever else is
/// found: no verdict but `covered` holds against a buyer who had not booked that way.
pub fn damage_is_the_bookers(job: &Job, verdict: Verdict) -> Result<Option<Finding>, JobRejection> {
    let Some((shipment, falls_on)) = job.damaged_on else { return Ok(None) };
    if verdict != Verdict::Covered && falls_on == Party::Provider {
        return Err(JobRejection::DamageIsTheProviders { shipment });
    }
    let outcome = match falls_on {
        Party::Buyer => "the damage came on a way that the buyer had booked, and is the buyer's",
        _ => {
            "the damage came on a way that the provider had booked, and is not held against the buyer"
        }
    };
    Ok(Some(Finding::passed("M8", outcome).fact("shipment", shipment).fact("falls_on", falls_on)))
}

/// An earlier repair at a shop that was not authorised excludes a device; one that the seller agreed to in a
/// dispute is not meant.
pub fn repair_was_not_agreed(jobs: &Jobs, job: &Job, verdict: Verdict) -> Result<(), JobRejection> {
    let excluded = Verdict::NotCovered { exclusion: Exclusion::UnauthorizedRepair };
    match jobs.agreed_repairs.get(&job.opened.device) {
        Some(dispute) if verdict == excluded => {
            Err(JobRejection::RepairWasAgreed { dispute: *dispute })
        }
        _ => Ok(()),
    }
}

/// T9: a part that comes after the day on which it was promised stopped the clock for longer than was said,
/// so a reason is told with it.
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

/// T9: no part is awaited any more.
pub fn all_parts_at_hand(job: &Job) -> Result<(), JobRejection> {
    match job.awaited_part() {
        Some(Part { part, .. }) => Err(JobRejection::PartStillAwaited(part.clone())),
        None => Ok(()),
    }
}

/// T4, T9: a device is mended when every part that it waited for was there, and not before.
pub fn repaired_with_all_parts(job: &Job, repaired_at: Instant) -> Result<(), JobRejection> {
    let last = job.parts.iter().filter_map(|part| part.arrived_at).max();
    last.map_or(Ok(()), |arrived_at| not_before(repaired_at, "the arrival of a part", arrived_at))
}

/// What the claim decided. It may merely not have been read yet.
pub fn chosen(notes: &ClaimNotes) -> Result<Remedy, JobRejection> {
    notes.remedy.map(|(remedy, _)| remedy).ok_or(JobRejection::RemedyNotChosen)
}

/// M3: what the buyer owes is paid before the device is mended at their cost, or sent back.
pub fn paid_where_owed(notes: &ClaimNotes) -> Result<(), JobRejection> {
    match notes.remedy {
        Some((_, true)) if !notes.is_paid => Err(JobRejection::NotPaid),
        _ => Ok(()),
    }
}

/// M9: after a replacement or cash the old device is the provider's, unless the terms leave it to the buyer
/// beside the cash.
pub fn device_is_the_buyers(job: &Job, remedy: Remedy) -> Result<(), JobRejection> {
    match remedy {
        Remedy::Cash if job.opened.old_device_goes_back => Ok(()),
        Remedy::Replacement | Remedy::Cash => Err(JobRejection::DeviceIsTheProviders),
        Remedy::Repair | Remedy::PaidRepair | Remedy::ReturnUnrepaired => Ok(()),
    }
}

/// S2: a replacement is another device.
pub fn replacement_is_another_device(job: &Job, serial: &Serial) -> Result<(), JobRejection> {
    let is_old = job.opened.serial.names_the_device_of(serial)
        || job.receipt().is_some_and(|receipt| receipt.serial.names_the_device_of(serial));
    if is_old { Err(JobRejection::SameDevice) } else { Ok(()) }
}

/// S2: the same model, or one with the same functions; a newer or dearer one only where the terms let a
/// replacement be improved. A smartphone is never replaced by a tablet, nor one system by another.
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
        return Err(JobRejection::ReplacementTooGood);
    }
    let outcome = match likeness {
        Likeness::SameModel => "the replacement is the same model",
        Likeness::SameFunctions => "the replacement has the same functions, by the shop's word",
        Likeness::Improved => "the terms let a replacement be improved",
    };
    let finding = Finding::passed("S2", outcome).fact("class", class).fact("likeness", likeness);
    Ok(finding.fact("old", old).fact("new", new))
}

fn is_same_model(one: &DeviceKind, other: &DeviceKind) -> bool {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<String>();
    plain(&one.brand) == plain(&other.brand) && plain(&one.model) == plain(&other.model)
}

/// A booked way of this job in the needed direction, on which something can still go.
pub fn shipment_to(job: &Job, shipment: ShipmentId, wanted: Direction) -> Result<(), JobRejection> {
    let fits = shipment.job() == job.opened.job
        && job
            .shipments
            .get(&shipment.shipment)
            .is_some_and(|shipment| shipment.direction == wanted && !shipment.is_lost());
    if fits { Ok(()) } else { Err(JobRejection::ShipmentDoesNotFit { shipment, wanted }) }
}

/// T5: over so many counted days on the bench with all parts at hand, the device is beyond repair.
pub fn over_counted_days(
    job: &Job,
    notes: &ClaimNotes,
    at: Instant,
) -> Result<Finding, JobRejection> {
    let counted = counted(job, notes, at);
    let limit = job.opened.beyond_repair_after_days;
    if limit.is_some_and(|days| counted > chrono::TimeDelta::days(days.into())) {
        let finding =
            Finding::passed("T5", "the device was longer on the bench than the terms allow");
        return Ok(finding
            .fact("counted_seconds", counted.num_seconds())
            .fact("limit_days", limit));
    }
    Err(JobRejection::BenchDaysNotOver { counted_days: counted.num_days(), limit })
}

/// T6: repairs, in a row, of the same defect that did not cure it. Ones that only diagnosed do not count.
pub fn third_repair_did_not_cure(jobs: &Jobs, job: &Job) -> Result<Finding, JobRejection> {
    let repairs = jobs.repairs_before(job.opened.claim);
    let limit = job.opened.beyond_repair_after_repairs;
    if limit.is_some_and(|limit| repairs >= limit) {
        let finding = Finding::passed("T6", "earlier repairs of the same defect did not cure it");
        return Ok(finding.fact("repairs", repairs).fact("limit", limit));
    }
    Err(JobRejection::NotThirdRepair { repairs, limit })
}
