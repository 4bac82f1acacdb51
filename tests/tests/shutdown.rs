//! SIGTERM ends a real process within its deadline, even with half-finished client calls.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use recourse_installation::command_line::recourse;
use recourse_tests::test_marketplace;

/// How long a process may take to exit.
const DEADLINE: Duration = Duration::from_secs(25);

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn left_half_done(address: &str, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

#[test]
fn a_process_exits_in_time_with_idle_and_half_sent_calls() {
    let settings = test_marketplace::settings();
    let mut child =
        recourse(&settings, &["serve", "claims"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut process = Process(child);
    let address = line.rsplit("http://").next().unwrap().trim();
    let body =
        "POST /v1/policies/pol_1/claims HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\n{";
    let _half = ["", "GET /live HTTP/1.1\r\nho", body].map(|text| left_half_done(address, text));
    std::thread::sleep(Duration::from_millis(300));

    let reported = Instant::now();
    kill(Pid::from_raw(i32::try_from(process.0.id()).unwrap()), Signal::SIGTERM).unwrap();
    let status = loop {
        if let Some(status) = process.0.try_wait().unwrap() {
            break status;
        }
        assert!(reported.elapsed() < DEADLINE, "it does not exit");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{status}");
}
