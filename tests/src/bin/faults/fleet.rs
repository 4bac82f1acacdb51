//! The services as separate processes, on addresses that outlive them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use recourse_installation::command_line::with_settings;
use recourse_runtime::settings::Settings;
use serde_json::Value;

use crate::stack::state_of;

/// Shorter than a broker's default minimum: a process that dies during a rebalance keeps its
/// partitions for two session timeouts.
const SESSION_TIMEOUT_MS: u64 = 3_000;

/// Which services run together in one process; every process runs twice.
pub(crate) const CREWS: [(&str, &[&str]); 2] = [
    ("front", &["order-intake", "warranty-sales", "refunds"]),
    ("to_buyer", &["claims", "repair-shops", "audit"]),
];

/// A process by name: `front-a`.
pub(crate) struct Member {
    pub(crate) instance: String,
    pub(crate) services: &'static [&'static str],
    pub(crate) address: SocketAddr,
    child: Option<Child>,
}

/// The state of a process.
pub(crate) enum Life {
    Runs,
    Ended(ExitStatus),
    NotStarted,
}

pub(crate) struct Fleet {
    pub(crate) settings: Settings,
    program: PathBuf,
    logs: PathBuf,
    pub(crate) members: BTreeMap<String, Member>,
}

impl Fleet {
    /// An empty fleet. `logs` is the folder of the processes' logs.
    pub(crate) fn new(settings: &Settings, program: &Path, logs: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(logs)?;
        Ok(Self {
            settings: settings.clone(),
            program: program.to_owned(),
            logs: logs.to_owned(),
            members: BTreeMap::new(),
        })
    }

    /// Adds a process to the fleet, without starting it. The first part of its name is its crew.
    pub(crate) fn register(&mut self, name: &str) -> anyhow::Result<SocketAddr> {
        let crew = CREWS.iter().find(|(crew, _)| name.starts_with(crew));
        let services = crew.with_context(|| format!("{name} has no crew"))?.1;
        let address = free_address(&self.members)?;
        let member = Member { instance: name.to_owned(), services, address, child: None };
        self.members.insert(name.to_owned(), member);
        Ok(address)
    }

    /// Starts a process with these environment variables in addition to its settings.
    pub(crate) fn start(&mut self, name: &str, more: &[(&str, String)]) -> anyhow::Result<()> {
        let log = self.log_of(name);
        let member =
            self.members.get_mut(name).with_context(|| format!("there is no process {name}"))?;
        let mut settings = self.settings.clone();
        settings.instance.clone_from(&member.instance);
        settings.http.bind = member.address;
        let file: File = OpenOptions::new().create(true).append(true).open(log)?;
        let mut command = with_settings(&self.program, &settings);
        command
            .arg("serve")
            .args(member.services)
            .envs(more.iter().map(|(name, value)| (*name, value)))
            .env("RECOURSE__HTTP__REPLY_WAIT_MS", settings.http.reply_wait_ms.to_string())
            .env("RECOURSE__KAFKA__SESSION_TIMEOUT_MS", SESSION_TIMEOUT_MS.to_string())
            .env("RECOURSE__HTTP__TIMEOUT_MS", settings.http.timeout_ms.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        member.child = Some(command.spawn().context("starting a process")?);
        Ok(())
    }

    /// Starts every process that is not running.
    pub(crate) fn start_all(&mut self) -> anyhow::Result<()> {
        let names: Vec<String> = self.members.keys().cloned().collect();
        for name in names {
            if !self.runs(&name) {
                self.start(&name, &[])?;
            }
        }
        Ok(())
    }

    /// A process's log file.
    pub(crate) fn log_of(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// Panics in any process's log.
    pub(crate) fn panics(&self) -> Vec<String> {
        let mut found = Vec::new();
        for name in self.members.keys() {
            let text = std::fs::read_to_string(self.log_of(name)).unwrap_or_default();
            let panics = text.lines().filter(|line| line.contains("panicked"));
            found.extend(panics.map(|line| format!("{name}: {line}")));
        }
        found
    }

    /// Whether a process is running.
    pub(crate) fn runs(&mut self, name: &str) -> bool {
        matches!(self.life(name), Life::Runs)
    }

    /// Whether a process is running, or how it exited.
    pub(crate) fn life(&mut self, name: &str) -> Life {
        let Some(child) = self.members.get_mut(name).and_then(|member| member.child.as_mut())
        else {
            return Life::NotStarted;
        };
        match child.try_wait() {
            Ok(None) => Life::Runs,
            Ok(Some(status)) => Life::Ended(status),
            Err(_) => Life::NotStarted,
        }
    }

    pub(crate) fn pid(&self, name: &str) -> anyhow::Result<Pid> {
        let child = self.members.get(name).and_then(|member| member.child.as_ref());
        let id = child.with_context(|| format!("{name} was not started"))?.id();
        Ok(Pid::from_raw(i32::try_from(id)?))
    }

    /// Sends a signal to a process.
    pub(crate) fn signal(&self, name: &str, signal: Signal) -> anyhow::Result<()> {
        kill(self.pid(name)?, signal).with_context(|| format!("{signal} to {name}"))
    }

    /// Whether SIGSTOP has stopped a process.
    pub(crate) fn is_stopped(&self, name: &str) -> bool {
        self.pid(name).is_ok_and(|pid| state_of(pid) == Some('T'))
    }

    /// Waits until a process has exited.
    pub(crate) fn wait(
        &mut self,
        name: &str,
        within: Duration,
    ) -> anyhow::Result<Option<ExitStatus>> {
        let began = Instant::now();
        loop {
            match self.life(name) {
                Life::Runs => {}
                Life::Ended(status) => return Ok(Some(status)),
                Life::NotStarted => return Ok(None),
            }
            if began.elapsed() > within {
                bail!("{name} does not exit within {} s", within.as_secs());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to a process and waits until it has exited.
    pub(crate) fn end(&mut self, name: &str, signal: Signal) -> anyhow::Result<Option<ExitStatus>> {
        if self.runs(name) {
            self.signal(name, signal)?;
        }
        self.wait(name, Duration::from_secs(40))
    }

    /// Peak memory of any process, in MiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let peak = |pid: Pid| {
            let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let pids = self.members.keys().filter_map(|name| self.pid(name).ok());
        pids.filter_map(peak).max().unwrap_or(0) / 1024
    }

    /// A process's answer at `/ready`; `None` if there is no answer.
    pub(crate) async fn readiness(
        &self,
        name: &str,
        client: &reqwest::Client,
    ) -> Option<(bool, Value)> {
        let address = self.members.get(name)?.address;
        let request = client.get(format!("http://{address}/ready")).timeout(Duration::from_secs(2));
        let answer = request.send().await.ok()?;
        Some((answer.status().is_success(), answer.json().await.unwrap_or_default()))
    }
}

/// A port that stays free while its process is down: below the range of outgoing connections.
fn free_address(taken: &BTreeMap<String, Member>) -> anyhow::Result<SocketAddr> {
    let first = 12_000 + u16::try_from(std::process::id() % 7_000)?;
    (first..20_000)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        .filter(|address| taken.values().all(|member| member.address != *address))
        .find(|address| TcpListener::bind(address).is_ok())
        .context("no free port")
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for member in self.members.values_mut() {
            if let Some(child) = &mut member.child {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}
