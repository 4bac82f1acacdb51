//! How long the content of dead letters can be read: each is sealed with the key of the day on
//! which it arrived, and that key is destroyed some days later.

use anyhow::ensure;
use chrono::{Days, NaiveDate};
use recourse_kernel::Instant;
use serde_json::Value;

/// The days, unless a setting says another number: until a request about personal data that
/// arrives on the same day is due.
const DAYS: u32 = 30;
/// The largest number of days.
const MAX_DAYS: u32 = 3650;
/// For how many days before those keys are looked for, in case no process ran for so long.
const LOOK_BACK: u64 = 3650;
const PREFIX: &str = "feed:";

/// The number of days for which the content of a dead letter is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Retention(u32);

impl Retention {
    /// Reads `[service] dead_letter_days`.
    pub(super) fn read(setting: Option<&Value>) -> anyhow::Result<Self> {
        let days = match setting {
            None | Some(Value::Null) => DAYS,
            Some(days) => days.as_u64().and_then(|days| u32::try_from(days).ok()).unwrap_or(0),
        };
        let is_valid = (1..=MAX_DAYS).contains(&days);
        ensure!(is_valid, "`service.dead_letter_days` must be a number from 1 to {MAX_DAYS}");
        Ok(Self(days))
    }

    /// The name of the key of a day, in UTC: `feed:2025-03-05`. This is a stable format: dead
    /// letters are sealed under it.
    pub(super) fn key_of(at: Instant) -> String {
        name(at.date_naive())
    }

    /// Whether this is the name of a day's key.
    pub(super) fn is_key(name: &str) -> bool {
        name.strip_prefix(PREFIX).is_some_and(|day| day.parse::<NaiveDate>().is_ok())
    }

    /// The names of the keys that are to be destroyed now.
    pub(super) fn expired(self, now: Instant) -> Vec<String> {
        let last = now.date_naive().checked_sub_days(Days::new(self.0.into()));
        let day = |back| Some(name(last?.checked_sub_days(Days::new(back))?));
        (0..LOOK_BACK).map_while(day).collect()
    }
}

fn name(day: NaiveDate) -> String {
    format!("{PREFIX}{day}")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;
    use crate::domain::rules::privacy::DUE_WITHIN;

    #[test]
    fn what_arrived_before_a_request_expires_before_the_request_is_due() {
        let arrived: Instant = "2025-03-05T09:00:00Z".parse().unwrap();
        let retention = Retention::read(None).unwrap();
        let key = Retention::key_of(arrived);
        assert_eq!(key, "feed:2025-03-05");
        assert!(Retention::is_key(&key) && !Retention::is_key("feed:bazaar"));
        assert!(!retention.expired(arrived + TimeDelta::days(29)).contains(&key));
        assert!(retention.expired(arrived + DUE_WITHIN).contains(&key));
        assert!(retention.expired(arrived + TimeDelta::days(365)).contains(&key), "later, too");
    }

    #[test]
    fn the_number_of_days_is_checked() {
        assert_eq!(Retention::read(Some(&json!(7))).unwrap(), Retention(7));
        for wrong in [json!(0), json!(-1), json!("week"), json!(3651), json!(1.5)] {
            assert!(Retention::read(Some(&wrong)).is_err(), "{wrong}");
        }
    }
}
