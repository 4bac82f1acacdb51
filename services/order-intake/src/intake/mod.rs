//! Re-keys facts that others report into `recourse.orders.commands.v1`.
//!
//! At least once: a repeated fact has the same command id, and the writer decides it once. Personal
//! data is sealed here, before anything enters the log. What cannot be used goes, sealed, to
//! `recourse.orders.dlq.v1`, with the reason and its origin.

mod again;
mod dead_letters;
mod error;
pub(crate) mod forgetting;
pub mod marketplace;
mod membership;
mod outbox;
pub(crate) mod raw_record;
mod records;
mod retention;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use recourse_edge::CommandMac;
use recourse_kernel::{CommandRecord, Sealed, Wire as _, WireError};
use recourse_runtime::clock::Clock;
use recourse_runtime::dead_letter::DEAD_LETTER;
use recourse_runtime::kafka::recovering_producer::Delivery;
use recourse_runtime::metrics::ServiceMetrics;
use recourse_runtime::topics::Topics;
use recourse_sealing::{SealError, Sealer};
use recourse_wiring::Node;

use crate::domain::OrderCommand;
use crate::feed::shop::Shops;
use crate::feed::{Fact, Identities, Unusable, one_reason};
use outbox::Outbox;
use retention::Retention;

pub use error::IntakeError;
pub use raw_record::RawRecord;
pub use records::{Origin, Prepared, Read, Taken};

/// The maximum length of a command. What it leads to must fit into records of the size that Kafka
/// accepts.
const MAX_COMMAND_LENGTH: usize = 512 * 1024;
/// How long to wait for a record's acknowledgement.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(10);

/// Accepts facts and sends them on. Cheap to clone.
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
    shops: Shops,
    retention: Retention,
    metrics: ServiceMetrics,
}

impl Intake {
    /// Creates the intake of this process.
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
                shops: Shops::read(node.settings.service.get("shops"))?,
                retention: Retention::read(node.settings.service.get("dead_letter_days"))?,
                metrics: node.metrics.of("orders"),
            }),
        })
    }

    /// Derives buyers' pseudonyms.
    pub fn identities(&self) -> &Identities {
        &self.parts.identities
    }

    /// The settings of each shop.
    pub fn shops(&self) -> &Shops {
        &self.parts.shops
    }

    /// Seals personal data and builds the records to send, in the same order. Keys are fetched
    /// concurrently, because that takes the most time.
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
                if command.body.len() <= MAX_COMMAND_LENGTH {
                    return Ok(Prepared::Command(Box::new(command)));
                }
                let too_long = Unusable::TooLong { limit: MAX_COMMAND_LENGTH };
                self.dead_letter(&too_long, &raw, &origin).await
            }
            Err(Unusable::Ignored(why)) => {
                tracing::info!(position = origin.position, why, "fact ignored");
                Ok(Prepared::Ignored(why))
            }
            Err(unusable) => self.dead_letter(&unusable, &raw, &origin).await,
        }
    }

    /// Sends prepared facts in order, and waits until all are acknowledged.
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
                    let value = serde_json::to_vec(letter)
                        .map_err(|error| WireError::malformed(DEAD_LETTER, error))?;
                    let headers = letter.headers("orders");
                    let key = Some(letter.position.as_bytes());
                    let sent = self.parts.outbox.send(&dead_letters, key, &headers, &value);
                    waiting.push(sent.await?);
                    taken.dead_letter += 1;
                }
                Prepared::Ignored(_) => taken.ignored += 1,
            }
        }
        for acknowledged in waiting {
            acknowledged.await.map_err(|_| IntakeError::Ended)??;
        }
        Ok(taken)
    }

    /// Prepares and sends the facts of one record.
    pub async fn take(
        &self,
        facts: Vec<Result<Fact, Unusable>>,
        raw: Bytes,
        origin: Origin,
    ) -> Result<Taken, IntakeError> {
        let origin = Arc::new(origin);
        let read = |fact| Read { fact, raw: raw.clone(), origin: Arc::clone(&origin) };
        let prepared = self.prepare(one_reason(facts).into_iter().map(read).collect()).await?;
        self.send(&prepared).await
    }

    async fn command(&self, mut fact: Fact, origin: &Origin) -> Result<CommandRecord, IntakeError> {
        if let (OrderCommand::Place(place), Some(contact)) = (&mut fact.command, &fact.contact) {
            let plain = serde_json::to_vec(contact)
                .map_err(|error| WireError::malformed("contact", error))?;
            place.contact = self.seal(&format!("buyer:{}", place.buyer), &plain).await?;
        }
        let type_name = fact.command.type_name();
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

    /// `None` for an erased person: facts reported about them later are not kept either.
    async fn seal(&self, person: &str, plain: &[u8]) -> Result<Option<Sealed>, IntakeError> {
        match self.parts.sealer.seal(person, plain).await {
            Ok(sealed) => Ok(Some(sealed)),
            Err(SealError::Erased) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
