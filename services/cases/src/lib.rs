//! Case files: the rulebook, case by case, in a form that can be reviewed without reading Rust.
//!
//! A case says who bought what where, what happened when, and what is expected ([`mod@file`];
//! described in `tests/cases/README.md`). It is played in memory through the deciders of all
//! services ([`memory`]), or on a running system through its public interfaces ([`live`]). Both
//! share the code that picks the next move and evaluates the answers ([`playing`]).

pub mod actions;
pub mod answer;
mod at_the_edge;
pub mod calls;
pub mod documents;
pub mod expect;
pub mod file;
pub mod live;
pub mod memory;
pub mod playing;
pub mod print;
pub mod purchase;
mod reading;
pub mod schema;
pub mod seen;
pub mod wanted;
pub mod when;

use anyhow::Context as _;
use recourse_kernel::{Instant, OrderKeys, Record};

pub use documents::Documents;
pub use file::{Case, CaseError};
pub use playing::{Playing, Report};

use answer::Answer;
use memory::Memory;
use playing::beginning;

/// The code of a step that could not be played in the state that the case had reached.
pub(crate) const NOT_PLAYED: &str = "case.not_played";

/// The result of a case played in memory.
pub struct Remembered {
    pub report: Report,
    /// Every instant at which an actor acted or a deadline fell due.
    pub stops: Vec<Instant>,
    /// Every event of every service, in the order of publication.
    pub log: Vec<Record>,
}

/// Plays a case in memory, through the deciders and the writer of every service.
pub fn play(case: &Case, documents: &Documents) -> anyhow::Result<Remembered> {
    let mut playing = Playing::new(case, documents, "", &OrderKeys::development())?;
    let mut memory = Memory::new(documents.book(), beginning());
    if let Some(added) = &playing.added {
        memory.publish(added)?;
        memory.reported();
    }
    let mut stops = Vec::new();
    while let Some(at) = playing.next_at() {
        let in_case = || format!("{}: at {at}", case.path.display());
        stops.extend(memory.move_to(at).with_context(in_case)?);
        stops.push(at);
        let mut answers = Vec::new();
        match playing.sends(documents) {
            Ok(all) => {
                for sent in all {
                    answers.push(memory.send(&sent).with_context(in_case)?);
                }
            }
            Err(error) => answers.push(Answer::refused(NOT_PLAYED, &error.to_string())),
        }
        let reported = memory.reported();
        let mut read = Vec::new();
        for wanted in playing.hear(&reported) {
            read.push((wanted.what, memory.read(&wanted).with_context(in_case)?));
        }
        playing.take(answers, reported, &read);
    }
    Ok(Remembered { report: playing.report(), stops, log: memory.log().to_vec() })
}
