//! What a placed order may contain (S1, M6).

use recourse_kernel::{Finding, Tried};

use super::amounts;
use crate::domain::events::OrderLine;
use crate::domain::rejection::OrderRejection;
use crate::domain::state::UNITS_LIMIT;

/// S1: a warranty is sold with a device, in the same order.
pub fn warranty_comes_with_a_device(line: &OrderLine) -> Result<(), OrderRejection> {
    if line.warranty.is_some() && line.device.is_none() {
        return Err(OrderRejection::WarrantyWithoutDevice { line: line.line });
    }
    Ok(())
}

/// The lines are numbered from 1, have units, and fit into one purchase. All rules are tried, up to
/// the first line that fails any: a refusal must fit into a record, however many lines there are.
pub fn are_sound(lines: &[OrderLine]) -> Tried<OrderRejection> {
    let mut rules = Tried::default();
    let Some(first) = lines.first() else {
        rules.all([Err(OrderRejection::NothingBought)]);
        return rules;
    };
    let mut tried = lines.iter().zip(1..).map(|(line, number)| of_line(line, number, first));
    if let Some(failed) = tried.find(|tried| tried.iter().any(Result::is_err)) {
        for rule in &failed {
            rules.check(rule);
        }
    } else {
        rules.all([
            Ok(Finding::passed("M6", "every amount is possible")),
            Ok(Finding::passed("S1", "every warranty comes with a device")),
        ]);
    }
    rules.check(&units_fit_into_a_purchase(lines));
    rules
}

/// The rules for one line. M6: its amounts are in the currency of the first.
fn of_line(line: &OrderLine, number: u32, first: &OrderLine) -> Vec<Result<(), OrderRejection>> {
    let is_possible = |amount| amounts::is_possible(amount, first.unit_price).map(drop);
    let warranty = line.warranty.as_ref().map(|warranty| is_possible(warranty.price));
    let is_numbered = line.line == number;
    let has_units = line.quantity > 0;
    vec![
        if is_numbered { Ok(()) } else { Err(OrderRejection::LinesMisnumbered) },
        if has_units { Ok(()) } else { Err(OrderRejection::NothingBought) },
        is_possible(line.unit_price),
        warranty.unwrap_or(Ok(())),
        warranty_comes_with_a_device(line),
    ]
}

fn units_fit_into_a_purchase(lines: &[OrderLine]) -> Result<(), OrderRejection> {
    let units = lines.iter().map(|line| u64::from(line.quantity)).sum();
    if units > UNITS_LIMIT {
        return Err(OrderRejection::TooManyUnits { units, limit: UNITS_LIMIT });
    }
    Ok(())
}
