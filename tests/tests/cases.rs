//! Every case file, in memory and on real Kafka and PostgreSQL, and against the schema of case
//! files.

#![allow(clippy::expect_used, reason = "tests fail on unexpected errors")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant as Time};

use recourse_cases::file::TermsNamed;
use recourse_cases::{Case, Documents, Report, live, play, print, schema};
use recourse_installation::command_line::recourse;
use recourse_runtime::settings::Settings;
use recourse_tests::test_marketplace;
use serde_json::Value;

/// All cases on a running system; the limit allows for a busy machine.
const LIVE_WITHIN: Duration = Duration::from_secs(600);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files() -> Vec<PathBuf> {
    let folder = root().join("tests/cases");
    let entries = std::fs::read_dir(folder).expect("tests/cases");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let mut files: Vec<_> =
        paths.filter(|path| path.extension() == Some("yaml".as_ref())).collect();
    files.sort();
    files
}

fn cases() -> Vec<Case> {
    files().iter().map(|path| Case::read(path).unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn documents() -> Documents {
    Documents::read(&root().join("deploy")).expect("the bundled documents")
}

#[track_caller]
fn all_hold(reports: &[Report]) {
    let differ: Vec<_> =
        reports.iter().filter(|report| !report.holds()).map(print::timeline).collect();
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

#[test]
fn every_case_holds_in_memory() {
    let documents = documents();
    let reports: Vec<_> = cases()
        .iter()
        .map(|case| play(case, &documents).unwrap_or_else(|error| panic!("{error:#}")).report)
        .collect();
    assert!(reports.len() >= 40);
    all_hold(&reports);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_holds_on_a_running_system() {
    let (cases, documents, began) = (cases(), documents(), Time::now());
    let (base, deploy) = (test_marketplace::settings(), root().join("deploy"));
    let played = live::play_all(&cases, &documents, &base, &deploy, &|_, _, _| ());
    let reports = tokio::time::timeout(LIVE_WITHIN, played).await;
    let reports = reports.expect("in time").unwrap_or_else(|error| panic!("{error:#}"));
    println!("{} cases in {:?}", reports.len(), began.elapsed());
    all_hold(&reports);
}

#[test]
fn every_case_is_valid_under_the_stored_schema() {
    let kept = std::fs::read_to_string(root().join("schemas/case.v1.json")).expect("the schema");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    assert_eq!(kept, schema::schema(), "`recourse case schema > schemas/case.v1.json`");
    let validator = jsonschema::validator_for(&kept).expect("a schema");
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("a case");
        let case: Value = serde_saphyr::from_str(&text).expect("YAML");
        let faults: Vec<_> = validator.iter_errors(&case).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{}: {}", path.display(), faults.join("; "));
    }
}

/// The rows of the terms table, `terms.*` in clauses.md, that apply to a shipped document.
fn rows_of(document: &Value) -> Vec<String> {
    let clauses = std::fs::read_to_string(root().join("tests/cases/clauses.md")).expect("clauses");
    let ids = clauses.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let is_exchange = document["program"] == "exchange";
    let applies = |row: &str| match row {
        "terms.countries-1" => document["version"] == 1,
        "terms.countries-2" => document["version"] == 2,
        "terms.duty-to-declare" => !is_exchange,
        "terms.repair-under-exchange" => is_exchange,
        row => row.starts_with("terms."),
    };
    ids.filter(|row| applies(row)).map(str::to_owned).collect()
}

#[test]
fn every_row_of_every_shipped_document_has_a_case() {
    let mut shown = BTreeSet::new();
    for case in cases() {
        if let Some(TermsNamed::Shipped(terms)) = case.file.terms {
            shown.extend(case.file.shows.into_iter().map(|clause| (terms.clone(), clause)));
        }
    }
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(root().join("deploy/terms")).expect("deploy/terms") {
        let path = entry.expect("a file").path();
        let document = std::fs::read(&path).expect("a document");
        let document: Value = serde_json::from_slice(&document).expect("JSON");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let rows = rows_of(&document).into_iter().map(|row| (name.clone(), row));
        missing.extend(rows.filter(|row| !shown.contains(row)));
    }
    assert!(missing.is_empty(), "rows of shipped terms without a case: {missing:?}");
}

#[test]
fn unknown_keys_are_reported_with_their_line_and_what_is_allowed() {
    let purchase = "purchase: { placed: 2025-01-02, country: RU, city: Kazan, price: 5000000 RUB }";
    let head = format!("case: a\nrules: [S1]\nterms: wisetech-repair-1\n{purchase}\n");
    let parse = |steps: &str| Case::parse(Path::new("a.yaml"), &format!("{head}{steps}"));
    let reported = parse("steps:\n  - { at: day 1, buyer: file, expect: { stgae: closed } }\n");
    let reported = reported.expect_err("an unknown key").to_string();
    assert!(
        reported.contains("line 6") && reported.contains("stgae") && reported.contains("stage"),
        "{reported}"
    );

    let case = parse("steps:\n  - { at: day 1, buyer: { file: { wich: repair } } }\n");
    let reported = play(&case.expect("a case"), &documents()).err().expect("an unknown word");
    let reported = reported.to_string();
    assert!(
        reported.contains("a.yaml, line 6")
            && reported.contains("allowed: requested_remedy, serial"),
        "{reported}"
    );
}

#[test]
fn a_failing_case_reports_the_expected_and_the_actual_result() {
    let text = "case: an injected difference\nrules: [C1]\nterms: wisetech-repair-1\npurchase: { \
        placed: 2025-01-02, country: RU, city: Kazan, price: 5000000 RUB }\nsteps:\n  - { \
        at: day 3, buyer: file, expect: { stage: closed } }\n";
    let case = Case::parse(Path::new("injected.yaml"), text).expect("a case");
    let report = play(&case, &documents()).expect("played").report;
    let reported: Vec<_> = report.differences().map(|found| found.what.as_str()).collect();
    assert_eq!(reported, ["answer", "stage"]);
    assert!(print::timeline(&report).contains("actual    refused by C1"));
}

/// An installation in another process; it is stopped with the test.
struct ExistingInstallation {
    child: Child,
    url: String,
}

impl ExistingInstallation {
    fn start(settings: &Settings) -> Self {
        let mut child =
            recourse(settings, &["serve"]).stdout(Stdio::piped()).spawn().expect("a process");
        let mut line = String::new();
        let reported = child.stdout.take().expect("its output");
        BufReader::new(reported).read_line(&mut line).expect("its address");
        let url = line.split(" on ").last().unwrap_or_default().trim().to_owned();
        assert!(url.starts_with("http://"), "it did not start: {line}");
        Self { child, url }
    }
}

impl Drop for ExistingInstallation {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_holds_on_an_existing_installation() {
    let settings = test_marketplace::settings();
    let elsewhere = ExistingInstallation::start(&settings);
    let names = [
        "roles",
        "C5-reported-before-posting",
        "T8-a-silent-seller",
        "M6-a-shipment-in-two-halves",
    ];
    let file = |name| root().join(format!("tests/cases/{name}.yaml"));
    let cases = names.map(|name| Case::read(&file(name)).unwrap_or_else(|error| panic!("{error}")));
    let (documents, deploy) = (documents(), root().join("deploy"));
    let played =
        live::play_at(&cases, &documents, &settings, &deploy, &elsewhere.url, &|_, _, _| ());
    let reports = tokio::time::timeout(LIVE_WITHIN, played).await;
    let reports = reports.expect("in time").unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(reports.len(), names.len());
    all_hold(&reports);
}
