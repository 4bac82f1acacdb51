//! Named points where tests kill or stop the process. Compiled in only with the feature
//! `failpoints`, which no release has; without it `failpoint!` expands to nothing.
//!
//! `RECOURSE_FAILPOINTS=writer.after_produce=17` kills the process like `kill -9` when it reaches
//! that point for the 17th time; `…=17:stop` stops it with SIGSTOP. Separate several with commas.
//! `RECOURSE_CLOCK_SHIFT` names a file with the number of seconds this process's clock runs ahead.

/// Every failpoint, in the order in which a record passes them.
pub const FAILPOINTS: [&str; 21] = [
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

/// Marks a failpoint, if the feature is compiled in; with a condition, only when it holds.
macro_rules! failpoint {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        $crate::failpoint::pass($name);
    };
    ($name:literal if $condition:expr) => {
        #[cfg(feature = "failpoints")]
        if $condition {
            $crate::failpoint::pass($name);
        }
    };
}
pub(crate) use failpoint;

#[cfg(feature = "failpoints")]
pub(crate) use armed::{clock_shift, pass};

#[cfg(feature = "failpoints")]
mod armed {
    use std::collections::HashMap;
    use std::io::Write as _;
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

    /// The failpoints requested by the environment. A process-wide static, because it is the
    /// process that is killed.
    static ARMED: OnceLock<HashMap<String, Armed>> = OnceLock::new();
    static CLOCK_SHIFT: OnceLock<Option<PathBuf>> = OnceLock::new();

    /// Passes a failpoint; does not return if the process is to be killed here.
    pub(crate) fn pass(name: &'static str) {
        debug_assert!(super::FAILPOINTS.contains(&name), "{name} is not listed in FAILPOINTS");
        let armed = ARMED.get_or_init(|| {
            let request = std::env::var("RECOURSE_FAILPOINTS").unwrap_or_default();
            request.split(',').filter_map(read).collect()
        });
        let Some(armed) = armed.get(name) else { return };
        if armed.passings_left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _ = writeln!(std::io::stderr().lock(), "failpoint {name}: {}", armed.signal);
            let sent = kill(Pid::this(), armed.signal);
            while armed.signal == Signal::SIGKILL && sent.is_ok() {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }

    fn read(request: &str) -> Option<(String, Armed)> {
        let (name, when) = request.split_once('=')?;
        let (passings, signal) = match when.split_once(':') {
            Some((passings, "stop")) => (passings, Signal::SIGSTOP),
            _ => (when, Signal::SIGKILL),
        };
        let passings_left = AtomicI64::new(passings.parse().ok()?);
        Some((name.to_owned(), Armed { passings_left, signal }))
    }

    /// How far ahead this process's clock currently runs.
    pub(crate) fn clock_shift() -> chrono::TimeDelta {
        let file =
            CLOCK_SHIFT.get_or_init(|| std::env::var_os("RECOURSE_CLOCK_SHIFT").map(PathBuf::from));
        let text = file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let seconds = text.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        chrono::TimeDelta::seconds(seconds)
    }
}
