//! `recourse import orders` as a user sees it: what it says about files that it cannot read, on
//! Ctrl-C, without a terminal and without a reader, and about orders that are only history.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod files;
mod history;
mod stopped;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};

use recourse_installation::command_line::recourse;
use recourse_kernel::Role;
use recourse_process::ServiceName;
use recourse_runtime::settings::Settings;
use recourse_tests::test_marketplace::{self, TestMarketplace};
use serde_json::Value;

/// A file of the test; it is deleted with it.
struct TestFile(PathBuf);

impl TestFile {
    fn written(settings: &Settings, name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("{}{name}", settings.topic_prefix));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Starts an import of native events from these files, with other options before them.
fn starts(settings: &Settings, arguments: &[&str]) -> Child {
    recourse(settings, &["import", "orders", "--format", "native"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What an import printed, and its exit status.
#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    fn of(import: Child) -> Self {
        let Output { status, stdout, stderr } = import.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: status.code(), out: text(stdout), err: text(stderr) }
    }

    /// The result, which is all of standard output.
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

fn imports(settings: &Settings, arguments: &[&str]) -> Ended {
    Ended::of(starts(settings, arguments))
}

/// Writes to the standard input of an import.
fn write(import: &mut Child, text: &str) {
    import.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
}

/// An order as its marketplace reads it.
async fn sees(market: &TestMarketplace, number: &str, stage: &str) -> Value {
    let path = format!("/v1/orders/{}", TestMarketplace::order(number));
    let order = market.get(Role::Operator, "o-1", &path).await.expect(200).body;
    assert_eq!(order["stage"], stage, "{order:#}");
    order
}

/// Events, one per line.
fn lines(facts: impl IntoIterator<Item = Value>) -> String {
    let lines: Vec<String> = facts.into_iter().map(|fact| format!("{fact}\n")).collect();
    lines.concat()
}

/// An installation with order-intake only, on this day.
async fn order_intake(day: &str) -> TestMarketplace {
    let services = [ServiceName::OrderIntake];
    let market = TestMarketplace::with(test_marketplace::settings(), &services).await;
    market.move_clock(day).await;
    market
}
