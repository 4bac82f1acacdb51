//! What was paid, and what went back (M1, M6, M7).

use recourse_order_intake::domain::OrderEvent;
use recourse_order_intake::domain::events::Unattributed;
use recourse_order_intake::domain::state::Unit;
use recourse_order_intake::feed::Unusable;
use serde_json::{Value, json};

use crate::{Played, a_shop, body, json_of};

fn bought(folder: &str) -> Played {
    let order = format!("{folder}/order.json");
    a_shop().webhook("orders/create", &order).webhook("orders/paid", &order)
}

/// What was paid for all units, in minor units.
fn prices(played: &Played) -> i64 {
    played.order().units.values().map(|unit| unit.price.amount).sum()
}

#[test]
fn a_pending_refund_is_no_refund_and_counts_once_when_its_payment_succeeds() {
    let pending =
        || bought("refund-pending").webhook("refunds/create", "refund-pending/refund-pending.json");
    let announced = pending();
    assert_eq!(announced.names(), ["placed", "paid", "refund_announced"]);
    assert_eq!(announced.refunded(), 0);
    assert!(announced.order().units.values().all(|unit| unit.removed.is_none()));

    let mut payment = json_of("refund-pending/refund-pending.json")["transactions"][0].clone();
    payment["order_id"] = json!(4_182_097_789_057_i64);
    payment["status"] = json!("success");
    payment["processed_at"] = json!("2025-03-22T12:00:00-05:00");
    let by_payment = pending().webhook_of("order_transactions/create", &payment.to_string());
    // 1240.71 for two of three units. The tax of 125.31 counts only where the price has tax.
    assert_eq!(by_payment.refunded(), 124_071);

    // A payment that succeeds at once may be reported before its refund, and before its order.
    let early = bought("refund-pending")
        .webhook_of("order_transactions/create", &payment.to_string())
        .webhook("refunds/create", "refund-pending/refund-pending.json");
    assert_eq!(early.refunded(), 124_071);
    let first = a_shop()
        .webhook_of("order_transactions/create", &payment.to_string())
        .webhook("orders/create", "refund-pending/order.json")
        .webhook("refunds/create", "refund-pending/refund-pending.json");
    assert_eq!((first.refunded(), first.waiting()), (124_071, vec![]));

    let mut again = json_of("refund-pending/refund-pending.json");
    again["transactions"][0]["status"] = json!("success");
    again["order_adjustments"] = json!([]);
    let by_refund = pending().webhook_of("refunds/create", &again.to_string());
    assert_eq!(by_refund.refunded(), 124_071);
    let mut order = json_of("refund-pending/order.json");
    order["updated_at"] = json!("2025-03-22T12:00:00-05:00");
    order["refunds"] = json!([again]);
    let all = by_payment
        .webhook_of("refunds/create", &again.to_string())
        .webhook_of("orders/updated", &order.to_string())
        .webhook_of("order_transactions/create", &payment.to_string());
    assert_eq!(all.refunded(), 124_071);
}

#[test]
fn a_failed_refund_leads_to_nothing() {
    let failed =
        bought("refund-pending").webhook("refunds/create", "refund-pending/refund-failed.json");
    assert_eq!(failed.unusable, [Unusable::Ignored("the payment of the refund failed")]);
    assert_eq!(failed.names(), ["placed", "paid"]);
}

#[test]
fn cancelling_an_unpaid_order_refunds_nothing() {
    let mut order = json_of("plan-refunded/cancelled.json");
    order["financial_status"] = json!("voided");
    order["refunds"] = json!([{
        "id": 1, "order_id": order["id"], "created_at": "2025-03-07T10:00:00-06:00",
        "refund_line_items": [{"line_item_id": 9_100_000_000_301_i64, "quantity": 1,
            "restock_type": "cancel", "subtotal": 500.0, "total_tax": 0.0}],
        "transactions": [{"id": 2, "kind": "void", "status": "success", "amount": "530.00",
            "currency": "USD"}],
        "order_adjustments": [],
    }]);
    let cancelled = a_shop()
        .webhook("orders/create", "plan-refunded/order.json")
        .webhook_of("orders/cancelled", &order.to_string());
    assert_eq!(cancelled.names(), ["placed", "units_removed", "cancelled"]);
    assert_eq!(cancelled.refunded(), 0);
}

#[test]
fn units_that_are_refunded_before_shipping_leave_the_order_with_their_money() {
    let mut refund = json_of("restocking-fee/refund.json");
    refund["refund_line_items"][0]["restock_type"] = json!("cancel");
    let cancelled = bought("restocking-fee").webhook_of("refunds/create", &refund.to_string());
    assert_eq!(cancelled.names()[2..], ["line_refunded", "units_removed"]);
    // The order reported again counts the same unit as refunded, and not as edited as well.
    let mut order = json_of("restocking-fee/order.json");
    order["updated_at"] = json!("2025-03-21T10:00:00-05:00");
    order["line_items"][0]["current_quantity"] = json!(0);
    order["refunds"] = json!([refund]);
    let again = cancelled.webhook_of("orders/updated", &order.to_string());
    assert_eq!(again.names().len(), 4);
}

#[test]
fn a_plan_of_which_a_part_is_refunded_twice_counts_for_each_device_once() {
    let mut order = json_of("plan-refunded/order.json");
    for line in [0_usize, 1] {
        order["line_items"][line]["quantity"] = json!(2);
        order["line_items"][line]["current_quantity"] = json!(2);
    }
    let mut refund = json_of("plan-refunded/refund-plan.json");
    refund["refund_line_items"][0]["quantity"] = json!(2);
    refund["refund_line_items"][0]["subtotal"] = json!("30.01");
    refund["refund_line_items"][0]["subtotal_set"] = Value::Null;
    refund["transactions"][0]["amount"] = json!("30.01");
    let refunded = a_shop()
        .webhook_of("orders/create", &order.to_string())
        .webhook_of("refunds/create", &refund.to_string());
    let warranties = refunded.events.iter().filter_map(|event| match event {
        OrderEvent::WarrantyRefunded(refund) => Some((refund.devices[0], refund.amount.amount)),
        _ => None,
    });
    let expected = [(refunded.unit(1, 1), 1_500), (refunded.unit(1, 2), 1_501)];
    assert_eq!(warranties.collect::<Vec<_>>(), expected);
}

#[test]
fn a_restocking_fee_is_not_refunded() {
    let refunded = bought("restocking-fee").webhook("refunds/create", "restocking-fee/refund.json");
    let [.., OrderEvent::LineRefunded(line)] = &refunded.events[..] else { panic!() };
    assert_eq!((line.amount.amount, line.full), (85_000, false));
}

#[test]
fn a_fee_on_several_lines_is_shared_by_their_worth_exactly() {
    let refund = json!({
        "id": 9, "order_id": 5_100_000_000_004_i64, "created_at": "2025-03-20T12:00:00-05:00",
        "refund_line_items": [
            {"line_item_id": 9_100_000_000_041_i64, "quantity": 1, "subtotal": "500.00"},
            {"line_item_id": 9_100_000_000_042_i64, "quantity": 1, "subtotal": "20.00"},
        ],
        "transactions": [{"id": 3, "kind": "refund", "status": "success", "amount": "499.99",
            "currency": "USD"}],
        "order_adjustments": [{"kind": "refund_discrepancy", "amount": "20.01"}],
    });
    let refunded = bought("goodwill").webhook_of("refunds/create", &refund.to_string());
    assert_eq!(refunded.refunded(), 49_999);
}

#[test]
fn goodwill_lowers_the_price_of_the_only_device_and_shipping_no_price() {
    let refunded = bought("goodwill").webhook("refunds/create", "goodwill/refund.json");
    let [.., OrderEvent::LineRefunded(line)] = &refunded.events[..] else { panic!() };
    assert_eq!((&line.devices[..], line.amount.amount), (&[refunded.unit(1, 1)][..], 10_000));
    let shipping =
        bought("goodwill").webhook("refunds/create", "goodwill/refund-shipping-only.json");
    assert_eq!(shipping.unusable, [Unusable::Ignored("only the shipping was refunded")]);
}

#[test]
fn goodwill_of_an_order_with_several_devices_is_recorded_without_one() {
    let mut order = json_of("goodwill/order.json");
    order["line_items"][0]["quantity"] = json!(2);
    order["line_items"][0]["current_quantity"] = json!(2);
    let refunded = a_shop()
        .webhook_of("orders/create", &order.to_string())
        .webhook("refunds/create", "goodwill/refund.json");
    let [.., OrderEvent::RefundUnattributed(refund)] = &refunded.events[..] else { panic!() };
    assert_eq!((refund.amount.amount, refund.because), (10_000, Unattributed::SeveralDevices));
}

#[test]
fn more_than_the_lines_are_worth_is_goodwill_on_top() {
    let mut refund = json_of("restocking-fee/refund.json");
    refund["refund_line_items"][0]["subtotal"] = json!(400.0);
    refund["refund_line_items"][0]["subtotal_set"] = Value::Null;
    refund["transactions"][0]["amount"] = json!("450.00");
    refund["order_adjustments"][0]["amount"] = json!("-50.00");
    refund["order_adjustments"][0]["amount_set"] = Value::Null;
    let refunded = bought("restocking-fee").webhook_of("refunds/create", &refund.to_string());
    assert_eq!(refunded.names()[2..], ["line_refunded", "line_refunded"]);
    assert_eq!(refunded.refunded(), 45_000);
}

/// A phone of 500.00 with shipping of 10.00, of which 100.00 were paid back before. All of it is
/// refunded then, and the refund does not name the shipping.
#[test]
fn what_is_above_the_rest_of_a_price_is_recorded_without_a_device() {
    let refund = json!({
        "id": 9, "order_id": json_of("goodwill/order.json")["id"],
        "created_at": "2025-03-21T12:00:00-05:00",
        "refund_line_items": [{"line_item_id": 9_100_000_000_041_i64, "quantity": 1,
            "restock_type": "no_restock", "subtotal": "500.00", "total_tax": "0.00"}],
        "transactions": [{"id": 3, "kind": "refund", "status": "success", "amount": "410.00",
            "currency": "USD"}],
        "order_adjustments": [{"kind": "refund_discrepancy", "amount": "90.00"}],
    });
    let refunded = bought("goodwill")
        .webhook("refunds/create", "goodwill/refund.json")
        .webhook_of("refunds/create", &refund.to_string());
    let [.., OrderEvent::LineRefunded(line), OrderEvent::RefundUnattributed(rest)] =
        &refunded.events[..]
    else {
        panic!("{:?}", refunded.names())
    };
    assert_eq!((line.amount.amount, line.full), (40_000, true));
    assert_eq!((rest.amount.amount, rest.because), (1_000, Unattributed::ExceedsPrice));
    assert_eq!(refunded.refunded(), 50_000);
    refunded.order();
}

#[test]
fn amounts_that_do_not_divide_sum_up_exactly() {
    let four = bought("uneven-amounts");
    assert_eq!(prices(&four), 14_397);
    let refunded = four.webhook("refunds/create", "uneven-amounts/refund-all-four.json");
    // 161.25 were paid back, with the tax of 17.28 that no price had.
    assert_eq!(refunded.refunded(), 14_397);
    assert!(refunded.order().units.values().all(Unit::is_refunded_in_full));
    let three = a_shop().webhook("orders/create", "uneven-amounts/order-81-13.json");
    assert_eq!(prices(&three), 8_113);
    let refunded = three.webhook("refunds/create", "uneven-amounts/refund-81-13.json");
    assert_eq!(refunded.refunded(), 8_113);
    assert!(refunded.order().units.values().all(Unit::is_refunded_in_full));
}

#[test]
fn only_the_warranty_is_refunded_and_its_line_with_it() {
    let refunded = bought("plan-refunded")
        .webhook("refunds/create", "plan-refunded/refund-plan.json")
        .webhook("orders/cancelled", "plan-refunded/cancelled.json");
    let names =
        ["placed", "paid", "warranty_refunded", "line_refunded", "units_removed", "cancelled"];
    assert_eq!(refunded.names(), names);
    let OrderEvent::WarrantyRefunded(warranty) = &refunded.events[2] else { panic!() };
    assert_eq!(
        (&warranty.devices[..], warranty.amount.amount),
        (&[refunded.unit(1, 1)][..], 3_000)
    );
}

#[test]
fn the_price_paid_has_the_tax_whether_it_is_added_or_included() {
    let added = bought("tax");
    let line = &added.order().placed.lines[0];
    assert_eq!((line.unit_price.amount, line.unit_tax.unwrap().amount), (54_125, 4_125));
    let mut order: Value = serde_json::from_str(&body("tax/order.json")).unwrap();
    order["taxes_included"] = json!(true);
    let included = a_shop().webhook_of("orders/create", &order.to_string());
    let line = &included.order().placed.lines[0];
    assert_eq!((line.unit_price.amount, line.unit_tax), (50_000, None));
    let refund = |paid: &str| {
        json!({
            "id": 9, "order_id": order["id"], "created_at": "2025-03-20T12:00:00-05:00",
            "refund_line_items": [{"line_item_id": order["line_items"][0]["id"], "quantity": 1,
                "subtotal": "500.00", "total_tax": "41.25"}],
            "transactions": [{"id": 3, "kind": "refund", "status": "success", "amount": paid,
                "currency": "USD"}],
            "order_adjustments": [],
        })
    };
    for (story, paid) in [(added, "541.25"), (included, "500.00")] {
        let refunded = story.webhook_of("refunds/create", &refund(paid).to_string());
        let [.., OrderEvent::LineRefunded(line)] = &refunded.events[..] else { panic!() };
        assert!(line.full, "{paid}");
    }
}

/// The tax on shipping is part of what was paid for shipping, whether its amount includes it or
/// not.
#[test]
fn shipping_is_refunded_with_its_tax_and_none_of_it_is_goodwill() {
    let shipping = |paid: &str, lines: Value| {
        let money =
            |amount: &str| json!({"shop_money": {"amount": amount, "currency_code": "USD"}});
        let mut refund = json_of("goodwill/refund.json");
        refund["refund_line_items"] = lines;
        refund["refund_shipping_lines"] = json!([
            {"id": 1, "subtotal_amount_set": money("10.00"), "tax_amount_set": money("0.83")},
        ]);
        refund["order_adjustments"] = json!([]);
        refund["transactions"][0]["amount"] = json!(paid);
        refund.to_string()
    };
    let phone = json!([{"line_item_id": 9_100_000_000_041_i64, "quantity": 1,
        "restock_type": "no_restock", "subtotal": "500.00", "total_tax": "0.00"}]);
    for paid in ["10.83", "10.00"] {
        let only = bought("goodwill").webhook_of("refunds/create", &shipping(paid, json!([])));
        assert_eq!(only.unusable, [Unusable::Ignored("only the shipping was refunded")]);
        assert_eq!(only.names(), ["placed", "paid"]);
    }
    for paid in ["510.83", "510.00"] {
        let all = bought("goodwill").webhook_of("refunds/create", &shipping(paid, phone.clone()));
        assert_eq!(all.names()[2..], ["line_refunded"], "{paid}");
        assert_eq!(all.refunded(), 50_000, "{paid}");
    }
}
