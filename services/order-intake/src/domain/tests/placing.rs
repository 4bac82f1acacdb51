use super::*;

#[test]
fn an_order_is_placed_once_and_a_repeat_changes_nothing() {
    nothing_yet().when(&market(), day(-5), &place()).then(|events| {
        assert_eq!(names(events), ["placed"]);
        let OrderEvent::Placed(placed) = &events[0] else { panic!() };
        assert_eq!((placed.buyer.as_str(), placed.lines.len()), ("b-81", 2));
    });
    placed().when(&market(), day(-4), &place()).then(nothing_happens);
    let resealed = Sealed { sealed: "BBBB".to_owned(), ..sealed() };
    let again = Place { contact: Some(resealed), ..a_place() };
    placed().when(&market(), day(-4), &OrderCommand::Place(Box::new(again))).then(nothing_happens);
}

#[test]
fn the_same_number_with_another_content_is_refused() {
    let other = Place { city: Some("Omsk".to_owned()), ..a_place() };
    placed()
        .when(&market(), day(-4), &OrderCommand::Place(Box::new(other)))
        .then_refused("order.already_placed", &[]);
}

#[test]
fn s1_a_warranty_is_never_sold_without_a_device() {
    let mut alone = a_place();
    alone.lines[0].device = None;
    nothing_yet()
        .when(&market(), day(-5), &OrderCommand::Place(Box::new(alone)))
        .then_refused("order.warranty_without_device", &["S1"]);
}

#[test]
fn m6_an_order_has_one_currency_and_possible_amounts() {
    let mut mixed = a_place();
    mixed.lines[1].unit_price.currency = "EUR".parse().unwrap();
    nothing_yet()
        .when(&market(), day(-5), &OrderCommand::Place(Box::new(mixed)))
        .then_refused("order.currencies_differ", &["M6"]);
    let mut below = a_place();
    below.lines[1].unit_price = rub(-1);
    nothing_yet()
        .when(&market(), day(-5), &OrderCommand::Place(Box::new(below)))
        .then_refused("order.impossible_amount", &["M6"]);
}

#[test]
fn lines_are_numbered_and_not_empty_and_bounded() {
    let refused = |change: fn(&mut Place), code| {
        let mut place = a_place();
        change(&mut place);
        nothing_yet()
            .when(&market(), day(-5), &OrderCommand::Place(Box::new(place)))
            .then_refused(code, &[]);
    };
    refused(|place| place.lines.clear(), "order.nothing_bought");
    refused(|place| place.lines[0].quantity = 0, "order.nothing_bought");
    refused(|place| place.lines[0].line = 2, "order.lines_misnumbered");
    refused(|place| place.lines[0].quantity = u32::MAX, "order.too_many_units");
}

#[test]
fn only_its_own_marketplace_reports_what_happens_to_an_order() {
    let other = Principal::new(Role::Marketplace, "elsewhere");
    nothing_yet().when(&other, day(-5), &place()).then_refused("order.not_allowed", &[]);
    placed().when(&other, day(-5), &pay(1)).then_refused("order.not_allowed", &[]);
    placed().when(&buyer(), day(-5), &deliver(day(0))).then_refused("order.not_allowed", &[]);
    let key = OrderKeys::development().key_of("market", "1002");
    let forged = Place { order: OrderId::new(key), ..a_place() };
    nothing_yet()
        .when(&market(), day(-5), &OrderCommand::Place(Box::new(forged)))
        .then_refused("order.other_purchase", &[]);
}

#[test]
fn s8_an_order_can_be_cancelled_until_any_unit_is_delivered() {
    placed()
        .when(&market(), day(-4), &cancel(day(-4)))
        .then(|events| assert_eq!(names(events), ["cancelled"]));
    placed()
        .and(&market(), day(-4), &cancel(day(-4)))
        .when(&market(), day(-3), &cancel(day(-3)))
        .then(nothing_happens);
    delivered()
        .when(&market(), day(1), &cancel(day(1)))
        .then_refused("order.cancel_too_late", &["S8"]);
}

#[test]
fn a_cancelled_order_accepts_no_deliveries() {
    let cancelled = || placed().and(&market(), day(-4), &cancel(day(-4)));
    cancelled().when(&market(), day(0), &deliver(day(0))).then_refused("order.cancelled", &[]);
    cancelled().when(&market(), day(0), &complete(day(0))).then_refused("order.cancelled", &[]);
}

#[test]
fn an_order_that_is_imported_as_history_says_so_and_so_do_its_later_lines() {
    let history = Place { history: true, as_of: Some(day(-5)), ..a_place() };
    let placed = nothing_yet().and(&market(), day(1), &OrderCommand::Place(Box::new(history)));
    let mut more = Place { as_of: Some(day(1)), ..a_place() };
    more.lines.push(OrderLine {
        line: 3,
        quantity: 1,
        reference: Some("L-3".to_owned()),
        ..lines().remove(0)
    });
    placed.when(&market(), day(2), &OrderCommand::Place(Box::new(more))).then(|events| {
        let [OrderEvent::LinesAdded(added)] = events else { panic!("{events:?}") };
        assert!(added.history);
    });
}

#[test]
fn an_order_that_is_known_does_not_become_history_by_an_import() {
    let again = Place { history: true, ..a_place() };
    placed().when(&market(), day(-4), &OrderCommand::Place(Box::new(again))).then(nothing_happens);
}
