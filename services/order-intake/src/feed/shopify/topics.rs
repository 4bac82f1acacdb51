//! The topics of webhooks.

/// The webhook topics that are read.
pub const TOPICS: [&str; 17] = [
    "orders/create",
    "orders/updated",
    "orders/edited",
    "orders/paid",
    "orders/partially_fulfilled",
    "orders/fulfilled",
    "orders/cancelled",
    "fulfillments/create",
    "fulfillments/update",
    "fulfillment_events/create",
    "refunds/create",
    "order_transactions/create",
    "customers/redact",
    "customers/data_request",
    "shop/redact",
    "orders/risk_assessment_changed",
    "orders/shopify_protect_eligibility_changed",
];

/// The topic as Shopify sends it. Apps also store it as Shopify's libraries name it:
/// `ORDERS_CREATE`.
pub(super) fn canonical(topic: &str) -> &str {
    let plain = |text: &str| text.trim().replace('/', "_").to_lowercase();
    let given = plain(topic);
    TOPICS.into_iter().find(|known| plain(known) == given).unwrap_or(topic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_has_one_name() {
        assert_eq!(canonical("ORDERS_PARTIALLY_FULFILLED"), "orders/partially_fulfilled");
        assert_eq!(canonical(" Customers/Redact"), "customers/redact");
        assert_eq!(canonical("products/create"), "products/create");
    }
}
