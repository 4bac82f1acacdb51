//! The payment gateway: reads payments from Kafka and answers over HTTP, once for each; sometimes
//! it fails first, and sometimes it reports the same payment twice.

use recourse_clients::inbox::Heard;
use recourse_kernel::{Instant, Money, PaymentId, Principal, Role};
use serde_json::json;

use super::moves::{GatewayMove, Move};
use super::play::Play;
use super::story::Remedy;
use super::world::Purchase;

/// An event was read from `recourse.settlements.events.v1`.
pub(super) fn heard(purchase: &mut Purchase, heard: &Heard, now: Instant) {
    let payments = match heard.kind.as_str() {
        "recourse.settlement.opened.v1" => {
            heard.body["payments"].as_array().cloned().unwrap_or_default()
        }
        "recourse.settlement.payment_added.v1" => vec![heard.body.clone()],
        _ => return,
    };
    let abandons =
        purchase.story.claim.is_some_and(|scenario| scenario.remedy == Remedy::Abandoned);
    for payment in payments {
        let id = payment["payment"].as_str().and_then(|id| id.parse::<PaymentId>().ok());
        let amount = serde_json::from_value::<Money>(payment["amount"].clone()).ok();
        let Some((id, amount)) = id.zip(amount) else { continue };
        let is_buyers = payment["from"] == "buyer";
        if is_buyers && abandons {
            continue; // M8: a buyer who does not pay for this long gives up the device.
        }
        let (least, most) = if is_buyers { (2, 5) } else { (1, 2) };
        let next = if purchase.dice.one_in(7) {
            GatewayMove::Fail(id, amount)
        } else {
            GatewayMove::Pay(id, amount)
        };
        purchase.plan_days(now, least, most, Move::Gateway(next));
    }
}

impl GatewayMove {
    pub(super) async fn make(
        self,
        purchase: &mut Purchase,
        at: Instant,
        play: &Play,
    ) -> anyhow::Result<()> {
        let gateway = Principal::new(Role::Gateway, "gateway-1");
        match self {
            Self::Fail(payment, amount) => {
                let body = json!({ "code": "card_declined", "failed_at": at });
                let key = purchase.command_key();
                let answer = play
                    .http
                    .post(&gateway, &format!("/v1/payments/{payment}/failed"), &key, &body)
                    .await?;
                play.foreseen(purchase, "the gateway fails", &answer, None);
                let again = Move::Gateway(Self::Pay(payment, amount));
                purchase.plan_days(play.now, 2, 3, again);
            }
            Self::Pay(payment, amount) => {
                let reference = format!("pay-{payment}");
                let body = json!({ "amount": amount, "reference": reference, "paid_at": at });
                let path = format!("/v1/payments/{payment}/paid");
                let key = purchase.command_key();
                let times = if purchase.dice.one_in(9) { 2 } else { 1 };
                for _ in 0..times {
                    let answer = play.http.post(&gateway, &path, &key, &body).await?;
                    play.foreseen(purchase, "the gateway pays", &answer, None);
                }
            }
        }
        Ok(())
    }
}
