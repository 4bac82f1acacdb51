//! A warranty is requested with its device, and sold or refused with the order's payment (S1 to
//! S6).

use super::*;

#[test]
fn s1_each_unit_of_a_line_requests_a_policy_of_its_own() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].quantity = 2;
    start().when(&orders(), now(), &SalesCommand::NotePlaced(order)).then(|events| {
        let policies: Vec<PolicyId> = events.iter().map(PolicyEvent::policy).collect();
        assert_eq!(policies, [device().policy(), self::order().device(1, 2).policy()]);
    });
}

#[test]
fn s1_a_warranty_without_a_device_is_not_sold_and_its_price_is_refunded() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].device = None;
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(refused.code, "policy.no_device");
            assert_eq!(refused.rules, ["S1"]);
            assert_eq!(refused.price_owed, rub(49_380));
        });
}

#[test]
fn s1_a_line_of_absurdly_many_units_is_refused() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].quantity = u32::MAX;
    start()
        .when(&orders(), now(), &SalesCommand::NotePlaced(order))
        .then_refused("policy.too_many_units", &["S1"]);
}

#[test]
fn s1_a_refused_order_lists_every_line_that_was_tried() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].quantity = 101;
    order.lines.push(PlacedLine { line: 2, quantity: 1, ..order.lines[0].clone() });
    order.lines.push(PlacedLine { line: 3, quantity: 1_000, ..order.lines[0].clone() });
    let rejection = start()
        .when(&orders(), now(), &SalesCommand::NotePlaced(order))
        .then_refused("policy.too_many_units", &["S1"]);
    let passed: Vec<bool> = rejection.findings().iter().map(|tried| tried.passed).collect();
    assert_eq!(passed, [false, true, false]);
    assert!(rejection.to_string().starts_with("line 1 has 101 units"), "{rejection}");
}

#[test]
fn s5_a_sale_pins_the_terms_and_records_up_to_which_offset_they_were_known() {
    start().and(&orders(), now(), &placed()).when(&orders(), now(), &paid()).then(|events| {
        let [PolicyEvent::Sold(sold)] = events else { panic!("{events:?}") };
        assert_eq!((sold.terms.line.as_str(), sold.terms.version), ("wisetech-repair", 1));
        assert_eq!(sold.known_to, 4);
        let terms = recourse_kernel::Event::terms(&events[0]).unwrap();
        assert_eq!(terms, format!("{}@4", sold.terms.digest));
        assert_eq!(recourse_kernel::Event::happened(&events[0]), Some(sold.sold_at));
        let rules: Vec<&str> = sold.findings.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(rules, ["S1", "S2", "S3", "S4", "S5", "S6"]);
        assert!(sold.findings.iter().all(|finding| finding.passed));
    });
}

/// The refusal that the order's payment leads to: its code and the rules that refuse.
#[track_caller]
fn refusal_of(order: OrderPlaced) -> (String, Vec<String>) {
    let mut refusal = None;
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| {
            let [PolicyEvent::SaleRefused(refused)] = events else { panic!("{events:?}") };
            assert_eq!(refused.findings.len(), 6, "every rule is checked");
            refusal = Some((refused.code.clone(), refused.rules.clone()));
        });
    refusal.unwrap()
}

#[test]
fn s3_the_price_must_match_the_terms() {
    let (code, rules) =
        refusal_of(order_with_warranty("wisetech-service", Program::Repair, 49_379));
    assert_eq!((code.as_str(), rules), ("policy.wrong_price", vec!["S3".to_owned()]));
}

#[test]
fn s3_a_price_that_cannot_be_calculated_is_refunded() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].unit_price = rub(i64::MAX);
    let (code, rules) = refusal_of(order);
    assert_eq!((code.as_str(), rules), ("policy.price_not_calculable", vec!["S3".to_owned()]));
}

#[test]
fn s3_the_price_is_rounded_half_even() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 2);
    order.lines[0].unit_price = rub(62); // 4 % of 62 is 2.48
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(order))
        .when(&orders(), now(), &paid())
        .then(|events| assert!(matches!(events, [PolicyEvent::Sold(_)]), "{events:?}"));
}

#[test]
fn s4_push_button_phones_cannot_be_covered() {
    let mut order = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    order.lines[0].device.as_mut().unwrap().category = Category::PushButtonPhone;
    let (code, rules) = refusal_of(order);
    assert_eq!((code.as_str(), rules), ("policy.device_not_coverable", vec!["S4".to_owned()]));
}

#[test]
fn s5_nothing_is_sold_outside_its_countries_or_dates() {
    let mut abroad = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    abroad.country = "BY".parse().unwrap();
    assert_eq!(refusal_of(abroad).0, "policy.not_offered");
    // The exchange program is withdrawn from 1 October; what counts is when the order was placed.
    let mut late = order_with_warranty("wisetech-service", Program::Exchange, 74_070);
    late.placed_at = at("2025-10-01T00:00:00Z");
    assert_eq!(refusal_of(late.clone()).1, ["S5"]);
    late.placed_at = at("2025-09-30T23:59:59Z");
    start()
        .and(&orders(), now(), &SalesCommand::NotePlaced(late))
        .when(&orders(), now(), &paid())
        .then(|events| assert!(matches!(events, [PolicyEvent::Sold(_)]), "{events:?}"));
}

#[test]
fn s6_a_refusal_names_the_providers_that_do_offer_the_program() {
    let (code, rules) = refusal_of(order_with_warranty("tomrepair", Program::Exchange, 74_070));
    assert_eq!((code.as_str(), rules), ("policy.not_offered", vec!["S5".into(), "S6".into()]));
}

#[test]
fn the_same_fact_again_changes_nothing() {
    let story = start().and(&orders(), now(), &placed()).and(&orders(), now(), &paid());
    story.when(&orders(), now(), &paid()).then(|events| assert!(events.is_empty()));
    covered_soon().when(&orders(), now(), &delivered()).then(|events| assert!(events.is_empty()));
    covered_soon().when(&orders(), now(), &placed()).then(|events| assert!(events.is_empty()));
}

#[test]
fn s5_a_policy_keeps_the_terms_it_was_sold_under() {
    // Ordered in the last second of version 1, paid and delivered under version 2.
    let mut last = order_with_warranty("wisetech-service", Program::Repair, 49_380);
    last.placed_at = at("2025-09-30T23:59:59Z");
    let paid = OrderPaid { order: order(), paid_at: at("2025-10-03T00:00:00Z") };
    let story = start().and(&orders(), now(), &SalesCommand::NotePlaced(last)).and(
        &orders(),
        at("2025-10-03T00:00:00Z"),
        &SalesCommand::NotePaid(paid),
    );
    let october = at("2025-10-11T00:00:00Z");
    let delivered = SalesCommand::NoteDelivered(delivery("2025-10-10T20:30:00Z"));
    story.when(&orders(), october, &delivered).then(|events| {
        let [PolicyEvent::CoverageScheduled(coverage)] = events else { panic!("{events:?}") };
        assert_eq!((coverage.terms.line.as_str(), coverage.terms.version), ("wisetech-repair", 1));
    });
}
