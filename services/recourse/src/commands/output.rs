//! What a command prints. Data goes to standard output, one line at a time; what is for the reader
//! only goes to standard error.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

use serde_json::Value;

/// Writes data to standard output. Where its reader has gone, as in `recourse audit verify | head
/// -1`, nothing is written, and the command ends with the status that it would have had.
pub(super) fn data(text: impl Display) {
    body(format!("{text}\n").as_bytes());
}

/// Writes data as JSON or as text.
pub(super) fn either(json: bool, value: &Value, text: impl Display) {
    if json {
        data(value);
    } else {
        data(text);
    }
}

/// Writes bytes to standard output, as they are.
pub(super) fn body(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => {
            note(format_args!("recourse: cannot write to standard output: {error}"));
            std::process::exit(1);
        }
    }
}

/// Writes a line to standard output, from a process that continues whether it is read or not.
pub(super) fn announce(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a note for the reader to standard error, which may be closed.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
