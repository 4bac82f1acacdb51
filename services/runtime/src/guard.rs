//! A guard that a thread holds while it runs, so that its death does not go unnoticed.

use tokio_util::sync::CancellationToken;

use crate::health::Health;

/// Held by a thread that must not end before the process does: if it panics or ends unexpectedly,
/// its part is reported dead and the process ends, to be restarted.
pub struct Guard {
    health: Health,
    part: &'static str,
    shutdown: CancellationToken,
}

impl Guard {
    /// A guard for the thread of this part, such as `orders.feed`, in a process that stops when
    /// `shutdown` is cancelled.
    pub fn new(health: &Health, part: &'static str, shutdown: &CancellationToken) -> Self {
        Self { health: health.clone(), part, shutdown: shutdown.clone() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.health.died(self.part, &"it panicked; see the log");
        } else if !self.shutdown.is_cancelled() {
            self.health.died(self.part, &"its thread ended unexpectedly");
        } else {
            return;
        }
        self.shutdown.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `thread` under a guard; returns what health reports, and whether the process is
    /// stopped.
    fn after(thread: fn(), request: bool) -> (Option<String>, bool) {
        let (health, shutdown) = (Health::new(), CancellationToken::new());
        let guard = Guard::new(&health, "orders.feed", &shutdown);
        if request {
            shutdown.cancel();
        }
        let _ = std::thread::spawn(move || {
            let _guard = guard;
            thread();
        })
        .join();
        (health.deaths(), shutdown.is_cancelled())
    }

    #[test]
    fn a_thread_that_dies_takes_its_process_with_it() {
        let (deaths, ends) = after(|| panic!("in a test"), false);
        assert_eq!(deaths.as_deref(), Some("orders.feed has died: it panicked; see the log"));
        assert!(ends);
        let (deaths, ends) = after(|| (), false);
        assert!(ends && deaths.is_some_and(|deaths| deaths.contains("unexpectedly")));
        assert!(after(|| panic!("in a test"), true).0.is_some());
    }

    #[test]
    fn a_thread_that_was_asked_to_stop_has_not_died() {
        assert_eq!(after(|| (), true).0, None);
    }
}
