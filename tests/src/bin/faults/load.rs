//! The load: purchases that are sold, cancelled and refunded, and claims that are repaired, over
//! the command topic and HTTP; a fixed number of workers runs until stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use recourse_kernel::{Currency, DeviceId, Money, OrderId, OrderKeys, Principal, Role};
use recourse_order_intake::domain::OrderCommand;
use recourse_order_intake::domain::commands::{Cancel, ConfirmReceipt, Deliver, Pay, Place, Units};
use recourse_order_intake::domain::events::{OrderLine, WarrantyBought};
use recourse_terms::{Category, DeviceKind, OperatingSystem};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::client::{Call, Client, Outcome};

/// How many purchases are in progress at once.
const WORKERS: usize = 6;
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// A purchase without progress for this long is abandoned, and another is started.
const ABANDONED_AFTER: Duration = Duration::from_secs(120);
const PRICE: i64 = 2_000_000;
const WARRANTY: i64 = PRICE / 25;
const IMEI: &str = "490154203237518";

pub(crate) struct Load {
    stop: CancellationToken,
    hands: JoinSet<anyhow::Result<()>>,
    finished: Arc<AtomicUsize>,
}

impl Load {
    /// Starts the load. `run` keeps the purchases of separate runs apart.
    pub(crate) fn start(client: &Arc<Client>, run: usize) -> Self {
        let stop = CancellationToken::new();
        let finished = Arc::new(AtomicUsize::new(0));
        let mut hands = JoinSet::new();
        for hand in 0..WORKERS {
            let story = Story { client: Arc::clone(client), stop: stop.clone() };
            let finished = Arc::clone(&finished);
            hands.spawn(async move {
                for number in 0.. {
                    if story.stop.is_cancelled() {
                        break;
                    }
                    let name = format!("{run}-{hand}-{number}");
                    if (hand + number) % 3 == 0 {
                        story.repaired(&name).await?;
                    } else {
                        story.called_off(&name).await?;
                    }
                    finished.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            });
        }
        let gateway = Story { client: Arc::clone(client), stop: stop.clone() };
        hands.spawn(async move { gateway.pay_what_is_owed().await });
        Self { stop, hands, finished }
    }

    /// How many purchases have finished.
    pub(crate) fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// Stops the load, after waiting for calls in progress.
    pub(crate) async fn stop(mut self) -> anyhow::Result<usize> {
        self.stop.cancel();
        while let Some(hand) = self.hands.join_next().await {
            hand??;
        }
        Ok(self.finished())
    }
}

struct Story {
    client: Arc<Client>,
    stop: CancellationToken,
}

fn rub(amount: i64) -> anyhow::Result<Money> {
    let currency: Currency = "RUB".parse()?;
    Ok(Money::new(amount, currency))
}

fn instant(text: &str) -> anyhow::Result<recourse_kernel::Instant> {
    Ok(text.parse()?)
}

pub(crate) fn order(number: &str) -> OrderId {
    OrderId::new(OrderKeys::development().key_of("bazaar", number))
}

/// A phone with a repair warranty, placed on 1 February 2025.
pub(crate) fn placed(number: &str, title: &str) -> anyhow::Result<OrderCommand> {
    Ok(OrderCommand::Place(Box::new(Place {
        order: order(number),
        marketplace: "bazaar".to_owned(),
        number: number.to_owned(),
        placed_at: instant("2025-02-01T09:00:00Z")?,
        buyer: "b-1".to_owned(),
        contact: None,
        contact_mark: None,
        country: "RU".parse()?,
        region: None,
        city: Some("Kazan".to_owned()),
        shop: None,
        language: None,
        time_zone: None,
        complete_after_days: None,
        lines: vec![OrderLine {
            line: 1,
            title: title.to_owned(),
            quantity: 1,
            unit_price: rub(PRICE)?,
            unit_tax: None,
            requires_shipping: true,
            device: Some(DeviceKind {
                category: Category::Smartphone,
                operating_system: OperatingSystem::Android,
                brand: "Samsung".to_owned(),
                model: "A5".to_owned(),
            }),
            warranty: Some(WarrantyBought {
                program: serde_json::from_value(json!("repair"))?,
                provider: "wisetech-service".parse()?,
                price: rub(WARRANTY)?,
                tax: None,
                reference: None,
            }),
            seller: None,
            serials: Vec::new(),
            reference: None,
        }],
        as_of: None,
        gone: Vec::new(),
        paid: None,
        history: false,
        reported: None,
    })))
}

impl Story {
    async fn reports(
        &self,
        number: &str,
        what: &str,
        command: &OrderCommand,
    ) -> anyhow::Result<()> {
        let at = instant("2025-03-03T09:00:00Z")?;
        let (order, id) = (order(number), format!("load-{number}-{what}"));
        let key = order.key.to_string();
        self.client.direct("orders", &key, (&id, at), command, &self.stop).await
    }

    async fn sold(&self, number: &str) -> anyhow::Result<()> {
        self.reports(number, "place", &placed(number, "A phone")?).await?;
        let paid = Pay {
            order: order(number),
            paid_at: instant("2025-02-01T09:00:00Z")?,
            amount: rub(PRICE + WARRANTY)?,
            reported: None,
        };
        self.reports(number, "pay", &OrderCommand::Pay(paid)).await
    }

    /// Sold, and cancelled before delivery: the policy's price is refunded.
    async fn called_off(&self, number: &str) -> anyhow::Result<()> {
        self.sold(number).await?;
        let cancel = Cancel {
            order: order(number),
            cancelled_at: instant("2025-02-01T10:00:00Z")?,
            reason: "buyer".to_owned(),
            reported: None,
        };
        self.reports(number, "cancel", &OrderCommand::Cancel(cancel)).await?;
        let settlement = order(number).device(1, 1).settlement(0);
        let buyer = Principal::new(Role::Buyer, "b-1");
        let path = format!("/v1/settlements/{settlement}");
        self.until("refunds", &buyer, &path, |body| body["open"] == false).await;
        Ok(())
    }

    /// Sold, delivered, claimed, accepted, inspected, repaired, handed over.
    async fn repaired(&self, number: &str) -> anyhow::Result<()> {
        self.sold(number).await?;
        self.received(number, instant("2025-02-05T09:00:00Z")?).await?;
        let device = order(number).device(1, 1);
        let claim = device.policy().claim(1);
        let buyer = Principal::new(Role::Buyer, "b-1");
        let adjuster = Principal::new(Role::Adjuster, "a-1");
        let form = json!({
            "defect": "The screen stays dark although the phone \
                       rings.", "requested_remedy": "repair",
            "contact": { "name": "Anna", "email": "anna@example.org", "phone": "+7 843 000-00-00" },
            "city": "Kazan", "country": "RU", "serial": IMEI, "photos": [],
        });
        let path = format!("/v1/policies/{}/claims", device.policy());
        self.gives("claims", "claims", &buyer, device, &path, &form).await?;
        let path = format!("/v1/claims/{claim}/acceptance");
        self.gives("claims", "claims", &adjuster, device, &path, &json!({})).await?;
        let job = format!("/v1/jobs/{}", claim.job(1));
        let opened = |body: &Value| body["shop"]["id"].is_string();
        let Some(body) = self.until("repair-shops", &adjuster, &job, opened).await else {
            return Ok(());
        };
        let shop = Principal::new(Role::Shop, body["shop"]["id"].as_str().unwrap_or_default());
        let steps = [
            ("repair-shops", "jobs", &shop, format!("{job}/received"), json!({ "serial": IMEI })),
            (
                "repair-shops",
                "jobs",
                &shop,
                format!("{job}/inspected"),
                json!({ "verdict": { "kind": "covered" }, "cause": "display" }),
            ),
            (
                "claims",
                "claims",
                &adjuster,
                format!("/v1/claims/{claim}/remedy"),
                json!({ "remedy": "repair" }),
            ),
            ("repair-shops", "jobs", &shop, format!("{job}/repaired"), json!({})),
            ("repair-shops", "jobs", &shop, format!("{job}/handed-over"), json!({ "to": "buyer" })),
        ];
        for (service, context, who, path, body) in &steps {
            self.gives(service, context, who, device, path, body).await?;
        }
        Ok(())
    }

    /// Delivered, and its receipt confirmed.
    async fn received(&self, number: &str, at: recourse_kernel::Instant) -> anyhow::Result<()> {
        let order = order(number);
        let deliver = Deliver {
            order,
            delivered_at: at,
            exact: false,
            zone: Some(moscow()?),
            units: Units::default(),
            by_shipment: false,
            reference: None,
            reported: None,
        };
        self.reports(number, "deliver", &OrderCommand::Deliver(deliver)).await?;
        let confirm = ConfirmReceipt { order, confirmed_at: at, reported: None };
        self.reports(number, "confirm", &OrderCommand::ConfirmReceipt(confirm)).await
    }

    /// Sends a command, each time as a new one, until it is accepted: what it refers to may not
    /// have arrived yet.
    async fn gives(
        &self,
        service: &str,
        context: &str,
        who: &Principal,
        device: DeviceId,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<()> {
        let key = device.key.to_string();
        for attempt in 0.. {
            if self.stop.is_cancelled() {
                break;
            }
            let call = Call {
                service,
                context,
                who: who.clone(),
                key: &key,
                path: path.to_owned(),
                idempotency_key: format!("{path}-{attempt}"),
                body: body.clone(),
            };
            if self.client.command(&call, &self.stop).await? == Outcome::Accepted {
                break;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    async fn until(
        &self,
        service: &str,
        who: &Principal,
        path: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        let began = Instant::now();
        while !self.stop.is_cancelled() && began.elapsed() < ABANDONED_AFTER {
            let body = self.client.get(service, who, path).await;
            if let Some(body) = body.filter(&holds) {
                return Some(body);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        None
    }

    /// The gateway: every payment that is due is made, and may be reported twice.
    async fn pay_what_is_owed(&self) -> anyhow::Result<()> {
        let gateway = Principal::new(Role::Gateway, "gateway-1");
        while !self.stop.is_cancelled() {
            tokio::time::sleep(POLL_INTERVAL).await;
            let Some(owed) = self.client.get("refunds", &gateway, "/v1/payments?state=owed").await
            else {
                continue;
            };
            for payment in owed["items"].as_array().into_iter().flatten() {
                let id = payment["payment"].as_str().unwrap_or_default();
                let payment_id: recourse_kernel::PaymentId = id.parse()?;
                let call = Call {
                    service: "refunds",
                    context: "settlements",
                    who: gateway.clone(),
                    key: payment_id.key.as_str(),
                    path: format!("/v1/payments/{id}/paid"),
                    idempotency_key: id.to_owned(),
                    body: json!({
                        "amount": payment["amount"], "reference": format!("pay-{id}"),
                        "paid_at": "2025-03-03T09:00:00Z",
                    }),
                };
                self.client.command(&call, &self.stop).await?;
            }
        }
        Ok(())
    }
}

fn moscow() -> anyhow::Result<chrono_tz::Tz> {
    Ok(serde_json::from_value(json!("Europe/Moscow"))?)
}
