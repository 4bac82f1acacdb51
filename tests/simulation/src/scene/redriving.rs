//! What a person does about a blocked purchase: redrives the head of its queue, or discards it.

use recourse_kernel::record::{Header, header};
use recourse_kernel::{Folded, Record};
use recourse_runtime::writer::log::{Incoming, Source};
use recourse_runtime::writer::{DISCARD_HEADER, ORIGIN_HEADER, REDRIVE_HEADER};

use super::Scene;
use crate::ledger::kind;
use crate::reading::replayed;
use crate::toy;

impl Scene {
    /// A person redrives the head of a blocked purchase's queue, fixed, or discards it if it is
    /// hopeless.
    pub(super) fn redrive(&self, key: &str) {
        let Ok(Folded { blocked: Some(block), .. }) = replayed(&self.cluster, key) else { return };
        let Some(head) = block.queue.front() else { return };
        let Some(record) = self.dead_lettered_at(head) else { return };
        self.meet("redriven".to_owned());
        if record.source == Source::Foreign(0) {
            return self.redrive_fact(key, head, &record);
        }
        let id = header(&record.headers, "ce_id").unwrap_or_default().to_owned();
        let is_hopeless = self.with_ledger(|ledger| {
            ledger.sent.iter().any(|request| request.id == id && request.is_hopeless())
        });
        if is_hopeless {
            return self.discard(key, head);
        }
        let mut headers = record.headers;
        headers.retain(|(name, _)| name != REDRIVE_HEADER);
        headers.push(marker(REDRIVE_HEADER, head));
        self.cluster.write(None, key, headers, record.value.unwrap_or_default());
    }

    fn redrive_fact(&self, key: &str, head: &str, record: &Incoming) {
        let value = record.value.as_deref().unwrap_or_default();
        let key_bytes = record.key.as_deref().unwrap_or_default();
        let Ok(fact) = Record::read(key_bytes, &record.headers, value) else { return };
        let (mut headers, body) = toy::policy_event(key, fact.version, kind(true));
        headers.push(marker(REDRIVE_HEADER, head));
        headers.push(marker(ORIGIN_HEADER, "policies"));
        self.cluster.write(None, key, headers, body);
    }

    fn discard(&self, key: &str, head: &str) {
        let id = format!("discard {head}");
        let mut order = toy::command(key, &id, self.clock.now(), &toy::put(1));
        self.lock().ledger.discards.push(id);
        order.reply_to = None;
        order.body = br#"{"reason": "a rule panics on it"}"#.to_vec();
        let mut headers = order.headers();
        headers.push(marker(DISCARD_HEADER, head));
        self.cluster.write(None, key, headers, order.body);
    }

    /// The input at the position of a dead letter, `topic/partition/offset`.
    fn dead_lettered_at(&self, position: &str) -> Option<Incoming> {
        let mut parts = position.rsplitn(3, '/');
        let (offset, partition) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let source =
            if parts.next()?.contains("commands") { Source::Commands } else { Source::Foreign(0) };
        self.cluster.came_in(source, partition, offset)
    }
}

fn marker(name: &str, value: &str) -> Header {
    (name.to_owned(), value.as_bytes().to_vec())
}
