//! Stage 4: which remedy can be chosen, by program and verdict (S2, T5 to T7, M1, M2, M4, M7, M8).

use recourse_kernel::{Finding, Instant};
use recourse_terms::terms::BeyondRepairRemedy;
use recourse_terms::{Outcome, Party, PaymentKind, Program, Terms, Verdict, payments};

use super::appeal::no_appeal_is_possible;
use super::compensation::compensated_by_seller;
use super::{rests_on, settlement};
use crate::domain::Cx;
use crate::domain::events::{Remedy, RequestedRemedy, Side};
use crate::domain::rejection::ClaimRejection;
use crate::domain::state::{Claim, Purchase, Remedying, Stage};

pub(crate) fn nothing_is_chosen_yet(remedying: &Remedying) -> Result<(), ClaimRejection> {
    match remedying.chosen {
        Some(remedy) => Err(ClaimRejection::RemedyIsChosen { remedy }),
        None => Ok(()),
    }
}

/// M2, T6, T7: only the provider decides between replacement and cash. The buyer can demand a
/// replacement of a device that is beyond repair or that failed within a replacement's warranty,
/// and can take back a device that is not covered; cash cannot be demanded.
pub(crate) fn requester_may_choose(
    remedy: Remedy,
    side: Side,
    claim: &Claim,
    remedying: &Remedying,
    terms: &Terms,
) -> Result<Finding, ClaimRejection> {
    let is_under_replacement = claim.under_replacement && remedying.verdict == Verdict::Covered;
    match (side, remedy) {
        (_, Remedy::PaidRepair) => Err(ClaimRejection::PaidRepairNeedsAnOffer),
        (Side::Provider, _) => Ok(Finding::passed("M2", "the provider chooses")),
        (Side::Buyer, Remedy::ReturnUnrepaired) => {
            Ok(Finding::passed("stage 4", "the buyer takes the device back unrepaired"))
        }
        (Side::Buyer, Remedy::Cash)
            if remedying.beyond_repair && terms.beyond_repair.cash_on_demand =>
        {
            let why = "the buyer demands cash for a device beyond repair";
            Ok(rests_on(Finding::passed("M2", why), &["beyond_repair.cash_on_demand"]))
        }
        (Side::Buyer, Remedy::Cash) => Err(ClaimRejection::CashIsNotOwedOnDemand),
        (Side::Buyer, Remedy::Repair) => Err(ClaimRejection::NotAllowed),
        (Side::Buyer, Remedy::Replacement) if is_under_replacement => {
            Ok(Finding::passed("T7", "the buyer asks for the other replacement that is due"))
        }
        (Side::Buyer, Remedy::Replacement) => {
            if !remedying.beyond_repair {
                return Err(ClaimRejection::NotBeyondRepair);
            }
            if !terms.beyond_repair.replacement_on_demand {
                return Err(ClaimRejection::NoReplacementOnDemand);
            }
            let why = "the buyer demands a replacement of a device beyond repair";
            Ok(rests_on(Finding::passed("T6", why), &["beyond_repair.replacement_on_demand"]))
        }
    }
}

/// C11: the provider cannot return a device unrepaired while the buyer can still appeal; the buyer
/// can take it back at any time.
pub(crate) fn returned_with_consent(
    claim: &Claim,
    remedy: Remedy,
    side: Side,
    cx: &Cx<'_>,
) -> Result<Finding, ClaimRejection> {
    match (remedy, side) {
        (Remedy::ReturnUnrepaired, Side::Provider) => no_appeal_is_possible(claim, cx),
        _ => Ok(Finding::passed("C11", "nothing is decided against the buyer")),
    }
}

/// M7: what the seller has compensated meanwhile is not compensated again. Otherwise the verdict
/// decides what is owed.
pub(crate) fn what_is_owed(
    purchase: &Purchase,
    claim: &Claim,
    remedy: Remedy,
    remedying: &Remedying,
) -> Result<Finding, ClaimRejection> {
    let compensated = compensated_by_seller(purchase, purchase.coverage(claim.policy)?);
    match (compensated, remedying.verdict, remedy) {
        (true, Verdict::Covered, Remedy::ReturnUnrepaired) => {
            Ok(Finding::passed("M7", "compensated by the seller; the device is returned as it is"))
        }
        (true, Verdict::Covered, _) => Err(ClaimRejection::AlreadyCompensated),
        _ => remedy_fits_the_verdict(remedy, remedying),
    }
}

/// Stage 4: a covered defect is remedied; one that is not covered or was not found is not.
fn remedy_fits_the_verdict(
    remedy: Remedy,
    remedying: &Remedying,
) -> Result<Finding, ClaimRejection> {
    match (remedying.verdict, remedy) {
        (Verdict::Covered, Remedy::ReturnUnrepaired) => Err(ClaimRejection::CoveredIsReimbursed),
        (Verdict::NotCovered { .. } | Verdict::NoFaultFound, Remedy::ReturnUnrepaired) => {
            Ok(Finding::passed("stage 4", "nothing is owed; the device is returned unrepaired"))
        }
        (Verdict::Covered, _) => Ok(Finding::passed("stage 4", "the defect is covered")),
        (Verdict::NotCovered { .. } | Verdict::NoFaultFound, _) => {
            Err(ClaimRejection::NothingIsOwed)
        }
    }
}

/// M8: the party that booked a lost shipment is liable for it, so the provider is if it booked the
/// shipment to the shop.
pub(crate) fn provider_lost_it(claim: &Claim) -> Result<Finding, ClaimRejection> {
    match claim.visit.as_ref().and_then(|visit| visit.lost) {
        Some(Party::Provider) => {
            Ok(Finding::passed("M8", "lost in a shipment that the provider had booked"))
        }
        _ => Err(ClaimRejection::NoVerdictYet),
    }
}

/// M7, M8: a lost device cannot be repaired or returned; the provider reimburses it unless the
/// seller has done so meanwhile. In that case the claim ends without a remedy.
pub(crate) fn what_is_owed_for_a_lost_one(
    purchase: &Purchase,
    claim: &Claim,
    remedy: Remedy,
    side: Side,
) -> Result<Finding, ClaimRejection> {
    let compensated = compensated_by_seller(purchase, purchase.coverage(claim.policy)?);
    match (compensated, remedy, side) {
        (true, Remedy::ReturnUnrepaired, Side::Provider) => {
            Ok(Finding::passed("M7", "compensated by the seller; nothing is owed for the loss"))
        }
        (true, Remedy::Replacement | Remedy::Cash, Side::Provider) => {
            Err(ClaimRejection::AlreadyCompensated)
        }
        (false, Remedy::Replacement | Remedy::Cash, Side::Provider) => {
            Ok(Finding::passed("M2", "the provider chooses"))
        }
        (true, Remedy::Replacement, Side::Buyer) => Err(ClaimRejection::AlreadyCompensated),
        (false, Remedy::Replacement, Side::Buyer) => buyer_demands_it(claim),
        (_, Remedy::Cash, Side::Buyer) => Err(ClaimRejection::CashIsNotOwedOnDemand),
        _ => Err(ClaimRejection::NoVerdictYet),
    }
}

/// M8, T11: once the provider is late with its compensation, the buyer may demand the replacement.
pub(crate) fn buyer_demands_it(claim: &Claim) -> Result<Finding, ClaimRejection> {
    if !claim.loss_is_overdue() {
        return Err(ClaimRejection::NotBeyondRepair);
    }
    let why = "the provider did not compensate the loss in time, so the buyer may demand it";
    Ok(rests_on(Finding::passed("M8", why), &["waits.loss_compensation"]))
}

/// S2, T6, T7: a repair is for the repair program, or for an exchange whose terms allow it and
/// whose buyer asked for it; but not after the last unsuccessful repair, and not under a
/// replacement's warranty.
pub(crate) fn repair_is_possible(claim: &Claim, terms: &Terms) -> Result<Finding, ClaimRejection> {
    if is_beyond_repair(claim) {
        return Err(ClaimRejection::BeyondRepair);
    }
    another_replacement_is_not_due(claim)?;
    match terms.program {
        Program::Repair => Ok(Finding::passed("S2", "the program is repair")),
        Program::Exchange
            if terms.remedy.repair_under_exchange
                && claim.requested_remedy == RequestedRemedy::Repair =>
        {
            let why = "the terms allow a repair under exchange, and the buyer asked for one";
            Ok(rests_on(Finding::passed("S2", why), &["remedy.repair_under_exchange"]))
        }
        Program::Exchange => Err(ClaimRejection::RepairWasNotAskedFor),
    }
}

/// S2, T5, T6, T7, M8: a replacement is for the exchange program, for a device that is beyond
/// repair or was lost by the provider, or for a replacement that failed within its own warranty.
pub(crate) fn replacement_is_due(claim: &Claim, terms: &Terms) -> Result<Finding, ClaimRejection> {
    let class = terms.remedy.replacement_class;
    if claim.under_replacement {
        let outcome = "a defect confirmed within a replacement's warranty requires another \
             replacement";
        let finding = Finding::passed("T7", outcome).fact("class", class);
        return Ok(rests_on(finding, &["replacement.warranty_days", "remedy.replacement_class"]));
    }
    if terms.program == Program::Exchange {
        let finding = Finding::passed("S2", "the program is exchange").fact("class", class);
        return Ok(rests_on(finding, &["remedy.replacement_class"]));
    }
    can_be_compensated_otherwise(claim, terms, BeyondRepairRemedy::Replacement)?;
    let finding = Finding::passed("T6", "the device is beyond repair").fact("class", class);
    Ok(rests_on(finding, &["beyond_repair.remedies", "remedy.replacement_class"]))
}

/// M2, M4: cash is for a device beyond repair, or instead of an exchange; with some providers only
/// after the third unsuccessful repair. M1 sets the amount, and an amount of zero is no remedy.
pub(crate) fn cash_is_due(
    purchase: &Purchase,
    claim: &Claim,
    terms: &Terms,
    now: Instant,
) -> Result<Finding, ClaimRejection> {
    another_replacement_is_not_due(claim)?;
    if !terms.beyond_repair.remedies.contains(&BeyondRepairRemedy::Cash) {
        return Err(ClaimRejection::NotInTheTerms);
    }
    let repairs = usize::try_from(claim.chain.unsuccessful_repairs).unwrap_or(usize::MAX);
    if !terms.may_pay_cash_after(repairs) {
        return Err(ClaimRejection::CashOnlyAfterRepairs {
            needed: terms.cash.after_unsuccessful_repairs.unwrap_or_default(),
            done: claim.chain.unsuccessful_repairs,
        });
    }
    if terms.program == Program::Repair {
        can_be_compensated_otherwise(claim, terms, BeyondRepairRemedy::Cash)?;
    }
    cash_is_not_of_nothing(purchase, claim, terms, now)?;
    let finding =
        Finding::passed("M2", "the provider chooses cash").fact("unsuccessful_repairs", repairs);
    Ok(rests_on(finding, &["beyond_repair.remedies", "cash.after_unsuccessful_repairs"]))
}

/// M1: after the last month that the terms name, nothing is left of the price, and cash would leave
/// the buyer with nothing.
fn cash_is_not_of_nothing(
    purchase: &Purchase,
    claim: &Claim,
    terms: &Terms,
    now: Instant,
) -> Result<(), ClaimRejection> {
    let coverage = purchase.coverage(claim.policy)?;
    let facts = settlement::facts(coverage, claim, Outcome::Refunded, None, now);
    match payments(terms, &facts) {
        Ok(owed) if owed.iter().all(|payment| payment.kind != PaymentKind::DeviceCash) => {
            Err(ClaimRejection::CashIsOfNothing)
        }
        _ => Ok(()),
    }
}

/// T7: a defect confirmed within a replacement's warranty requires another replacement, and the
/// provider has no choice; the same holds for a replacement that the provider lost in transit (M8).
fn another_replacement_is_not_due(claim: &Claim) -> Result<(), ClaimRejection> {
    let is_lost = claim.visit.as_ref().is_some_and(|visit| visit.lost.is_some());
    if claim.under_replacement && (is_lost || claim.verdict() == Some(Verdict::Covered)) {
        return Err(ClaimRejection::AnotherReplacementIsDue);
    }
    Ok(())
}

/// T5, T6, M8: under a repair policy, only a device that is beyond repair or lost is compensated by
/// something other than a repair, and only as the terms allow.
fn can_be_compensated_otherwise(
    claim: &Claim,
    terms: &Terms,
    how: BeyondRepairRemedy,
) -> Result<(), ClaimRejection> {
    let is_lost = claim.visit.as_ref().is_some_and(|visit| visit.lost.is_some())
        || claim.review_of_the_loss().is_some();
    if !is_beyond_repair(claim) && !is_lost {
        return Err(ClaimRejection::NotBeyondRepair);
    }
    if !terms.beyond_repair.remedies.contains(&how) {
        return Err(ClaimRejection::NotInTheTerms);
    }
    Ok(())
}

fn is_beyond_repair(claim: &Claim) -> bool {
    matches!(&claim.stage, Stage::Remedy(remedying) if remedying.beyond_repair)
}
