//! What the clients know: which commands they sent and when, and which facts were published.

use recourse_kernel::record::Header;
use recourse_kernel::{CommandRecord, Instant};

use crate::actions::What;
use crate::toy::{self, Ask, Nothing};

/// A command that a client sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) what: What,
    /// The clock's time when it was first written to the topic.
    pub(crate) at: Instant,
    /// Its number in the order of all inputs.
    pub(crate) order: usize,
}

impl Sent {
    /// The command record, as sent by the edge; always the same.
    pub(crate) fn record(&self) -> CommandRecord {
        let ask = match self.what {
            What::Put(amount) => toy::put(amount),
            What::Answer => Ask::Answer(Nothing {}),
            What::Panic => Ask::Panic(Nothing {}),
        };
        toy::command(&self.key, &self.id, self.at, &ask)
    }

    /// Whether the command can only be discarded.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.what == What::Panic
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Reported {
    pub(crate) key: String,
    pub(crate) version: u64,
    /// It is readable, and its transaction is not aborted.
    pub(crate) counts: bool,
    /// Its number in the order of all inputs.
    pub(crate) order: usize,
}

/// Everything the clients know.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// The commands of clients.
    pub(crate) sent: Vec<Sent>,
    /// The ids of orders to discard a dead letter.
    pub(crate) discards: Vec<String>,
    pub(crate) reported: Vec<Reported>,
    /// The positions of facts whose transaction was aborted: no reader may ever see them.
    pub(crate) aborted: Vec<String>,
    orders: usize,
}

impl Ledger {
    fn order(&mut self) -> usize {
        self.orders += 1;
        self.orders
    }

    pub(crate) fn ask(&mut self, key: String, what: What, at: Instant) -> CommandRecord {
        let (id, order) = (format!("c{}", self.sent.len()), self.order());
        let request = Sent { id, key, what, at, order };
        let record = request.record();
        self.sent.push(request);
        record
    }

    /// The n-th command again, modulo their number.
    pub(crate) fn again(&self, n: usize) -> Option<CommandRecord> {
        let count = self.sent.len().max(1);
        self.sent.get(n % count).map(Sent::record)
    }

    /// Headers and body of the next fact about a purchase. An aborted fact was never published, so
    /// its version is used again.
    pub(crate) fn report(
        &mut self,
        key: &str,
        readable: bool,
        committed: bool,
    ) -> (Vec<Header>, Vec<u8>) {
        let earlier = self.reported.iter().filter(|reported| reported.key == key);
        let version = 1 + earlier.map(|reported| reported.version).max().unwrap_or(0);
        if committed {
            let (key, order) = (key.to_owned(), self.order());
            self.reported.push(Reported { key, version, counts: readable, order });
        }
        toy::policy_event(key, version, kind(readable))
    }

    /// Notes where the last fact was written, after its transaction was aborted.
    pub(crate) fn abort(&mut self, partition: i32, offset: i64) {
        self.aborted.push(format!("recourse.policies.events.v1/{partition}/{offset}"));
    }

    /// Whether this is the id of a command or of a fact that was sent and not aborted, or of a
    /// person's order to discard one.
    pub(crate) fn was_sent(&self, id: &str) -> bool {
        let is_fact = |fact: &Reported| id == format!("policies/{}/{}", fact.key, fact.version);
        self.discards.iter().any(|discard| discard == id)
            || self.sent.iter().any(|request| request.id == id)
            || self.reported.iter().any(is_fact)
    }
}

pub(crate) fn kind(readable: bool) -> &'static str {
    if readable { "recourse.policy.sold.v1" } else { "recourse.policy.broken.v1" }
}
