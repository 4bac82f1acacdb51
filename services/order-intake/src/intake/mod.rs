//! Facts that others tell, re-keyed into `recourse.orders.commands.v1`.
//!
//! At least once: a fact that comes again has the same command id, and the writer answers it once. Personal
//! data is sealed here, before anything enters the log. What cannot be used goes, sealed, to
//! `recourse.orders.dlq.v1`, with the reason and where it came from.

pub mod again;
pub mod marketplace;
mod membership;
mod outbox;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rdkafka::error::KafkaError;
use recourse_kernel::record::Header;
use recourse_kernel::{CommandRecord, Sealed, Wire as _};
use recourse_runtime::clock::Clock;
use recourse_runtime::dead_letter::{DEAD_LETTER, DeadLetter, Note};
use recourse_runtime::edge::CommandMac;
use recourse_runtime::kafka::recovering_producer::Delivery;
use recourse_runtime::metrics::ServiceMetrics;
use recourse_runtime::sealing::{SealError, Sealer};
use recourse_runtime::service::Node;
use recourse_runtime::topics::Topics;
use serde::Serialize;

use crate::domain::OrderCommand;
use crate::feed::{Fact, Identities, Unusable};
use outbox::Outbox;

/// The longest command that is sent: what it leads to must fit into records of the size that Kafka takes.
const LONGEST_COMMAND: usize = 512 * 1024;
/// The longest record that is kept with what is parked. Sealed and in base 64 it is not twice as long, and Kafka takes
/// a million bytes; what is longer is named by its place only.
const LONGEST_KEPT: usize = 384 * 1024;
/// How long a record may take to be acknowledged.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(10);

/// Why facts cannot be taken in now. The source has to send them again, or hold them.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The log does not take them.
    #[error("the log does not take the facts: {0}")]
    Log(#[from] KafkaError),
    /// A command that cannot be written.
    #[error("a fact cannot be written as a command: {0}")]
    Wire(#[from] recourse_kernel::WireError),
    /// The keys of personal data cannot be reached.
    #[error("personal data cannot be sealed: {0}")]
    Seal(#[from] SealError),
    /// A parked fact whose record was erased, was too long to be kept, or is none of ours.
    #[error(
        "the parked record was not kept, so it cannot be read again: have it told again, or give it up"
    )]
    NotReadable,
    /// The producer was shut down.
    #[error("the producer has ended")]
    Ended,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// What brought it, as a URI reference: `/recourse/orders/feed`.
    pub source: &'static str,
    /// The record or line of it: `marketplace.orders.v1/3/120`, `orders.jsonl/17/9f86d081884c`.
    pub position: String,
    /// The type that it says it has; empty where it says none.
    pub type_name: String,
    /// The marketplace, where that is known whatever else cannot be read.
    pub marketplace: Option<String>,
    /// The W3C trace context.
    pub traceparent: Option<String>,
    /// The headers that it came with, without which its body may mean nothing.
    pub headers: Vec<Header>,
}

/// What was read of a record, and what it was read from.
#[derive(Debug, Clone)]
pub struct Read {
    /// What it means, or why it cannot be used.
    pub fact: Result<Fact, Unusable>,
    /// What would be parked.
    pub raw: Bytes,
    /// Where it comes from.
    pub origin: Arc<Origin>,
}

/// A fact ready to be sent: everything sealed, or nothing to send.
#[derive(Debug)]
pub enum Prepared {
    /// A command.
    Command(Box<CommandRecord>),
    /// Something to park.
    DeadLetter(Box<DeadLetter>),
    /// It was understood, and leads to nothing.
    NoConcern(&'static str),
}

/// What was done with facts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Sent as commands. A repeated fact counts too: only the writer can tell.
    pub commands: u64,
    /// Parked.
    pub dead_letter: u64,
    /// Understood, and of no concern.
    pub of_no_concern: u64,
}

impl std::ops::AddAssign for Taken {
    fn add_assign(&mut self, other: Self) {
        self.commands += other.commands;
        self.dead_letter += other.dead_letter;
        self.of_no_concern += other.of_no_concern;
    }
}

/// Takes facts in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    parts: Arc<Parts>,
}

struct Parts {
    outbox: Outbox,
    topics: Topics,
    clock: Clock,
    mac: CommandMac,
    sealer: Sealer,
    identities: Identities,
    metrics: ServiceMetrics,
}

impl Intake {
    /// The intake of a process.
    pub fn of(node: &Node) -> anyhow::Result<Self> {
        let key = node.settings.master_key()?.derive("buyer-pseudonym");
        Ok(Self {
            parts: Arc::new(Parts {
                outbox: Outbox::new(&node.connection, ACKNOWLEDGED_WITHIN)?,
                topics: node.topics.clone(),
                clock: node.clock.clone(),
                mac: node.mac.clone(),
                sealer: node.sealer.clone(),
                identities: Identities::new(*key, node.order_keys.clone()),
                metrics: node.metrics.of("orders"),
            }),
        })
    }

    /// What buyers are called here.
    pub fn identities(&self) -> &Identities {
        &self.parts.identities
    }

    /// Seals what has to be sealed, and makes the records to send, in the same order. Persons' keys are fetched
    /// side by side, which is what takes time.
    pub async fn prepare(&self, read: Vec<Read>) -> Result<Vec<Prepared>, IntakeError> {
        let preparing: Vec<_> = read
            .into_iter()
            .map(|read| {
                let intake = self.clone();
                tokio::spawn(async move { intake.prepare_one(read).await })
            })
            .collect();
        let mut prepared = Vec::with_capacity(preparing.len());
        for task in preparing {
            prepared.push(task.await.map_err(|_| IntakeError::Ended)??);
        }
        Ok(prepared)
    }

    async fn prepare_one(&self, read: Read) -> Result<Prepared, IntakeError> {
        let Read { fact, raw, origin } = read;
        match fact {
            Ok(fact) => {
                let command = self.command(fact, &origin).await?;
                if command.body.len() <= LONGEST_COMMAND {
                    return Ok(Prepared::Command(Box::new(command)));
                }
                let too_long = Unusable::TooLong { limit: LONGEST_COMMAND };
                self.dead_letter(&too_long, &raw, &origin).await
            }
            Err(Unusable::NoConcern(why)) => Ok(Prepared::NoConcern(why)),
            Err(unusable) => self.dead_letter(&unusable, &raw, &origin).await,
        }
    }

    /// Sends what was prepared, in order, and waits until all of it is acknowledged.
    pub async fn send(&self, prepared: &[Prepared]) -> Result<Taken, IntakeError> {
        let mut taken = Taken::default();
        let mut waiting: Vec<Delivery> = Vec::with_capacity(prepared.len());
        let (commands, dead_letters) =
            (self.parts.topics.commands("orders"), self.parts.topics.dead_letters("orders"));
        for one in prepared {
            match one {
                Prepared::Command(command) => {
                    let key = Some(command.key.as_bytes());
                    let headers = command.headers();
                    let sent = self.parts.outbox.send(&commands, key, &headers, &command.body);
                    waiting.push(sent.await?);
                    taken.commands += 1;
                }
                Prepared::DeadLetter(letter) => {
                    let value = serde_json::to_vec(letter).map_err(|error| {
                        recourse_kernel::WireError::malformed(DEAD_LETTER, error)
                    })?;
                    let headers = letter.headers("orders", Note::DeadLettered);
                    let key = Some(letter.position.as_bytes());
                    let sent = self.parts.outbox.send(&dead_letters, key, &headers, &value);
                    waiting.push(sent.await?);
                    taken.dead_letter += 1;
                }
                Prepared::NoConcern(_) => taken.of_no_concern += 1,
            }
        }
        for acknowledged in waiting {
            acknowledged.await.map_err(|_| IntakeError::Ended)??;
        }
        Ok(taken)
    }

    /// Prepares and sends what one record means.
    pub async fn take(
        &self,
        facts: Vec<Result<Fact, Unusable>>,
        raw: Bytes,
        origin: Origin,
    ) -> Result<Taken, IntakeError> {
        let origin = Arc::new(origin);
        let read = |fact| Read { fact, raw: raw.clone(), origin: Arc::clone(&origin) };
        let prepared = self.prepare(facts.into_iter().map(read).collect()).await?;
        self.send(&prepared).await
    }

    async fn command(&self, mut fact: Fact, origin: &Origin) -> Result<CommandRecord, IntakeError> {
        if let (OrderCommand::Place(place), Some(contact)) = (&mut fact.command, &fact.contact) {
            let plain = serde_json::to_vec(contact)
                .map_err(|error| recourse_kernel::WireError::malformed("contact", error))?;
            place.contact = self.seal(&format!("buyer:{}", place.buyer), &plain).await?;
        }
        let type_name = recourse_kernel::Wire::type_name(&fact.command);
        Ok(CommandRecord {
            id: fact.command_id(),
            source: origin.source.to_owned(),
            type_name: type_name.to_owned(),
            time: self.parts.clock.now(),
            key: fact.key().to_string(),
            mac: self.parts.mac.of(type_name, &fact.content),
            principal: fact.principal(),
            causation_id: format!("{}/{}", fact.marketplace, fact.reported.id),
            reply_to: None,
            traceparent: origin.traceparent.clone(),
            body: fact.command.encode()?,
        })
    }

    async fn dead_letter(
        &self,
        unusable: &Unusable,
        raw: &[u8],
        origin: &Origin,
    ) -> Result<Prepared, IntakeError> {
        let Origin { position, type_name, marketplace, .. } = origin;
        tracing::warn!(position, reason = %unusable, "a fact cannot be used and is parked");
        self.parts.metrics.dead_letter();
        let feed = marketplace.as_deref().unwrap_or("unknown");
        let feed: String = feed.chars().filter(char::is_ascii_graphic).take(128).collect();
        let length = raw.len() + origin.headers.iter().map(|(_, value)| value.len()).sum::<usize>();
        let mut reason = unusable.to_string();
        let record = if length <= LONGEST_KEPT {
            let raw = again::RawRecord::new(&origin.headers, raw).encoded()?;
            self.seal(&format!("feed:{feed}"), &raw).await?
        } else {
            write!(reason, "; its {length} bytes are not kept here: it can only be told again")
                .ok();
            None
        };
        let dead_letter = DeadLetter {
            position: position.clone(),
            type_name: type_name.clone(),
            reason,
            code: Some(unusable.code().to_owned()),
            dead_lettered_at: self.parts.clock.now(),
            record,
        };
        Ok(Prepared::DeadLetter(Box::new(dead_letter)))
    }

    /// Nothing for a person who was erased: what is told of them later is not kept either.
    async fn seal(&self, person: &str, plain: &[u8]) -> Result<Option<Sealed>, IntakeError> {
        match self.parts.sealer.seal(person, plain).await {
            Ok(sealed) => Ok(Some(sealed)),
            Err(SealError::Erased) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
