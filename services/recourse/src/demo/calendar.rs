//! Who means to do what, and when. Moves of one purchase are made in order; those of different purchases do
//! not know of each other, so that any number of them can be made at once with the same outcome.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use recourse_kernel::Instant;

use super::adjusters::AdjusterMove;
use super::buyers::BuyerMove;
use super::gateway::GatewayMove;
use super::marketplace::MarketMove;
use super::shops::ShopMove;

/// Something that somebody means to do.
#[derive(Debug, Clone)]
pub(super) enum Move {
    Market(MarketMove),
    Buyer(BuyerMove),
    Adjuster(AdjusterMove),
    Shop(ShopMove),
    Gateway(GatewayMove),
}

/// The moves of one purchase that are still to be made.
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

    /// The next move that is due by then.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(Instant, Move)> {
        let (key, _) = self.moves.first_key_value().filter(|((at, _), _)| *at <= now)?;
        let key = *key;
        self.moves.remove(&key).map(|next| (key.0, next))
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.moves.first_key_value().map(|((at, _), _)| *at)
    }
}

/// The clock's steps: noon after noon, none left out in which somebody means to do something, and no
/// deadline left waiting longer than the longest step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// The longest step, in days.
    pub(super) longest: i64,
}

impl Steps {
    /// The next noon at which there is something to do; after the longest step at the latest.
    pub(super) fn after(self, now: Instant, next_move: Option<Instant>) -> Instant {
        let longest = now + TimeDelta::days(self.longest);
        let Some(wanted) = next_move else { return longest };
        let ahead = (wanted - now).num_seconds().max(1);
        let days = (ahead + 86_399) / 86_400;
        (now + TimeDelta::days(days)).min(longest)
    }
}

/// Noon, UTC, of a day.
pub(super) fn noon(year: i32, month: u32, day: u32) -> Instant {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(noon).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_goes_to_the_noon_after_the_next_move() {
        let steps = Steps { longest: 3 };
        let now = noon(2025, 3, 1);
        assert_eq!(steps.after(now, Some(now + TimeDelta::hours(30))), noon(2025, 3, 3));
        assert_eq!(steps.after(now, Some(now + TimeDelta::hours(24))), noon(2025, 3, 2));
        assert_eq!(steps.after(now, Some(now)), noon(2025, 3, 2));
        assert_eq!(steps.after(now, Some(noon(2025, 4, 1))), noon(2025, 3, 4));
        assert_eq!(steps.after(now, None), noon(2025, 3, 4));
    }

    #[test]
    fn moves_come_in_the_order_of_their_time_then_of_their_planning() {
        let mut agenda = Agenda::default();
        let now = noon(2025, 3, 1);
        agenda.plan(now + TimeDelta::days(1), Move::Market(MarketMove::Complete));
        agenda.plan(now, Move::Market(MarketMove::Place));
        assert!(matches!(agenda.take_due(now), Some((_, Move::Market(MarketMove::Place)))));
        assert!(agenda.take_due(now).is_none());
        assert_eq!(agenda.next(), Some(now + TimeDelta::days(1)));
    }
}
