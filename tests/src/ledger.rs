//! A ledger of the answers that clients received, compared with the log afterwards: no acknowledged
//! command is lost, none is decided twice, and every answer matches the log.

use std::collections::HashMap;

/// The answer that a client received for a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// The broker acknowledged it on the command topic.
    Delivered,
    /// It was accepted: it concerns `subject`, and can be read at `position` (`claims/7/41`) if one
    /// was returned.
    Accepted {
        /// The id in the answer; empty if there was none.
        subject: String,
        /// A reader at this position has read the decision.
        position: Option<String>,
    },
    /// It was refused by a rule, on the log.
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The context that decides it: `claims`.
    pub context: String,
    pub command_id: String,
    /// The answer that its client received.
    pub reported: Reported,
}

/// An event as a `read_committed` reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub context: String,
    /// `context/partition/offset`.
    pub position: String,
    pub type_name: String,
    pub subject: String,
    /// The record that it answers.
    pub input: String,
    /// The command that it answers.
    pub command_id: String,
}

/// The end of the type of the event by which a command is refused.
const REFUSED: &str = ".command_refused.v1";
/// Events on a blocked purchase's stream in place of a decision, which follows once an operator has
/// resolved the dead letter.
const BLOCKED: [&str; 4] = [
    ".purchase_blocked.v1",
    ".input_dead_lettered.v1",
    ".input_redriven.v1",
    ".purchase_released.v1",
];

/// Compares the answers that clients received with the log; returns each difference as a sentence.
pub fn differences(acknowledged: &[Acknowledged], log: &[Logged]) -> Vec<String> {
    let mut answers: HashMap<(&str, &str), Vec<&Logged>> = HashMap::new();
    // Events without a command id answer another service's fact, or a deadline.
    for event in log.iter().filter(|event| !event.command_id.is_empty()) {
        let command = (event.context.as_str(), event.command_id.as_str());
        answers.entry(command).or_default().push(event);
    }
    let mut found: Vec<String> = acknowledged
        .iter()
        .filter_map(|command| {
            let key = (command.context.as_str(), command.command_id.as_str());
            let why = wrong(&command.reported, answers.get(&key).map_or(&[], Vec::as_slice))?;
            Some(format!("{} command {}: {why}", command.context, command.command_id))
        })
        .collect();
    let twice = answers.iter().filter(|(_, events)| decided_twice(events));
    found.extend(twice.map(|((context, id), _)| format!("{context} command {id}: decided twice")));
    found.sort();
    found
}

fn wrong(reported: &Reported, events: &[&Logged]) -> Option<String> {
    let Some(first) = events.first() else { return Some("it is lost".to_owned()) };
    match reported {
        Reported::Delivered => None,
        Reported::Accepted { subject, position } => {
            if first.type_name.ends_with(REFUSED) {
                return Some("it was answered as accepted, but the log refuses it".to_owned());
            }
            if !subject.is_empty() && !events.iter().any(|event| event.subject == *subject) {
                return Some(format!(
                    "it was answered as being about {subject}, but none of its events is"
                ));
            }
            let position = position.as_ref()?;
            // A repeated call may return a later position: a reader at that position has read the
            // decision.
            let is_there = events.iter().any(|event| is_read_at(&event.position, position));
            (!is_there)
                .then(|| format!("it was answered with position {position}, but is not there"))
        }
        Reported::Refused if first.type_name.ends_with(REFUSED) => None,
        Reported::Refused => Some("it was answered as refused, but the log accepts it".to_owned()),
    }
}

/// Whether a reader at one position has read the event at another.
fn is_read_at(event: &str, read: &str) -> bool {
    let (Some((partition, offset)), Some((read_partition, read))) =
        (event.rsplit_once('/'), read.rsplit_once('/'))
    else {
        return false;
    };
    let offsets = (offset.parse::<i64>(), read.parse::<i64>());
    partition == read_partition && matches!(offsets, (Ok(offset), Ok(read)) if offset <= read)
}

/// Whether two records with the same command were both decided.
fn decided_twice(events: &[&Logged]) -> bool {
    let mut decided = events
        .iter()
        .filter(|event| !BLOCKED.iter().any(|blocked| event.type_name.ends_with(blocked)));
    let first = decided.next().map(|event| &event.input);
    decided.any(|event| Some(&event.input) != first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, offset: i64, kind: &str, input: i64) -> Logged {
        Logged {
            context: "claims".to_owned(),
            position: format!("claims/7/{offset}"),
            type_name: format!("recourse.claim.{kind}.v1"),
            subject: "clm_1".to_owned(),
            input: format!("recourse.claims.commands.v1/7/{input}"),
            command_id: id.to_owned(),
        }
    }

    fn reported(id: &str, reported: Reported) -> Acknowledged {
        Acknowledged { context: "claims".to_owned(), command_id: id.to_owned(), reported }
    }

    fn accepted(subject: &str, position: &str) -> Reported {
        Reported::Accepted { subject: subject.to_owned(), position: Some(position.to_owned()) }
    }

    fn log() -> Vec<Logged> {
        vec![
            event("a", 1, "filed", 1),
            event("a", 2, "question_asked", 1),
            event("b", 3, "command_refused", 2),
            event("c", 4, "input_noted", 3),
            event("", 5, "closed", 4),
            event("", 6, "closed", 5),
        ]
    }

    fn clients() -> Vec<Acknowledged> {
        vec![
            reported("a", accepted("clm_1", "claims/7/2")),
            reported("b", Reported::Refused),
            reported("c", Reported::Delivered),
        ]
    }

    #[test]
    fn a_log_that_matches_the_answers_has_no_differences() {
        assert_eq!(differences(&clients(), &log()), Vec::<String>::new());
    }

    /// A change of the log, and the difference that must be found.
    type Injected = (&'static str, fn(&mut Vec<Logged>));

    #[test]
    fn every_injected_difference_is_found() {
        let injected: [Injected; 7] = [
            ("is lost", |log| log.retain(|event| event.command_id != "a")),
            ("is lost", |log| log.retain(|event| event.command_id != "b")),
            ("is lost", |log| log[3].context = "jobs".to_owned()),
            ("the log refuses it", |log| log[0].type_name = log[2].type_name.clone()),
            ("the log accepts it", |log| log[2].type_name = log[0].type_name.clone()),
            ("answered with position claims/7/2", |log| {
                log[0].position = "claims/7/9".to_owned();
                log[1].position = "claims/6/2".to_owned();
            }),
            ("decided twice", |log| log.push(event("a", 5, "filed", 4))),
        ];
        for (why, inject) in injected {
            let mut log = log();
            inject(&mut log);
            let found = differences(&clients(), &log);
            assert!(found.iter().any(|found| found.contains(why)), "{why}: {found:?}");
        }
        let other = [reported("a", accepted("clm_2", "claims/7/2"))];
        assert!(differences(&other, &log())[0].contains("being about clm_2"));
    }
}
