//! First steps with the real program on a real stack: serve, publish, move the test clock.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use recourse_installation::command_line::recourse;
use recourse_runtime::settings::{ClockSource, Settings};
use recourse_tests::test_marketplace;
use serde_json::Value;

/// A newcomer is refused within this time.
const AT_ONCE: Duration = Duration::from_secs(15);
/// Publishing what is published already waits for nothing.
const SOON: Duration = Duration::from_secs(5);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A running `recourse serve`; it is stopped with the test.
struct Installation {
    child: Child,
    settings: Settings,
    address: String,
    errors: PathBuf,
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.errors);
    }
}

impl Installation {
    /// Serves every service; returns once it has printed its address.
    fn serves(clock: ClockSource) -> Self {
        let settings = Settings { clock, ..test_marketplace::settings() };
        let errors = std::env::temp_dir().join(format!("{}stderr", settings.topic_prefix));
        let mut child = recourse(&settings, &["serve"])
            .stdout(Stdio::piped())
            .stderr(File::create(&errors).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.rsplit("http://").next().unwrap().trim().to_owned();
        assert!(address.contains(':'), "{line}{}", std::fs::read_to_string(&errors).unwrap());
        Self { child, settings, address, errors }
    }

    /// Runs a command against it, in the repository's root.
    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = recourse(&self.settings, arguments);
        command.current_dir(root()).env("RECOURSE__HTTP__BIND", &self.address);
        Ran::of(command.output().unwrap())
    }

    /// What it has written to standard error.
    fn errors(&self) -> String {
        std::fs::read_to_string(&self.errors).unwrap()
    }
}

/// The result of a command.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: status.code(), out: text(stdout), err: text(stderr) }
    }

    #[track_caller]
    fn succeeds(&self) -> &Self {
        assert_eq!(self.status, Some(0), "{self:?}");
        self
    }

    #[track_caller]
    fn fails(&self, status: i32, says: &str) -> &Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert!(self.out.contains(says) || self.err.contains(says), "{says}: {self:?}");
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

#[test]
fn what_is_served_can_be_published_to_on_a_real_clock() {
    let installation = Installation::serves(ClockSource::System);
    let published = installation.run(&["publish"]);
    published.succeeds();
    assert_eq!(published.out.lines().count(), 9, "{published:?}");
    assert!(published.out.contains("wisetech-repair-1.json, deploy/terms/wisetech-repair-2.json"));
    assert!(published.err.contains("Next: "), "{published:?}");

    let began = Instant::now();
    installation.run(&["publish", "--json"]).succeeds();
    assert!(began.elapsed() < SOON, "it waits for what changed nothing");

    let listed = ["call", "GET", "/v1/terms", "--as", "auditor:me", "--json"];
    let listed = installation.run(&listed).succeeds().json();
    let items = listed["items"].as_array().unwrap();
    assert!(items.iter().all(|terms| terms["backdated"] == true), "{listed:#}");
    assert!(items.iter().any(|terms| terms["on_sale"] == true), "{listed:#}");

    installation.run(&["clock", "advance", "1d"]).fails(1, "--test-clock");

    // It says what to do next, and the Kafka client writes nothing by itself.
    let errors = installation.errors();
    for step in ["1. recourse publish --url", "2. recourse import", "3. curl"] {
        assert!(errors.contains(step), "{step}: {errors}");
    }
    assert!(!errors.lines().any(|line| line.starts_with('%')), "{errors}");
}

#[test]
fn a_later_version_that_starts_in_the_past_is_refused_with_status_2() {
    let installation = Installation::serves(ClockSource::System);
    let folder = std::env::temp_dir().join(format!("{}terms", installation.settings.topic_prefix));
    std::fs::create_dir_all(&folder).unwrap();
    let copy = |version: u32| {
        let name = format!("wisetech-repair-{version}.json");
        std::fs::copy(root().join("deploy/terms").join(&name), folder.join(&name)).unwrap();
    };
    let terms = folder.to_str().unwrap();
    copy(1);
    installation.run(&["publish", "--terms", terms]).succeeds();
    copy(2);
    let late = installation.run(&["publish", "--terms", terms]);
    late.fails(2, "only the first version of a line can start in the past");
    assert!(late.err.contains("2 refused") && !late.err.contains("Next: "), "{late:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_test_clock_is_set_and_advanced() {
    let installation = Installation::serves(ClockSource::Topic);
    installation.run(&["clock", "show"]).succeeds();
    installation.run(&["clock", "advance", "1d"]).fails(1, "the clock is not set yet");
    let set = installation.run(&["clock", "set", "2026-03-06", "--json"]).succeeds().json();
    assert_eq!((&set["now"], &set["settled"]), (&"2026-03-06T00:00:00Z".into(), &true.into()));
    let advanced = installation.run(&["clock", "advance", "16d"]);
    assert_eq!(advanced.succeeds().out.trim(), "2026-03-22T00:00:00Z");
    let shown = installation.run(&["clock", "show", "--json"]).succeeds().json();
    assert_eq!(
        (&shown["now"], &shown["is_test_clock"]),
        (&"2026-03-22T00:00:00Z".into(), &true.into())
    );
    installation.run(&["clock", "set", "2026-03-06"]).fails(1, "time only moves forward");
    installation.run(&["clock", "advance", "soon"]).fails(2, "invalid duration `soon`");
    // A call returns once what it led to is done.
    installation.run(&["publish"]).succeeds();
    let refused = ["call", "POST", "/v1/claims/nothing/acceptance", "--as", "adjuster:a-1"];
    assert_ne!(installation.run(&refused).status, Some(0));
}

#[test]
fn a_second_process_of_the_same_name_is_refused_at_once() {
    let installation = Installation::serves(ClockSource::System);
    let began = Instant::now();
    let second = recourse(&installation.settings, &["serve"]).output().unwrap();
    Ran::of(second).fails(1, "instance name");
    assert!(began.elapsed() < AT_ONCE);

    // Another name is fine, and so is the same one after the first process has gone.
    let another = Settings { instance: "another".to_owned(), ..installation.settings.clone() };
    ends_well(&another);
    let same = installation.settings.clone();
    drop(installation);
    ends_well(&same);
}

/// A process starts, and ends on request; with `--json` its only line is an object.
fn ends_well(settings: &Settings) {
    let mut child =
        recourse(settings, &["serve", "refunds", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(started["services"], serde_json::json!(["refunds"]));
    assert!(started["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{line}");
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    assert!(child.wait().unwrap().success());
    line.clear();
    assert_eq!(out.read_line(&mut line).unwrap(), 0, "{line}");
}

#[test]
fn a_process_whose_port_is_taken_creates_nothing() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = test_marketplace::settings();
    let mut command = recourse(&settings, &["serve"]);
    command.env("RECOURSE__HTTP__BIND", taken.local_addr().unwrap().to_string());
    Ran::of(command.output().unwrap()).fails(1, "is in use by another process");
    let mut client = settings.kafka.connection().client();
    let client: BaseConsumer = client.set("group.id", "unused").create().unwrap();
    let metadata = client.fetch_metadata(None, test_marketplace::PATIENCE).unwrap();
    let topics: Vec<_> =
        metadata.topics().iter().map(rdkafka::metadata::MetadataTopic::name).collect();
    assert!(!topics.iter().any(|topic| topic.starts_with(&settings.topic_prefix)), "{topics:?}");
}
