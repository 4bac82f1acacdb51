//! What a client was told, kept on the client's side, and compared with what the log says afterwards: no
//! acknowledged command is lost, none is decided twice, and what was answered is what stands there.

use std::collections::HashMap;

/// What a client was told of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// The broker has it on the command topic.
    Delivered,
    /// It was decided: about `subject`, and can be read at `position` (`claims/7/41`) where that was said.
    Accepted {
        /// The id that the answer named; empty where it named none.
        subject: String,
        /// Who has read so far has read the decision.
        position: Option<String>,
    },
    /// It was refused by a rule, on the log.
    Refused,
}

/// An acknowledged command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The context that decides it: `claims`.
    pub context: String,
    /// The command's id.
    pub command_id: String,
    /// What its client was told.
    pub reported: Reported,
}

/// An event as a `read_committed` reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The context of the topic.
    pub context: String,
    /// `context/partition/offset`.
    pub position: String,
    /// Its type.
    pub type_name: String,
    /// What it is about.
    pub subject: String,
    /// The record that it answers.
    pub input: String,
    /// The command that it answers.
    pub command_id: String,
}

/// The end of the type of the event by which a command is refused.
const REFUSED: &str = ".command_refused.v1";
/// What a purchase that waits for a person has on its stream instead of a decision: it comes when that person
/// has seen to it.
const BLOCKED: [&str; 4] = [
    ".purchase_blocked.v1",
    ".input_dead_lettered.v1",
    ".input_redriven.v1",
    ".purchase_released.v1",
];

/// Compares what clients were told with the log; each difference as a sentence.
pub fn differences(acknowledged: &[Acknowledged], log: &[Logged]) -> Vec<String> {
    let mut answers: HashMap<(&str, &str), Vec<&Logged>> = HashMap::new();
    // What answers another service's fact, or a deadline, answers no command.
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
                return Some("it was told accepted, and the log refuses it".to_owned());
            }
            if !subject.is_empty() && !events.iter().any(|event| event.subject == *subject) {
                return Some(format!("it was told to be about {subject}, and no event of it is"));
            }
            let position = position.as_ref()?;
            // A repeated call may be told a later place: whoever has read so far has read the decision.
            let stands = events.iter().any(|event| is_read_at(&event.position, position));
            (!stands).then(|| format!("it was told to stand at {position}, and does not"))
        }
        Reported::Refused if first.type_name.ends_with(REFUSED) => None,
        Reported::Refused => Some("it was told refused, and the log accepts it".to_owned()),
    }
}

/// Whether who has read up to a position has read the event at another.
fn is_read_at(event: &str, read: &str) -> bool {
    let (Some((place, offset)), Some((read_place, read))) =
        (event.rsplit_once('/'), read.rsplit_once('/'))
    else {
        return false;
    };
    let offsets = (offset.parse::<i64>(), read.parse::<i64>());
    place == read_place && matches!(offsets, (Ok(offset), Ok(read)) if offset <= read)
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
    fn a_log_that_keeps_what_was_said_differs_in_nothing() {
        assert_eq!(differences(&clients(), &log()), Vec::<String>::new());
    }

    /// What is done to the log, and what is found.
    type Injected = (&'static str, fn(&mut Vec<Logged>));

    #[test]
    fn every_injected_difference_is_found() {
        let injected: [Injected; 7] = [
            ("is lost", |log| log.retain(|event| event.command_id != "a")),
            ("is lost", |log| log.retain(|event| event.command_id != "b")),
            ("is lost", |log| log[3].context = "jobs".to_owned()),
            ("the log refuses it", |log| log[0].type_name = log[2].type_name.clone()),
            ("the log accepts it", |log| log[2].type_name = log[0].type_name.clone()),
            ("told to stand at claims/7/2", |log| {
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
        assert!(differences(&other, &log())[0].contains("to be about clm_2"));
    }
}
