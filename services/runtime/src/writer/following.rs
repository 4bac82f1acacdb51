//! Follows the versions of foreign streams as they are read, to detect gaps.

use std::collections::{HashMap, VecDeque};

use super::log::Source;

/// How many streams of a partition are followed at most.
const MOST_STREAMS: usize = 100_000;
/// How many gaps of one stream are remembered.
const MOST_BREAKS: usize = 16;

/// How far each foreign stream of a partition was read. In memory only: if nothing of a stream was
/// read before, a gap cannot be detected, and the record is accepted.
#[derive(Default)]
pub(super) struct Following {
    streams: HashMap<(Source, String), Followed>,
}

struct Followed {
    /// The highest version read without a gap.
    last: u64,
    /// Records that came after a gap.
    breaks: VecDeque<Break>,
}

struct Break {
    offset: i64,
    version: u64,
    /// The last version read before the gap.
    after: u64,
}

impl Following {
    /// Follows the stream of a key to this version, at this offset. Returns the last version read
    /// before it if versions in between are missing.
    ///
    /// The answer for a record is the same each time it is read, as it is again after an abort. A
    /// record after a gap does not advance the stream, because the genuine record of that version
    /// may still come; those that follow it are not reported again.
    pub(super) fn follow(
        &mut self,
        source: Source,
        key: &str,
        version: u64,
        offset: i64,
    ) -> Option<u64> {
        if self.streams.len() >= MOST_STREAMS {
            self.streams.clear();
        }
        let followed = self.streams.entry((source, key.to_owned())).or_insert_with(|| Followed {
            last: version.saturating_sub(1),
            breaks: VecDeque::new(),
        });
        if let Some(known) = followed.breaks.iter().find(|known| known.offset == offset) {
            return Some(known.after);
        }
        let follows = |last: u64| last.checked_add(1) == Some(version);
        if version <= followed.last {
            return None;
        }
        if follows(followed.last) || followed.breaks.iter().any(|known| follows(known.version)) {
            followed.last = version;
            return None;
        }
        if followed.breaks.len() == MOST_BREAKS {
            followed.breaks.pop_front();
        }
        followed.breaks.push_back(Break { offset, version, after: followed.last });
        Some(followed.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results for a series of versions.
    fn said(versions: &[u64]) -> Vec<Option<u64>> {
        let mut following = Following::default();
        let mut follow =
            |(offset, version)| following.follow(Source::Foreign(0), "K", version, offset);
        let said: Vec<_> = (0..).zip(versions.iter().copied()).map(&mut follow).collect();
        let again: Vec<_> = (0..).zip(versions.iter().copied()).map(&mut follow).collect();
        assert_eq!(said, again, "the same results after a rewind");
        said
    }

    #[test]
    fn a_version_with_a_missing_predecessor_is_reported() {
        assert_eq!(
            said(&[7, 8, 8, 9]),
            [None; 4],
            "the first version cannot be checked; repeats are accepted"
        );
        assert_eq!(
            said(&[1, 4, 5, 6]),
            [None, Some(1), None, None],
            "what follows the gap is not reported again"
        );
        assert_eq!(said(&[1, 4, 9, 10]), [None, Some(1), Some(1), None]);
    }

    #[test]
    fn a_forged_version_does_not_taint_the_true_one() {
        assert_eq!(said(&[1, 4, 2, 3, 4, 5]), [None, Some(1), None, None, None, None]);
    }
}
