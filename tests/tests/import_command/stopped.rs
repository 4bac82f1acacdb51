//! Ctrl-C, and progress.

use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use recourse_audit::verification::log::count;
use recourse_tests::test_marketplace::{PATIENCE, TestMarketplace, purchase};
use serde_json::json;

use super::{Ended, TestFile, imports, lines, order_intake, starts, write};

const DAY: &str = "2025-02-01T09:00:00Z";
/// Enough that an import of them takes a while.
const ORDERS: u64 = 3_000;

/// Orders, each placed and paid.
fn orders(numbers: std::ops::Range<u64>) -> String {
    let facts = |number: u64| purchase(&number.to_string(), "repair", "wisetech-service", DAY);
    lines(numbers.flat_map(facts))
}

async fn on_the_log(market: &TestMarketplace, topic: String) -> u64 {
    let connection = market.process.node.connection.clone();
    tokio::task::spawn_blocking(move || count(&connection, &topic).unwrap()).await.unwrap()
}

/// Waits until the import has sent something.
async fn has_sent(market: &TestMarketplace) {
    let commands = market.process.node.topics.commands("orders");
    let deadline = Instant::now() + PATIENCE;
    while on_the_log(market, commands.clone()).await == 0 {
        assert!(Instant::now() < deadline, "nothing is imported");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What Ctrl-C in a terminal sends.
fn interrupt(import: &Child) {
    kill(Pid::from_raw(i32::try_from(import.id()).unwrap()), Signal::SIGINT).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_says_where_the_import_stopped_and_the_same_command_continues_it() {
    let market = order_intake(DAY).await;
    let (settings, topics) = (&market.process.node.settings, &market.process.node.topics);
    let file = TestFile::written(settings, "orders.jsonl", &orders(0..ORDERS));
    let command = ["--json", file.path()];

    let first = starts(settings, &command);
    has_sent(&market).await;
    interrupt(&first);
    let first = Ended::of(first);
    assert_eq!(first.status, Some(2), "{first:?}");
    let stopped = &first.json()["stopped_at"];
    let record = stopped["record"].as_u64().unwrap();
    assert_eq!(stopped["file"], file.path(), "{first:?}");
    assert!(0 < record && record < 2 * ORDERS, "it was stopped too late to prove anything");
    let says = format!("stopped in {} after record {record}; to continue, run the", file.path());
    assert!(first.err.contains(&says), "{first:?}");
    // What it says is on the log, and nothing else.
    assert_eq!(first.json()["sent"], record);
    assert_eq!(on_the_log(&market, topics.commands("orders")).await, record);

    let again = imports(settings, &command);
    assert_eq!(again.status, Some(0), "{again:?}");
    assert_eq!(again.json()["stopped_at"], json!(null));
    market.settled().await;
    assert_eq!(on_the_log(&market, topics.commands("orders")).await, record + 2 * ORDERS);
    assert_eq!(on_the_log(&market, topics.events("orders")).await, 2 * ORDERS);
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_reported_without_a_terminal_and_ctrl_c_also_ends_an_import_that_waits() {
    let market = order_intake(DAY).await;
    let mut import = starts(&market.process.node.settings, &["/dev/stdin"]);
    write(&mut import, &orders(0..200));
    has_sent(&market).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    write(&mut import, &orders(200..300));
    let commands = market.process.node.topics.commands("orders");
    let deadline = Instant::now() + PATIENCE;
    while on_the_log(&market, commands.clone()).await < 512 {
        assert!(Instant::now() < deadline, "the second part is not imported");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // More may come from the pipe, which the test keeps open.
    let input = import.stdin.take();
    interrupt(&import);
    let ended = Ended::of(import);
    drop(input);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    let progress = ended.err.lines().find(|line| line.starts_with("importing: ")).unwrap();
    assert!(progress.contains(" bytes, ") && progress.contains("0 dead-lettered"), "{progress}");
    assert!(ended.err.contains("stopped in /dev/stdin after record"), "{ended:?}");
    assert!(ended.out.starts_with("512 facts sent"), "{ended:?}");
    market.end().await;
}
