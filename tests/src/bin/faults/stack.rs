//! A broker and a database of one's own, to be killed, stopped and filled up.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// What `deploy/local/stack` started in a folder of its own.
pub(crate) struct Stack {
    root: PathBuf,
    folder: PathBuf,
    pub(crate) brokers: String,
    pub(crate) database_url: String,
}

/// One of the two.
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

/// Ends both and deletes their data, also when the program is told to end.
impl Drop for Stack {
    fn drop(&mut self) {
        if let Err(error) = self.script("wipe") {
            eprintln!("faults: the stack was not ended: {error:#}");
        }
    }
}

impl Stack {
    /// Starts an empty one in this folder; what an earlier run left there is deleted.
    pub(crate) fn start(root: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start_on(root, folder, || Ok(())).map(|(stack, ())| stack)
    }

    /// The same, with something done between deleting and starting: mounting disks.
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
            Ok(line.with_context(|| format!("the stack tells no {name}"))?.replace('\\', ""))
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

    /// Starts what does not run, and waits until it answers.
    pub(crate) fn up(&self) -> anyhow::Result<()> {
        self.script("up").map(|_| ())
    }

    /// Ends both; their data stay.
    pub(crate) fn down(&self) -> anyhow::Result<()> {
        self.script("down").map(|_| ())
    }

    /// Where a part keeps its data.
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
            .with_context(|| format!("{} is not there", file.display()))?;
        let pid = text.split_whitespace().next().unwrap_or_default().parse()?;
        Ok(Pid::from_raw(pid))
    }

    /// Sends a signal to a part: SIGSTOP and SIGCONT, say.
    pub(crate) fn signal(&self, part: Part, signal: Signal) -> anyhow::Result<()> {
        kill(self.pid(part)?, signal).with_context(|| format!("{signal} to {part:?}"))
    }

    /// Sends a signal to a part and waits until it has ended: SIGKILL, SIGTERM, and for PostgreSQL SIGQUIT,
    /// which is its immediate shutdown, without a checkpoint.
    pub(crate) fn end(&self, part: Part, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid(part)?;
        kill(pid, signal).with_context(|| format!("{signal} to {part:?}"))?;
        let began = Instant::now();
        while is_alive(pid) {
            if began.elapsed() > Duration::from_secs(40) {
                bail!("{part:?} does not end");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Whether a part runs.
    pub(crate) fn runs(&self, part: Part) -> bool {
        self.pid(part).is_ok_and(is_alive)
    }
}

/// Whether a process runs; one that has ended and was not waited for does not.
pub(crate) fn is_alive(pid: Pid) -> bool {
    state_of(pid).is_some_and(|state| state != 'Z' && state != 'X')
}

/// The state of a process as the kernel writes it: `T` is stopped.
pub(crate) fn state_of(pid: Pid) -> Option<char> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold spaces and parentheses.
    text.rsplit_once(") ")?.1.chars().next()
}
