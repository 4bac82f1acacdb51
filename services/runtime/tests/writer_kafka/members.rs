//! Processes that join and leave, and two with one name.

use std::time::Duration;

use recourse_runtime::writer::WriterError;

use crate::marketplace::{Process, TestMarketplace, keys};
use crate::toy::put;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_joins_and_the_first_leaves_without_loss_or_repeat() {
    let market = TestMarketplace::new().await;
    let keys = keys();
    let first = market.process("one");
    for key in &keys {
        market.insure(key);
        market.ask(key, &format!("{key}-1"), &put(1));
    }
    market.until_sums(&keys, 1).await;
    let second = market.process("two");
    for key in &keys {
        market.ask(key, &format!("{key}-2"), &put(2));
    }
    let shared = || first.owns() > 0 && second.owns() > 0;
    market.until("both have partitions", shared).await;
    for key in &keys {
        market.ask(key, &format!("{key}-1"), &put(1));
        market.ask(key, &format!("{key}-3"), &put(3));
    }
    market.until_sums(&keys, 6).await;
    first.stop().unwrap();
    for key in &keys {
        market.ask(key, &format!("{key}-4"), &put(4));
    }
    market.until_sums(&keys, 10).await;
    second.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_with_one_name_the_newcomer_exits_and_says_why() {
    let market = TestMarketplace::new().await;
    let first = market.supervised("one");
    market.until("the first has partitions", || first.owns() > 0).await;
    tokio::time::sleep(Duration::from_secs(16)).await;
    let second = market.supervised("one");
    market.until("the newcomer has partitions", || second.owns() > 0).await;
    let keys = keys();
    for key in &keys {
        market.insure(key);
    }
    // They fence each other for a while, without losing anything.
    let mut rounds = 0;
    let one_ends = || {
        rounds += 1;
        for key in &keys {
            market.ask(key, &format!("{key}-{rounds}"), &put(1));
        }
        first.thread.is_finished() || second.thread.is_finished()
    };
    market.until("one of them ends", one_ends).await;
    assert!(!first.thread.is_finished(), "the first one ended: {:?}", first.stop());
    let error = second.stop().unwrap_err();
    assert!(matches!(error, WriterError::DuplicateInstance(_)), "{error}");
    let decides_alone = || first.thread.is_finished() || market.reaches(&keys, rounds);
    market.until("the first one decides alone", decides_alone).await;
    assert!(!first.thread.is_finished(), "the first one ended, too: {:?}", first.stop());
    market.until_sums(&keys, rounds).await;
    first.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_partitions_is_still_a_member() {
    let market = TestMarketplace::new().await;
    let names = ["one", "two", "three", "four"];
    let processes: Vec<Process> = names.iter().map(|name| market.process(name)).collect();
    let settled = || {
        let reports: Vec<_> = processes.iter().map(|process| process.status.report()).collect();
        let owned: usize = reports.iter().map(|report| report.partitions.len()).sum();
        owned == 3 && reports.iter().all(|report| report.is_member && report.partitions.len() < 2)
    };
    market.until("all are members, one of them without partitions", settled).await;
    for process in processes {
        process.stop().unwrap();
    }
}
