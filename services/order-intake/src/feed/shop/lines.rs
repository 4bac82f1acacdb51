//! The lines of an order, with what was paid for each unit.

use recourse_kernel::Money;

use super::devices::{device, is_taken_for_one};
use super::form::{Line, Order};
use super::plans::{OfUnits, is_charge, warranties};
use super::settings::ShopSettings;
use super::units::per_unit;
use crate::domain::commands::LineUnits;
use crate::domain::events::OrderLine;
use crate::feed::unusable::Unusable;
use crate::feed::values::short;

/// Translates the lines. One line of the shop becomes several if its units differ: an amount that
/// does not divide evenly, or a plan for some of the units only.
pub(super) fn lines(order: &Order, settings: &ShopSettings) -> Result<Vec<OrderLine>, Unusable> {
    let warranties = warranties(order, settings)?;
    let least = warranties.iter().flatten().flatten().map(|warranty| warranty.price.amount).min();
    let mut lines: Vec<OrderLine> = Vec::new();
    for (at, (line, warranties)) in order.lines.iter().zip(warranties).enumerate() {
        let field = |name: &str| format!("line_items[{at}].{name}");
        if line.quantity == 0 {
            return Err(Unusable::value(&field("quantity")));
        }
        if line.paid.amount < 0 || line.paid.bounded().is_err() {
            return Err(Unusable::value(&field("price")));
        }
        if line.is_too_long() {
            let unit_price = line.paid.share(1, line.quantity);
            let unit_price = unit_price.map_err(|_| Unusable::value(&field("price")))?;
            lines.push(OrderLine { quantity: line.quantity, ..a_line(line, unit_price) });
        } else {
            let is_charge = is_charge(line, settings);
            let has_warranty = warranties.iter().any(Option::is_some);
            let is_one = has_warranty || (!is_charge && is_taken_for_one(order, line, least));
            let kind = device(line, is_one);
            let of_units = of_units(line, warranties).into_iter();
            lines.extend(of_units.map(|of_line| OrderLine {
                device: kind.clone(),
                requires_shipping: line.requires_shipping && !is_charge,
                ..of_line
            }));
        }
    }
    for (line, number) in lines.iter_mut().zip(1..) {
        line.line = number;
    }
    Ok(lines)
}

/// Groups equal units.
fn of_units(line: &Line, warranties: OfUnits) -> Vec<OrderLine> {
    let mut groups: Vec<OrderLine> = Vec::new();
    let prices = per_unit(line.paid, line.quantity);
    let taxes = per_unit(line.tax_added, line.quantity);
    for ((price, tax), warranty) in prices.into_iter().zip(taxes).zip(warranties) {
        let tax = Some(tax).filter(|tax| tax.amount > 0);
        let same = |last: &&mut OrderLine| {
            (last.unit_price, last.unit_tax, &last.warranty) == (price, tax, &warranty)
        };
        match groups.last_mut().filter(same) {
            Some(last) => last.quantity += 1,
            None => groups.push(OrderLine { unit_tax: tax, warranty, ..a_line(line, price) }),
        }
    }
    groups
}

fn a_line(line: &Line, unit_price: Money) -> OrderLine {
    OrderLine {
        line: 0,
        title: short(&line.title),
        quantity: 1,
        unit_price,
        unit_tax: None,
        device: device(line, false),
        requires_shipping: line.requires_shipping,
        warranty: None,
        seller: None,
        serials: Vec::new(),
        reference: line.reference.clone(),
    }
}

/// The units that left the order by an edit, by line.
pub(super) fn gone(order: &Order) -> Vec<LineUnits> {
    let gone = order.lines.iter().filter(|line| line.gone > 0);
    gone.filter_map(|line| {
        let quantity = line.gone.min(line.quantity);
        Some(LineUnits { reference: line.reference.clone()?, quantity })
    })
    .collect()
}
