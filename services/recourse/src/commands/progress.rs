//! Progress on standard error: a bar on a terminal, and otherwise a line now and then, so that a
//! log shows that a long command still works.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::output::note;

/// The interval between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(2);

/// The progress of one command.
pub(super) struct Progress {
    what: &'static str,
    unit: &'static str,
    /// On a terminal.
    bar: Option<ProgressBar>,
    last: Mutex<Instant>,
}

impl Progress {
    /// Of doing something, such as `rebuilding`, counted in a unit, such as `offsets`.
    pub(super) fn of(what: &'static str, unit: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(1);
            let template = "{elapsed_precise} [{bar:40}] {pos}/{len} {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self { what, unit, bar, last: Mutex::new(Instant::now()) }
    }

    /// So many are done, of so many; `at` says where it is.
    pub(super) fn reached(&self, done: u64, all: u64, at: &str) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
            bar.set_message(format!("{} {at}", self.unit));
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() > LINE_INTERVAL {
            *last = Instant::now();
            note(self.line(done, all, at));
        }
    }

    fn line(&self, done: u64, all: u64, at: &str) -> String {
        let Self { what, unit, .. } = self;
        // How much a pipe still has is not known.
        let of_all = if done > all { String::new() } else { format!(" of {all}") };
        let at = if at.is_empty() { String::new() } else { format!(", {at}") };
        format!("{what}: {done}{of_all} {unit}{at}")
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_of_how_much_is_done_if_that_is_known() {
        let progress = Progress::of("importing", "bytes");
        assert_eq!(progress.line(10, 20, "3 facts"), "importing: 10 of 20 bytes, 3 facts");
        assert_eq!(progress.line(20, 20, ""), "importing: 20 of 20 bytes");
        assert_eq!(progress.line(10, 0, "3 facts"), "importing: 10 bytes, 3 facts");
    }
}
