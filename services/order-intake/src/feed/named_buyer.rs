//! The buyer whom a record names, even if it cannot be used. What is kept of it is sealed with the
//! buyer's key, so that it is erased with their other data.

use std::borrow::Cow;

use serde::Deserialize as _;
use serde_json::Value;

use super::identities::Identities;
use super::json::whole;
use super::shop::Buyer;
use super::values::Text;
use super::{shopify, woocommerce};

/// What a record's body may be in: a `CloudEvent`, a stored webhook, an answer of an API.
const WRAPPERS: [&str; 4] = ["data", "body", "payload", "order"];

/// The buyer's pseudonym, if the record can be parsed and names a buyer; else nothing is known.
/// The marketplace is that of the record, unless the record names another.
pub(crate) fn named_buyer(
    marketplace: Option<&str>,
    record: &[u8],
    identities: &Identities,
) -> Option<String> {
    let value = whole(record).ok()?;
    let marketplace = named_marketplace(&value).or(marketplace.map(Cow::Borrowed))?;
    let body = body_of(&value);
    let own = body.get("buyer").and_then(text);
    if let Some(own) = own {
        return Some(identities.buyer(&marketplace, &own));
    }
    let number = body.get("id").and_then(text).unwrap_or_default();
    buyer_of(&body).map(|buyer| buyer.pseudonym(&marketplace, &number, identities))
}

fn named_marketplace(value: &Value) -> Option<Cow<'_, str>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if text("specversion").is_some() {
        return text("source").map(Cow::Borrowed);
    }
    shopify::named_shop(value).or_else(|| woocommerce::named_shop(value)).map(Cow::Owned)
}

fn body_of(value: &Value) -> Cow<'_, Value> {
    let inner = WRAPPERS.iter().filter_map(|name| value.get(name));
    for inner in inner {
        match inner {
            Value::Object(_) => return Cow::Borrowed(inner),
            Value::String(text) => {
                if let Ok(body @ Value::Object(_)) = whole(text.as_bytes()) {
                    return Cow::Owned(body);
                }
            }
            _ => {}
        }
    }
    Cow::Borrowed(value)
}

/// As the orders of each shop system name their buyer.
fn buyer_of(body: &Value) -> Option<Buyer> {
    let at = |pointer: &str| body.pointer(pointer).and_then(text);
    // `gid://shopify/Customer/7?x=y`
    let number = |id: String| {
        let id = id.split('?').next().unwrap_or_default();
        id.rsplit('/').next().unwrap_or_default().to_owned()
    };
    let customer = at("/customer/id").map(number).or_else(|| at("/customer_id"));
    if let Some(customer) = customer.filter(|id| id != "0") {
        return Some(Buyer::Customer(customer));
    }
    let emails = ["/email", "/contact_email", "/customer/email", "/billing/email"];
    let email = emails.into_iter().find_map(at).map(Buyer::Email);
    email.or_else(|| body.get("line_items").map(|_| Buyer::Unknown))
}

/// A text, or a whole number as a text; none if it is empty.
fn text(value: &Value) -> Option<String> {
    let text = Text::deserialize(value).ok()?;
    text.id().map(str::to_owned).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use recourse_kernel::OrderKeys;
    use serde_json::json;

    use super::*;

    fn named(record: &Value) -> Option<String> {
        let identities = Identities::new([7; 32], OrderKeys::development());
        named_buyer(Some("s.example"), record.to_string().as_bytes(), &identities)
    }

    fn pseudonym(marketplace: &str, buyer: &str) -> String {
        Identities::new([7; 32], OrderKeys::development()).buyer(marketplace, buyer)
    }

    #[test]
    fn a_buyer_has_the_pseudonym_that_orders_give_them() {
        let customer = Some(pseudonym("s.example", "customer/7"));
        let order = json!({"customer": {"id": 7, "email": "pat@example.com"}});
        assert_eq!(named(&order), customer);
        assert_eq!(named(&json!({"order": order})), customer);
        assert_eq!(named(&json!({"customer": {"id": "gid://shopify/Customer/7"}})), customer);
        assert_eq!(named(&json!({"customer_id": 7, "billing": {"email": "a@b.c"}})), customer);
        let email = Some(pseudonym("s.example", "email/pat@example.com"));
        assert_eq!(named(&json!({"email": " Pat@example.com"})), email);
        assert_eq!(
            named(&json!({"customer_id": 0, "billing": {"email": "pat@example.com"}})),
            email
        );
        let guest = Some(pseudonym("s.example", "order/81"));
        assert_eq!(named(&json!({"id": 81, "line_items": [], "email": ""})), guest);
    }

    #[test]
    fn a_record_may_name_its_marketplace() {
        let event = json!({"specversion": "1.0", "source": "bazaar", "data": {"buyer": "ivan"}});
        assert_eq!(named(&event), Some(pseudonym("bazaar", "ivan")));
        assert_eq!(named(&json!({"buyer": "b-81", "order": "7"})).as_deref(), Some("b-81"));
        let customer = json!({"customer": {"id": 7}});
        let stored = json!({"topic": "orders/paid", "shop": "a.example", "body": customer});
        assert_eq!(named(&stored), Some(pseudonym("a.example", "customer/7")));
        let headers =
            json!({"X-Shopify-Topic": "orders/paid", "X-Shopify-Shop-Domain": "A.example"});
        let stored = json!({"headers": headers, "body": customer});
        assert_eq!(named(&stored), Some(pseudonym("a.example", "customer/7")));
        let stored = json!({"topic": "x", "source": "https://a.example/", "body":
            customer.to_string()});
        assert_eq!(named(&stored), Some(pseudonym("a.example", "customer/7")));
    }

    #[test]
    fn nothing_is_known_of_other_records() {
        assert_eq!(named(&json!({"order_id": 1, "amount": "5.00"})), None);
        assert_eq!(named(&json!([{"customer": {"id": 7}}])), None);
        let identities = Identities::new([7; 32], OrderKeys::development());
        assert_eq!(named_buyer(Some("s"), b"{\"email\": \"pat", &identities), None);
        assert_eq!(named_buyer(None, b"{\"email\": \"a@b.c\"}", &identities), None);
    }
}
