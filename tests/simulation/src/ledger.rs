//! What the clients know: what they asked and when, and what they were answered.

use recourse_kernel::record::Header;
use recourse_kernel::{CommandRecord, Instant};

use crate::actions::What;
use crate::toy::{self, Ask, Nothing};

/// Something that was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) what: What,
    /// By the clock, when it was on the topic for the first time.
    pub(crate) at: Instant,
    /// Its place among everything that came in.
    pub(crate) order: usize,
}

impl Asked {
    /// As the edge sends it; always the same.
    pub(crate) fn record(&self) -> CommandRecord {
        let ask = match self.what {
            What::Put(amount) => toy::put(amount),
            What::Answer => Ask::Answer(Nothing {}),
            What::Panic => Ask::Panic(Nothing {}),
        };
        toy::command(&self.key, &self.id, self.at, &ask)
    }

    /// Whether it can only be given up.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.what == What::Panic
    }
}

/// A fact that was told.
#[derive(Debug, Clone)]
pub(crate) struct Reported {
    pub(crate) key: String,
    pub(crate) version: u64,
    /// It can be read, and its transaction is not aborted.
    pub(crate) counts: bool,
    /// Its place among everything that came in.
    pub(crate) order: usize,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) request: Vec<Asked>,
    pub(crate) reported: Vec<Reported>,
    orders: usize,
}

impl Ledger {
    fn order(&mut self) -> usize {
        self.orders += 1;
        self.orders
    }

    pub(crate) fn ask(&mut self, key: String, what: What, at: Instant) -> CommandRecord {
        let (id, order) = (format!("c{}", self.request.len()), self.order());
        let request = Asked { id, key, what, at, order };
        let record = request.record();
        self.request.push(request);
        record
    }

    /// The n-th thing that was asked, counted around.
    pub(crate) fn again(&self, n: usize) -> Option<CommandRecord> {
        let count = self.request.len().max(1);
        self.request.get(n % count).map(Asked::record)
    }

    /// Headers and body of the next fact about a purchase. What was aborted was never told, so its version is
    /// told again.
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
}

pub(crate) fn kind(readable: bool) -> &'static str {
    if readable { "recourse.policy.sold.v1" } else { "recourse.policy.broken.v1" }
}
