//! `recourse` with the failpoints at which `make faults` kills it: see
//! `recourse_runtime::failpoint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    recourse::commands::run()
}
