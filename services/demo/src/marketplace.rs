//! The marketplace: publishes what happens to its orders with a plain producer, some facts twice,
//! some out of order, and now and then something unreadable. Its sellers answer disputes over HTTP.

use chrono::TimeDelta;
use recourse_kernel::{DisputeId, Instant, Money, Principal, Role};
use serde_json::{Value, json};

use super::moves::{BuyerMove, MarketMove, Move};
use super::play::Play;
use super::story::{Before, Course};
use super::world::{MARKETPLACE, Purchase};

impl MarketMove {
    pub(super) async fn make(
        self,
        purchase: &mut Purchase,
        at: Instant,
        play: &Play,
    ) -> anyhow::Result<()> {
        match self {
            Self::Place => place(purchase, at, play).await,
            Self::Cancel => fact(purchase, play, "cancelled", at, &json!({ "reason": "buyer" })),
            Self::Deliver => deliver(purchase, at, play),
            Self::CorrectDelivery => {
                let earlier = purchase.delivered_at - TimeDelta::days(1);
                fact(purchase, play, "delivery_corrected", earlier, &json!({}))
            }
            Self::Complete => complete(purchase, at, play),
            Self::Return => fact(purchase, play, "returned", at, &json!({ "reason": "defect" })),
            Self::AnswerDispute(dispute) => answer_dispute(purchase, dispute, play).await,
            Self::DecideDispute(dispute, ending) => {
                decide_dispute(purchase, dispute, ending, play).await
            }
            Self::PerformDispute(dispute) => perform_dispute(purchase, dispute, play).await,
        }
    }
}

/// The price is shown next to the option on the product page (S3); the buyer picks it and pays, and
/// the order is published.
async fn place(purchase: &mut Purchase, at: Instant, play: &Play) -> anyhow::Result<()> {
    let market = Principal::new(Role::Marketplace, MARKETPLACE);
    if let Some(line) = purchase.line {
        let query = purchase.device.query(purchase.home.country);
        let offers = play.http.get(&market, &format!("/v1/offers?{query}")).await?;
        let offered = offers.body["items"].as_array().and_then(|offers| {
            let of_line = |offer: &&Value| {
                offer["provider"] == line.provider() && offer["program"] == line.program()
            };
            serde_json::from_value::<Money>(offers.iter().find(of_line)?["price"].clone()).ok()
        });
        let device = purchase.device.price;
        let mut price = offered.map_or_else(|| device.share(6, 100), Ok)?;
        if purchase.story.course == Course::WrongPrice {
            price.amount += 100;
        }
        purchase.warranty_price = Some(price);
    }
    let (placed_at, paid_at) = (at - TimeDelta::hours(3), at - TimeDelta::hours(2));
    let warranty = purchase.line.zip(purchase.warranty_price).map(|(line, price)| {
        json!({ "program": line.program(), "provider": line.provider(), "price": price })
    });
    let each =
        purchase.device.price.amount + purchase.warranty_price.map_or(0, |price| price.amount);
    let whole = Money::new(each * i64::from(purchase.quantity), purchase.device.price.currency);
    let mut bought = json!({
        "title": purchase.device.title(),
        "quantity": purchase.quantity,
        "unit_price": purchase.device.price,
        "seller": "s-1",
        "device": purchase.device.kind(),
    });
    if let Some(warranty) = warranty {
        bought["warranty"] = warranty;
    }
    let placed = json!({
        "buyer": purchase.buyer.subject,
        "contact": purchase.contact(),
        "country": purchase.home.country,
        "city": purchase.home.city,
        "lines": [bought],
    });
    let paid = json!({ "amount": whole });
    if purchase.dice.one_in(8) {
        purchase.quirks.out_of_order += 1;
        fact(purchase, play, "paid", paid_at, &paid)?;
        fact(purchase, play, "placed", placed_at, &placed)?;
    } else {
        fact(purchase, play, "placed", placed_at, &placed)?;
        fact(purchase, play, "paid", paid_at, &paid)?;
    }
    unreadable_fact(purchase, play, whole, paid_at)?;
    let next = if purchase.story.course == Course::Cancelled {
        purchase.plan_days(at, 1, 2, Move::Market(MarketMove::Cancel));
        return Ok(());
    } else {
        Move::Market(MarketMove::Deliver)
    };
    purchase.agenda.plan(purchase.delivered_at, next);
    Ok(())
}

/// Now and then: no JSON at all, a fact of an unknown type, one without its amount, or an id that
/// was already used for another fact.
fn unreadable_fact(
    purchase: &mut Purchase,
    play: &Play,
    whole: Money,
    at: Instant,
) -> anyhow::Result<()> {
    if !purchase.dice.one_in(6) {
        return Ok(());
    }
    let order = purchase.number.clone();
    let id = format!("{order}-odd");
    match purchase.dice.below(4) {
        0 => {
            let headers = [
                ("ce_specversion", "1.0"),
                ("ce_id", id.as_str()),
                ("ce_source", MARKETPLACE),
                ("ce_type", "marketplace.order.completed"),
            ];
            play.market.send(&order, &headers, b"{\"order\": \"2025")?;
        }
        1 => play.market.publish(&order, "gift_wrapped", &id, &json!({ "order": order }), false)?,
        2 => {
            let without_amount = json!({ "order": order, "at": at });
            play.market.publish(&order, "paid", &id, &without_amount, false)?;
        }
        _ => {
            let another = Money::new(whole.amount / 2, whole.currency);
            let data = json!({ "order": order, "at": at, "amount": another });
            play.market.publish(&order, "paid", &format!("{order}-paid"), &data, false)?;
            purchase.quirks.contradicted += 1;
            return Ok(());
        }
    }
    purchase.quirks.malformed += 1;
    Ok(())
}

fn deliver(purchase: &mut Purchase, at: Instant, play: &Play) -> anyhow::Result<()> {
    let mut delivered = json!({});
    if let Some(zone) = purchase.home.zone {
        delivered["zone"] = json!(zone);
    }
    fact(purchase, play, "delivered", at, &delivered)?;
    purchase.plan_days(at, 2, 3, Move::Market(MarketMove::Complete));
    match purchase.story.course {
        Course::Returned => purchase.plan_days(at, 4, 6, Move::Market(MarketMove::Return)),
        Course::ReturnedLate => purchase.plan_days(at, 10, 12, Move::Market(MarketMove::Return)),
        Course::DeliveryCorrected => {
            purchase.plan_days(at, 4, 5, Move::Market(MarketMove::CorrectDelivery));
        }
        Course::SellerRefunds | Course::SellerPaysPart => {
            purchase.plan_days(at, 5, 8, Move::Buyer(BuyerMove::Dispute));
        }
        Course::Kept | Course::Cancelled | Course::WrongPrice => {}
    }
    Ok(())
}

/// Usually the buyer confirms the receipt; otherwise the marketplace completes the order
/// automatically (T10).
fn complete(purchase: &mut Purchase, at: Instant, play: &Play) -> anyhow::Result<()> {
    let word = if purchase.dice.one_in(3) { "completed" } else { "receipt_confirmed" };
    fact(purchase, play, word, at, &json!({}))?;
    let Some(scenario) = purchase.story.claim else { return Ok(()) };
    let delivered = purchase.delivered_at;
    match scenario.before {
        Before::TooEarly => {
            purchase.plan_days(delivered, 6, 9, Move::Buyer(BuyerMove::FileTooEarly));
        }
        Before::Dispute => purchase.plan_days(delivered, 13, 14, Move::Buyer(BuyerMove::Dispute)),
        Before::TooLate => {
            purchase.plan_days(delivered, 369, 380, Move::Buyer(BuyerMove::FileTooLate));
        }
        Before::Nothing | Before::SecondClaim => {
            let latest = if purchase.story.claim.is_some_and(|scenario| scenario.returns > 1) {
                40
            } else {
                90
            };
            purchase.plan_days(delivered, 18, latest, Move::Buyer(BuyerMove::File));
        }
    }
    Ok(())
}

/// Publishes one fact; for every fourth order each fact twice, under the same id.
fn fact(
    purchase: &mut Purchase,
    play: &Play,
    word: &str,
    at: Instant,
    more: &Value,
) -> anyhow::Result<()> {
    let order = purchase.number.clone();
    let mut data = json!({ "order": order, "at": at.min(play.now) });
    if let (Some(data), Some(more)) = (data.as_object_mut(), more.as_object()) {
        data.extend(more.clone());
    }
    let id = format!("{order}-{word}");
    let structured = purchase.index % 5 == 3;
    play.market.publish(&order, word, &id, &data, structured)?;
    if purchase.index % 4 == 1 {
        play.market.publish(&order, word, &id, &data, structured)?;
        purchase.quirks.repeated += 1;
    }
    Ok(())
}

async fn answer_dispute(
    purchase: &mut Purchase,
    dispute: DisputeId,
    play: &Play,
) -> anyhow::Result<()> {
    let seller = Principal::new(Role::Seller, "s-1");
    // The dispute that must still be open on day 16 is decided late, but in time (C8).
    let is_late = purchase.story.claim.is_some_and(|scenario| scenario.before == Before::Dispute);
    let (body, next, least) = match purchase.story.course {
        Course::SellerRefunds => {
            (json!({ "answer": "agree" }), Move::Market(MarketMove::PerformDispute(dispute)), 3)
        }
        Course::SellerPaysPart => {
            let part = purchase.device.price.share(1, 4)?;
            let accepts = Move::Buyer(BuyerMove::AcceptDisputeOffer(dispute));
            (json!({ "answer": "counter", "offer": part }), accepts, 2)
        }
        _ => {
            let decides = Move::Market(MarketMove::DecideDispute(dispute, "nothing"));
            let body = json!({ "answer": "decline", "note": "it worked when it was sent" });
            (body, decides, if is_late { 8 } else { 2 })
        }
    };
    let key = purchase.command_key();
    let path = format!("/v1/disputes/{dispute}/answer");
    let answer = play.http.post(&seller, &path, &key, &body).await?;
    play.foreseen(purchase, "the seller answers the dispute", &answer, None);
    purchase.plan_days(play.now, least, least + 1, next);
    Ok(())
}

/// D2: only now does the outcome count.
async fn perform_dispute(
    purchase: &mut Purchase,
    dispute: DisputeId,
    play: &Play,
) -> anyhow::Result<()> {
    let market = Principal::new(Role::Marketplace, MARKETPLACE);
    let key = purchase.command_key();
    let path = format!("/v1/disputes/{dispute}/performance");
    let answer = play.http.post(&market, &path, &key, &json!({})).await?;
    play.foreseen(purchase, "the outcome of the dispute is carried out", &answer, None);
    Ok(())
}

async fn decide_dispute(
    purchase: &mut Purchase,
    dispute: DisputeId,
    ending: &'static str,
    play: &Play,
) -> anyhow::Result<()> {
    let market = Principal::new(Role::Marketplace, MARKETPLACE);
    let body = json!({ "ending": ending });
    let key = purchase.command_key();
    let path = format!("/v1/disputes/{dispute}/decision");
    let answer = play.http.post(&market, &path, &key, &body).await?;
    play.foreseen(purchase, "the marketplace decides the dispute", &answer, None);
    Ok(())
}
