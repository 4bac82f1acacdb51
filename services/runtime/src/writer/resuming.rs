//! Where to resume the inputs of a partition: at the group's committed offsets, or, if the group
//! has expired them (a week without members), after the last input that an event answers.
//!
//! Rereading such a topic from its beginning would undo what a person has resolved: a discarded
//! record would be decided after all, and an unreadable one would block its purchase again.

use std::collections::HashMap;

use recourse_kernel::Decider;
use recourse_kernel::record::header;
use recourse_terms::TermsBook;

use super::log::{Log, Source};
use super::positions::{answered_by, topic_of};
use super::{Writer, WriterError};
use crate::failpoint::failpoint;
use crate::store::Store;

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
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
