//! Orders: what an order's body says about it, in any webhook.

use recourse_kernel::{Currency, Money};
use serde_json::Value;

use super::bodies::{self, Address, Discount, LineItem, Properties, TaxLine};
use super::queried::{PAID, REFUNDED};
use super::values::{address, amount, currency, id, instant, needed};
use crate::feed::fact::Contact;
use crate::feed::shop::{Buyer, Cancellation, Completion, Line, Order, Payment};
use crate::feed::unusable::Unusable;

/// The units of each line that refunds took out of the order.
pub(super) type Refunded<'a> = &'a dyn Fn(&str) -> u32;

/// The order as it is now.
pub(super) fn order(body: &bodies::Order, refunded: Refunded<'_>) -> Result<Order, Unusable> {
    let currency = currency(body.currency.as_deref())?;
    let placed_at = instant([body.created_at, body.processed_at], "created_at")?;
    let place = body.place();
    let items = body.line_items.as_deref().unwrap_or_default();
    let has_tax =
        items.iter().any(|item| item.tax_lines.as_ref().is_some_and(|all| !all.is_empty()));
    let taxes_included = match body.taxes_included {
        None if has_tax => return Err(Unusable::missing("taxes_included")),
        said => said.unwrap_or(false),
    };
    let lines = items.iter().enumerate().map(|(at, item)| line(at, item, currency, taxes_included));
    let mut lines = lines.collect::<Result<Vec<Line>, _>>()?;
    for (line, item) in lines.iter_mut().zip(items) {
        let current = item.current_quantity.unwrap_or(line.quantity);
        let by_refund = line.reference.as_deref().map_or(0, refunded);
        let left = line.quantity.saturating_sub(current);
        line.refunded = by_refund.min(line.quantity);
        line.gone = left.saturating_sub(by_refund);
    }
    Ok(Order {
        // Other bodies name an order by its id; `#1001` is only for display.
        number: needed(body.id.as_ref(), "id")?,
        as_of: instant([body.updated_at, Some(placed_at)], "updated_at")?,
        placed_at,
        currency,
        buyer: body.buyer()?,
        contact: body.contact(place),
        is_contact_whole: body.unsaid.is_none_or(|unsaid| !unsaid.contact),
        address: place.map(address),
        location: id(body.location_id.as_ref(), "location_id")?,
        is_of_a_counter: body.is_of_a_counter(),
        storefront: body.source_name.clone(),
        language: body.customer_locale.clone(),
        is_test: body.test.unwrap_or(false),
        paid: paid(body, currency),
        lines,
    })
}

/// What was paid, unless something is outstanding: an edit of a paid order can add to its total.
fn paid(body: &bodies::Order, currency: Currency) -> Option<Money> {
    let outstanding = body.total_outstanding.as_ref();
    let outstanding = outstanding.and_then(|text| amount(None, Some(text), currency));
    let is_paid = body.was_paid() && outstanding.is_none_or(|money| money.amount <= 0);
    let total = || amount(body.total_price_set.as_ref(), body.total_price.as_ref(), currency);
    if is_paid { total() } else { None }
}

/// A line. Its price is that of one unit, without the discounts allocated to the line.
fn line(
    at: usize,
    item: &LineItem,
    currency: Currency,
    taxes_included: bool,
) -> Result<Line, Unusable> {
    let field = |name: &str| format!("line_items[{at}].{name}");
    let quantity = item.quantity.filter(|quantity| *quantity > 0);
    let quantity = quantity.ok_or_else(|| Unusable::value(&field("quantity")))?;
    let price = amount(item.price_set.as_ref(), item.price.as_ref(), currency);
    let gross = price.and_then(|price| price.amount.checked_mul(i64::from(quantity)));
    let gross = gross.ok_or_else(|| Unusable::value(&field("price")))?;
    let discounts = item.discount_allocations.as_deref().unwrap_or_default().iter();
    let discount =
        |part: &Discount| amount(part.amount_set.as_ref(), part.amount.as_ref(), currency);
    let discounts = total(discounts.map(discount));
    let discounts = discounts.ok_or_else(|| Unusable::value(&field("discount_allocations")))?;
    let taxes = item.tax_lines.as_deref().unwrap_or_default().iter();
    let tax = |part: &TaxLine| amount(part.price_set.as_ref(), part.price.as_ref(), currency);
    let taxes = if taxes_included { Some(0) } else { total(taxes.map(tax)) };
    let taxes = taxes.ok_or_else(|| Unusable::value(&field("tax_lines")))?;
    let net = gross.saturating_sub(discounts).max(0);
    let paid = Money::new(net.saturating_add(taxes), currency).bounded();
    let parent = item.parent_relationship.as_ref();
    Ok(Line {
        reference: id(item.id.as_ref(), &field("id"))?,
        title: item.title.clone().or_else(|| item.name.clone()).unwrap_or_default(),
        vendor: item.vendor.clone(),
        sku: item.sku.as_ref().map(|sku| sku.text.trim().to_owned()).filter(|sku| !sku.is_empty()),
        product: id(item.product_id.as_ref(), &field("product_id"))?,
        product_type: item.product_type.clone(),
        quantity,
        gone: 0,
        refunded: 0,
        paid: paid.map_err(|_| Unusable::value(&field("price")))?,
        tax_added: Money::new(taxes, currency),
        requires_shipping: item.requires_shipping != Some(false) && item.gift_card != Some(true),
        parent: id(parent.and_then(|parent| parent.parent_id.as_ref()), &field("parent_id"))?,
        properties: properties(item.properties.as_ref()),
    })
}

fn total(amounts: impl Iterator<Item = Option<Money>>) -> Option<i64> {
    let mut amounts = amounts;
    amounts.try_fold(0_i64, |sum, amount| sum.checked_add(amount?.amount))
}

fn properties(properties: Option<&Properties>) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match properties {
        None => Vec::new(),
        Some(Properties::List(list)) => list
            .iter()
            .filter_map(|one| Some((one.name.clone()?, text(one.value.as_ref()?)?)))
            .collect(),
        Some(Properties::Object(object)) => {
            object.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
        }
    }
}

/// The order's payment. `is_news`: the body was sent because of it.
pub(super) fn payment(body: &bodies::Order, is_news: bool) -> Result<Payment, Unusable> {
    let paid_at = if is_news {
        // The webhook is sent when the order is paid, so its last change is the payment.
        instant([body.updated_at, body.processed_at], "updated_at")?
    } else {
        // In an export made later, the last change can be anything.
        instant([body.processed_at, body.created_at], "processed_at")?
    };
    if body.total_price_set.is_none() && body.total_price.is_none() {
        return Err(Unusable::missing("total_price"));
    }
    let currency = currency(body.currency.as_deref())?;
    let amount = amount(body.total_price_set.as_ref(), body.total_price.as_ref(), currency)
        .ok_or_else(|| Unusable::value("total_price"))?;
    Ok(Payment { order: needed(body.id.as_ref(), "id")?, paid_at, amount })
}

pub(super) fn cancellation(body: &bodies::Order) -> Result<Cancellation, Unusable> {
    Ok(Cancellation {
        order: needed(body.id.as_ref(), "id")?,
        cancelled_at: instant([body.cancelled_at, body.updated_at], "cancelled_at")?,
        reason: body.cancel_reason.clone(),
    })
}

/// T10: an order that is fulfilled and archived is completed.
pub(super) fn completion(body: &bodies::Order) -> Result<Option<Completion>, Unusable> {
    let is_fulfilled = body.fulfillment_status.as_deref() == Some("fulfilled");
    let (Some(closed_at), true, None) = (body.closed_at, is_fulfilled, body.cancelled_at) else {
        return Ok(None);
    };
    let completed_at = instant([Some(closed_at), None], "closed_at")?;
    Ok(Some(Completion { order: needed(body.id.as_ref(), "id")?, completed_at }))
}

impl bodies::Order {
    /// Whether the shop considers the order paid, whatever it refunded since.
    pub(super) fn was_paid(&self) -> bool {
        self.financial_status.as_deref().is_some_and(|status| PAID.contains(&status))
    }

    /// Whether the shop paid some of it back.
    pub(super) fn was_refunded(&self) -> bool {
        self.financial_status.as_deref().is_some_and(|status| REFUNDED.contains(&status))
    }

    /// The shipping address or, if nothing is shipped, the buyer's own address.
    fn place(&self) -> Option<&Address> {
        let home = || self.customer.as_ref()?.default_address.as_ref();
        self.shipping_address.as_ref().or(self.billing_address.as_ref()).or_else(home)
    }

    /// Whether it was sold at a counter, where the buyer takes it along.
    pub(super) fn is_of_a_counter(&self) -> bool {
        let says_place = self.unsaid.is_none_or(|unsaid| !unsaid.place);
        let is_sent = self.shipping_address.is_some();
        self.source_name.as_deref() == Some("pos") && says_place && !is_sent
    }

    fn buyer(&self) -> Result<Buyer, Unusable> {
        let customer = self.customer.as_ref().and_then(|customer| customer.id.as_ref());
        let by_email = || self.email().map(|email| Buyer::Email(email.to_owned()));
        let customer = id(customer, "customer.id")?.map(Buyer::Customer);
        Ok(customer.or_else(by_email).unwrap_or(Buyer::Unknown))
    }

    fn contact(&self, address: Option<&Address>) -> Contact {
        let customer = self.customer.as_ref();
        let name = address.and_then(|address| address.name.clone()).or_else(|| {
            let customer = customer?;
            let names = [&customer.first_name, &customer.last_name];
            let names: Vec<_> = names.into_iter().flatten().map(String::as_str).collect();
            (!names.is_empty()).then(|| names.join(" "))
        });
        let phones = [self.phone.as_ref(), address.and_then(|address| address.phone.as_ref())];
        let customers = customer.and_then(|customer| customer.phone.as_ref());
        let phone = phones.into_iter().flatten().next().or(customers).cloned();
        let parts = address.map(|address| {
            let zip = address.zip.as_ref().map(|zip| zip.text.as_str());
            let parts = [
                address.address1.as_deref(),
                address.address2.as_deref(),
                address.city.as_deref(),
                zip,
                address.province.as_deref(),
                address.country.as_deref(),
            ];
            let parts = parts.into_iter().flatten().filter(|part| !part.trim().is_empty());
            parts.collect::<Vec<_>>().join(", ")
        });
        let address = parts.filter(|parts| !parts.is_empty()).map(Value::from);
        Contact { name, email: self.email().map(str::to_owned), phone, address }
    }

    fn email(&self) -> Option<&str> {
        let customers = || self.customer.as_ref()?.email.as_deref();
        let given = self.email.as_deref().or(self.contact_email.as_deref());
        given.or_else(customers).filter(|email| !email.is_empty())
    }
}
