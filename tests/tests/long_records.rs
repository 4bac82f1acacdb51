//! Memory use does not grow with the number of long records on the marketplace's feed. A separate
//! program, because memory is measured per process.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_process::ServiceName;
use recourse_tests::foreign_writers::{
    DAY, ForeignWriter, TEN_MEGABYTES, buys, padded, paid, stage,
};
use recourse_tests::test_marketplace::{self, TestMarketplace};

/// Peak memory of this process in megabytes, as reported by Linux.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn long_records_need_at_most_the_memory_of_a_few_of_them() {
    let market = TestMarketplace::with(test_marketplace::settings(), &ServiceName::ALL).await;
    market.move_clock(DAY).await;
    let foreign_writer = ForeignWriter::in_market(&market).await;
    let topic = market.process.node.topics.marketplace();
    let long = paid("1").body(padded("{\"order\": \"1\"}", TEN_MEGABYTES));
    foreign_writer.writes(&topic, &long);
    market.settled().await;
    let before = peak_memory();
    for _ in 0..25 {
        foreign_writer.writes(&topic, &long);
    }
    buys(&market, "2");
    market.settled().await;
    assert_eq!(stage(&market, "2").await, "paid");
    let more = peak_memory() - before;
    assert!(more < 150, "{more} MB more for 250 MB of records");
    market.end().await;
}
