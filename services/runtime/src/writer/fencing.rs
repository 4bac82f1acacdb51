//! Fencing by name: a newer producer with this process's transactional id exists.
//!
//! That happens without any other process, too: a transaction that exceeded its timeout is fenced
//! likewise, for example after this process was suspended. So the first fencings do not count. Two
//! processes with one name, however, fence each other again and again, because each answers with a
//! new producer; one of them must exit. Usually it never gets that far: the newcomer is refused
//! before it starts ([`crate::instance_name`]). This is the safety net.

use std::time::Duration;

/// More fencings than this within [`RECENT`] mean another process with the same name.
const TOLERATED: usize = 2;
/// The same for a process that has run for [`ESTABLISHED`]. It tolerates more fencings, so of two
/// processes with one name the newcomer exits first. With equal limits, both could exit.
const TOLERATED_BY_THE_ESTABLISHED: usize = 30;
const ESTABLISHED: Duration = Duration::from_secs(15);
const RECENT: Duration = Duration::from_secs(60);

/// Counts recent fencings by a newer producer of the same name.
///
/// Whether a process is established is judged by its age at the first recent fencing, and fencings
/// only happen when there are transactions. So on a quiet system a newcomer may be older than
/// [`ESTABLISHED`] before it is fenced for the first time. Then both count as established, and the
/// older one, which is usually fenced first, may exit first, or both may. Nothing is lost or
/// decided twice, because only one of them can commit at a time. (A newcomer cannot recognise this
/// by itself: the client does not say whether a producer of the same name was alive when it started
/// its own.)
#[derive(Default)]
pub(super) struct Fencings {
    recent: Vec<Duration>,
}

impl Fencings {
    /// Counts a fencing at this age of the process. Returns whether another process has its name.
    pub(super) fn is_duplicate(&mut self, age: Duration) -> bool {
        self.recent.retain(|fenced| age.saturating_sub(*fenced) < RECENT);
        self.recent.push(age);
        let is_established = self.recent.first().is_some_and(|first| *first > ESTABLISHED);
        let tolerated = if is_established { TOLERATED_BY_THE_ESTABLISHED } else { TOLERATED };
        self.recent.len() > tolerated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// How many fencings, one a second and the first at this age, a process tolerates.
    fn tolerated(first: Duration) -> usize {
        let mut fencings = Fencings::default();
        (0..99).take_while(|n| !fencings.is_duplicate(first + SECOND * *n)).count()
    }

    #[test]
    fn of_two_with_one_name_the_newcomer_gives_up_first() {
        assert_eq!(tolerated(SECOND), 2);
        assert_eq!(tolerated(ESTABLISHED), 2);
        assert_eq!(tolerated(ESTABLISHED + SECOND), 30);
    }

    #[test]
    fn a_newcomer_stays_one_while_it_is_being_fenced() {
        let mut fencings = Fencings::default();
        assert!(!fencings.is_duplicate(SECOND));
        assert!(!fencings.is_duplicate(ESTABLISHED + SECOND));
        assert!(fencings.is_duplicate(ESTABLISHED + 2 * SECOND));
    }

    #[test]
    fn rare_fencings_mean_that_the_process_was_suspended() {
        let mut fencings = Fencings::default();
        assert!((0..99).all(|n| !fencings.is_duplicate(SECOND + n * RECENT)));
    }

    /// The known weakness: nothing was fenced while nothing happened, and the newcomer aged.
    #[test]
    fn on_a_quiet_system_both_count_as_established() {
        let (older, newcomer) = (3_600 * SECOND, 60 * SECOND);
        assert_eq!(tolerated(older), tolerated(newcomer));
    }
}
