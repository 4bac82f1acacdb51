//! Which part of a picture its scans have, by their headers.

use std::collections::BTreeMap;

/// The scans of a picture so far.
#[derive(Default)]
pub(super) struct Scans {
    /// For each component, a bit for each of its 64 coefficients that is not there to its last bit.
    missing: BTreeMap<u8, u64>,
}

impl Scans {
    /// Adds a scan: the number of its components, an id and tables for each, then the first and the
    /// last coefficient and the bits that a progressive scan leaves to later ones.
    pub(super) fn add(&mut self, header: &[u8], is_progressive: bool) {
        let Some((count, rest)) = header.split_first() else { return };
        let Some((components, range)) = rest.split_at_checked(usize::from(*count) * 2) else {
            return;
        };
        let [first, last, precision, ..] = *range else { return };
        let has = if !is_progressive {
            u64::MAX
        } else if precision & 0xF != 0 {
            0
        } else {
            (first..=last.min(63)).fold(0_u64, |has, one| has | 1 << one)
        };
        for component in components.chunks_exact(2) {
            *self.missing.entry(component[0]).or_insert(u64::MAX) &= !has;
        }
    }

    /// Whether all of this many components are there to their last bit.
    pub(super) fn are_all(&self, components: usize) -> bool {
        self.missing.len() == components && self.missing.values().all(|missing| *missing == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(scans: &[&[u8]], is_progressive: bool) -> Scans {
        let mut all = Scans::default();
        for scan in scans {
            all.add(scan, is_progressive);
        }
        all
    }

    #[test]
    fn a_sequential_picture_is_there_once_each_component_is() {
        assert!(after(&[&[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]], false).are_all(3));
        let each: [&[u8]; 3] =
            [&[1, 1, 0, 0, 63, 0], &[1, 2, 0x11, 0, 63, 0], &[1, 3, 0x11, 0, 63, 0]];
        assert!(after(&each, false).are_all(3));
        assert!(!after(&each[..2], false).are_all(3));
        assert!(!after(&[], false).are_all(1));
    }

    #[test]
    fn a_progressive_picture_is_there_once_its_last_bits_are() {
        let scans: [&[u8]; 5] = [
            &[1, 1, 0, 0, 0, 0x01],
            &[1, 1, 0, 1, 5, 0x02],
            &[1, 1, 0, 6, 63, 0x00],
            &[1, 1, 0, 1, 5, 0x20],
            &[1, 1, 0, 0, 0, 0x10],
        ];
        assert!(after(&scans, true).are_all(1));
        assert!(!after(&scans[..4], true).are_all(1));
        assert!(!after(&scans[1..4], true).are_all(1));
    }
}
