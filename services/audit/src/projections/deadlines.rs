//! Deadlines: what was due, and how often it was met and missed (T8). A row's events are all of one service.

use recourse_kernel::{Instant, Record};
use recourse_runtime::projector::Table;
use serde_json::Value;
use sqlx::{PgConnection, Row as _};

use crate::any_event::AnyEvent;

/// The table `deadlines`.
pub struct DeadlinesTable;

/// One deadline of one thing, which may be set again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineRow {
    /// What is due: `decision`, `answer`, `remedy`, `parts`, `payment`.
    pub kind: String,
    /// The order key.
    pub purchase: String,
    /// The claim, job or leg.
    pub subject: String,
    /// When it was last due, if that is known.
    pub due: Option<Instant>,
    /// Whether it is still to be met.
    pub is_open: bool,
    /// How often it was met.
    pub met: i64,
    /// How often it passed.
    pub missed: i64,
}

/// What an event does to a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Set(Option<Instant>),
    Met,
    Missed(Option<Instant>),
    /// Nothing is due any more.
    Void,
}

impl Table for DeadlinesTable {
    const NAME: &'static str = "deadlines";
    const KEY: &'static str = "deadline";
    type Event = AnyEvent;
    type Row = DeadlineRow;

    fn key(event: &AnyEvent, record: &Record) -> Option<String> {
        Self::keys(event, record).into_iter().next()
    }

    fn keys(event: &AnyEvent, record: &Record) -> Vec<String> {
        let steps = steps(&record.type_name, event).into_iter();
        steps.map(|(kind, subject, _)| format!("{kind}/{subject}")).collect()
    }

    fn evolve(_: Option<DeadlineRow>, _: &AnyEvent, _: &Record) -> Option<DeadlineRow> {
        None
    }

    fn evolve_key(
        key: &str,
        row: Option<DeadlineRow>,
        event: &AnyEvent,
        record: &Record,
    ) -> Option<DeadlineRow> {
        let steps = steps(&record.type_name, event).into_iter();
        let (kind, subject, step) =
            steps.into_iter().find(|(kind, subject, _)| key == format!("{kind}/{subject}"))?;
        match (row, step) {
            (Some(row), step) => Some(after(row, &step)),
            // What was never due cannot be met.
            (None, Step::Met | Step::Void) => None,
            (None, step) => {
                let (kind, purchase) = (kind.to_owned(), record.key.clone());
                let (due, is_open, met, missed) = (None, true, 0, 0);
                let row = DeadlineRow { kind, purchase, subject, due, is_open, met, missed };
                Some(after(row, &step))
            }
        }
    }

    async fn load(
        connection: &mut PgConnection,
        keys: &[String],
    ) -> sqlx::Result<Vec<(String, DeadlineRow)>> {
        let rows = sqlx::query(
            "select deadline, kind, purchase, subject, due, is_open, met, missed
             from deadlines where deadline = any($1)",
        )
        .bind(keys)
        .fetch_all(connection)
        .await?;
        rows.iter().map(|row| Ok((row.try_get("deadline")?, read(row)?))).collect()
    }

    async fn save(
        connection: &mut PgConnection,
        rows: &[(String, DeadlineRow)],
    ) -> sqlx::Result<()> {
        let texts = |text: fn(&DeadlineRow) -> &str| -> Vec<&str> {
            rows.iter().map(|(_, row)| text(row)).collect()
        };
        let counts = |count: fn(&DeadlineRow) -> i64| -> Vec<i64> {
            rows.iter().map(|(_, row)| count(row)).collect()
        };
        let keys: Vec<&str> = rows.iter().map(|(key, _)| key.as_str()).collect();
        let due: Vec<Option<Instant>> = rows.iter().map(|(_, row)| row.due).collect();
        let open: Vec<bool> = rows.iter().map(|(_, row)| row.is_open).collect();
        sqlx::query(
            "insert into deadlines (deadline, kind, purchase, subject, due, is_open, met, missed)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[],
                                  $5::timestamptz[], $6::boolean[], $7::bigint[], $8::bigint[])
             on conflict (deadline) do update set
                 kind = excluded.kind, purchase = excluded.purchase, subject = excluded.subject,
                 due = excluded.due, is_open = excluded.is_open, met = excluded.met,
                 missed = excluded.missed",
        )
        .bind(keys)
        .bind(texts(|row| &row.kind))
        .bind(texts(|row| &row.purchase))
        .bind(texts(|row| &row.subject))
        .bind(due)
        .bind(open)
        .bind(counts(|row| row.met))
        .bind(counts(|row| row.missed))
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Reads a row back, for queries.
pub fn read(row: &sqlx::postgres::PgRow) -> sqlx::Result<DeadlineRow> {
    Ok(DeadlineRow {
        kind: row.try_get("kind")?,
        purchase: row.try_get("purchase")?,
        subject: row.try_get("subject")?,
        due: row.try_get("due")?,
        is_open: row.try_get("is_open")?,
        met: row.try_get("met")?,
        missed: row.try_get("missed")?,
    })
}

fn after(row: DeadlineRow, step: &Step) -> DeadlineRow {
    match step {
        Step::Set(due) => DeadlineRow { due: due.or(row.due), is_open: true, ..row },
        Step::Met if row.is_open => DeadlineRow { is_open: false, met: row.met + 1, ..row },
        Step::Void if row.is_open => DeadlineRow { is_open: false, ..row },
        Step::Met | Step::Void => row,
        Step::Missed(due) => {
            DeadlineRow { due: due.or(row.due), is_open: false, missed: row.missed + 1, ..row }
        }
    }
}

/// What an event does: kind, subject and step of each deadline that it is about.
fn steps(type_name: &str, event: &AnyEvent) -> Vec<(&'static str, String, Step)> {
    let text = |field: &str| event.text(field).map(str::to_owned);
    let time = |field: &str| event.text(field).and_then(|time| time.parse().ok());
    let of = |kind, field: &str, step| -> Vec<_> {
        text(field).map(|subject| (kind, subject, step)).into_iter().collect()
    };
    match type_name {
        "recourse.claim.filed.v1" if event.0.get("decide_within").is_some() => {
            of("decision", "claim", Step::Set(time("decide_by")))
        }
        "recourse.claim.remedy_chosen.v1" => of("decision", "claim", Step::Met),
        "recourse.claim.rejected.v1" => of("decision", "claim", Step::Met),
        "recourse.claim.closed.v1" => {
            // Whatever is still open ended with the claim.
            let mut steps = of("decision", "claim", Step::Void);
            steps.extend(of("answer", "claim", Step::Void));
            steps
        }
        "recourse.claim.question_asked.v1" => of("answer", "claim", Step::Set(time("answer_by"))),
        "recourse.claim.question_answered.v1" => of("answer", "claim", Step::Met),
        "recourse.claim.deadline_passed.v1" => match event.text("deadline") {
            Some("decision") => of("decision", "claim", Step::Missed(time("due"))),
            Some("answer") => of("answer", "claim", Step::Missed(time("due"))),
            _ => Vec::new(),
        },
        "recourse.job.received.v1" if event.0.get("repair_by").is_some() => {
            of("remedy", "job", Step::Set(time("repair_by")))
        }
        "recourse.job.inspected.v1" => {
            let verdict = event.0.get("verdict").and_then(|verdict| verdict.get("kind")?.as_str());
            let covered = verdict == Some("covered");
            if covered { Vec::new() } else { of("remedy", "job", Step::Void) }
        }
        "recourse.job.repaired.v1" | "recourse.job.declared_beyond_repair.v1" => {
            of("remedy", "job", Step::Met)
        }
        "recourse.job.replacement_sent.v1"
        | "recourse.job.handed_over.v1"
        | "recourse.job.closed.v1" => of("remedy", "job", Step::Void),
        "recourse.job.parts_awaited.v1" => part(event, Step::Set(end_of_utc_day(event))),
        "recourse.job.parts_arrived.v1" => part(event, Step::Met),
        "recourse.job.deadline_passed.v1" => match event.text("deadline") {
            Some("remedy") => of("remedy", "job", Step::Missed(time("due"))),
            Some("parts") => part(event, Step::Missed(time("due"))),
            _ => Vec::new(),
        },
        "recourse.settlement.opened.v1" => payments(event, time("notice_at")),
        "recourse.settlement.leg_paid.v1" => of("payment", "leg", Step::Met),
        "recourse.settlement.deadline_passed.v1" if event.text("deadline") == Some("notice") => {
            of("payment", "leg", Step::Missed(time("due")))
        }
        _ => Vec::new(),
    }
}

fn part(event: &AnyEvent, step: Step) -> Vec<(&'static str, String, Step)> {
    let (job, part) = (event.text("job"), event.text("part"));
    job.zip(part).map(|(job, part)| ("parts", format!("{job}/{part}"), step)).into_iter().collect()
}

/// The day's end without its zone, which the event does not name; a deadline that passes tells it exactly.
fn end_of_utc_day(event: &AnyEvent) -> Option<Instant> {
    let day: chrono::NaiveDate = event.text("expected_on")?.parse().ok()?;
    Some(day.succ_opt()?.and_time(chrono::NaiveTime::MIN).and_utc())
}

/// M8: what the buyer owes is due when the notice would go out.
fn payments(event: &AnyEvent, due: Option<Instant>) -> Vec<(&'static str, String, Step)> {
    let legs = event.0.get("legs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let from_buyer = |leg: &&Value| leg.get("from").and_then(Value::as_str) == Some("buyer");
    legs.iter()
        .filter(from_buyer)
        .filter_map(|leg| Some(("payment", leg.get("leg")?.as_str()?.to_owned(), Step::Set(due))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const JOB: &str = "job_0123456789ABCDEFGHJKMNPQRS-1.1-1-1";

    /// The row of one deadline after events, given by type and body.
    fn told(events: &[(&str, Value)]) -> DeadlineRow {
        let mut row = DeadlineRow {
            kind: "parts".to_owned(),
            purchase: String::new(),
            subject: String::new(),
            due: None,
            is_open: true,
            met: 0,
            missed: 0,
        };
        for (type_name, body) in events {
            for (_, _, step) in steps(type_name, &AnyEvent(body.clone())) {
                row = after(row, &step);
            }
        }
        row
    }

    #[test]
    fn t9_a_part_promised_again_can_be_missed_and_then_met() {
        let awaited = json!({"job": JOB, "part": "display", "expected_on": "2025-03-10"});
        let passed = json!({
            "job": JOB, "deadline": "parts", "part": "display", "due": "2025-03-10T21:00:00Z",
        });
        let arrived = json!({"job": JOB, "part": "display"});
        let row = told(&[
            ("recourse.job.parts_awaited.v1", awaited.clone()),
            ("recourse.job.deadline_passed.v1", passed),
            ("recourse.job.parts_awaited.v1", awaited),
            ("recourse.job.parts_arrived.v1", arrived.clone()),
            ("recourse.job.parts_arrived.v1", arrived),
        ]);
        assert_eq!((row.met, row.missed, row.is_open), (1, 1, false));
    }

    #[test]
    fn t8_a_deadline_that_passed_is_not_met_by_what_comes_after() {
        let row = told(&[
            ("recourse.job.received.v1", json!({"job": JOB, "repair_by": "2025-03-22T09:00:00Z"})),
            (
                "recourse.job.deadline_passed.v1",
                json!({"job": JOB, "deadline": "remedy", "due": "2025-03-22T09:00:00Z"}),
            ),
            ("recourse.job.repaired.v1", json!({"job": JOB})),
        ]);
        assert_eq!((row.met, row.missed), (0, 1));
    }

    #[test]
    fn a_verdict_that_is_not_covered_ends_the_promise_of_a_repair() {
        let verdict = json!({"job": JOB, "verdict": {"kind": "no_fault_found"}});
        let row = told(&[
            ("recourse.job.received.v1", json!({"job": JOB, "repair_by": "2025-03-22T09:00:00Z"})),
            ("recourse.job.inspected.v1", verdict),
            ("recourse.job.repaired.v1", json!({"job": JOB})),
        ]);
        assert_eq!((row.met, row.missed, row.is_open), (0, 0, false));
    }
}
