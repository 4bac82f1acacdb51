//! Confirmed, failed and reversed payments.

use serde_json::json;

use super::{Given, Scene, Sent};
use crate::actions::Actor;

impl Given<'_> {
    pub(super) fn payments(&self) -> Result<Vec<Sent>, String> {
        let Scene { purchase, seen, calendar, .. } = self.scene;
        let settlement = match self.number("claim")? {
            Some(claim) => Some(purchase.device(self.unit()?).settlement(claim).to_string()),
            None => None,
        };
        let wanted = self.number("payment")?;
        let mut sent = Vec::new();
        for (number, payment) in (1_u32..).zip(seen.payments(settlement.as_deref())) {
            let unusual = match self.action.word {
                "reverse_payment" => !payment.is_paid,
                _ => payment.is_over,
            };
            if wanted.map_or(unusual, |wanted| wanted != number) {
                continue;
            }
            let mut body = self.body()?;
            let usual = match self.action.word {
                "confirm_payment" => vec![
                    ("amount", payment.amount.clone()),
                    ("reference", json!(format!("pay-{}", payment.id))),
                    ("paid_at", json!(calendar.before)),
                ],
                "reverse_payment" => {
                    vec![("code", json!("chargeback")), ("reversed_at", json!(calendar.before))]
                }
                _ => vec![("code", json!("card_declined")), ("failed_at", json!(calendar.before))],
            };
            for (key, value) in usual {
                body.entry(key).or_insert(value);
            }
            let mut command = body.clone();
            command.insert("payment".to_owned(), json!(payment.id));
            let path = format!("/v1/payments/{}{}", payment.id, self.action.path);
            let who = self.who(Actor::Gateway, None)?;
            sent.push(Sent::Call(Box::new(self.finished(who, path, body, command, 0, sent.len()))));
        }
        if sent.is_empty() {
            return Err(format!("no payment can be meant by `{}`", self.action.word));
        }
        Ok(sent)
    }
}
