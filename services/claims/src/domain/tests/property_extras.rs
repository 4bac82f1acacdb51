//! Commands of the property tests that are about chains, payments that are not owed, reviews, and
//! several defects.

use recourse_terms::Verdict;

use super::super::commands::{
    ApproveGoodwill, ChangeChain, CloseRefusalReview, CloseReview, ContestChain, DeclineGoodwill,
    GrantGoodwill, ResultKind,
};
use super::super::events::{DefectVerdict, ShipmentEnd};
use super::*;

pub(super) fn any_extra(detail: u8, number: u32, now: Instant) -> ClaimCommand {
    let claim = claim(number);
    let goodwill = u32::from(detail / 64) + 1;
    match detail % 12 {
        0 => {
            let continues = (detail > 127).then(|| super::claim(number.saturating_sub(1).max(1)));
            ClaimCommand::ChangeChain(ChangeChain { claim, continues, reason: sealed("the same") })
        }
        1 => ClaimCommand::ContestChain(ContestChain {
            claim,
            grounds: sealed("another one"),
            characters: 11,
        }),
        2 | 3 => {
            let amount = rubles(if detail > 127 { 2_000_000 } else { 100 });
            ClaimCommand::GrantGoodwill(GrantGoodwill { claim, amount, reason: None })
        }
        4 => ClaimCommand::ApproveGoodwill(ApproveGoodwill { claim, goodwill }),
        5 => ClaimCommand::DeclineGoodwill(DeclineGoodwill { claim, goodwill }),
        6 | 7 => {
            let result = [ResultKind::Pay, ResultKind::ClaimBack, ResultKind::Admit];
            let result = result[usize::from(detail % 3)];
            let amount = (detail > 63).then(|| rubles(50));
            let (review, as_of, note) = (goodwill, None, None);
            ClaimCommand::CloseReview(CloseReview { claim, review, result, amount, as_of, note })
        }
        8 => {
            let (policy, review, note) = (policy(), goodwill, None);
            let result = ResultKind::Admit;
            ClaimCommand::CloseRefusalReview(CloseRefusalReview { policy, review, result, note })
        }
        9 => {
            let what = [MoneyProgress::BuyerSettled, MoneyProgress::BuyerOwes];
            money(number, what[usize::from(detail > 63)], now)
        }
        10 => {
            let shipment = shipment_fact(Progress::ShipmentCorrected, now);
            let ClaimCommand::NoteJob(mut noted) = shipment else { return shipment };
            let ends = [ShipmentEnd::Delivered, ShipmentEnd::Lost, ShipmentEnd::Arrived];
            noted.now = Some(ends[usize::from(detail % 3)]);
            ClaimCommand::NoteJob(noted)
        }
        _ => {
            let found = verdict(number, Verdict::Covered, now);
            let ClaimCommand::RecordVerdict(mut found) = found else { return found };
            found.also_found = vec!["the camera".parse().unwrap()];
            found.defects = vec![DefectVerdict { defect: 2, cause: None, verdict: MISUSE }];
            ClaimCommand::RecordVerdict(found)
        }
    }
}
