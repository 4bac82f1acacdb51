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

use recourse_kernel::Money;
use recourse_terms::{Program, Provider};

use super::devices::{devices_among, why_no_device};
use super::form::{Line, Order};
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
    let mut all: Vec<OfUnits> = order.lines.iter().map(|line| vec![None; line.units()]).collect();
    for charge in &charges {
        assign(charge, order, &named, &is_charge, &mut all)?;
    }
    for (at, of_units) in all.iter_mut().enumerate() {
        let Some(named) = named[at].as_ref().filter(|_| !is_charge(at)) else { continue };
        let Some(price) = named.price else {
            if of_units.iter().all(Option::is_none) {
                return Err(wrong(at, "its price is missing"));
            }
            continue;
        };
        for unit in of_units.iter_mut().filter(|unit| unit.is_none()) {
            *unit = Some(bought(named, price, None, None));
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

/// Gives each unit that the line charges for to the next device without a warranty.
fn assign(
    charge: &Charge<'_>,
    order: &Order,
    named: &[Option<Named>],
    is_charge: &impl Fn(usize) -> bool,
    all: &mut [OfUnits],
) -> Result<(), Unusable> {
    let targets = targets(charge, order, named, is_charge)?;
    let prices = per_unit(charge.line.paid, charge.line.quantity);
    let taxes = per_unit(charge.line.tax_added, charge.line.quantity);
    for (paid, tax) in prices.into_iter().zip(taxes) {
        let free = targets.iter().find_map(|&at| {
            let unit = all.get(at)?.iter().position(Option::is_none)?;
            Some((at, unit))
        });
        let Some((at, unit)) = free else {
            return Err(wrong(charge.at, why_no_device(&targets)));
        };
        // A plan that neither the settings nor the device's line explain is not sold.
        let Some(named) = charge.named.as_ref().or(named[at].as_ref()) else { continue };
        let price = named.price.unwrap_or(paid);
        let tax = Some(tax).filter(|tax| named.price.is_none() && tax.amount > 0);
        all[at][unit] = Some(bought(named, price, tax, charge.line.reference.clone()));
    }
    Ok(())
}

/// The lines whose devices this line can charge for, in the order in which they get their plan.
fn targets(
    charge: &Charge<'_>,
    order: &Order,
    named: &[Option<Named>],
    is_charge: &impl Fn(usize) -> bool,
) -> Result<Vec<usize>, Unusable> {
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
            return Ok(by_number);
        }
        let wants: Vec<_> = by_sku.iter().copied().filter(|&at| named[at].is_some()).collect();
        return Ok(if wants.is_empty() { by_sku } else { wants });
    }
    if let Some(parent) = &charge.line.parent {
        let of_parent = others().filter(|&at| order.lines[at].reference.as_ref() == Some(parent));
        return Ok(of_parent.collect());
    }
    let devices = devices_among(order, others());
    let units: usize = devices.iter().map(|&at| order.lines[at].units()).sum();
    let charged: usize =
        (0..order.lines.len()).filter(|&at| is_charge(at)).map(|at| order.lines[at].units()).sum();
    if devices.len() > 1 && units != charged {
        return Err(wrong(charge.at, "the order has several devices that it can be for"));
    }
    Ok(devices)
}
