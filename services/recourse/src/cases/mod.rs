//! Case files: the rulebook, case by case, in a form that someone checks who does not read Rust.
//!
//! A case says who bought what where, what happened when, and what is expected of it ([`file`]; described in
//! `tests/cases/README.md`). It is played in memory through the deciders of all services ([`memory`]), or on a
//! running system through its public interfaces ([`live`]); what to do next and what to make of the answers is
//! the same for both ([`playing`]).

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
pub mod when;

use anyhow::Context as _;
use recourse_kernel::{Instant, Record};

pub use documents::Documents;
pub use file::{Case, CaseError};
pub use playing::{Playing, Report};

use answer::Answer;
use memory::Memory;
use playing::beginning;

/// The code of a step that could not be played as things stood.
pub(crate) const NOT_PLAYED: &str = "case.not_played";

/// A case that was played in memory.
pub struct Remembered {
    /// What came of it.
    pub report: Report,
    /// The moments at which something was done or fell due by itself.
    pub stops: Vec<Instant>,
    /// Every event that a service wrote, in the order in which they came to be known.
    pub log: Vec<Record>,
}

/// Plays a case in memory, through the deciders and the writer of every service.
pub fn play(case: &Case, documents: &Documents) -> anyhow::Result<Remembered> {
    let mut playing = Playing::new(case, documents, "")?;
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
