//! Where to resume the inputs of a partition: at the group's committed offsets, or, if the group
//! has expired them (a week without members), after the last input that an event answers.
//!
//! Rereading such a topic from its beginning would undo what a person has resolved: a discarded
//! record would be decided after all, and an unreadable one would block its purchase again.

use std::collections::HashMap;

use recourse_kernel::Decider;
use recourse_kernel::record::header;

use super::log::{Incoming, Log, Source};
use super::{Writer, WriterError};
use crate::failpoint::failpoint;
use crate::store::Store;
use crate::topics::TERMS_CONTEXT;

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// Resumes the inputs of a partition, or rewinds them.
    pub(super) fn resume(&mut self, partition: i32) -> Result<(), WriterError> {
        let committed = self.log.committed(partition)?;
        let mut answered = HashMap::new();
        if committed.iter().any(|(_, offset)| offset.is_none()) {
            let spans = self.spans_to_the_end(&[(partition, 0)])?;
            self.log.restore(&spans, &mut |event| {
                if let Some((source, offset)) = answered_by::<D>(&event) {
                    let next = answered.entry(source).or_insert((0, String::new()));
                    if offset >= next.0 {
                        let command = header(&event.headers, "ce_commandid").unwrap_or_default();
                        *next = (offset.saturating_add(1), command.to_owned());
                    }
                }
                Ok(())
            })?;
            if let Some((next, command)) = answered.get(&Source::Commands) {
                self.check_last_answered(partition, next - 1, command)?;
            }
        }
        let from: Vec<(Source, i64)> = committed
            .into_iter()
            .map(|(source, offset)| {
                let answered = answered.get(&source).map(|(next, _)| *next);
                (source, offset.or(answered).unwrap_or(0))
            })
            .collect();
        for &(source, read) in &from {
            let end = if read > 0 { self.log.watermark(source, partition)? } else { 0 };
            if end < read {
                return Err(WriterError::InputTooShort {
                    context: D::CONTEXT,
                    topic: topic_of::<D>(source),
                    partition,
                    end,
                    read,
                });
            }
        }
        failpoint!("writer.resume");
        Ok(self.log.resume(partition, &from)?)
    }
}

impl<D: Decider, L: Log, S: Store> Writer<D, L, S> {
    /// Offsets are deleted with their topic. Without them, checks that the last answered command is
    /// still at its offset: the topic may have been recreated and have grown past it.
    fn check_last_answered(
        &mut self,
        partition: i32,
        offset: i64,
        command: &str,
    ) -> Result<(), WriterError> {
        // A shorter topic is detected by its end.
        if command.is_empty() || self.log.watermark(Source::Commands, partition)? <= offset {
            return Ok(());
        }
        let found = self.log.input_at(Source::Commands, partition, offset)?;
        if found.is_some_and(|found| header(&found.headers, "ce_id") == Some(command)) {
            return Ok(());
        }
        Err(WriterError::AnotherInput { context: D::CONTEXT, partition, offset })
    }
}

/// A position as written in `ce_input` and on the dead-letter topic:
/// `recourse.claims.commands.v1/3/17`.
pub(super) fn position_of<D: Decider>(incoming: &Incoming) -> String {
    format!("{}/{}/{}", topic_of::<D>(incoming.source), incoming.partition, incoming.offset)
}

fn topic_of<D: Decider>(source: Source) -> String {
    let (context, kind) = match source {
        Source::Commands => (D::CONTEXT, "commands"),
        Source::Foreign(n) => (D::FOREIGN[n], "events"),
        Source::Terms => (TERMS_CONTEXT, "events"),
    };
    format!("recourse.{context}.{kind}.v1")
}

/// The input that an event answers; `None` if a deadline caused it.
fn answered_by<D: Decider>(event: &Incoming) -> Option<(Source, i64)> {
    let (topic_and_partition, offset) = header(&event.headers, "ce_input")?.rsplit_once('/')?;
    let (topic, partition) = topic_and_partition.rsplit_once('/')?;
    let source = Source::inputs(D::FOREIGN.len()).find(|source| topic_of::<D>(*source) == topic)?;
    let is_here = partition.parse() == Ok(event.partition);
    Some((source, offset.parse().ok()?)).filter(|_| is_here)
}
