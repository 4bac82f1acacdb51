//! A random generator per purchase, derived from seed and number, so that timing cannot change what
//! happens.

use chrono::TimeDelta;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recourse_kernel::Instant;

/// A seeded random generator.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The generator of one purchase in one run.
    pub(super) fn of(seed: u64, number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A number from 0 to `most` - 1.
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0.next_u64() % most.max(1)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.below(width)).unwrap_or_default()
    }

    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.below(of.len() as u64);
        &of[usize::try_from(index).unwrap_or_default()]
    }

    /// A random number of days after `at`, give or take a few hours.
    pub(super) fn days_after(&mut self, at: Instant, least: i64, most: i64) -> Instant {
        at + TimeDelta::days(self.between(least, most)) + TimeDelta::hours(self.between(-9, -1))
    }
}
