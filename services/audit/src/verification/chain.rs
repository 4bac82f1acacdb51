//! Every stream is one hash chain: each record names its predecessor's hash, and its own hash is
//! that of its bytes.

use std::collections::HashMap;

use recourse_kernel::Hash;

use super::{Break, Check, Entry};

/// The latest hash of every stream.
#[derive(Debug, Default)]
pub struct Chains {
    heads: HashMap<String, Hash>,
}

impl Chains {
    /// Checks one record. After a violation the stream continues from it, so that it is reported
    /// once.
    pub fn take(&mut self, entry: &Entry) -> Option<Break> {
        let record = &entry.record;
        let head = self.heads.entry(record.stream.clone()).or_default();
        let (before, is_next) = (*head, record.previous_hash == *head);
        *head = record.hash;
        let (stream, version) = (&record.stream, record.version);
        if record.computed_hash() != record.hash {
            let why = format!(
                "version {version} of {stream} was altered after it was written: its bytes hash to \
                 {}, but its hash is {}",
                record.computed_hash(),
                record.hash
            );
            return Some(Break::at(Check::Chain, entry, why));
        }
        if !is_next {
            let why = format!(
                "version {version} of {stream} does not follow its predecessor: it names hash {}, \
                 but the predecessor's is {before}",
                record.previous_hash
            );
            return Some(Break::at(Check::Chain, entry, why));
        }
        None
    }

    pub fn streams(&self) -> usize {
        self.heads.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::injected;
    use super::*;

    fn breaks(entries: &[Entry]) -> Vec<Break> {
        let mut chains = Chains::default();
        entries.iter().filter_map(|entry| chains.take(entry)).collect()
    }

    #[test]
    fn an_intact_stream_passes() {
        assert_eq!(breaks(&injected::settlement()), []);
    }

    #[test]
    fn a_tampered_body_is_found() {
        let mut entries = injected::settlement();
        let body = String::from_utf8(entries[1].record.body.clone()).unwrap();
        entries[1].record.body = body.replace("12000", "99999").into_bytes();
        let found = breaks(&entries);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("was altered"), "{}", found[0]);
    }

    #[test]
    fn a_tampered_body_with_a_new_hash_breaks_the_next_link() {
        let mut entries = injected::settlement();
        entries[1].record.body = b"{}".to_vec();
        entries[1].record.hash = entries[1].record.computed_hash();
        let found = breaks(&entries);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].why.contains("does not follow"), "{}", found[0]);
    }

    #[test]
    fn a_tampered_principal_is_found() {
        let mut entries = injected::settlement();
        entries[2].record.principal = recourse_kernel::Principal::system("someone");
        assert_eq!(breaks(&entries).len(), 1);
    }
}
