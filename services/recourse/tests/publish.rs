//! `recourse publish` against an installation that refuses some documents: the others are
//! published, and the exit status says that not all were.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

const LATER: &str = "/v1/terms/commands/c?sent=p";

/// The path and the Idempotency-Key of each call.
type Calls = Arc<Mutex<Vec<(String, String)>>>;

/// Answers each call as `answer` says for its path, and for how often it was called before.
fn server(answer: fn(&str, usize) -> (u16, Value)) -> (SocketAddr, Calls) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, calls) = (listener.local_addr().unwrap(), Calls::default());
    let seen = Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut key, mut length) = (String::new(), String::new(), 0);
            reader.read_line(&mut first).unwrap();
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end().split_once(": ") {
                    None => break,
                    Some(("idempotency-key", value)) => value.clone_into(&mut key),
                    Some(("content-length", value)) => length = value.parse().unwrap(),
                    Some(_) => {}
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let path = first.split(' ').nth(1).unwrap().to_owned();
            let mut seen = seen.lock().unwrap();
            let before = seen.iter().filter(|(known, _)| *known == path).count();
            let (status, body) = answer(&path, before);
            seen.push((path, key));
            let body = body.to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\ncontent-length: \
                 {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (address, calls)
}

fn publish(address: SocketAddr) -> (Option<i32>, Vec<Value>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recourse"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(["publish", "--json", "--token", "t", "--url", &format!("http://{address}")])
        .output()
        .unwrap();
    let Output { status, stdout, stderr } = output;
    let lines = String::from_utf8(stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (status.code(), lines, String::from_utf8(stderr).unwrap())
}

fn problem(code: &str, detail: &str) -> Value {
    json!({ "code": code, "detail": detail })
}

/// The tariffs have a field too many, and the terms of one line are decided late, and refused.
fn some_refused(path: &str, before: usize) -> (u16, Value) {
    match (path, before) {
        ("/live", _) => (200, json!({})),
        ("/v1/tariffs", _) => (400, problem("body.unknown_field", "`prise` is not a field")),
        ("/v1/terms/wisetech-repair/versions", _) => {
            (202, json!({ "command": "c", "status": "pending", "outcome": LATER }))
        }
        (LATER, 0) => (202, json!({ "command": "c", "status": "pending", "outcome": LATER })),
        (LATER, _) => (409, problem("terms.no_shop", "the provider has no main centre in RU")),
        _ => (201, json!({ "id": "x", "status": "accepted" })),
    }
}

#[test]
fn what_is_refused_is_listed_and_the_others_are_published() {
    let (address, calls) = server(some_refused);
    let (status, lines, notes) = publish(address);
    assert_eq!(status, Some(2), "{notes}");
    let refused: Vec<_> = lines.iter().filter_map(|line| line["refusal"].as_str()).collect();
    assert_eq!(refused, ["`prise` is not a field", "the provider has no main centre in RU"]);
    assert!(lines.iter().filter(|line| line["published"] == true).count() > 3, "{lines:?}");
    assert!(notes.contains("3 refused"), "two versions and a sheet: {notes}");
    // What is accepted but not decided is asked for until it is.
    let asked = |path: &str| calls.lock().unwrap().iter().filter(|(it, _)| it == path).count();
    assert_eq!((asked("/v1/tariffs"), asked(LATER)), (1, 2));
}

#[test]
fn each_run_is_a_new_command() {
    let (address, calls) = server(some_refused);
    publish(address);
    publish(address);
    let calls = calls.lock().unwrap();
    let keys: Vec<_> = calls.iter().filter(|(path, _)| path == "/v1/tariffs").collect();
    let [(_, one), (_, other)] = keys[..] else { panic!("{keys:?}") };
    assert!(one != other && one.len() == 32, "{one} {other}");
}

#[test]
fn what_fails_for_all_of_them_ends_the_command() {
    let (address, calls) = server(|path, _| match path {
        "/live" => (200, json!({})),
        "/v1/tariffs" => (401, problem("token.not_valid_now", "the token has expired")),
        _ => (201, json!({})),
    });
    let (status, _, notes) = publish(address);
    assert_eq!(status, Some(1), "{notes}");
    assert!(notes.contains("the token has expired"), "{notes}");
    let last = calls.lock().unwrap().last().unwrap().0.clone();
    assert_eq!(last, "/v1/tariffs");
}
