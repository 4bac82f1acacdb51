//! What people read of a service's events. Each service describes its own events in `timeline`, so
//! that a new event is described where it is made; audit puts the descriptions together.

mod body;
mod deadlines;
pub mod phrases;

pub use body::Body;
pub use deadlines::{Change, Step, Which, one};

/// The description of the events of one decider. Events are named without `recourse.` and version:
/// `claim.filed`.
#[derive(Debug, Clone, Copy)]
pub struct Timeline {
    /// The first parts of the names of its events.
    pub kinds: &'static [&'static str],
    /// A sentence for people to read; none for an event of an unknown type. Sealed text never
    /// appears in one.
    pub sentence: fn(name: &str, said: Body<'_>) -> Option<String>,
    /// What an event does to deadlines.
    pub deadlines: fn(name: &str, said: Body<'_>) -> Vec<Change>,
    /// Events that only note that the service has read another's event. They repeat a line that is
    /// shown anyway, so outsiders do not see them.
    pub notes: &'static [&'static str],
}
