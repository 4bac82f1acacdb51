//! Recovery after a failed transaction. Nothing staged survives it; what must be read again depends
//! on how it failed.

use std::time::Duration;

use recourse_kernel::Decider;
use recourse_terms::TermsBook;

use super::batch::Batch;
use super::bisection::Bisection;
use super::fencing::Fencings;
use super::log::{Log, LogError, TransactError};
use super::without::Safeguard;
use super::{Writer, WriterError};
use crate::store::Store;

/// How to continue after a failed transaction.
#[derive(Debug, PartialEq, Eq)]
enum Recovery {
    /// It was not committed: read its inputs again.
    Rewind,
    /// It was not committed, and with its one input or deadline no transaction ever can be.
    Poison { why: String },
    /// It was not committed, and the partitions may belong to another member: give them up.
    Release,
    /// It may have been committed: only the log knows. Take the partitions over again.
    RereadTail,
    /// Another process has this name. A new producer would only fence the other one.
    Exit,
}

impl Recovery {
    /// After a batch of `decided` inputs and wakes failed, at this age of the process.
    fn after(
        error: &TransactError,
        decided: usize,
        bisection: &mut Bisection,
        fencings: &mut Fencings,
        age: Duration,
    ) -> Self {
        match error {
            // An outage: retry, whatever the batch contains.
            TransactError::Aborted(_) => {
                bisection.failed(decided);
                Self::Rewind
            }
            TransactError::Unacceptable(why) if bisection.is_found(decided) => {
                Self::Poison { why: why.clone() }
            }
            TransactError::Unacceptable(_) => Self::Rewind,
            TransactError::FencedByGroup(_) => Self::Release,
            // A transaction that outlived its time-out is also fenced as by a duplicate instance,
            // so the first fencings do not count: this process may only have been suspended for a
            // while.
            TransactError::FencedByDuplicate(_) if fencings.is_duplicate(age) => Self::Exit,
            TransactError::FencedByDuplicate(_) | TransactError::Unknown(_) => {
                bisection.failed(decided);
                Self::RereadTail
            }
        }
    }
}

impl<D: Decider<Reference = TermsBook>, L: Log, S: Store> Writer<D, L, S> {
    pub(super) fn recover(
        &mut self,
        error: TransactError,
        batch: &Batch<D::State>,
    ) -> Result<(), WriterError> {
        tracing::warn!(context = D::CONTEXT, %error, "a transaction failed");
        self.status.failed();
        let (bisection, fencings) = (&mut self.bisection, &mut self.fencings);
        let age = self.clock.elapsed();
        match Recovery::after(&error, batch.decided(), bisection, fencings, age) {
            Recovery::Rewind => self.rewind(),
            Recovery::Poison { why } => {
                self.mark_poison(batch, &why);
                self.rewind()
            }
            Recovery::Release => {
                self.owned.clear();
                self.settling.fenced(age);
                Ok(())
            }
            Recovery::RereadTail => self.reread_tail(),
            Recovery::Exit => Err(WriterError::DuplicateInstance(error)),
        }
    }

    /// Rewinds the inputs to the committed offsets.
    fn rewind(&mut self) -> Result<(), WriterError> {
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        for partition in partitions {
            self.resume(partition)?;
            if let Some(owned) = self.owned.get_mut(&partition) {
                owned.rewound();
            }
        }
        Ok(())
    }

    /// Marks the one input or deadline with which no transaction can be committed.
    fn mark_poison(&mut self, batch: &Batch<D::State>, why: &str) {
        self.bisection.mark(&batch.inputs, why);
        for (partition, key) in &batch.woken {
            tracing::error!(
                context = D::CONTEXT,
                key,
                why,
                "a deadline's events cannot be written; the purchase sleeps until its next input"
            );
            if let Some(owned) = self.owned.get_mut(partition) {
                owned.wakes.set(key, None);
            }
        }
    }

    /// Replaces the producer, which ends the transaction in any case, and takes the partitions over
    /// again.
    fn reread_tail(&mut self) -> Result<(), WriterError> {
        self.log.renew().map_err(|error| match error {
            TransactError::FencedByDuplicate(_) => WriterError::DuplicateInstance(error),
            other => WriterError::Log(LogError(other.to_string())),
        })?;
        if self.without.is_without(Safeguard::RereadTail) {
            return self.rewind();
        }
        let partitions: Vec<i32> = self.owned.keys().copied().collect();
        self.owned.clear();
        self.take_over(&partitions)
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::*;

    const AGE: Duration = Duration::from_secs(1);

    struct Writing {
        bisection: Bisection,
        fencings: Fencings,
    }

    impl Writing {
        fn new() -> Self {
            let limits = Limits { batch: 8, attempts: 1, ..Limits::default() };
            Self { bisection: Bisection::new(&limits), fencings: Fencings::default() }
        }

        /// A transaction of so many inputs fails.
        fn fails(&mut self, error: fn(String) -> TransactError, decided: usize) -> Recovery {
            let error = error("injected".to_owned());
            Recovery::after(&error, decided, &mut self.bisection, &mut self.fencings, AGE)
        }
    }

    #[test]
    fn an_outage_never_dead_letters_anything() {
        let mut writing = Writing::new();
        for _ in 0..9 {
            assert_eq!(writing.fails(TransactError::Aborted, 1), Recovery::Rewind);
        }
        writing.fails(TransactError::Aborted, 8);
        assert_eq!(writing.bisection.limit(), 4, "smaller batches meet shorter outages");
    }

    #[test]
    fn a_record_that_is_rejected_alone_is_poison() {
        let mut writing = Writing::new();
        assert_eq!(writing.fails(TransactError::Unacceptable, 2), Recovery::Rewind);
        let poison = Recovery::Poison { why: "injected".to_owned() };
        assert_eq!(writing.fails(TransactError::Unacceptable, 1), poison);
    }

    #[test]
    fn partitions_of_a_past_generation_are_given_up() {
        let mut writing = Writing::new();
        assert_eq!(writing.fails(TransactError::FencedByGroup, 8), Recovery::Release);
        assert_eq!(writing.bisection.limit(), 8, "the batch is not to blame");
    }

    #[test]
    fn an_unknown_outcome_is_read_from_the_log() {
        let mut writing = Writing::new();
        assert_eq!(writing.fails(TransactError::Unknown, 8), Recovery::RereadTail);
    }

    #[test]
    fn a_fencing_by_name_may_be_a_late_transaction_but_not_again_and_again() {
        let mut writing = Writing::new();
        let outcomes: Vec<Recovery> =
            (0..3).map(|_| writing.fails(TransactError::FencedByDuplicate, 8)).collect();
        assert_eq!(outcomes, [Recovery::RereadTail, Recovery::RereadTail, Recovery::Exit]);
    }
}
