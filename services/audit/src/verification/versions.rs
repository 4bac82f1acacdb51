//! Every stream's versions are 1, 2, 3, … without a gap or a repeat.

use std::collections::HashMap;

use super::{Break, Check, Entry};

/// The last version of each stream.
#[derive(Debug, Default)]
pub struct Versions {
    last: HashMap<String, u64>,
}

impl Versions {
    /// Checks one record. After a violation the stream continues from it.
    pub fn take(&mut self, entry: &Entry) -> Option<Break> {
        let record = &entry.record;
        let last = self.last.entry(record.stream.clone()).or_default();
        let (before, found) = (*last, record.version);
        *last = found.max(before);
        let stream = &record.stream;
        let why = if found <= before {
            format!("version {found} of {stream} is repeated or late: it comes after {before}")
        } else if found > before + 1 {
            format!("{stream} has a gap: version {found} follows {before}")
        } else {
            return None;
        };
        Some(Break::at(Check::Versions, entry, why))
    }
}

#[cfg(test)]
mod tests {
    use super::super::injected;
    use super::*;

    fn breaks(entries: &[Entry]) -> Vec<Break> {
        let mut versions = Versions::default();
        entries.iter().filter_map(|entry| versions.take(entry)).collect()
    }

    #[test]
    fn an_intact_stream_passes() {
        assert_eq!(breaks(&injected::settlement()), []);
    }

    #[test]
    fn a_skipped_version_is_found() {
        let mut entries = injected::settlement();
        entries.remove(1);
        let found = breaks(&entries);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("gap"), "{}", found[0]);
    }

    #[test]
    fn a_repeated_version_is_found() {
        let mut entries = injected::settlement();
        entries.insert(2, entries[1].clone());
        let found = breaks(&entries);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("repeated"), "{}", found[0]);
    }

    #[test]
    fn a_stream_without_version_1_is_found() {
        assert_eq!(breaks(&injected::settlement()[1..]).len(), 1);
    }
}
