//! `recourse parked`: records that could not be read or decided, and the purchases that wait for them.

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_kernel::record::{Header as RecordHeader, header};
use recourse_kernel::{CommandRecord, Hash, Principal, Role, folded};
use recourse_runtime::clock::Clock;
use recourse_runtime::kafka::Connection;
use recourse_runtime::kafka::poll::Fetched;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::{GENESIS_HEADER, Topics};
use recourse_runtime::writer::{DISCARD_HEADER, ORIGIN_HEADER, ParkedRecord, REDRIVE_HEADER};

use crate::audit::{log, readmodels};

const FLUSH_WITHIN: Duration = Duration::from_secs(10);
const REPLY_HEADER: &str = "recourse_replyto";

/// See to parked records.
#[derive(Args)]
pub(super) struct Parked {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// List what is parked: where it came in, its type and why.
    ///
    /// A purchase waits for what is marked `waits`; what is `set aside` holds up nobody; what is `seen to` was
    /// redriven or discarded.
    List,
    /// Send a parked record again, after the mend. Of a purchase, only the first in the queue is taken.
    Redrive {
        /// Where it came in, as `list` shows it: recourse.claims.commands.v1/3/17.
        position: String,
    },
    /// Give a parked record up for good, so that its purchase goes on without it.
    Discard {
        /// Where it came in, as `list` shows it.
        position: String,
        /// Why; it stays on the log.
        #[arg(long)]
        reason: String,
        /// Who you are, as a pseudonym.
        #[arg(long, default_value = "operator")]
        subject: String,
    },
}

/// A parked record, and at whose service.
struct Found {
    context: &'static str,
    parked: ParkedRecord,
}

impl Parked {
    pub(super) async fn perform(self, settings: Settings) -> anyhow::Result<ExitCode> {
        tokio::task::spawn_blocking(move || {
            let topics = Topics::new(&settings.topic_prefix);
            let desk = Desk { connection: readmodels::connection(&settings), topics };
            match self.what {
                What::List => desk.list(),
                What::Redrive { position } => desk.redrive(&position),
                What::Discard { position, reason, subject } => {
                    desk.discard(&position, &reason, &subject)
                }
            }
        })
        .await??;
        Ok(ExitCode::SUCCESS)
    }
}

/// Positions of parked records.
#[derive(Default)]
struct Queues {
    /// Some purchase waits for these, or did.
    waiting: HashSet<String>,
    /// These were redriven or discarded.
    seen_to: HashSet<String>,
}

struct Desk {
    connection: Connection,
    topics: Topics,
}

impl Desk {
    fn list(&self) -> anyhow::Result<()> {
        let all = self.all()?;
        let Queues { waiting, seen_to } = self.queues()?;
        if all.is_empty() {
            println!("nothing is parked");
        }
        for Found { context, parked } in all {
            let state = match &parked.position {
                position if seen_to.contains(position) => "seen to",
                position if waiting.contains(position) => "waits",
                _ => "set aside",
            };
            let ParkedRecord { position, type_name, reason, parked_at } = parked;
            println!(
                "{state:<8} {context:<12} {position}  {type_name}\n         {parked_at}  {reason}"
            );
        }
        Ok(())
    }

    fn all(&self) -> anyhow::Result<Vec<Found>> {
        let mut all = Vec::new();
        for context in log::contexts() {
            log::read_whole(&self.connection, &self.topics.parked(context), None, |fetched| {
                let is_genesis = header(&fetched.headers, GENESIS_HEADER).is_some();
                let body = fetched.value.unwrap_or_default();
                if let Some(parked) = serde_json::from_slice(&body).ok().filter(|_| !is_genesis) {
                    all.push(Found { context, parked });
                }
            })?;
        }
        Ok(all)
    }

    /// What purchases wait for, and what was redriven or discarded.
    fn queues(&self) -> anyhow::Result<Queues> {
        let mut queues = Queues::default();
        log::read_events(&self.connection, &self.topics, |read| {
            let Ok(entry) = read else { return };
            let queue = match folded::common_kind_of(&entry.record.type_name) {
                Some("purchase_held.v1" | "input_parked.v1") => &mut queues.waiting,
                Some("input_redriven.v1" | "input_discarded.v1") => &mut queues.seen_to,
                _ => return,
            };
            let body: serde_json::Value =
                serde_json::from_slice(&entry.record.body).unwrap_or_default();
            queue.extend(body["parked"].as_str().map(str::to_owned));
        })?;
        Ok(queues)
    }

    fn find(&self, position: &str) -> anyhow::Result<(Found, Fetched)> {
        let found = self.all()?.into_iter().find(|found| found.parked.position == position);
        let found = found.with_context(|| format!("nothing was parked under {position}"))?;
        let mut parts = position.rsplitn(3, '/');
        let (offset, partition, topic) = (parts.next(), parts.next(), parts.next());
        let (Some(offset), Some(partition), Some(topic)) = (offset, partition, topic) else {
            bail!("{position} is not of the form topic/partition/offset");
        };
        let (offset, partition): (i64, i32) = (offset.parse()?, partition.parse()?);
        let mut original = None;
        log::read_whole(&self.connection, &self.topics.named(topic), Some(partition), |fetched| {
            if fetched.offset == offset {
                original = Some(fetched);
            }
        })?;
        let original = original.with_context(|| format!("{position} is not there any more"))?;
        Ok((found, original))
    }

    /// Sends the very record again, to the service that could not take it.
    fn redrive(&self, position: &str) -> anyhow::Result<()> {
        let (found, original) = self.find(position)?;
        let mut headers: Vec<RecordHeader> =
            original.headers.iter().filter(|(name, _)| name != REPLY_HEADER).cloned().collect();
        headers.push((REDRIVE_HEADER.to_owned(), position.as_bytes().to_vec()));
        if let Some((context, "events")) = context_and_kind(position) {
            headers.push((ORIGIN_HEADER.to_owned(), context.as_bytes().to_vec()));
        } else if !position.contains(".commands.") {
            bail!("{position} came from outside; its source has to send it again");
        }
        let key = original.key.context("a record without a key waits for nobody")?;
        let value = original.value.unwrap_or_default();
        self.send(found.context, &key, &headers, &value)?;
        println!("{position} was sent again to {}", found.context);
        Ok(())
    }

    fn discard(&self, position: &str, reason: &str, subject: &str) -> anyhow::Result<()> {
        let (found, original) = self.find(position)?;
        let key = original.key.context("a record without a key waits for nobody")?;
        let order = CommandRecord {
            id: Hash::of_bytes(format!("discard {position}").as_bytes()).to_string(),
            source: "/recourse/parked".to_owned(),
            type_name: "recourse.input.discard.v1".to_owned(),
            time: Clock::system().now(),
            key: String::from_utf8_lossy(&key).into_owned(),
            mac: Hash::of_bytes(reason.as_bytes()).to_string(),
            principal: Principal::new(Role::Operator, subject),
            causation_id: position.to_owned(),
            reply_to: None,
            traceparent: None,
            body: reason.as_bytes().to_vec(),
        };
        let mut headers = order.headers();
        headers.push((DISCARD_HEADER.to_owned(), position.as_bytes().to_vec()));
        self.send(found.context, &key, &headers, &order.body)?;
        println!("{position} is given up");
        Ok(())
    }

    fn send(
        &self,
        context: &str,
        key: &[u8],
        headers: &[RecordHeader],
        value: &[u8],
    ) -> anyhow::Result<()> {
        let producer: BaseProducer = self.connection.producer().create()?;
        let topic = self.topics.commands(context);
        let headers = headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
            all.insert(Header { key, value: Some(value) })
        });
        let record = BaseRecord::to(&topic).key(key).payload(value).headers(headers);
        producer.send(record).map_err(|(error, _)| error)?;
        producer.flush(FLUSH_WITHIN).context("the record is not delivered")
    }
}

/// `claims` and `commands` of `recourse.claims.commands.v1/3/17`.
fn context_and_kind(position: &str) -> Option<(&str, &str)> {
    let mut parts = position.strip_prefix("recourse.")?.split('.');
    Some((parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_names_its_service() {
        let found = context_and_kind("recourse.claims.events.v1/3/17");
        assert_eq!(found, Some(("claims", "events")));
        assert_eq!(context_and_kind("marketplace.orders.v1/0/1"), None);
    }
}
