//! Retries a dead-lettered fact after the cause has been fixed.

use recourse_kernel::record::Header;
use recourse_runtime::dead_letter::DeadLetter;

use super::Intake;
use super::error::IntakeError;
use super::raw_record::{HISTORY, RawRecord};
use super::records::{Origin, Taken};
use super::retention::Retention;
use crate::feed::shop::Received;
use crate::feed::{Fact, Unusable, native, of_history, systems};

impl Intake {
    /// Reads a dead-lettered fact again and processes it as if it had just arrived. If it still
    /// cannot be used, it is dead-lettered again.
    pub async fn again(&self, dead_letter: &DeadLetter) -> Result<Taken, IntakeError> {
        let raw = self.content(dead_letter).await?;
        let body = raw.body().ok_or(IntakeError::NotReadable)?;
        let origin = Origin {
            source: "/recourse/orders/dead_letter",
            position: dead_letter.position.clone(),
            type_name: dead_letter.type_name.clone(),
            marketplace: marketplace(&raw),
            traceparent: None,
            headers: raw.headers.iter().map(|(k, v)| (k.clone(), v.clone().into_bytes())).collect(),
            kept_under: kept_under(dead_letter),
        };
        let mut facts = self.read(&raw, &origin.headers, &body);
        if raw.headers.contains_key(HISTORY) {
            facts = of_history(facts);
        }
        self.take(facts, body.into(), origin).await
    }

    fn read(
        &self,
        raw: &RawRecord,
        headers: &[Header],
        body: &[u8],
    ) -> Vec<Result<Fact, Unusable>> {
        let header = |name: &str| raw.headers.get(name).map(String::as_str);
        let Some((system, shop)) = systems::sent_by(header) else {
            return vec![native::translate(headers, body, self.identities())];
        };
        let (shops, identities) = (self.shops(), self.identities());
        system.again(&Received { shop: &shop, header: &header, body, shops, identities })
    }
}

/// The marketplace that its headers name.
fn marketplace(raw: &RawRecord) -> Option<String> {
    let header = |name: &str| raw.headers.get(name).map(String::as_str);
    let shop = systems::sent_by(header).map(|(_, shop)| shop);
    shop.or_else(|| header("ce_source").map(str::to_owned))
}

fn kept_under(dead_letter: &DeadLetter) -> Option<String> {
    let person = &dead_letter.record.as_ref()?.person;
    Retention::is_key(person).then(|| person.clone())
}
