//! Times as case files write them: absolute, or counted from the delivery or from the previous
//! step.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use recourse_kernel::Instant;
use recourse_terms::coverage::first_instant_of;

/// What times are counted from.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    /// The zone of days and times of day.
    pub zone: Tz,
    /// Day 0, if there was a delivery.
    pub delivered: Option<NaiveDate>,
    /// The time of the previous step.
    pub before: Instant,
}

const FORMS: &str = "write a time as `day 16`, `day 16 00:00`, `month 7`, `2025-03-01`, \
                     `2025-03-01 10:00`, `2025-03-01T07:00:00Z`, `3 days later` or `2 hours later`";

impl Calendar {
    /// The instant that a text means. A day without a time of day means noon; `00:00` is its first
    /// instant.
    pub fn instant(&self, text: &str) -> Result<Instant, String> {
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Ok(instant.to_utc());
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let unknown = || format!("`{text}` is not a time; {FORMS}");
        if let [count, unit, "later"] = words[..] {
            let count: i64 = count.parse().map_err(|_| unknown())?;
            return self.later(count, unit).ok_or_else(unknown);
        }
        let (day, time) = match words[..] {
            ["day", number] => (self.day(number)?, None),
            ["day", number, time] => (self.day(number)?, Some(time)),
            ["month", number] => (self.month(number)?, None),
            ["month", number, time] => (self.month(number)?, Some(time)),
            [date] => (date.parse().map_err(|_| unknown())?, None),
            [date, time] => (date.parse().map_err(|_| unknown())?, Some(time)),
            _ => return Err(unknown()),
        };
        let time = match time {
            None => NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default(),
            Some(time) => ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"]
                .iter()
                .find_map(|form| NaiveTime::parse_from_str(time, form).ok())
                .ok_or_else(unknown)?,
        };
        self.local(day, time).ok_or_else(|| format!("{text} does not exist in {}", self.zone))
    }

    pub fn day_of(&self, text: &str) -> Result<NaiveDate, String> {
        Ok(self.instant(text)?.with_timezone(&self.zone).date_naive())
    }

    fn later(&self, count: i64, unit: &str) -> Option<Instant> {
        let local = self.before.with_timezone(&self.zone).naive_local();
        match unit.trim_end_matches('s') {
            "minute" => self.before.checked_add_signed(TimeDelta::minutes(count)),
            "hour" => self.before.checked_add_signed(TimeDelta::hours(count)),
            // The same time of day, also across a change to summer time.
            "day" => {
                let day = local.date().checked_add_days(Days::new(u64::try_from(count).ok()?))?;
                self.local(day, local.time())
            }
            "month" => {
                let months = Months::new(u32::try_from(count).ok()?);
                self.local(local.date().checked_add_months(months)?, local.time())
            }
            _ => None,
        }
    }

    /// Day `number`; the day of the delivery is day 0.
    fn day(&self, number: &str) -> Result<NaiveDate, String> {
        let day =
            self.delivered.ok_or("days are counted from the delivery, and the case has none")?;
        let number: u64 =
            number.parse().map_err(|_| format!("`{number}` is not a number of days"))?;
        day.checked_add_days(Days::new(number)).ok_or_else(|| "the date is out of range".to_owned())
    }

    /// The first day of month `number`, counted from the delivery; the first month begins with it.
    fn month(&self, number: &str) -> Result<NaiveDate, String> {
        let day =
            self.delivered.ok_or("months are counted from the delivery, and the case has none")?;
        let number: u32 =
            number.parse().map_err(|_| format!("`{number}` is not a month number"))?;
        let before = number.checked_sub(1).ok_or("the first month is month 1")?;
        day.checked_add_months(Months::new(before))
            .ok_or_else(|| "the date is out of range".to_owned())
    }

    fn local(&self, day: NaiveDate, time: NaiveTime) -> Option<Instant> {
        if time == NaiveTime::MIN {
            return first_instant_of(day, self.zone);
        }
        let local = NaiveDateTime::new(day, time).and_local_timezone(self.zone);
        local.earliest().map(|instant| instant.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moscow() -> Calendar {
        Calendar {
            zone: Tz::Europe__Moscow,
            delivered: NaiveDate::from_ymd_opt(2025, 1, 31),
            before: "2025-02-01T09:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn instants_are_counted_from_the_delivery_or_the_step_before() {
        for (text, instant) in [
            ("day 0", "2025-01-31T09:00:00Z"),
            ("day 16 00:00", "2025-02-15T21:00:00Z"),
            ("month 2", "2025-02-28T09:00:00Z"),
            ("2025-03-01", "2025-03-01T09:00:00Z"),
            ("2025-03-01 10:30", "2025-03-01T07:30:00Z"),
            ("2025-03-01T10:30:00Z", "2025-03-01T10:30:00Z"),
            ("2 days later", "2025-02-03T09:00:00Z"),
            ("1 hour later", "2025-02-01T10:00:00Z"),
            ("day 16 23:59:59.999999", "2025-02-16T20:59:59.999999Z"),
        ] {
            assert_eq!(moscow().instant(text), Ok(instant.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_no_instant_is_reported_with_the_forms() {
        for text in
            ["", "soon", "day x", "month 0", "31.01.2025", "day 3 25:00", "2 fortnights later"]
        {
            assert!(moscow().instant(text).is_err(), "{text}");
        }
        let error = moscow().instant("soon").unwrap_err();
        assert!(error.contains("`day 16 00:00`"), "{error}");
    }
}
