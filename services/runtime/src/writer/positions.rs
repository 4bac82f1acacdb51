//! Positions of records as text: `recourse.claims.commands.v1/3/17`.

use recourse_kernel::Decider;
use recourse_kernel::record::header;

use super::log::{Incoming, Source};
use crate::topics::TERMS_CONTEXT;

/// The position of an input, as written in `ce_input` and on the dead-letter topic.
pub(super) fn position_of<D: Decider>(incoming: &Incoming) -> String {
    format!("{}/{}/{}", topic_of::<D>(incoming.source), incoming.partition, incoming.offset)
}

/// The position of one of the service's own events.
pub(super) fn own_position<D: Decider>(event: &Incoming) -> String {
    format!("{}/{}/{}", own_topic::<D>(), event.partition, event.offset)
}

/// Whether a position is of one of the service's own events.
pub(super) fn is_own<D: Decider>(position: &str) -> bool {
    position.strip_prefix(&own_topic::<D>()).is_some_and(|rest| rest.starts_with('/'))
}

fn own_topic<D: Decider>() -> String {
    format!("recourse.{}.events.v1", D::CONTEXT)
}

/// The topic of a source, without the installation's prefix.
pub(super) fn topic_of<D: Decider>(source: Source) -> String {
    let (context, kind) = match source {
        Source::Commands => (D::CONTEXT, "commands"),
        Source::Foreign(n) => (D::FOREIGN[n], "events"),
        Source::Terms => (TERMS_CONTEXT, "events"),
    };
    format!("recourse.{context}.{kind}.v1")
}

/// The input that an event answers; `None` if a deadline caused it.
pub(super) fn answered_by<D: Decider>(event: &Incoming) -> Option<(Source, i64)> {
    let (topic_and_partition, offset) = header(&event.headers, "ce_input")?.rsplit_once('/')?;
    let (topic, partition) = topic_and_partition.rsplit_once('/')?;
    let source = Source::inputs(D::FOREIGN.len()).find(|source| topic_of::<D>(*source) == topic)?;
    let is_here = partition.parse() == Ok(event.partition);
    Some((source, offset.parse().ok()?)).filter(|_| is_here)
}

#[cfg(test)]
mod tests {
    use super::super::toy::PiggyBank;
    use super::*;

    fn event_answering(input: &str) -> Incoming {
        Incoming {
            source: Source::Commands,
            partition: 2,
            offset: 9,
            key: None,
            headers: vec![("ce_input".to_owned(), input.as_bytes().to_vec())],
            value: None,
        }
    }

    #[test]
    fn an_event_names_the_input_that_it_answers() {
        let answered = |input| answered_by::<PiggyBank>(&event_answering(input));
        assert_eq!(answered("recourse.claims.commands.v1/2/17"), Some((Source::Commands, 17)));
        assert_eq!(answered("recourse.policies.events.v1/2/3"), Some((Source::Foreign(0), 3)));
        assert_eq!(answered("clock"), None);
        assert_eq!(answered("recourse.claims.commands.v1/1/17"), None, "another partition");
        assert_eq!(answered("recourse.orders.events.v1/2/3"), None, "no input of this service");
    }

    #[test]
    fn a_position_reads_back() {
        let event = event_answering("clock");
        assert_eq!(position_of::<PiggyBank>(&event), "recourse.claims.commands.v1/2/9");
        assert_eq!(own_position::<PiggyBank>(&event), "recourse.claims.events.v1/2/9");
        assert!(is_own::<PiggyBank>(&own_position::<PiggyBank>(&event)));
        assert!(!is_own::<PiggyBank>(&position_of::<PiggyBank>(&event)));
    }
}
