//! "Read up to these watermarks": what an input that refers to something unknown waits for, and
//! what must happen before a deadline fires.

use super::log::{Log, LogError, Source};

/// How far topics must be read: their ends, taken at one instant.
///
/// The ends are high watermarks, which include open transactions: what a transaction that is open
/// now will publish counts as available now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watermarks(Vec<(Source, i64)>);

impl Watermarks {
    /// The current ends of these sources in a partition; the terms have only one partition.
    pub(super) fn now(
        log: &mut impl Log,
        partition: i32,
        sources: impl Iterator<Item = Source>,
    ) -> Result<Self, LogError> {
        Self::from_ends(sources, |source| {
            let partition = if source == Source::Terms { 0 } else { partition };
            log.watermark(source, partition)
        })
    }

    fn from_ends(
        sources: impl Iterator<Item = Source>,
        mut end: impl FnMut(Source) -> Result<i64, LogError>,
    ) -> Result<Self, LogError> {
        sources.map(|source| Ok((source, end(source)?))).collect::<Result<_, _>>().map(Self)
    }

    /// Whether every source has been read up to its end. `reached` is the next offset of a source.
    pub(super) fn are_reached(&self, reached: impl Fn(Source) -> i64) -> bool {
        self.0.iter().all(|&(source, end)| reached(source) >= end)
    }
}

#[cfg(test)]
impl Watermarks {
    /// The same end for each of these sources.
    pub(super) fn at(end: i64, sources: &[Source]) -> Self {
        Self(sources.iter().map(|source| (*source, end)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watermarks_are_reached_when_every_source_is() {
        let until = Watermarks(vec![(Source::Commands, 5), (Source::Foreign(0), 7)]);
        let reached = |commands: i64, facts: i64| {
            until.are_reached(|source| if source == Source::Commands { commands } else { facts })
        };
        assert!(reached(5, 7));
        assert!(!reached(4, 7));
        assert!(!reached(9, 6));
    }

    #[test]
    fn without_sources_there_is_nothing_to_wait_for() {
        assert!(Watermarks(Vec::new()).are_reached(|_| 0));
    }

    #[test]
    fn a_topic_whose_end_is_unknown_is_an_error() {
        let none = Watermarks::from_ends(Source::inputs(1), |source| match source {
            Source::Commands => Ok(5),
            _ => Err(LogError("no answer".to_owned())),
        });
        assert!(none.is_err());
    }
}
