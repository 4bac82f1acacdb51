//! Stage 4, remedy: repair, replacement or cash by program and verdict, or the device is returned
//! unrepaired (S2, T6, T7, M2, M4, M8). Offers and agreements are in [`super::negotiation`].

use recourse_kernel::Tried;
use recourse_terms::Outcome;

use super::{endings, lost};
use crate::domain::commands::ChooseRemedy;
use crate::domain::events::Remedy;
use crate::domain::rejection::{Action, ClaimRejection};
use crate::domain::rules::appeal::no_appeal_is_open_before_the_choice;
use crate::domain::rules::negotiation::no_offer_is_open;
use crate::domain::rules::pinned;
use crate::domain::rules::questions::no_answer_is_awaited;
use crate::domain::rules::remedy::{
    cash_is_due, nothing_is_chosen_yet, provider_lost_it, repair_is_possible, replacement_is_due,
    requester_may_choose, returned_with_consent, what_is_owed, what_is_owed_for_a_lost_one,
};
use crate::domain::rules::requester::side_of;
use crate::domain::state::{Purchase, Stage};
use crate::domain::{Cx, Decision};

const CHOOSING: Action = Action { sentence: "a remedy can be chosen", possible_in: &["remedy"] };

/// Chooses the remedy. The provider chooses within the terms; the buyer can take the device back,
/// or demand a replacement of one that is beyond repair. A repair has to be done first; every other
/// remedy starts the settlement at once. What the provider lost is compensated in any stage,
/// whether or not the claim is closed (M8).
pub(super) fn choose(purchase: &Purchase, command: &ChooseRemedy, cx: &Cx<'_>) -> Decision {
    let claim = purchase.claim(command.claim)?;
    let side = side_of(claim, cx)?;
    if let Some(review) = claim.review_of_the_loss() {
        return lost::reimburse(purchase, claim, review, command.remedy, cx);
    }
    let terms = pinned(&claim.terms, cx.reference)?;
    let mut rules = Tried::default();
    match &claim.stage {
        Stage::Inspection | Stage::Remedy(_) if claim.loss_is_to_be_compensated() => {
            let lost = rules.need(provider_lost_it(claim))?;
            rules.all([
                Ok(lost),
                what_is_owed_for_a_lost_one(purchase, claim, command.remedy, side),
            ]);
        }
        Stage::Remedy(remedying) => {
            rules.need(nothing_is_chosen_yet(remedying))?;
            rules.all([
                no_answer_is_awaited(claim),
                no_appeal_is_open_before_the_choice(claim),
                no_offer_is_open(claim),
                returned_with_consent(claim, command.remedy, side, cx),
                requester_may_choose(command.remedy, side, claim, remedying, terms),
                what_is_owed(purchase, claim, command.remedy, remedying),
            ]);
        }
        Stage::Inspection => return Err(ClaimRejection::NoVerdictYet.into()),
        _ => return Err(claim.wrong_stage(&CHOOSING).into()),
    }
    rules.all(match command.remedy {
        Remedy::Repair => Some(repair_is_possible(claim, terms)),
        Remedy::Replacement => Some(replacement_is_due(claim, terms)),
        Remedy::Cash => Some(cash_is_due(purchase, claim, terms, cx.now)),
        Remedy::PaidRepair | Remedy::ReturnUnrepaired => None,
    });
    let findings = rules.passed()?;
    let chosen = endings::chosen(claim, command.remedy, side, None, findings.clone());
    let outcome = match command.remedy {
        Remedy::Repair | Remedy::PaidRepair => return Ok(vec![chosen]),
        Remedy::Replacement => Outcome::Replaced,
        Remedy::Cash => Outcome::Refunded,
        Remedy::ReturnUnrepaired => Outcome::ReturnedUnrepaired,
    };
    let coverage = purchase.coverage(claim.policy)?;
    Ok(vec![chosen, endings::start(coverage, claim, outcome, cx.now, findings)])
}
