//! Simulates the next release of a service, for `make faults`: it reads one more foreign topic, and
//! its folds have a new version. Compiled in only with the feature `failpoints`;
//! `RECOURSE_NEXT_RELEASE` turns it on.

use std::marker::PhantomData;

use recourse_kernel::{ClaimId, Context, Decider, Instant, Matter, Record, Wait, WireError};
use recourse_runtime::topics::PURCHASE_CONTEXTS;

pub(super) struct Next<D>(PhantomData<D>);

/// Whether `RECOURSE_NEXT_RELEASE` is set.
pub(super) fn is_asked_for() -> bool {
    std::env::var_os("RECOURSE_NEXT_RELEASE").is_some()
}

impl<D: Decider> Next<D> {
    /// The foreign contexts of the decider plus one more, padded at the end; and their number.
    const WITH_ONE_MORE: ([&'static str; PURCHASE_CONTEXTS.len() + 2], usize) = {
        let mut all = [""; PURCHASE_CONTEXTS.len() + 2];
        let mut count = 0;
        while count < D::FOREIGN.len() {
            all[count] = D::FOREIGN[count];
            count += 1;
        }
        let mut at = 0;
        while at < PURCHASE_CONTEXTS.len() {
            let context = PURCHASE_CONTEXTS[at];
            let mut is_read = is_same(context, D::CONTEXT);
            let mut known = 0;
            while known < D::FOREIGN.len() {
                is_read = is_read || is_same(context, D::FOREIGN[known]);
                known += 1;
            }
            if !is_read {
                all[count] = context;
                count += 1;
                break;
            }
            at += 1;
        }
        (all, count)
    };
}

/// `==` for strings, which is not available in const functions.
const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    left.len() == right.len() && at == left.len()
}

impl<D: Decider> Decider for Next<D> {
    const CONTEXT: &'static str = D::CONTEXT;
    const TYPE_PREFIX: &'static str = D::TYPE_PREFIX;
    const FOLD_VERSION: u32 = D::FOLD_VERSION + 1;
    const FOREIGN: &'static [&'static str] =
        Self::WITH_ONE_MORE.0.split_at(Self::WITH_ONE_MORE.1).0;

    type State = D::State;
    type Command = D::Command;
    type Event = D::Event;
    type Rejection = D::Rejection;
    type Reference = D::Reference;

    fn decide(
        state: &Self::State,
        command: &Self::Command,
        context: &Context<'_, Self::Reference>,
    ) -> Result<Vec<Self::Event>, Self::Rejection> {
        D::decide(state, command, context)
    }

    fn stage_of(state: &Self::State, claim: ClaimId) -> Option<&'static str> {
        D::stage_of(state, claim)
    }

    fn evolve(state: &mut Self::State, event: &Self::Event, at: Instant) {
        D::evolve(state, event, at);
    }

    /// Records of the additional topic are read and ignored.
    fn translate(record: &Record) -> Result<Option<Self::Command>, WireError> {
        let context = record.stream.split('/').next().unwrap_or_default();
        if D::FOREIGN.contains(&context) { D::translate(record) } else { Ok(None) }
    }

    fn open(state: &Self::State) -> Vec<Matter> {
        D::open(state)
    }

    fn waits(state: &Self::State) -> Vec<Wait> {
        D::waits(state)
    }

    fn passed(
        state: &Self::State,
        wait: &Wait,
        context: &Context<'_, Self::Reference>,
    ) -> Vec<Self::Event> {
        D::passed(state, wait, context)
    }
}
