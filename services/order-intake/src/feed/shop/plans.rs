//! Which unit of an order has which warranty, and what was paid for it.
//!
//! A shop's own page can set the properties of a line. Names are matched without a leading `_`
//! (which hides a property from the buyer) and ignoring case:
//!
//! | property | value |
//! | --- | --- |
//! | `recourse_warranty` | `program:provider` or `program:provider:price` |
//! | `recourse_warranty_price` | the price for one unit in the shop's currency, such as `519.60` |
//! | `recourse_warranty_for` | the SKU or number (from 1) of the line that it is for |
//! | `recourse_device` | `category/operating_system/brand/model` |
//! | `recourse_device_category`, `…_os`, `…_brand`, `…_model` | the same, one by one |
//!
//! Examples: `repair:wisetech-service`, `smartphone/android/Samsung/Galaxy S24`.
//!
//! A line charges for a warranty if it has `recourse_warranty_for`, or if the shop's settings list
//! its SKU, product or product type as a plan. Its device is the line that the property names, else
//! its parent line, else the only device of the order. The n-th unit that is charged goes with the
//! n-th unit that it can be for. A refund of such a line is a refund of the warranty.
//!
//! Units that left the order by an edit charge for nothing, and those that left by a refund charged
//! for a device that did so too. A plan that is still there goes with a device that is still there:
//! after an exchange with the new one, and only without any with the device that went back.

use recourse_kernel::Money;
use recourse_terms::{Program, Provider};

use super::devices::{devices_among, why_no_device};
use super::form::{Line, Order, Whereabouts};
use super::settings::ShopSettings;
use super::units::per_unit;
use crate::domain::events::WarrantyBought;
use crate::feed::amounts::decimal;
use crate::feed::unusable::Unusable;

/// The warranty of each unit of a line.
pub(super) type OfUnits = Vec<Option<WarrantyBought>>;

/// A warranty as a line names it.
#[derive(Clone)]
struct Named {
    program: Program,
    provider: Provider,
    price: Option<Money>,
}

/// A line that charges for the warranties of others.
struct Charge<'a> {
    /// Its index in the order.
    at: usize,
    line: &'a Line,
    named: Option<Named>,
}

/// The warranty of each unit of each line, in the order of the lines.
pub(super) fn warranties(order: &Order, settings: &ShopSettings) -> Result<Vec<OfUnits>, Unusable> {
    let named = order.lines.iter().enumerate().map(|(at, line)| named(at, line, order));
    let named: Vec<Option<Named>> = named.collect::<Result<_, _>>()?;
    let charges: Vec<Charge<'_>> = charges(order, settings, &named);
    let is_charge = |at: usize| charges.iter().any(|charge| charge.at == at);
    let mut assigned = Assigned::new(order, &named);
    let targets = charges.iter().map(|charge| targets(charge, order, &named, &is_charge));
    let targets: Vec<Targets> = targets.collect::<Result<_, _>>()?;
    let mut before = 0;
    for (charge, targets) in charges.iter().zip(&targets) {
        if targets.by_position {
            assigned.by_position(charge, &targets.lines, before);
        }
        before += charge.line.units();
    }
    for whereabouts in [Whereabouts::Here, Whereabouts::Refunded] {
        for (charge, targets) in charges.iter().zip(&targets) {
            if !targets.by_position {
                assigned.by_turns(charge, &targets.lines, whereabouts)?;
            }
        }
    }
    let mut all = assigned.warranties;
    // A price that is missing now was that of a plan which left the order.
    let has_left = |charge: &Charge<'_>| charge.line.gone > 0 || charge.line.refunded > 0;
    let was_charged = charges.iter().any(has_left);
    for (at, of_units) in all.iter_mut().enumerate() {
        let Some(named) = named[at].as_ref().filter(|_| !is_charge(at)) else { continue };
        let Some(price) = named.price else {
            if of_units.iter().all(Option::is_none) && !was_charged {
                return Err(wrong(at, "its price is missing"));
            }
            continue;
        };
        for (unit, whereabouts) in of_units.iter_mut().zip(order.lines[at].whereabouts()) {
            if unit.is_none() && whereabouts != Whereabouts::Gone {
                *unit = Some(bought(named, price, None, None));
            }
        }
    }
    Ok(all)
}

fn wrong(at: usize, why: &'static str) -> Unusable {
    Unusable::Warranty { line: at + 1, why }
}

fn bought(
    named: &Named,
    price: Money,
    tax: Option<Money>,
    reference: Option<String>,
) -> WarrantyBought {
    let (program, provider) = (named.program, named.provider.clone());
    WarrantyBought { program, provider, price, tax, reference }
}

/// The warranty that a line's properties name.
fn named(at: usize, line: &Line, order: &Order) -> Result<Option<Named>, Unusable> {
    let Some(text) = line.property("recourse_warranty") else { return Ok(None) };
    let mut parts = text.splitn(3, ':').map(str::trim);
    let program = match parts.next().unwrap_or_default().to_lowercase().as_str() {
        "repair" => Program::Repair,
        "exchange" => Program::Exchange,
        _ => return Err(wrong(at, "the program is neither repair nor exchange")),
    };
    let provider = parts.next().unwrap_or_default().to_lowercase();
    let provider = provider.parse().map_err(|_| wrong(at, "its provider name is invalid"))?;
    let price = parts.next().or_else(|| line.property("recourse_warranty_price"));
    let price = price
        .map(|text| decimal(text, order.currency).ok_or_else(|| wrong(at, "its price is invalid")));
    Ok(Some(Named { program, provider, price: price.transpose()? }))
}

/// Whether a line charges for warranties.
pub(super) fn is_charge(line: &Line, settings: &ShopSettings) -> bool {
    settings.plan(line).is_some() || line.property("recourse_warranty_for").is_some()
}

/// The lines that charge for warranties.
fn charges<'a>(
    order: &'a Order,
    settings: &ShopSettings,
    named: &[Option<Named>],
) -> Vec<Charge<'a>> {
    let mut charges = Vec::new();
    for (at, line) in order.lines.iter().enumerate() {
        if !is_charge(line, settings) {
            continue;
        }
        let by_settings = settings.plan(line).map(|plan| Named {
            program: plan.program,
            provider: plan.provider.clone(),
            price: None,
        });
        charges.push(Charge { at, line, named: named[at].clone().or(by_settings) });
    }
    charges
}

/// The units of all lines, and the warranties that they get.
struct Assigned<'a> {
    named: &'a [Option<Named>],
    whereabouts: Vec<Vec<Whereabouts>>,
    warranties: Vec<OfUnits>,
}

/// The lines whose devices a line can charge for, in the order in which they get their plan.
struct Targets {
    lines: Vec<usize>,
    /// Whether the n-th plan that was ever ordered is for the n-th device: what left the order
    /// leaves the others as they were.
    by_position: bool,
}

impl<'a> Assigned<'a> {
    fn new(order: &'a Order, named: &'a [Option<Named>]) -> Self {
        Self {
            named,
            whereabouts: order.lines.iter().map(Line::whereabouts).collect(),
            warranties: order.lines.iter().map(|line| vec![None; line.units()]).collect(),
        }
    }

    /// Gives each unit of this line to the device at the same position among all, of which `before`
    /// belong to other lines.
    fn by_position(&mut self, charge: &Charge<'_>, targets: &[usize], before: usize) {
        let units = |&at: &usize| (0..self.whereabouts[at].len()).map(move |unit| (at, unit));
        let devices: Vec<_> = targets.iter().flat_map(units).collect();
        let of_charge = self.whereabouts[charge.at].clone().into_iter().zip(prices(charge));
        for ((whereabouts, (paid, tax)), (at, unit)) in
            of_charge.zip(devices.into_iter().skip(before))
        {
            if whereabouts != Whereabouts::Gone && self.warranties[at][unit].is_none() {
                self.warranties[at][unit] = self.bought(charge, at, paid, tax);
            }
        }
    }

    /// The first unit without a warranty that is there.
    fn free(&self, targets: &[usize], there: Whereabouts) -> Option<(usize, usize)> {
        targets.iter().find_map(|&at| {
            let mut units = self.whereabouts.get(at)?.iter().zip(self.warranties.get(at)?);
            Some((at, units.position(|(here, has)| *here == there && has.is_none())?))
        })
    }

    /// Gives the units of this line that are there to devices without a warranty. Those in the
    /// order go with devices in the order, and only then with devices that left it. One that was
    /// refunded went with a device that was, and may find none.
    fn by_turns(
        &mut self,
        charge: &Charge<'_>,
        targets: &[usize],
        there: Whereabouts,
    ) -> Result<(), Unusable> {
        use Whereabouts::{Gone, Here, Refunded};
        let rank = if there == Here { [Here, Refunded, Gone] } else { [Refunded, Here, Gone] };
        let units = self.whereabouts[charge.at].clone().into_iter().zip(prices(charge));
        for (_, (paid, tax)) in units.filter(|(unit, _)| *unit == there) {
            let free = rank.into_iter().find_map(|there| self.free(targets, there));
            let Some((at, unit)) = free else {
                if there != Here {
                    return Ok(());
                }
                return Err(wrong(charge.at, why_no_device(targets)));
            };
            self.warranties[at][unit] = self.bought(charge, at, paid, tax);
        }
        Ok(())
    }

    /// The warranty that a unit of this line is. A plan that neither the settings nor the device's
    /// line explain is not sold.
    fn bought(
        &self,
        charge: &Charge<'_>,
        at: usize,
        paid: Money,
        tax: Money,
    ) -> Option<WarrantyBought> {
        let named = charge.named.as_ref().or(self.named[at].as_ref())?;
        let price = named.price.unwrap_or(paid);
        let tax = Some(tax).filter(|tax| named.price.is_none() && tax.amount > 0);
        Some(bought(named, price, tax, charge.line.reference.clone()))
    }
}

/// The price and tax of each unit of a line that charges for warranties.
fn prices(charge: &Charge<'_>) -> Vec<(Money, Money)> {
    if charge.line.is_too_long() {
        return Vec::new();
    }
    let prices = per_unit(charge.line.paid, charge.line.quantity);
    let taxes = per_unit(charge.line.tax_added, charge.line.quantity);
    prices.into_iter().zip(taxes).collect()
}

/// The lines whose devices this line can charge for, in the order in which they get their plan.
fn targets(
    charge: &Charge<'_>,
    order: &Order,
    named: &[Option<Named>],
    is_charge: &impl Fn(usize) -> bool,
) -> Result<Targets, Unusable> {
    let these = |lines: Vec<usize>| Ok(Targets { lines, by_position: false });
    let others = || (0..order.lines.len()).filter(|&at| at != charge.at && !is_charge(at));
    if let Some(wanted) = charge.line.property("recourse_warranty_for") {
        let by_sku: Vec<_> =
            others().filter(|&at| order.lines[at].sku.as_deref() == Some(wanted)).collect();
        // Only without such a SKU is it the number of a line.
        if by_sku.is_empty() {
            let number = wanted.parse().ok().and_then(|number: usize| number.checked_sub(1));
            let by_number = others().filter(|&at| Some(at) == number).collect::<Vec<_>>();
            if by_number.is_empty() {
                return Err(wrong(charge.at, "it is for a line that the order does not have"));
            }
            return these(by_number);
        }
        let wants: Vec<_> = by_sku.iter().copied().filter(|&at| named[at].is_some()).collect();
        return these(if wants.is_empty() { by_sku } else { wants });
    }
    if let Some(parent) = &charge.line.parent {
        let of_parent = others().filter(|&at| order.lines[at].reference.as_ref() == Some(parent));
        return these(of_parent.collect());
    }
    by_themselves(charge, order, devices_among(order, others()), is_charge)
}

/// A line that names no device is for the only one in the order. Several devices go with as many
/// plans: with those in the order or, where an edit took out some of them, with those that were
/// ever ordered.
fn by_themselves(
    charge: &Charge<'_>,
    order: &Order,
    devices: Vec<usize>,
    is_charge: &impl Fn(usize) -> bool,
) -> Result<Targets, Unusable> {
    let here = |&at: &usize| order.lines[at].whereabouts().contains(&Whereabouts::Here);
    let in_order = devices.iter().copied().filter(here).count();
    let plans: Vec<usize> = (0..order.lines.len()).filter(|&at| is_charge(at)).collect();
    let match_each_other = |counts: &dyn Fn(Whereabouts) -> bool| {
        let count = |at: &usize| {
            order.lines[*at].whereabouts().into_iter().filter(|unit| counts(*unit)).count()
        };
        devices.iter().map(count).sum::<usize>() == plans.iter().map(count).sum::<usize>()
    };
    if in_order <= 1 || match_each_other(&|unit| unit == Whereabouts::Here) {
        return Ok(Targets { lines: devices, by_position: false });
    }
    if match_each_other(&|_| true) {
        return Ok(Targets { lines: devices, by_position: true });
    }
    Err(wrong(charge.at, "the order has several devices that it can be for"))
}
