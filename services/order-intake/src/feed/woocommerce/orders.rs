//! Orders: what an order's body says about it.

use chrono::DateTime;
use recourse_kernel::{Currency, Instant, Money};
use serde_json::Value;

use super::bodies::{self, Address, LineItem, Meta};
use super::fees::{Paid, paid_for_lines};
use super::values::{
    address, currency, id, meta, needed, needed_time, quantity, said, sum, text_of, time,
};
use crate::feed::fact::Contact;
use crate::feed::shop::{
    Buyer, Cancellation, Completion, Contents, Delivery, Line, Order, Payment,
};
use crate::feed::unusable::Unusable;

/// The statuses in which a date of completion counts: the goods were handed over before the order
/// was refunded or cancelled. An order that is worked on again is not completed.
const ONCE_COMPLETED: [&str; 3] = ["completed", "refunded", "cancelled"];

/// The order as it is now.
pub(super) fn order(body: &bodies::Order) -> Result<Order, Unusable> {
    let currency = currency(body.currency.as_deref())?;
    let placed_at = needed_time(body.date_created_gmt.as_deref(), "date_created_gmt")?;
    let changed_at = time(body.date_modified_gmt.as_deref(), "date_modified_gmt")?;
    // Without a valid time, the payment itself is reported as unusable.
    let paid_at = time(body.date_paid_gmt.as_deref(), "date_paid_gmt").ok().flatten();
    let items = body.line_items.iter().flatten().zip(paid_for_lines(body, currency)?).enumerate();
    let lines = items.map(|(at, (item, paid))| line(at, item, paid));
    let lines = lines.filter_map(Result::transpose).collect::<Result<Vec<Line>, _>>()?;
    let place = body.place();
    Ok(Order {
        // Refunds name an order by its id; plugins may change its `number`.
        number: needed(body.id.as_ref(), "id")?,
        as_of: changed_at.unwrap_or(placed_at).max(placed_at),
        placed_at,
        currency,
        buyer: body.buyer()?,
        contact: body.contact(place),
        is_contact_whole: true,
        address: place.map(address),
        location: None,
        is_of_a_counter: false,
        storefront: body.created_via.as_deref().and_then(said),
        language: meta(body.meta_data.as_ref(), "wpml_language").and_then(text_of),
        paid: paid_at.and_then(|_| body.total(currency)),
        is_test: meta(body.meta_data.as_ref(), "_wcpay_mode").is_some_and(|mode| mode == "test"),
        lines,
    })
}

/// A line; none if it has no units.
fn line(at: usize, item: &LineItem, paid: Paid) -> Result<Option<Line>, Unusable> {
    let field = |name: &str| format!("line_items[{at}].{name}");
    let quantity = quantity(item.quantity.as_ref());
    let quantity = quantity.ok_or_else(|| Unusable::value(&field("quantity")))?;
    if quantity == 0 {
        return Ok(None);
    }
    let properties: Vec<(String, String)> = properties(item.meta_data.as_ref());
    let bundle = id(item.bundled_by.as_ref(), &field("bundled_by"))?;
    let composite = id(item.composite_parent.as_ref(), &field("composite_parent"))?;
    let brand = |name: &str| name.eq_ignore_ascii_case("brand") || name == "pa_brand";
    Ok(Some(Line {
        reference: id(item.id.as_ref(), &field("id"))?,
        title: item.name.clone().unwrap_or_default(),
        vendor: properties.iter().find(|(name, _)| brand(name)).map(|(_, value)| value.clone()),
        sku: item.sku.as_ref().and_then(|sku| said(&sku.text)),
        product: id(item.product_id.as_ref(), &field("product_id"))?,
        product_type: None,
        quantity,
        gone: 0,
        refunded: 0,
        paid: paid.whole,
        tax_added: paid.tax_added,
        // No field says so. An order that is completed was delivered as a whole.
        requires_shipping: true,
        parent: bundle.or(composite),
        properties,
    }))
}

fn properties(all: Option<&Vec<Meta>>) -> Vec<(String, String)> {
    let all = all.into_iter().flatten();
    all.filter_map(|one| Some((one.key.clone()?, text_of(one.value.as_ref()?)?))).collect()
}

/// The order's payment, once WooCommerce has its date. Cash on delivery is paid at completion.
pub(super) fn payment(body: &bodies::Order) -> Result<Option<Payment>, Unusable> {
    let Some(paid_at) = time(body.date_paid_gmt.as_deref(), "date_paid_gmt")? else {
        return Ok(None);
    };
    let currency = currency(body.currency.as_deref())?;
    let amount = body.total(currency).ok_or_else(|| Unusable::value("total"))?;
    Ok(Some(Payment { order: needed(body.id.as_ref(), "id")?, paid_at, amount }))
}

/// T1: the goods are with the buyer when the shop completes the order. WooCommerce has no other
/// status of a shipment.
pub(super) fn delivery(body: &bodies::Order) -> Result<Option<Delivery>, Unusable> {
    let Some(completed_at) = completed_at(body)? else { return Ok(None) };
    let order = needed(body.id.as_ref(), "id")?;
    let shipped_at = shipped_at(body).unwrap_or(completed_at);
    Ok(Some(Delivery {
        // Ids of refunds are from the same sequence as those of orders.
        shipment: format!("{order}#completed"),
        order,
        delivered_at: completed_at.max(shipped_at),
        is_exact: false,
        address: body.place().map(address),
        contents: Contents::WholeOrder,
    }))
}

/// T10: a completed order.
pub(super) fn completion(body: &bodies::Order) -> Result<Option<Completion>, Unusable> {
    let Some(completed_at) = completed_at(body)? else { return Ok(None) };
    Ok(Some(Completion { order: needed(body.id.as_ref(), "id")?, completed_at }))
}

fn completed_at(body: &bodies::Order) -> Result<Option<Instant>, Unusable> {
    let status = body.status.as_deref().unwrap_or_default();
    if !ONCE_COMPLETED.contains(&status) {
        return Ok(None);
    }
    let at = time(body.date_completed_gmt.as_deref(), "date_completed_gmt")?;
    if at.is_none() && status == "completed" {
        return needed_time(body.date_modified_gmt.as_deref(), "date_completed_gmt").map(Some);
    }
    Ok(at)
}

/// When the last parcel was shipped, if the shop keeps tracking numbers: Unix time in seconds.
fn shipped_at(body: &bodies::Order) -> Option<Instant> {
    let tracked = meta(body.meta_data.as_ref(), "_wc_shipment_tracking_items")?;
    let shipped = tracked.as_array()?.iter().filter_map(|parcel: &Value| {
        let seconds = text_of(parcel.get("date_shipped")?)?.parse().ok()?;
        crate::feed::values::sensible(DateTime::from_timestamp(seconds, 0)?).ok()
    });
    shipped.max()
}

/// S8. WooCommerce keeps no time of cancellation.
pub(super) fn cancellation(body: &bodies::Order) -> Result<Cancellation, Unusable> {
    Ok(Cancellation {
        order: needed(body.id.as_ref(), "id")?,
        cancelled_at: needed_time(body.date_modified_gmt.as_deref(), "date_modified_gmt")?,
        reason: None,
    })
}

impl bodies::Order {
    /// The order's total, with tax, shipping and fees. Refunds do not change it.
    pub(super) fn total(&self, currency: Currency) -> Option<Money> {
        self.total.as_ref()?;
        sum([&self.total], currency)
    }

    /// The shipping address or, if nothing is shipped, that of the bill. Both are always present,
    /// and may be empty.
    fn place(&self) -> Option<&Address> {
        let has_country = |address: &&Address| address.country.as_deref().and_then(said).is_some();
        let both = || [self.shipping.as_ref(), self.billing.as_ref()].into_iter().flatten();
        both().find(has_country)
    }

    fn buyer(&self) -> Result<Buyer, Unusable> {
        Ok(match (id(self.customer_id.as_ref(), "customer_id")?, self.email()) {
            (Some(customer), _) => Buyer::Customer(customer),
            (None, Some(email)) => Buyer::Email(email),
            (None, None) => Buyer::Unknown,
        })
    }

    fn email(&self) -> Option<String> {
        said(self.billing.as_ref()?.email.as_deref()?)
    }

    fn contact(&self, place: Option<&Address>) -> Contact {
        let phone = |address: &Address| said(&address.phone.as_ref()?.text);
        let mut phones = [place, self.billing.as_ref()].into_iter().flatten();
        Contact {
            name: place.or(self.billing.as_ref()).and_then(name),
            email: self.email(),
            phone: phones.find_map(phone),
            address: place.and_then(postal).map(Value::from),
        }
    }
}

fn name(address: &Address) -> Option<String> {
    let names = [&address.first_name, &address.last_name].into_iter().flatten();
    let names: Vec<_> = names.filter_map(|name| said(name)).collect();
    let company = || said(address.company.as_deref()?);
    if names.is_empty() { company() } else { Some(names.join(" ")) }
}

fn postal(address: &Address) -> Option<String> {
    let parts = [
        address.street.as_deref(),
        address.street_2.as_deref(),
        address.city.as_deref(),
        address.postcode.as_ref().map(|code| code.text.as_str()),
        address.state.as_ref().map(|state| state.text.as_str()),
        address.country.as_deref(),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().filter_map(said).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
