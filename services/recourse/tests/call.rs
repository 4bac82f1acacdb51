//! `recourse call` and `recourse clock` against whatever may answer at an address: the body is
//! printed as it is, and the exit status says whether the call succeeded.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Answers each call with the response of its path.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            // The head ends with an empty line.
            lines.map(Result::unwrap).find(String::is_empty).unwrap();
            let path = first.split(' ').nth(1).unwrap();
            let _ = stream.write_all(&response(path));
        }
    });
    address
}

fn response(path: &str) -> Vec<u8> {
    let (status, kind, body): (&str, &str, &[u8]) = match path {
        "/json" => ("200 OK", "application/json", br#"{"items":[{"a":1}]}"#),
        "/refused" => (
            "409 Conflict",
            "application/problem+json",
            br#"{"detail":"the claim is closed","instead":"file another"}"#,
        ),
        "/metrics" => ("200 OK", "text/plain", b"# HELP claims\nclaims 3\n"),
        "/photo" => ("200 OK", "image/jpeg", &[0xFF, 0xD8, 0, 10, 0xFF]),
        "/empty" => ("200 OK", "text/plain", b""),
        "/proxy" => ("502 Bad Gateway", "text/html", b"<h1>Bad gateway</h1>"),
        _ => ("200 OK", "text/html", b"<h1>Another program</h1>"),
    };
    // The connection ends before the body does.
    let missing = usize::from(path == "/broken") * 10;
    let length = body.len() + missing;
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: \
         close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn recourse(address: SocketAddr, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recourse"));
    command.args(arguments).args(["--url", &format!("http://{address}")]);
    command
}

/// Status, standard output and standard error of a call.
fn call(address: SocketAddr, path: &str, json: bool) -> (Option<i32>, Vec<u8>, String) {
    let mut command = recourse(address, &["call", "GET", path, "--as", "auditor:me"]);
    if json {
        command.arg("--json");
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), stdout, String::from_utf8(stderr).unwrap())
}

#[test]
fn json_is_printed_for_people_or_on_one_line() {
    let address = server();
    let (status, out, _) = call(address, "/json", false);
    let text = String::from_utf8(out).unwrap();
    assert!(status == Some(0) && text.lines().count() > 3, "{text}");
    let (status, out, _) = call(address, "/json", true);
    assert_eq!(status, Some(0));
    assert_eq!(out, b"{\"items\":[{\"a\":1}]}\n");
}

#[test]
fn a_refused_call_prints_its_body_and_the_reason() {
    let address = server();
    for json in [false, true] {
        let (status, out, err) = call(address, "/refused", json);
        assert_eq!(status, Some(1));
        let body: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(body["detail"], json!("the claim is closed"));
        assert!(err.contains("409 Conflict: the claim is closed. file another"), "{err}");
    }
}

#[test]
fn what_is_not_json_is_printed_as_it_is() {
    let address = server();
    for (path, bytes) in [
        ("/metrics", &b"# HELP claims\nclaims 3\n"[..]),
        ("/photo", &[0xFF, 0xD8, 0, 10, 0xFF]),
        ("/empty", b""),
    ] {
        let (status, out, err) = call(address, path, false);
        assert_eq!((status, &out[..], err.as_str()), (Some(0), bytes, ""), "{path}");
        let (status, out, err) = call(address, path, true);
        assert_eq!((status, out.len()), (Some(1), 0), "{path}");
        assert!(err.contains("not JSON; without --json it is printed as it is"), "{err}");
    }
    let (status, out, err) = call(address, "/proxy", false);
    assert_eq!((status, &out[..]), (Some(1), &b"<h1>Bad gateway</h1>"[..]));
    assert!(err.contains("502 Bad Gateway"), "{err}");
}

#[test]
fn an_answer_that_breaks_off_is_an_error() {
    let (status, out, err) = call(server(), "/broken", false);
    assert_eq!((status, out.len()), (Some(1), 0), "{err}");
    assert!(err.contains("calling http://127.0.0.1:"), "{err}");
}

#[test]
fn a_reader_that_has_gone_changes_no_status() {
    let address = server();
    for (path, status) in [("/json", 0), ("/metrics", 0), ("/refused", 1)] {
        let mut child = recourse(address, &["call", "GET", path, "--as", "auditor:me"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let Output { status: ended, stderr, .. } = child.wait_with_output().unwrap();
        let reported = String::from_utf8(stderr).unwrap();
        assert_eq!(ended.code(), Some(status), "{path}: {reported}");
        assert!(!reported.contains("panic") && !reported.contains("pipe"), "{reported}");
    }
}

#[test]
fn another_program_at_the_address_has_no_clock() {
    let output = recourse(server(), &["clock", "show"]).output().unwrap();
    let reported = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{reported}");
    for part in ["text/html, not JSON", "another program", "--url"] {
        assert!(reported.contains(part), "{part}: {reported}");
    }
}

#[test]
fn an_address_that_drops_packets_is_reported_in_time() {
    // An address of documentation, which nothing has.
    let began = Instant::now();
    let url = "http://192.0.2.1:8080";
    let output = Command::new(env!("CARGO_BIN_EXE_recourse"))
        .args(["clock", "show", "--url", url])
        .output()
        .unwrap();
    let (took, reported) = (began.elapsed(), String::from_utf8(output.stderr).unwrap());
    assert!(took < Duration::from_secs(5), "{took:?}: {reported}");
    assert_eq!(output.status.code(), Some(1), "{reported}");
    assert!(
        reported.contains(&format!("nothing answers at {url}: start it with `recourse serve`"))
    );
}

#[test]
fn a_call_has_a_random_key_or_the_one_that_is_named() {
    let key = |more: &[&str]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let call = ["call", "POST", "/broken", "--as", "buyer:b-1"];
        let child = recourse(address, &[&call, more].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        // The answer is lost.
        drop(stream);
        let output = child.wait_with_output().unwrap();
        let key = head.iter().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap();
        let reported = String::from_utf8(output.stderr).unwrap();
        assert!(reported.contains(&format!("send it again with --key {key}")), "{reported}");
        key.to_owned()
    };
    let (one, other) = (key(&[]), key(&[]));
    assert!(one != other && one.len() == 32, "{one} {other}");
    assert_eq!(key(&["--key", "k-1"]), "k-1");
}
