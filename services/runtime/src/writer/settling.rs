//! How long the consumer group may take to settle with this member in it.

use std::time::Duration;

use super::log::LogError;

/// After being fenced, how long the group may take to assign partitions again.
const REJOIN: Duration = Duration::from_secs(30);
/// How long the group may take to settle, even during a broker outage; then a new client joins.
const SETTLES: Duration = Duration::from_secs(60);

/// Since when the group has not been settled with this member in it.
#[derive(Default)]
pub(super) struct Settling {
    /// When the group fenced this member, until partitions are assigned again.
    fenced_since: Option<Duration>,
    /// When the group stopped being settled with this member in it.
    unsettled_since: Option<Duration>,
}

impl Settling {
    /// A newer generation of the group fenced this member.
    pub(super) fn fenced(&mut self, now: Duration) {
        self.fenced_since.get_or_insert(now);
    }

    pub(super) fn assigned(&mut self) {
        self.fenced_since = None;
    }

    pub(super) fn is_fenced(&self) -> bool {
        self.fenced_since.is_some()
    }

    /// Fails if the group does not settle: a client that its group has forgotten may wait forever,
    /// so a new client must take its place.
    pub(super) fn check(&mut self, is_member: bool, now: Duration) -> Result<(), LogError> {
        if self.fenced_since.is_some_and(|fenced| now.saturating_sub(fenced) > REJOIN) {
            return Err(LogError("no partitions were assigned again".to_owned()));
        }
        let since = if is_member { None } else { Some(self.unsettled_since.unwrap_or(now)) };
        self.unsettled_since = since;
        if since.is_some_and(|since| now.saturating_sub(since) > SETTLES) {
            return Err(LogError("the group has not settled for a minute".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_group_may_take_a_minute_to_settle() {
        let mut settling = Settling::default();
        assert!(settling.check(false, SECOND).is_ok());
        assert!(settling.check(false, SECOND + SETTLES).is_ok());
        assert!(settling.check(false, 2 * SECOND + SETTLES).is_err());
    }

    #[test]
    fn the_minute_starts_again_whenever_it_is_a_member() {
        let mut settling = Settling::default();
        assert!(settling.check(false, SECOND).is_ok());
        assert!(settling.check(true, SETTLES).is_ok());
        assert!(settling.check(false, 2 * SETTLES).is_ok());
    }

    #[test]
    fn a_fenced_member_gets_partitions_within_half_a_minute() {
        let mut settling = Settling::default();
        settling.fenced(SECOND);
        settling.fenced(REJOIN);
        assert!(settling.is_fenced());
        assert!(settling.check(true, SECOND + REJOIN).is_ok());
        assert!(settling.check(true, 2 * SECOND + REJOIN).is_err(), "the first fencing counts");
        settling.assigned();
        assert!(!settling.is_fenced() && settling.check(true, 2 * SETTLES).is_ok());
    }
}
