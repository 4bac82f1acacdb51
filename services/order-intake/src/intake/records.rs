//! Records on their path from a feed to the log.

use std::sync::Arc;

use bytes::Bytes;
use recourse_kernel::CommandRecord;
use recourse_kernel::record::Header;
use recourse_runtime::dead_letter::DeadLetter;
use serde::Serialize;

use crate::feed::{Fact, Unusable};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The intake path it arrived on, as a URI reference: `/recourse/orders/feed`.
    pub source: &'static str,
    /// The position of the record or line: `marketplace.orders.v1/3/120`,
    /// `orders.jsonl/17/9f86d081884c`.
    pub position: String,
    /// The type it claims to have; empty if it has none.
    pub type_name: String,
    /// The marketplace, if it is known even though the rest cannot be read.
    pub marketplace: Option<String>,
    /// The W3C trace context, as a `traceparent` header.
    pub traceparent: Option<String>,
    /// The headers it arrived with; without them its body may not be readable.
    pub headers: Vec<Header>,
    /// The name of the key with which it was sealed when it was first dead-lettered, so that it is
    /// not kept longer by being dead-lettered again.
    pub kept_under: Option<String>,
}

impl Origin {
    /// The position of a dead letter, which is what it is kept under. What several records report
    /// is kept once, in its latest version, and once it is discarded it stays so.
    pub(super) fn position_of(&self, reason: &Unusable) -> String {
        match (&self.marketplace, reason.about()) {
            (Some(shop), Some(about)) => format!("{shop}/{about}"),
            _ => self.position.clone(),
        }
    }
}

/// A record as read: its meaning and its raw content.
#[derive(Debug, Clone)]
pub struct Read {
    /// The fact, or why it cannot be used.
    pub fact: Result<Fact, Unusable>,
    /// The bytes to keep if it is dead-lettered.
    pub raw: Bytes,
    pub origin: Arc<Origin>,
}

/// A fact ready to be sent, with everything sealed.
#[derive(Debug)]
pub enum Prepared {
    Command(Box<CommandRecord>),
    DeadLetter(Box<DeadLetter>),
    /// Understood, but leads to no command; the reason.
    Ignored(&'static str),
}

/// What became of the facts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Sent as commands. Repeated facts count too, because only the writer can recognise them.
    pub commands: u64,
    pub dead_letter: u64,
    /// Understood, but leading to no command.
    pub ignored: u64,
}

impl std::ops::AddAssign for Taken {
    fn add_assign(&mut self, other: Self) {
        self.commands += other.commands;
        self.dead_letter += other.dead_letter;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(position: &str, shop: &str) -> Origin {
        Origin {
            source: "/recourse/orders/woocommerce",
            position: position.to_owned(),
            type_name: "woocommerce:order.updated".to_owned(),
            marketplace: Some(shop.to_owned()),
            traceparent: None,
            headers: Vec::new(),
            kept_under: None,
        }
    }

    #[test]
    fn a_refund_that_every_update_reports_again_is_one_dead_letter() {
        let of = |refund: &str| Unusable::NoRefundLines {
            order: "723".to_owned(),
            refund: refund.to_owned(),
        };
        let (first, later) = (webhook("a/1", "example.com"), webhook("a/2", "example.com"));
        let position = first.position_of(&of("726"));
        assert_eq!(position, "example.com/orders/723/refunds/726");
        assert_eq!(position, later.position_of(&of("726")), "the next update");
        assert_ne!(position, later.position_of(&of("727")), "another refund");
        assert_ne!(position, webhook("a/2", "b.example").position_of(&of("726")), "another shop");
    }

    #[test]
    fn any_other_reason_belongs_to_its_record() {
        let origin = webhook("a/1", "example.com");
        assert_eq!(origin.position_of(&Unusable::NoCountry), "a/1");
        let no_id =
            Unusable::NoRefundLines { order: "7/2".to_owned(), refund: "Pat Lee".to_owned() };
        assert_eq!(origin.position_of(&no_id), "a/1", "no text of the record in a position");
    }
}
