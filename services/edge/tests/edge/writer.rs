//! A scripted writer: it answers commands as their bodies request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Headers as _;
use rdkafka::producer::{BaseProducer, BaseRecord};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use recourse_kernel::{CommandRecord, Principal, Refusal, Role};
use recourse_runtime::kafka::Connection;
use recourse_runtime::reply::{Reply, ReplyKind};
use recourse_runtime::topics::Topics;

use crate::thing::{PARTITIONS, RequestBody};

/// Answers commands as their bodies request, and remembers its answers.
pub(crate) struct Writer {
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    answered: HashMap<String, Reply>,
    decided: usize,
    last_traceparent: Option<String>,
}

impl Writer {
    pub(crate) fn start(connection: &Connection, topics: &Topics) -> Self {
        let (stop, seen) =
            (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Seen::default())));
        let consumer: BaseConsumer = connection.reader().create().unwrap();
        let producer: BaseProducer = connection.producer().create().unwrap();
        let mut assignment = TopicPartitionList::new();
        for partition in 0..PARTITIONS {
            assignment
                .add_partition_offset(&topics.commands("claims"), partition, Offset::Beginning)
                .unwrap();
        }
        consumer.assign(&assignment).unwrap();
        let (reported, shown, replies) = (stop.clone(), seen.clone(), topics.replies());
        std::thread::spawn(move || {
            while !reported.load(Ordering::Relaxed) {
                producer.poll(Duration::ZERO);
                let Some(Ok(message)) = consumer.poll(Duration::from_millis(50)) else { continue };
                let headers: Vec<_> = message
                    .headers()
                    .into_iter()
                    .flat_map(|headers| headers.iter())
                    .map(|header| {
                        (header.key.to_owned(), header.value.unwrap_or_default().to_vec())
                    })
                    .collect();
                let read = CommandRecord::read(
                    message.key().unwrap(),
                    &headers,
                    message.payload().unwrap_or_default(),
                );
                let command = read.unwrap();
                let position = format!("claims/{}/{}", message.partition(), message.offset());
                let Some(reply) = shown.lock().unwrap().answer(&command, position) else {
                    continue;
                };
                let value = serde_json::to_vec(&reply).unwrap();
                let record = BaseRecord::to(&replies)
                    .partition(command.reply_to.unwrap())
                    .key(&reply.command_id)
                    .payload(&value);
                producer.send(record).unwrap();
            }
        });
        Self { stop, seen }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn decided(&self) -> usize {
        self.seen.lock().unwrap().decided
    }

    pub(crate) fn last_traceparent(&self) -> Option<String> {
        self.seen.lock().unwrap().last_traceparent.clone()
    }
}

impl Seen {
    fn answer(&mut self, command: &CommandRecord, position: String) -> Option<Reply> {
        assert_eq!(command.principal, Principal::new(Role::Buyer, "b-1"));
        self.last_traceparent.clone_from(&command.traceparent);
        let mut reply = Reply {
            command_id: command.id.clone(),
            mac: command.mac.clone(),
            kind: ReplyKind::Accepted,
            subject: format!("thing_{}", command.key),
            version: 1,
            position: Some(position),
            refusal: None,
        };
        if let Some(before) = self.answered.get(&command.id) {
            let same = before.mac == command.mac;
            reply.kind = if same { before.kind } else { ReplyKind::Conflict };
            reply.position = None;
            return Some(reply);
        }
        self.decided += 1;
        let request: RequestBody = serde_json::from_slice(&command.body).unwrap();
        match request.what.as_str() {
            "ignore" => return None,
            "block" => reply.kind = ReplyKind::Blocked,
            "refuse" => {
                reply.kind = ReplyKind::Refused;
                reply.refusal = Some(Refusal {
                    command: command.type_name.clone(),
                    code: "claim.before_coverage".to_owned(),
                    rules: vec!["C1".to_owned()],
                    detail: "coverage has not started".to_owned(),
                    instead: Some("Open a dispute.".to_owned()),
                    instead_url: None,
                    instead_method: None,
                    facts: serde_json::Map::new(),
                    findings: Vec::new(),
                });
            }
            _ => {}
        }
        self.answered.insert(command.id.clone(), reply.clone());
        Some(reply)
    }
}
