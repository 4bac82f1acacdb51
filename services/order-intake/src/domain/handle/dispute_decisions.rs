//! The marketplace decides a dispute: how it ends, and for which amount (D1, D2, M7).

use recourse_kernel::{Finding, Money, Tried};

use super::disputes::decided;
use crate::domain::commands::DecideDispute;
use crate::domain::events::{DecidedBy, DisputeEnding};
use crate::domain::rejection::OrderRejection;
use crate::domain::rules::amounts::{is_possible, is_within_the_price};
use crate::domain::rules::disputes::{known, marketplace_decides, not_decided};
use crate::domain::state::{Dispute, Ending, Order, Unit};
use crate::domain::{Cx, Decision};

/// D1: the marketplace decides a dispute. Repeating the same decision changes nothing.
pub(super) fn decide(order: &Order, decision: &DecideDispute, cx: &Cx<'_>) -> Decision {
    let (unit, dispute) = known(order, decision.dispute)?;
    marketplace_decides(order, decision.dispute, cx.principal)?;
    let ended = ending_of(unit, &with_scan(decision, dispute));
    if let Some(before) = &dispute.ending()
        && is_the_same(before, decision, ended.as_ref().ok())
    {
        return Ok(Vec::new());
    }
    not_decided(decision.dispute, dispute)?;
    let mut rules = Tried::default();
    rules.check(&ended);
    rules.passed()?;
    let (ending, finding) = ended?;
    Ok(vec![decided(order, decision.dispute, ending, DecidedBy::Marketplace, finding, cx)])
}

/// The receipt that the buyer sent counts, whatever the decision says of it.
fn with_scan(decision: &DecideDispute, dispute: &Dispute) -> DecideDispute {
    DecideDispute { receipt: dispute.receipt.or(decision.receipt), ..decision.clone() }
}

/// Whether a dispute ended before as it is decided now. A demand above the receipt ends as
/// `nothing`, and a device beyond repair as `full_refund`.
fn is_the_same(before: &Ending, decision: &DecideDispute, ended: Option<&Ended>) -> bool {
    let is_requested = before.ending == decision.ending
        && (decision.amount.is_none() || decision.amount == before.amount);
    is_requested || ended.is_some_and(|(ending, _)| ending == before)
}

/// How a dispute ends, with what explains it.
type Ended = (Ending, Finding);

fn ending_of(unit: &Unit, decision: &DecideDispute) -> Result<Ended, OrderRejection> {
    let misplaced = OrderRejection::AmountMisplaced { ending: decision.ending };
    match (decision.ending, decision.amount) {
        (DisputeEnding::FullRefund, amount) => {
            let remaining = unit.remaining();
            if amount.is_some_and(|amount| amount != remaining) {
                return Err(misplaced);
            }
            let finding = Finding::passed("D2", "the full price is refunded");
            Ok((
                ended(DisputeEnding::FullRefund, Some(remaining)),
                finding.fact("remaining", remaining),
            ))
        }
        (DisputeEnding::PartialRefund, Some(amount)) => {
            is_within_the_price(unit, amount)?;
            let finding = Finding::passed("D2", "part of the price is refunded");
            Ok((ended(DisputeEnding::PartialRefund, Some(amount)), finding.fact("amount", amount)))
        }
        (DisputeEnding::RepairReimbursed, None) if decision.beyond_repair => {
            beyond_repair(unit, decision)
        }
        (DisputeEnding::RepairReimbursed, Some(amount)) if !decision.beyond_repair => {
            repair_reimbursed(unit, amount, decision)
        }
        (DisputeEnding::Discount, Some(amount)) => {
            is_within_the_price(unit, amount)?;
            let finding = Finding::passed("D2", "the buyer gets a discount");
            Ok((ended(DisputeEnding::Discount, Some(amount)), finding.fact("amount", amount)))
        }
        (DisputeEnding::Exchange, None) => Ok((
            ended(DisputeEnding::Exchange, None),
            Finding::passed("D2", "another device is sent"),
        )),
        (DisputeEnding::FreeParts, None) => Ok((
            ended(DisputeEnding::FreeParts, None),
            Finding::passed("D2", "parts for a repair are sent free of charge"),
        )),
        (DisputeEnding::Nothing, None) => Ok((
            ended(DisputeEnding::Nothing, None),
            Finding::passed("D2", "the buyer gets nothing"),
        )),
        _ => Err(misplaced),
    }
}

/// The service centre chosen with the seller finds the device beyond repair: the full price is
/// refunded.
fn beyond_repair(unit: &Unit, decision: &DecideDispute) -> Result<Ended, OrderRejection> {
    let receipt = decision.receipt.ok_or(OrderRejection::ReceiptMissing)?;
    is_possible(receipt, unit.price)?;
    let remaining = unit.remaining();
    let finding = Finding::passed("D2", "the service centre found the device beyond repair")
        .fact("receipt", receipt)
        .fact("remaining", remaining);
    Ok((ended(DisputeEnding::FullRefund, Some(remaining)), finding))
}

/// Reimburses a repair against its receipt. A demand above the receipt forfeits the whole
/// compensation.
fn repair_reimbursed(
    unit: &Unit,
    amount: Money,
    decision: &DecideDispute,
) -> Result<Ended, OrderRejection> {
    let receipt = decision.receipt.ok_or(OrderRejection::ReceiptMissing)?;
    is_possible(receipt, unit.price)?;
    is_possible(amount, unit.price)?;
    if amount.amount > receipt.amount {
        let finding = Finding::failed("D2", "the demand exceeds the receipt")
            .fact("demand", amount)
            .fact("receipt", receipt);
        return Ok((ended(DisputeEnding::Nothing, None), finding));
    }
    is_within_the_price(unit, amount)?;
    let finding = Finding::passed("D2", "the repair is reimbursed against its receipt")
        .fact("amount", amount)
        .fact("receipt", receipt);
    Ok((ended(DisputeEnding::RepairReimbursed, Some(amount)), finding))
}

fn ended(ending: DisputeEnding, amount: Option<Money>) -> Ending {
    Ending { ending, amount }
}
