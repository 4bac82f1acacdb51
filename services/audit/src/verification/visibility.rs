//! Nothing of an aborted transaction was ever visible: no committed event answers an aborted
//! record. `read_committed` readers never see one; a service that had reacted to one would name it
//! as its input.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use recourse_kernel::record::header;
use recourse_runtime::settings::Settings;
use recourse_runtime::topics::Topics;

use super::log::{contexts, read_as};
use super::readmodels::connection;
use super::{Break, Check};

/// A record's position: context, partition, offset.
pub type LogPosition = (String, i32, i64);

/// The offsets that a topic has or had, by partition.
type Offsets = BTreeMap<i32, BTreeSet<i64>>;

/// Events that answer a record of an aborted transaction. Reads every topic of events twice: first
/// the committed records, then all records up to the same end.
pub fn verify(settings: &Settings) -> anyhow::Result<Vec<Break>> {
    let (connection, topics) = (connection(settings), Topics::new(&settings.topic_prefix));
    let mut answers = Vec::new();
    let mut aborted = BTreeSet::new();
    for context in contexts() {
        let topic = [topics.events(context)];
        let mut committed = Offsets::new();
        let ends = read_as(&connection.reader(), &topic, None, |record| {
            committed.entry(record.partition).or_default().insert(record.offset);
            if let Some(answered) = header(&record.headers, "ce_input").and_then(position_of) {
                let location = format!("{}/{}/{}", record.topic, record.partition, record.offset);
                answers.push((location, answered));
            }
        })?;
        let ends: HashMap<i32, i64> =
            ends.into_iter().map(|((_, partition), end)| (partition, end)).collect();
        let mut reads_all = connection.reader();
        reads_all.set("isolation.level", "read_uncommitted");
        read_as(&reads_all, &topic, None, |record| {
            let (partition, offset) = (record.partition, record.offset);
            let is_read = ends.get(&partition).is_some_and(|end| offset < *end);
            let is_committed = committed.get(&partition).is_some_and(|of| of.contains(&offset));
            if is_read && !is_committed {
                aborted.insert((context.to_owned(), partition, offset));
            }
        })?;
    }
    Ok(answers_to_aborted(answers, &aborted))
}

fn answers_to_aborted(
    answers: Vec<(String, LogPosition)>,
    aborted: &BTreeSet<LogPosition>,
) -> Vec<Break> {
    let of_aborted = answers.into_iter().filter(|(_, answered)| aborted.contains(answered));
    of_aborted
        .map(|(location, (context, partition, offset))| Break {
            check: Check::Visibility,
            location,
            why: format!(
                "it answers offset {offset} in partition {partition} of the {context} events, \
                 whose transaction was aborted"
            ),
        })
        .collect()
}

/// The position of the event that an input names: `recourse.claims.events.v1/3/17`; `None` for a
/// command or the clock.
fn position_of(input: &str) -> Option<LogPosition> {
    let mut parts = input.split('/');
    let context = parts.next()?.strip_prefix("recourse.")?.strip_suffix(".events.v1")?;
    let position = (context.to_owned(), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_have_positions() {
        assert_eq!(position_of("recourse.jobs.events.v1/3/17"), Some(("jobs".to_owned(), 3, 17)));
        for other in ["recourse.jobs.commands.v1/3/17", "clock", "recourse.jobs.events.v1/3"] {
            assert_eq!(position_of(other), None, "{other}");
        }
    }

    #[test]
    fn an_answer_to_an_aborted_record_is_found() {
        let aborted = BTreeSet::from([("jobs".to_owned(), 3, 17)]);
        let answers = |offset| vec![("here".to_owned(), ("jobs".to_owned(), 3, offset))];
        assert_eq!(answers_to_aborted(answers(18), &aborted), []);
        assert!(answers_to_aborted(answers(17), &aborted)[0].why.contains("was aborted"));
    }
}
