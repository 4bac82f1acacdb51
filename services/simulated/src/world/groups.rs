//! The consumer groups: who is a member, and of which generation.

use std::collections::BTreeSet;

use super::World;

/// After this many reads without effect, an expelled member notices and joins again.
pub(crate) const READS_UNTIL_REJOIN: u32 = 2;

/// One of the two consumer groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Writers,
    Projectors,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Members {
    pub(crate) members: BTreeSet<u64>,
    pub(crate) generation: u64,
}

impl Members {
    pub(crate) fn join(&mut self, member: u64) {
        self.generation += 1;
        self.members.insert(member);
    }

    pub(crate) fn leave(&mut self, member: u64) {
        if self.members.remove(&member) {
            self.generation += 1;
        }
    }

    pub(crate) fn expel_nth(&mut self, n: usize) {
        let count = self.members.len().max(1);
        if let Some(member) = self.members.iter().nth(n % count).copied() {
            self.leave(member);
        }
    }

    /// A member's partitions: every n-th, by its index among the members.
    pub(crate) fn partitions_of(&self, member: u64, partitions: i32) -> Vec<i32> {
        let count = self.members.len();
        match self.members.iter().position(|other| *other == member) {
            Some(index) => (0..partitions)
                .filter(|partition| usize::try_from(*partition).unwrap_or(0) % count == index)
                .collect(),
            None => Vec::new(),
        }
    }
}

impl World {
    pub(crate) fn notice_dead(&mut self) {
        for member in std::mem::take(&mut self.dead) {
            self.writers.leave(member);
            self.projectors.leave(member);
        }
    }

    /// A process ends; a dead one leaves without notice.
    pub(crate) fn leave(&mut self, member: u64, is_dead: bool) {
        self.dead.insert(member);
        if !is_dead {
            self.notice_dead();
        }
    }

    /// Whether a process is a member of its group. An expelled member gets nothing from the group,
    /// as a stalled process would not; after a while it notices and joins again.
    pub(crate) fn hear(
        &mut self,
        group: Group,
        id: &mut u64,
        unheard: &mut u32,
        rejoins: bool,
    ) -> bool {
        let members = match group {
            Group::Writers => &mut self.writers,
            Group::Projectors => &mut self.projectors,
        };
        if members.members.contains(id) {
            *unheard = 0;
        } else {
            *unheard += 1;
            if rejoins && *unheard > READS_UNTIL_REJOIN {
                self.joined += 1;
                *id = self.joined;
                members.join(*id);
            }
        }
        members.members.contains(id)
    }
}
