//! Files that cannot be read, and records that cannot be used.

use recourse_installation::command_line::recourse;
use recourse_tests::test_marketplace::purchase;
use serde_json::{Value, json};

use super::{Ended, TestFile, imports, lines, order_intake, sees, starts, write};

const DAY: &str = "2025-02-01T09:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_named_and_the_rest_is_imported() {
    let market = order_intake(DAY).await;
    let settings = &market.process.node.settings;
    let of = |number: &str| lines(purchase(number, "repair", "wisetech-service", DAY));
    let first = TestFile::written(settings, "first.jsonl", &of("1"));
    let table = "Name,Email,Total\n#1001,pat@example.com,210.94\n";
    let table = TestFile::written(settings, "orders_export.csv", table);
    let packed = TestFile::written(settings, "orders.zip", "PK\u{3}\u{4}…");
    let gone = "nowhere/orders.jsonl";
    let folder = std::env::temp_dir();
    let folder = folder.to_str().unwrap();
    let last = TestFile::written(settings, "last.jsonl", &of("2"));

    let arguments =
        ["--json", first.path(), table.path(), packed.path(), gone, folder, last.path()];
    let ended = imports(settings, &arguments);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    let result = ended.json();
    assert_eq!((&result["sent"], &result["dead_lettered"]), (&json!(4), &json!(0)), "{result:#}");
    let not_read = result["not_read"].as_array().unwrap();
    let codes: Vec<_> = not_read.iter().map(|file| file["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["table", "packed", "not_found", "folder"]);
    // They are named before anything is sent.
    let (before, _) = ended.err.split_once("importing;").unwrap();
    for says in ["orders_export.csv is a table", "orders.zip is packed", "does not exist"] {
        assert!(before.contains(says), "{says}: {before}");
    }

    market.settled().await;
    for number in ["1", "2"] {
        sees(&market, number, "paid").await;
    }

    let ended = imports(settings, &[table.path()]);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    assert!(ended.out.starts_with("0 facts sent, 0 dead-lettered, 0 ignored, 1 file not read"));
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_is_read_and_a_table_in_it_is_refused_as_a_whole() {
    let market = order_intake(DAY).await;
    let settings = &market.process.node.settings;
    let piped = |text: &str| {
        let mut import = starts(settings, &["--json", "/dev/stdin"]);
        write(&mut import, text);
        drop(import.stdin.take());
        Ended::of(import)
    };
    let read = piped(&lines(purchase("1", "repair", "wisetech-service", DAY)));
    assert_eq!((read.status, &read.json()["sent"]), (Some(0), &json!(2)), "{read:?}");
    let table = piped("Name,Email,Total\n#1001,pat@example.com,210.94\n");
    assert_eq!(table.status, Some(2), "{table:?}");
    assert_eq!(table.json()["not_read"][0]["code"], "table", "{table:?}");
    assert_eq!(table.json()["dead_lettered"], 0, "{table:?}");
    assert!(table.err.contains("/dev/stdin is a table"), "{table:?}");
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_gone_changes_no_status() {
    let market = order_intake(DAY).await;
    let settings = &market.process.node.settings;
    let good = lines(purchase("1", "repair", "wisetech-service", DAY));
    let file = TestFile::written(settings, "good.jsonl", &good);
    let bad = TestFile::written(settings, "bad.jsonl", &format!("{{ no fact\n{good}"));
    for (file, status) in [(&file, 0), (&bad, 2)] {
        let mut import = starts(settings, &[file.path()]);
        drop(import.stdout.take());
        let ended = Ended::of(import);
        assert_eq!(ended.status, Some(status), "{ended:?}");
        assert!(!ended.err.contains("panic") && !ended.err.contains("pipe"), "{ended:?}");
    }
    market.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ignored_is_counted_with_its_reason_and_is_no_failure() {
    let market = order_intake(DAY).await;
    let settings = &market.process.node.settings;
    let failed = json!({
        "id": 509_562_969, "order_id": 450_789_469, "created_at": "2025-01-05T10:00:00-05:00",
        "refund_line_items": [{ "line_item_id": 11, "quantity": 1, "subtotal": "519.99" }],
        "transactions": [{
            "id": 7, "kind": "refund", "status": "failure", "amount": "519.99", "currency": "USD",
        }],
    });
    let file = TestFile::written(settings, "refund.json", &failed.to_string());
    let arguments = ["import", "orders", "--json", "--format", "shopify", "--shop", "s.example"];
    let output = recourse(settings, &arguments).arg(file.path()).output().unwrap();
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{result:#}");
    assert_eq!((&result["sent"], &result["ignored"]), (&json!(0), &json!(1)), "{result:#}");
    let reason = "the payment of the refund failed";
    assert_eq!(result["ignored_because"], json!([{ "reason": reason, "records": 1 }]));
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains(&format!("1 × {reason}")), "{notes}");
    market.end().await;
}
