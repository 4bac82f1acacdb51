//! Nodes of Shopify's GraphQL API, brought into the form of its REST bodies: `createdAt` becomes
//! `created_at`, `gid://shopify/Order/1` becomes `1`, and a connection becomes a list.

use serde_json::{Map, Value};

use super::queried::{self, note, snake};
use crate::feed::shop::ShopSettings;
use crate::feed::unusable::Unusable;

/// The connections of which every item is needed.
const PAGED: [&str; 6] = [
    "lineItems",
    "fulfillmentLineItems",
    "refundLineItems",
    "refundShippingLines",
    "orderAdjustments",
    "transactions",
];

/// How many items people ask for. A list of that many may have a further page.
const FULL_PAGES: [usize; 7] = [5, 10, 20, 25, 50, 100, 250];

/// The type of a node, from its id: `Order` in `gid://shopify/Order/450789469`.
pub(super) fn type_of(node: &Value) -> Option<&str> {
    let (kind, _) = kind_and_number(node.get("id")?.as_str()?)?;
    Some(kind)
}

fn kind_and_number(id: &str) -> Option<(&str, &str)> {
    let (kind, number) = id.strip_prefix("gid://shopify/")?.split_once('/')?;
    let number = number.split_once('?').map_or(number, |(number, _)| number);
    (!number.is_empty()).then_some((kind, number))
}

/// The topic and the body of the webhook that would say the same as this node; `None` if its type
/// is not read. A node without what decides about money, quantities or warranties is refused.
pub(super) fn as_webhook(
    node: &Value,
    settings: &ShopSettings,
) -> Result<Option<(&'static str, Value)>, Unusable> {
    let Some(kind @ ("Order" | "Fulfillment" | "Refund" | "OrderTransaction")) = type_of(node)
    else {
        return Ok(None);
    };
    let mut unpaged = Vec::new();
    let mut body = plain(node, "", &mut unpaged)?;
    if kind == "Order" {
        queried::order(&mut body, settings, &unpaged)?;
    } else {
        let checked = match kind {
            "Fulfillment" => queried::fulfillment(&body, "", false),
            "Refund" => queried::refund(&body, ""),
            _ => queried::transaction(&body),
        };
        queried::and(checked, &unpaged)?;
    }
    let topic = match kind {
        "Order" => {
            order(&mut body)?;
            "orders/updated"
        }
        "Fulfillment" => {
            fulfillment(&mut body)?;
            "fulfillments/update"
        }
        "Refund" => {
            refund(&mut body)?;
            "refunds/create"
        }
        _ => {
            transaction(&mut body);
            "order_transactions/create"
        }
    };
    Ok(Some((topic, body)))
}

/// Names with underscores, plain ids, lists instead of connections. `unpaged` gets the lists of
/// which it is not known whether they have a further page.
fn plain(value: &Value, path: &str, unpaged: &mut Vec<String>) -> Result<Value, Unusable> {
    Ok(match value {
        Value::Object(object) => {
            if let Some(items) = list(object)? {
                let may_be_cut = !is_paged(object) && FULL_PAGES.contains(&items.len());
                if may_be_cut && PAGED.iter().any(|list| path.ends_with(list)) {
                    unpaged.push(format!("{path}.pageInfo.hasNextPage"));
                }
                items
                    .into_iter()
                    .map(|item| plain(item, path, unpaged))
                    .collect::<Result<_, _>>()?
            } else {
                let fields = object.iter().map(|(name, value)| {
                    let path = if path.is_empty() { name } else { &format!("{path}.{name}") };
                    Ok((snake(name), plain(value, path, unpaged)?))
                });
                Value::Object(fields.collect::<Result<Map<_, _>, Unusable>>()?)
            }
        }
        Value::Array(items) => {
            items.iter().map(|item| plain(item, path, unpaged)).collect::<Result<_, _>>()?
        }
        Value::String(text) => {
            kind_and_number(text).map_or_else(|| value.clone(), |(_, number)| Value::from(number))
        }
        other => other.clone(),
    })
}

/// Whether a connection says if it has a further page.
fn is_paged(connection: &Map<String, Value>) -> bool {
    let has_more = connection.get("pageInfo").and_then(|info| info.get("hasNextPage"));
    has_more.is_some_and(Value::is_boolean)
}

/// The items of a connection; `None` if the object is none. A connection with a further page is
/// not the whole: an order would lose lines.
fn list(object: &Map<String, Value>) -> Result<Option<Vec<&Value>>, Unusable> {
    let array = |name: &str| object.get(name).and_then(Value::as_array);
    let items: Vec<&Value> = match (array("edges"), array("nodes")) {
        (Some(edges), _) => edges.iter().filter_map(|edge| edge.get("node")).collect(),
        (None, Some(nodes)) => nodes.iter().collect(),
        (None, None) => return Ok(None),
    };
    let has_more = object.get("pageInfo").and_then(|info| info.get("hasNextPage"));
    if has_more == Some(&Value::Bool(true)) {
        return Err(Unusable::incomplete(
            "one of its lists has a further page; ask for more items (`first: 250`), or use a bulk \
             operation",
        ));
    }
    Ok(Some(items))
}

fn order(order: &mut Value) -> Result<(), Unusable> {
    let unsaid = queried::unsaid(order);
    if let Some(fields) = order.as_object_mut() {
        fields.insert("graphql_unsaid".to_owned(), unsaid);
    }
    each(order, "line_items", line)?;
    // A shipment or refund that lacks something is refused alone.
    let shipments = order.get("fulfillments").and_then(Value::as_array).map_or(0, Vec::len);
    let status = order.get("display_fulfillment_status").and_then(Value::as_str);
    let is_whole = shipments == 1 && status == Some("FULFILLED");
    each(order, "fulfillments", |part| {
        let checked = queried::fulfillment(part, "fulfillments.", is_whole);
        note(part, checked);
        fulfillment(part)
    })?;
    each(order, "refunds", |part| {
        let checked = queried::refund(part, "refunds.");
        note(part, checked);
        refund(part)
    })?;
    fill(order, "currency", &["/currency_code", "/total_price_set/shop_money/currency_code"]);
    fill(order, "currency", &["/line_items/0/price_set/shop_money/currency_code"]);
    fill(order, "financial_status", &["/display_financial_status"]);
    fill(order, "fulfillment_status", &["/display_fulfillment_status"]);
    fill(order, "location_id", &["/retail_location/id"]);
    for field in ["financial_status", "fulfillment_status", "cancel_reason"] {
        lower(order, field);
    }
    for field in ["/shipping_address", "/billing_address", "/customer/default_address"] {
        if let Some(address) = order.pointer_mut(field).filter(|address| address.is_object()) {
            fill(address, "country_code", &["/country_code_v2"]);
        }
    }
    if let Some(customer) = order.get_mut("customer") {
        fill(customer, "email", &["/default_email_address/email_address"]);
        fill(customer, "phone", &["/default_phone_number/phone_number"]);
    }
    Ok(())
}

fn line(line: &mut Value) -> Result<(), Unusable> {
    fill(line, "price_set", &["/original_unit_price_set"]);
    fill(line, "price", &["/original_unit_price"]);
    fill(line, "gift_card", &["/is_gift_card"]);
    fill(line, "product_id", &["/product/id"]);
    fill(line, "product_type", &["/product/product_type"]);
    each(line, "discount_allocations", |part| {
        fill(part, "amount_set", &["/allocated_amount_set"]);
        fill(part, "amount", &["/allocated_amount/amount"]);
        Ok(())
    })?;
    fill(line, "properties", &["/custom_attributes"]);
    each(line, "properties", |property| {
        fill(property, "name", &["/key"]);
        Ok(())
    })?;
    if let Some(parent) = line.get_mut("parent_relationship") {
        fill(parent, "parent_id", &["/parent/id"]);
    }
    Ok(())
}

fn fulfillment(shipment: &mut Value) -> Result<(), Unusable> {
    fill(shipment, "order_id", &["/order/id"]);
    fill(shipment, "shipment_status", &["/display_status"]);
    lower(shipment, "status");
    lower(shipment, "shipment_status");
    // What the shop itself has done is no report of a carrier.
    let said = shipment.get("shipment_status").and_then(Value::as_str).unwrap_or_default();
    if matches!(said, "fulfilled" | "marked_as_fulfilled") {
        shipment["shipment_status"] = Value::Null;
    } else if said == "canceled" {
        shipment["status"] = Value::from("cancelled");
    }
    fill(shipment, "line_items", &["/fulfillment_line_items"]);
    each(shipment, "line_items", |item| {
        // The shipment names lines by an id of its own.
        if item.is_object() {
            item["id"] = item.pointer("/line_item/id").cloned().unwrap_or_default();
        }
        Ok(())
    })?;
    let is_missing = shipment.get("delivered_at").is_none_or(Value::is_null);
    if let (true, Some(at)) = (is_missing, queried::arrived_at(shipment).cloned()) {
        shipment["delivered_at"] = at;
    }
    Ok(())
}

fn refund(refund: &mut Value) -> Result<(), Unusable> {
    fill(refund, "order_id", &["/order/id"]);
    each(refund, "transactions", |one| {
        transaction(one);
        Ok(())
    })?;
    each(refund, "refund_line_items", |item| {
        fill(item, "line_item_id", &["/line_item/id"]);
        lower(item, "restock_type");
        Ok(())
    })?;
    each(refund, "order_adjustments", |adjustment| {
        fill(adjustment, "kind", &["/reason"]);
        lower(adjustment, "kind");
        Ok(())
    })
}

fn transaction(transaction: &mut Value) {
    fill(transaction, "order_id", &["/order/id"]);
    fill(transaction, "amount", &["/amount_set/shop_money/amount"]);
    fill(transaction, "currency", &["/amount_set/shop_money/currency_code"]);
    lower(transaction, "kind");
    lower(transaction, "status");
}

/// Sets a field that is missing to the first of these that is there.
fn fill(object: &mut Value, field: &str, from: &[&str]) {
    if object.get(field).is_some_and(|value| !value.is_null()) {
        return;
    }
    let mut found = from.iter().filter_map(|pointer| object.pointer(pointer));
    let found = found.find(|value| !value.is_null()).cloned();
    if let (Some(found), Some(fields)) = (found, object.as_object_mut()) {
        fields.insert(field.to_owned(), found);
    }
}

fn lower(object: &mut Value, field: &str) {
    if let Some(Value::String(text)) = object.get_mut(field) {
        *text = text.to_lowercase();
    }
}

fn each(
    object: &mut Value,
    field: &str,
    bring: impl Fn(&mut Value) -> Result<(), Unusable>,
) -> Result<(), Unusable> {
    let items = object.get_mut(field).and_then(Value::as_array_mut);
    items.into_iter().flatten().try_for_each(bring)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(node: &Value) -> Result<Option<(&'static str, Value)>, Unusable> {
        as_webhook(node, &ShopSettings::default())
    }

    #[test]
    fn a_node_has_the_form_of_a_rest_body() {
        let node = json!({
            "id": "gid://shopify/Order/450789469", "createdAt": "2025-03-05T16:00:00Z",
            "updatedAt": "2025-03-05T16:00:00Z", "cancelledAt": null,
            "test": false, "taxesIncluded": true,
            "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "FULFILLED",
            "totalPriceSet": {"shopMoney": {"amount": "1.00", "currencyCode": "USD"}},
            "shippingAddress": {"countryCodeV2": "US", "provinceCode": "TX", "city": "Austin"},
            "lineItems": {"pageInfo": {"hasNextPage": false}, "nodes": [{
                "id": "gid://shopify/LineItem/1?x=y", "quantity": 1, "currentQuantity": 1,
                "product": {"id": "gid://shopify/Product/81"},
                "originalUnitPriceSet": {"shopMoney": {"amount": "1.00"}},
                "customAttributes": [{"key": "recourse_warranty", "value": "x"}],
                "discountAllocations": [{"allocatedAmountSet": {"shopMoney": {"amount": "0.50"}}}],
            }]},
        });
        let (topic, body) = of(&node).unwrap().unwrap();
        assert_eq!(topic, "orders/updated");
        for (pointer, value) in [
            ("/id", "450789469"),
            ("/currency", "USD"),
            ("/financial_status", "paid"),
            ("/fulfillment_status", "fulfilled"),
            ("/shipping_address/country_code", "US"),
            ("/line_items/0/id", "1"),
            ("/line_items/0/product_id", "81"),
            ("/line_items/0/price_set/shop_money/amount", "1.00"),
            ("/line_items/0/properties/0/name", "recourse_warranty"),
            ("/line_items/0/discount_allocations/0/amount_set/shop_money/amount", "0.50"),
        ] {
            assert_eq!(body.pointer(pointer), Some(&json!(value)), "{pointer}");
        }
    }

    #[test]
    fn an_order_with_only_a_part_of_its_lines_is_refused() {
        let lines = json!({"nodes": [], "pageInfo": {"hasNextPage": true}});
        let order = json!({"id": "gid://shopify/Order/1", "lineItems": lines});
        assert!(matches!(of(&order), Err(Unusable::Incomplete(_))));
    }

    #[test]
    fn other_types_are_not_read() {
        assert_eq!(of(&json!({"id": "gid://shopify/DraftOrder/1"})), Ok(None));
        assert_eq!(type_of(&json!({"id": 1})), None);
        assert_eq!(type_of(&json!({"id": "gid://shopify/Order/"})), None);
    }
}
