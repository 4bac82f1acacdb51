//! Nothing sleeps (T11): whatever is open has its owner who must act and a date, at every stop; and
//! once only time passes, everything is closed, or names who is late.

use std::collections::{BTreeMap, BTreeSet};

use recourse_audit::verification::waits::{Plain, Waiting, is_of, violations};
use recourse_cases::memory::Memory;
use recourse_kernel::{Instant, Matter, Record, WaitKind};
use serde_json::Value;

/// What the events of each stream say, and what was met on the path.
#[derive(Default)]
pub(crate) struct Sleep {
    plain: BTreeMap<String, Plain>,
    pub(crate) met: Met,
}

/// Which kinds of waits were met.
#[derive(Debug, Default, Clone)]
pub(crate) struct Met {
    /// Awaited by a service.
    pub(crate) awaited: BTreeSet<WaitKind>,
    /// Awaited by the table: a service without that row would have been reported.
    pub(crate) guarded: BTreeSet<WaitKind>,
    /// Awaited until the deadline passed.
    pub(crate) passed: BTreeSet<WaitKind>,
}

impl Met {
    pub(crate) fn add(&mut self, other: Self) {
        self.awaited.extend(other.awaited);
        self.guarded.extend(other.guarded);
        self.passed.extend(other.passed);
    }
}

impl Sleep {
    /// Takes the next event, of any service.
    pub(crate) fn take(&mut self, kind: &str, body: &Value, record: &Record) {
        let plain = self.plain.entry(record.stream.clone()).or_default();
        plain.take(kind, body, record.time);
    }

    /// Compares the events with what the services wait for.
    pub(crate) fn check(&mut self, memory: &Memory, now: Instant) -> Result<(), String> {
        let nothing = Plain::default();
        for (stream, waiting) in memory.waiting() {
            let plain = self.plain.get(&stream).unwrap_or(&nothing);
            if let Some(why) = violations(plain, &waiting, now).into_iter().next() {
                return Err(why);
            }
            self.met.awaited.extend(waiting.waits.iter().map(|wait| wait.what));
            self.met.guarded.extend(plain.begun().map(|begun| begun.what));
        }
        Ok(())
    }

    /// After a long time without any action: every open matter has its owner who is late.
    pub(crate) fn at_the_end(&mut self, memory: &Memory) -> Result<(), String> {
        self.met.passed.extend(memory.passed());
        for (_, waiting) in memory.waiting() {
            let sleeping = waiting.open.iter().find(|matter| !is_late(&waiting, **matter));
            if let Some(matter) = sleeping {
                let waits = waiting.waits.iter().filter(|wait| is_of(wait, *matter));
                return Err(format!("{matter} sleeps: {:?}", waits.collect::<Vec<_>>()));
            }
        }
        Ok(())
    }
}

/// Whether its owner is late for the matter; coverage may run for longer than a year.
fn is_late(waiting: &Waiting, matter: Matter) -> bool {
    let mut waits = waiting.waits.iter().filter(|wait| is_of(wait, matter));
    waits.any(|wait| wait.is_late || wait.what == WaitKind::CoverageEnd)
}
