//! The versions of foreign streams, followed as they are read: whether what came between was never read.

use std::collections::{HashMap, VecDeque};

use super::log::Source;

/// The most streams of a partition that are followed.
const MOST_STREAMS: usize = 100_000;
/// The most breaks of one stream that are remembered.
const MOST_BREAKS: usize = 16;

/// How far each foreign stream of a partition was read. Only in memory: who has not read what was before cannot tell
/// whether anything is missing, and takes what comes.
#[derive(Default)]
pub(super) struct Following {
    streams: HashMap<(Source, String), Followed>,
}

struct Followed {
    /// The highest version that followed.
    last: u64,
    /// Records that did not.
    breaks: VecDeque<Break>,
}

struct Break {
    offset: i64,
    version: u64,
    /// The version that had been read last.
    after: u64,
}

impl Following {
    /// Follows the stream of a key to this version, which stands at this offset; the version before, where what came
    /// between was never read.
    ///
    /// The same is said of the same record each time it comes, as it does after an abort. A record that breaks the
    /// stream leaves it where it was, because the true one of that version may still come; what follows the break is not
    /// blamed again.
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

    /// What is said of versions that come one after the other.
    fn said(versions: &[u64]) -> Vec<Option<u64>> {
        let mut following = Following::default();
        let mut follow =
            |(offset, version)| following.follow(Source::Foreign(0), "K", version, offset);
        let said: Vec<_> = (0..).zip(versions.iter().copied()).map(&mut follow).collect();
        let again: Vec<_> = (0..).zip(versions.iter().copied()).map(&mut follow).collect();
        assert_eq!(said, again, "the same of the same, after a rewind");
        said
    }

    #[test]
    fn a_version_whose_predecessor_never_came_is_reported() {
        assert_eq!(
            said(&[7, 8, 8, 9]),
            [None; 4],
            "the first one cannot be judged; repeats are known"
        );
        assert_eq!(
            said(&[1, 4, 5, 6]),
            [None, Some(1), None, None],
            "what follows is not blamed again"
        );
        assert_eq!(said(&[1, 4, 9, 10]), [None, Some(1), Some(1), None]);
    }

    #[test]
    fn a_forged_version_does_not_taint_the_true_one() {
        assert_eq!(said(&[1, 4, 2, 3, 4, 5]), [None, Some(1), None, None, None, None]);
    }
}
