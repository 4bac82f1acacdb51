//! Planned moves and their times. Moves of one purchase are made in order; those of different
//! purchases are independent, so any number of them can run concurrently with the same outcome.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use recourse_kernel::Instant;

use super::moves::Move;

/// The remaining moves of one purchase.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    moves: BTreeMap<(Instant, u32), Move>,
    planned: u32,
}

impl Agenda {
    pub(super) fn plan(&mut self, at: Instant, next: Move) {
        self.planned += 1;
        self.moves.insert((at, self.planned), next);
    }

    /// The next move that is due at `now`.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Instant, Move)> {
        let (key, _) = self.moves.first_key_value().filter(|((at, _), _)| *at <= now)?;
        let key = *key;
        self.moves.remove(&key).map(|next| (key.0, next))
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.moves.first_key_value().map(|((at, _), _)| *at)
    }
}

/// The clock's steps: from noon to noon, stopping at every noon with a planned move, and at least
/// once per longest step so that no deadline waits longer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// The longest step, in days.
    pub(super) longest: i64,
}

impl Steps {
    /// The next noon with something to do, at most the longest step away.
    pub(super) fn after(self, now: Instant, next_move: Option<Instant>) -> Instant {
        let longest = now + TimeDelta::days(self.longest);
        let Some(wanted) = next_move else { return longest };
        let ahead = (wanted - now).num_seconds().max(1);
        let days = (ahead + 86_399) / 86_400;
        (now + TimeDelta::days(days)).min(longest)
    }
}

/// Noon of a day, UTC.
pub(super) fn noon(year: i32, month: u32, day: u32) -> Instant {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(noon).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moves::MarketMove;

    #[test]
    fn a_step_ends_at_the_noon_after_the_next_move() {
        let steps = Steps { longest: 3 };
        let now = noon(2025, 3, 1);
        assert_eq!(steps.after(now, Some(now + TimeDelta::hours(30))), noon(2025, 3, 3));
        assert_eq!(steps.after(now, Some(now + TimeDelta::hours(24))), noon(2025, 3, 2));
        assert_eq!(steps.after(now, Some(now)), noon(2025, 3, 2));
        assert_eq!(steps.after(now, Some(noon(2025, 4, 1))), noon(2025, 3, 4));
        assert_eq!(steps.after(now, None), noon(2025, 3, 4));
    }

    #[test]
    fn moves_are_ordered_by_time_then_by_when_they_were_planned() {
        let mut agenda = Agenda::default();
        let now = noon(2025, 3, 1);
        agenda.plan(now + TimeDelta::days(1), Move::Market(MarketMove::Complete));
        agenda.plan(now, Move::Market(MarketMove::Place));
        assert!(matches!(agenda.take_due(now), Some((_, Move::Market(MarketMove::Place)))));
        assert!(agenda.take_due(now).is_none());
        assert_eq!(agenda.next(), Some(now + TimeDelta::days(1)));
    }
}
