//! `recourse`: see [`recourse::commands`].

use std::process::ExitCode;

fn main() -> ExitCode {
    recourse::commands::run()
}
