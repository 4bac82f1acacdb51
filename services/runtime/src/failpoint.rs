//! Named places at which a test has its process killed or stopped. Compiled in with the feature `failpoints`
//! only, which no release has: without it, [`failpoint!`] is nothing at all, not even a name.
//!
//! `RECOURSE_FAILPOINTS=writer.after_produce=17` kills the process, as `kill -9` does, when it passes that place
//! for the 17th time; `…=17:stop` stops it, as SIGSTOP does. Several are separated by commas.
//! `RECOURSE_CLOCK_SHIFT` names a file with the seconds by which this process's clock is ahead.

/// Every place, in the order in which a record meets them.
pub const PLACES: [&str; 21] = [
    "writer.rebalance",
    "writer.take_over",
    "writer.restore",
    "writer.resume",
    "writer.after_poll",
    "writer.before_decide",
    "writer.before_transaction",
    "writer.while_producing",
    "writer.after_produce",
    "writer.before_commit",
    "writer.after_commit",
    "writer.before_answering",
    "writer.after_answering",
    "store.before_flush",
    "store.between",
    "store.after_flush",
    "projector.rebalance",
    "projector.before_transaction",
    "projector.between",
    "projector.before_commit",
    "projector.after_transaction",
];

/// Passes a place, where the feature is compiled in; with a condition, only when that holds.
macro_rules! failpoint {
    ($place:literal) => {
        #[cfg(feature = "failpoints")]
        $crate::failpoint::pass($place);
    };
    ($place:literal if $condition:expr) => {
        #[cfg(feature = "failpoints")]
        if $condition {
            $crate::failpoint::pass($place);
        }
    };
}
pub(crate) use failpoint;

#[cfg(feature = "failpoints")]
pub(crate) use armed::{clock_shift, pass};

#[cfg(feature = "failpoints")]
mod armed {
    use std::collections::HashMap;
    use std::path::PathBuf;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    struct Armed {
        passings_left: AtomicI64,
        signal: Signal,
    }

    /// What the environment asks for. One for a process, because it is the process that is killed.
    static ARMED: OnceLock<HashMap<String, Armed>> = OnceLock::new();
    static CLOCK_SHIFT: OnceLock<Option<PathBuf>> = OnceLock::new();

    /// Passes a place; does not come back when the process is to end there.
    pub(crate) fn pass(place: &'static str) {
        debug_assert!(super::PLACES.contains(&place), "{place} is not in the list");
        let armed = ARMED.get_or_init(|| {
            let request = std::env::var("RECOURSE_FAILPOINTS").unwrap_or_default();
            request.split(',').filter_map(read).collect()
        });
        let Some(armed) = armed.get(place) else { return };
        if armed.passings_left.fetch_sub(1, Ordering::AcqRel) == 1 {
            eprintln!("failpoint {place}: {}", armed.signal);
            let sent = kill(Pid::this(), armed.signal);
            while armed.signal == Signal::SIGKILL && sent.is_ok() {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }

    fn read(request: &str) -> Option<(String, Armed)> {
        let (place, when) = request.split_once('=')?;
        let (passings, signal) = match when.split_once(':') {
            Some((passings, "stop")) => (passings, Signal::SIGSTOP),
            _ => (when, Signal::SIGKILL),
        };
        let passings_left = AtomicI64::new(passings.parse().ok()?);
        Some((place.to_owned(), Armed { passings_left, signal }))
    }

    /// By how much this process's clock is ahead now.
    pub(crate) fn clock_shift() -> chrono::TimeDelta {
        let file =
            CLOCK_SHIFT.get_or_init(|| std::env::var_os("RECOURSE_CLOCK_SHIFT").map(PathBuf::from));
        let text = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let seconds = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        chrono::TimeDelta::seconds(seconds)
    }
}
