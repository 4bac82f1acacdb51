//! A dedicated broker and database, to be killed, stopped and filled up.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The processes that `deploy/local/stack` started in a separate folder.
pub(crate) struct Stack {
    root: PathBuf,
    folder: PathBuf,
    pub(crate) brokers: String,
    pub(crate) database_url: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Kafka,
    PostgreSql,
}

impl Part {
    fn folder(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::PostgreSql => "postgres",
        }
    }
}

/// Stops both and deletes their data, even if the program is interrupted.
impl Drop for Stack {
    fn drop(&mut self) {
        if let Err(error) = self.script("wipe") {
            eprintln!("faults: the stack was not stopped: {error:#}");
        }
    }
}

impl Stack {
    /// Starts an empty stack in this folder, after deleting what an earlier run left there.
    pub(crate) fn start(root: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start_on(root, folder, || Ok(())).map(|(stack, ())| stack)
    }

    /// The same, with a step between deleting and starting: mounting disks.
    pub(crate) fn start_on<T>(
        root: &Path,
        folder: &Path,
        prepare: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<(Self, T)> {
        std::fs::create_dir_all(folder)?;
        let mut stack = Self {
            root: root.to_owned(),
            folder: folder.to_owned(),
            brokers: String::new(),
            database_url: String::new(),
        };
        stack.script("wipe")?;
        let prepared = prepare()?;
        stack.up()?;
        let reported = stack.script("env")?;
        let value = |name: &str| -> anyhow::Result<String> {
            let line =
                reported.lines().find_map(|line| line.strip_prefix(&format!("export {name}=")));
            Ok(line.with_context(|| format!("the stack does not export {name}"))?.replace('\\', ""))
        };
        stack.brokers = value("KAFKA_BROKERS")?;
        stack.database_url = value("DATABASE_URL")?;
        Ok((stack, prepared))
    }

    fn script(&self, verb: &str) -> anyhow::Result<String> {
        let output = Command::new(self.root.join("deploy/local/stack"))
            .arg(verb)
            .env("RECOURSE_STACK", &self.folder)
            .env_remove("KAFKA_BROKERS")
            .env_remove("DATABASE_URL")
            .output()?;
        let reported = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "deploy/local/stack {verb}: {reported}{complaint}");
        Ok(reported)
    }

    /// Starts the parts that are not running, and waits until they answer.
    pub(crate) fn up(&self) -> anyhow::Result<()> {
        self.script("up").map(|_| ())
    }

    /// Stops both; their data is kept.
    pub(crate) fn down(&self) -> anyhow::Result<()> {
        self.script("down").map(|_| ())
    }

    pub(crate) fn data_of(&self, part: Part) -> anyhow::Result<PathBuf> {
        let home = self.folder.join(part.folder());
        match part {
            Part::Kafka => Ok(home.join("data")),
            Part::PostgreSql => {
                Ok(PathBuf::from(std::fs::read_to_string(home.join("place"))?.trim()))
            }
        }
    }

    fn pid(&self, part: Part) -> anyhow::Result<Pid> {
        let file = self.folder.join(part.folder()).join("pid");
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("{} does not exist", file.display()))?;
        let pid = text.split_whitespace().next().unwrap_or_default().parse()?;
        Ok(Pid::from_raw(pid))
    }

    /// Sends a signal to a part, such as SIGSTOP or SIGCONT.
    pub(crate) fn signal(&self, part: Part, signal: Signal) -> anyhow::Result<()> {
        kill(self.pid(part)?, signal).with_context(|| format!("{signal} to {part:?}"))
    }

    /// Sends a signal to a part and waits until it has exited: SIGKILL, SIGTERM, and for PostgreSQL
    /// SIGQUIT, its immediate shutdown without a checkpoint.
    pub(crate) fn end(&self, part: Part, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid(part)?;
        kill(pid, signal).with_context(|| format!("{signal} to {part:?}"))?;
        let began = Instant::now();
        while is_alive(pid) {
            if began.elapsed() > Duration::from_secs(40) {
                bail!("{part:?} does not exit");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Whether a part is running.
    pub(crate) fn runs(&self, part: Part) -> bool {
        self.pid(part).is_ok_and(is_alive)
    }
}

/// Whether a process is running; a zombie is not.
pub(crate) fn is_alive(pid: Pid) -> bool {
    state_of(pid).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The state of a process as the kernel reports it: `T` is stopped.
pub(crate) fn state_of(pid: Pid) -> Option<char> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may contain spaces and parentheses.
    text.rsplit_once(") ")?.1.chars().next()
}
