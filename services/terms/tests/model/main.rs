//! An independent check of dates and money: a small model of the rulebook, written without the code
//! under test and compared with it on over a hundred thousand random inputs.
//!
//! The model shares no arithmetic with the crate: its calendar counts days from the civil date by
//! hand, it finds midnights by search, its clock is a list of hours that count or do not, and it
//! divides money digit by digit. Only the time zone database is shared.

#![allow(clippy::unwrap_used, reason = "tests")]

mod calendar;
mod clock;
mod deadlines;
mod money;

use std::path::Path;

use recourse_terms::Terms;

/// The number of random inputs of most comparisons.
const INPUTS: u32 = 30_000;

/// Pseudo-random numbers with a fixed seed, the same on every run (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least + 1).unwrap();
        least + i64::try_from(self.next() % width).unwrap()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let most = i64::try_from(choices.len()).unwrap() - 1;
        choices[usize::try_from(self.between(0, most)).unwrap()]
    }
}

/// One of the shipped documents.
fn terms(name: &str) -> Terms {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/terms").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
