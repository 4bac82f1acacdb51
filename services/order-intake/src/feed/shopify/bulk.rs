//! The lines of a bulk operation: each is one object, and a child names its parent in
//! `__parentId`. The children of an order follow it.

use serde_json::Value;

use super::graphql::type_of;

/// Whether this object begins an order, whose children may follow.
pub fn is_order(object: &Value) -> bool {
    type_of(object) == Some("Order") && !is_child(object)
}

/// Whether this object belongs to one before it.
pub fn is_child(object: &Value) -> bool {
    object.get("__parentId").is_some_and(Value::is_string)
}

/// Puts a child into its order, or gives it back if it belongs to another.
pub fn attach(order: &mut Value, child: Value) -> Result<(), Value> {
    let parent_id = child.get("__parentId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(parent) = find(order, &parent_id) else { return Err(child) };
    let Some(field) = field_of(&child, type_of(parent)) else { return Ok(()) };
    match parent.get_mut(field) {
        Some(Value::Array(children)) => children.push(child),
        _ => parent[field] = Value::Array(vec![child]),
    }
    Ok(())
}

fn find<'a>(object: &'a mut Value, id: &str) -> Option<&'a mut Value> {
    if object.get("id").and_then(Value::as_str) == Some(id) {
        return Some(object);
    }
    let lists = object.as_object_mut()?.values_mut().filter_map(Value::as_array_mut);
    lists.flatten().find_map(|child| find(child, id))
}

/// The field of the parent that a child is an item of. Some children have no id of their own.
fn field_of(child: &Value, parent: Option<&str>) -> Option<&'static str> {
    let has = |field: &str| child.get(field).is_some();
    Some(match (type_of(child), parent) {
        (Some("LineItem"), _) => "lineItems",
        (Some("Fulfillment"), _) => "fulfillments",
        (Some("Refund"), _) => "refunds",
        (Some("OrderTransaction"), _) => "transactions",
        (Some("FulfillmentEvent"), _) => "events",
        (Some("OrderAdjustment"), _) => "orderAdjustments",
        (Some("RefundLineItem"), _) => "refundLineItems",
        (Some("FulfillmentLineItem"), _) => "fulfillmentLineItems",
        (None, Some("Refund")) if has("lineItem") => "refundLineItems",
        (None, Some("Fulfillment")) if has("lineItem") => "fulfillmentLineItems",
        (None, Some("Fulfillment")) if has("happenedAt") => "events",
        (None, Some("Order" | "Refund")) if has("kind") => "transactions",
        (None, Some("Order")) if has("quantity") => "lineItems",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn children_are_put_into_their_order_at_any_depth() {
        let mut order = json!({"id": "gid://shopify/Order/1"});
        assert!(is_order(&order));
        for child in [
            json!({"id": "gid://shopify/LineItem/2", "__parentId": "gid://shopify/Order/1"}),
            json!({"id": "gid://shopify/Refund/3", "__parentId": "gid://shopify/Order/1"}),
            json!({"quantity": 1, "lineItem": {}, "__parentId": "gid://shopify/Refund/3"}),
            json!({"id": "gid://shopify/ShippingLine/4", "__parentId": "gid://shopify/Order/1"}),
        ] {
            assert!(is_child(&child) && !is_order(&child));
            attach(&mut order, child).unwrap();
        }
        assert_eq!(order["lineItems"].as_array().unwrap().len(), 1);
        assert_eq!(order["refunds"][0]["refundLineItems"][0]["quantity"], json!(1));
        let of_another =
            json!({"id": "gid://shopify/LineItem/5", "__parentId": "gid://shopify/Order/9"});
        assert_eq!(attach(&mut order, of_another.clone()), Err(of_another));
    }
}
